"""What functions do beside requests and stories: run by ``test_key_access`` only."""

from datetime import timedelta

from fordring.edge.telemetry import log
from fordring.edge.workers.clockwork import Clockwork
from fordring.edge.workers.outbox import Outbox
from tests.budgets.recording import within
from tests.fakes import MemoryQueue
from tests.functions.conftest import api, clock, engine, environment, hub, meter, queue, store, world  # noqa: F401


def test_the_sweep(world, hub):
    world.ready()
    world.case()
    world.hub.wall.advance(hours=1)
    queue = MemoryQueue()
    sweep = within("deliver_outbox", Outbox(hub, lambda _: queue, log).take)
    sweep({"source": "fordring.sweep"})
    assert queue.messages


def test_the_hour(world, hub):
    world.ready()
    queue = MemoryQueue()
    clock = Clockwork(hub, lambda _: queue, log, lambda: timedelta(minutes=15))
    within("hourly_sync", clock.take)({"source": "fordring.hourly"})
    assert queue.messages
