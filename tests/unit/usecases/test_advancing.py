"""How long an advance of the test clock waits at an instant, and for what."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from fordring.domain import things
from fordring.domain.clock import utc
from fordring.edge.hub import Hub
from fordring.edge.settings import Settings
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.advancing import PATIENCE, advance, begin
from fordring.usecases.work import transact
from tests.functions.world import FixedClock

NOW = utc(2026, 3, 2, 7)


@dataclass
class Around:
    """Workers that do one thing between two looks, those that are stuck never."""

    waiting: list[str]
    stuck: frozenset[str] = frozenset()
    left: list[timedelta] = field(default_factory=lambda: [timedelta(minutes=15)])

    def upcoming(self):
        done = next((each for each in self.waiting if each not in self.stuck), None)
        if done is not None:
            self.waiting.remove(done)
        return tuple((NOW, things.INVOICE(each)) for each in self.waiting[:100])

    def tell(self, refs):
        del refs

    def move_agencies(self, now: datetime):
        del now

    def run_hourly(self, now: datetime):
        del now

    def time_left(self):
        return self.left[0] if len(self.left) == 1 else self.left.pop(0)


@pytest.fixture
def desk():
    environment = Settings(table="t", tenant="demo", stage="development", mode="test")
    hub = Hub(environment, Repository(MemoryEngine()), FixedClock())
    transact(hub.desk, [things.TEST_CLOCK()], lambda work: begin(work, NOW, "day"))
    return hub.desk


def clock_of(desk):
    return desk.read().get(things.TEST_CLOCK())


def run_id_of(desk):
    return clock_of(desk).run_id


def test_an_instant_takes_as_long_as_things_get_done(desk):
    around = Around([f"inv_{number}" for number in range(3000)])
    begun = desk.wall.now()
    progress = advance(desk, around, run_id_of(desk), "worker")
    assert progress is not None
    assert progress.finished
    assert desk.wall.now() - begun > 2 * PATIENCE
    assert (clock_of(desk).goal, clock_of(desk).failure) == (None, None)


def test_what_never_gets_done_ends_the_advance(desk):
    around = Around([f"inv_{number}" for number in range(200)], stuck=frozenset({"inv_7"}))
    begun = desk.wall.now()
    progress = advance(desk, around, run_id_of(desk), "worker")
    assert progress is not None
    assert progress.finished
    assert PATIENCE < desk.wall.now() - begun < PATIENCE + timedelta(seconds=2)
    assert clock_of(desk).failure == "not_quiet"


@dataclass
class Jobs(Around):
    """Workers on jobs; the advance itself is one that is due as long as it runs."""

    run_id: str = ""

    def upcoming(self):
        others = tuple((NOW, things.JOB(ref.ids[0])) for _, ref in super().upcoming())
        return ((NOW, things.JOB(self.run_id)), *others)


def test_it_waits_for_jobs_other_than_itself(desk):
    around = Jobs([f"job_{number}" for number in range(20)], run_id=run_id_of(desk))
    progress = advance(desk, around, run_id_of(desk), "worker")
    assert progress is not None
    assert progress.finished
    assert (around.waiting, clock_of(desk).failure) == ([], None)


def test_a_job_that_never_succeeds_does_not_stop_the_clock_for_ever(desk):
    around = Jobs(["job_1"], stuck=frozenset({"job_1"}), run_id=run_id_of(desk))
    begun = desk.wall.now()
    progress = advance(desk, around, run_id_of(desk), "worker")
    assert progress is not None
    assert progress.finished
    assert desk.wall.now() - begun < PATIENCE + timedelta(seconds=2)
    assert (clock_of(desk).goal, clock_of(desk).failure) == (None, "not_quiet")


def test_a_worker_without_time_leaves_the_rest_to_the_next(desk):
    around = Around([f"inv_{number}" for number in range(50)], left=[timedelta(minutes=15), timedelta()])
    progress = advance(desk, around, run_id_of(desk), "worker")
    assert progress is not None
    assert not progress.finished
    assert (clock_of(desk).goal, clock_of(desk).lease_owner) == (NOW, None)

    around.left = [timedelta(minutes=15)]
    progress = advance(desk, around, run_id_of(desk), "another")
    assert progress is not None
    assert progress.finished
    assert clock_of(desk).failure is None
