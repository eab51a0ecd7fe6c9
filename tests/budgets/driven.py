"""What the clock sets off: run by ``test_key_access`` only."""

from datetime import timedelta

from bench.ground import ground
from fordring.edge.telemetry import log
from fordring.edge.workers.clockwork import Clockwork
from fordring.edge.workers.outbox import Outbox
from fordring.store.memory import MemoryEngine
from tests.budgets.recording import within
from tests.fakes import MemoryQueue


def test_the_sweep() -> None:
    on = ground(MemoryEngine())
    on.case()
    sweep = within("deliver_outbox", Outbox(on.hub, lambda _: MemoryQueue(), log).take)
    assert sweep({"source": "fordring.sweep"}) == {"batchItemFailures": []}


def test_the_hour() -> None:
    on = ground(MemoryEngine())
    queue = MemoryQueue()
    clock = Clockwork(on.hub, lambda _: queue, log, lambda: timedelta(minutes=15))
    within("hourly_sync", clock.take)({"source": "fordring.hourly"})
    assert queue.messages == [{"creditor_id": "acme", "agency": "svea"}]
