"""One unit of work: what it sees, what it writes, and what happens when somebody else is faster."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.errors import Busy, NotFound, Unavailable
from fordring.domain.ids import RandomIds
from fordring.domain.refs import Ref
from fordring.domain.running import CaseNumber, Epoch, SyncState
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter
from fordring.store.repository import Repository
from fordring.usecases.store_port import Conflict, Stored
from fordring.usecases.work import ATTEMPTS, Desk, Work, transact
from tests.store.faulty import FaultyEngine

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COUNTER = things.SYNC("creditor", "svea")
OTHER = things.SYNC("other", "svea")


def counted(number):
    """A thing that counts."""
    return SyncState("creditor", "svea", applied=number)


NUMBER = things.CASE_NUMBER("svea", "creditor", "1")


@dataclass
class Wall:
    pauses: list[timedelta] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def pause(self, duration: timedelta) -> None:
        self.pauses.append(duration)


class Clock:
    refs: tuple[Ref[Any], ...] = (things.EPOCH(),)

    def now(self, read: Any) -> datetime:
        stored = read.get(things.EPOCH())
        return stored.value.raised_at if stored else NOW


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def engine(meter: Meter) -> FaultyEngine:
    return FaultyEngine(MemoryEngine(on_call=meter))


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def desk(engine: FaultyEngine, wall: Wall) -> Desk:
    bits = count(1)
    return Desk(
        Repository(engine), RandomIds(lambda _: next(bits)), wall, Clock(), lambda size: (1 << size) - 1
    )


def increment(work: Work) -> int:
    counter = work.find(COUNTER)
    number = counter.applied + 1 if counter else 1
    work.put(COUNTER, counted(number))
    return number


def last(desk: Desk) -> int:
    return desk.read(COUNTER).get(COUNTER).applied


# --- the loop ------------------------------------------------------------------------------------


def test_one_read_and_one_write(desk: Desk, meter: Meter) -> None:
    assert transact(desk, [COUNTER, COUNTER], increment) == 1
    assert transact(desk, [COUNTER], increment) == 2
    assert (meter.reads, meter.writes) == (2, 2)
    assert last(desk) == 2


def test_nothing_is_written_when_nothing_changed(desk: Desk, meter: Meter) -> None:
    assert transact(desk, [COUNTER], lambda work: work.find(COUNTER)) is None
    assert meter.operations == {"BatchGetItem": 1}


def test_what_somebody_else_wrote_is_read_again(desk: Desk, engine: FaultyEngine, meter: Meter) -> None:
    other = Desk(Repository(engine.inner), desk.ids, desk.wall, desk.clock, desk.randbits)
    engine.writing.append(lambda: transact(other, [COUNTER], increment))
    assert transact(desk, [COUNTER], increment) == 2
    assert last(desk) == 2


def test_a_loser_waits_longer_every_time_and_gives_up(
    desk: Desk, engine: FaultyEngine, wall: Wall, meter: Meter
) -> None:
    engine.writing.extend(["conflict"] * ATTEMPTS)
    with pytest.raises(Busy) as error:
        transact(desk, [COUNTER], increment)
    assert error.value.retryable
    assert meter.operations == {"BatchGetItem": ATTEMPTS}
    assert desk.read(COUNTER).find(COUNTER) is None
    limits = [timedelta(milliseconds=10 * 2**attempt) for attempt in range(ATTEMPTS)]
    assert all(pause < limit for pause, limit in zip(wall.pauses, limits, strict=True))
    assert sum(wall.pauses, timedelta()) < timedelta(seconds=3)


def test_the_last_attempt_still_counts(desk: Desk, engine: FaultyEngine) -> None:
    engine.writing.extend(["conflict"] * (ATTEMPTS - 1))
    assert transact(desk, [COUNTER], increment) == 1


def test_a_decision_may_ask_for_another_attempt(desk: Desk, wall: Wall) -> None:
    seen: list[int] = []

    def decide(work: Work) -> int:
        seen.append(len(seen))
        if len(seen) < 3:
            raise Conflict
        return increment(work)

    assert transact(desk, [COUNTER], decide) == 1
    assert len(seen) == 3 and len(wall.pauses) == 2


def test_what_to_read_is_found_out_again_at_every_attempt(desk: Desk, engine: FaultyEngine) -> None:
    named = iter([[OTHER], [COUNTER]])
    engine.writing.append("conflict")

    def decide(work: Work) -> str:
        try:
            increment(work)
        except LookupError:
            work.put(OTHER, counted(1))
            return "other"
        return "counter"

    assert transact(desk, lambda: next(named), decide) == "counter"


@pytest.mark.parametrize("failure", ["throttled", "lost"])
def test_no_answer_is_told_and_not_guessed(desk: Desk, engine: FaultyEngine, failure: Any) -> None:
    engine.writing.append(failure)
    with pytest.raises(Unavailable):
        transact(desk, [COUNTER], increment)
    assert (desk.read(COUNTER).find(COUNTER) is not None) == (failure == "lost")


def test_a_read_without_answer_is_told(desk: Desk, engine: FaultyEngine, meter: Meter) -> None:
    engine.reading.append("throttled")
    with pytest.raises(Unavailable):
        transact(desk, [COUNTER], increment)
    assert meter.calls == []


def test_what_a_decision_raises_goes_through_and_writes_nothing(desk: Desk, meter: Meter) -> None:
    def decide(work: Work) -> None:
        increment(work)
        work.get(NUMBER)

    with pytest.raises(NotFound):
        transact(desk, [COUNTER, NUMBER], decide)
    assert meter.writes == 0


def test_the_clock_is_read_along(desk: Desk, meter: Meter) -> None:
    later = NOW + timedelta(days=9)
    transact(desk, [], lambda work: work.add(things.EPOCH(), Epoch(1, later)))
    meter.clear()
    assert transact(desk, [COUNTER], lambda work: work.now) == later
    assert meter.operations == {"BatchGetItem": 1}


# --- what a work sees and writes -----------------------------------------------------------------


def work_of(**read: Stored) -> Work:
    refs = {"counter": COUNTER, "other": OTHER, "number": NUMBER}
    found = {refs[name]: stored for name, stored in read.items()}
    return Work(found, refs.values(), NOW, RandomIds(lambda _: 5))


def test_it_sees_its_own_changes() -> None:
    work = work_of(counter=Stored(counted(1), 4))
    assert work.find(OTHER) is None
    work.add(OTHER, counted(7))
    work.change(COUNTER, counted(2))
    assert (work.get(COUNTER).applied, work.get(OTHER).applied) == (2, 7)
    work.change(OTHER, counted(8))
    work.change(COUNTER, counted(3))
    assert [(change.action, change.value.applied) for change in work.changes] == [("add", 8), ("change", 3)]
    work.remove(COUNTER)
    assert work.find(COUNTER) is None
    with pytest.raises(NotFound):
        work.get(COUNTER)


def test_it_looks_at_nothing_that_was_not_read() -> None:
    with pytest.raises(LookupError, match="without having been read"):
        work_of().find(things.CASE("1"))


def test_it_writes_a_thing_once() -> None:
    work = work_of()
    work.add(NUMBER, CaseNumber("case-1"))
    with pytest.raises(LookupError, match="twice"):
        work.add(NUMBER, CaseNumber("case-2"))


def test_it_holds_what_it_does_not_change() -> None:
    work = work_of(counter=Stored(counted(1), 4), other=Stored(counted(1), 5))
    work.hold(COUNTER)
    work.change(OTHER, counted(2))
    work.hold(OTHER)
    assert [(change.action, change.ref) for change in work.changes] == [
        ("unchanged", COUNTER),
        ("change", OTHER),
    ]


def test_a_held_thing_that_changes_is_a_conflict(desk: Desk, engine: FaultyEngine) -> None:
    transact(desk, [COUNTER], increment)
    other = Desk(Repository(engine.inner), desk.ids, desk.wall, desk.clock, desk.randbits)
    engine.writing.append(lambda: transact(other, [COUNTER], increment))
    seen: list[int] = []

    def decide(work: Work) -> None:
        seen.append(work.get(COUNTER).applied)
        work.hold(COUNTER)
        work.add(NUMBER, CaseNumber(f"case-{seen[-1]}"))

    transact(desk, [COUNTER, NUMBER], decide)
    assert seen == [1, 2]
    assert desk.read(NUMBER).get(NUMBER).case_id == "case-2"


def test_new_ids_are_prefixed_and_differ(desk: Desk) -> None:
    work = desk.read()
    one, other = work.new_id("inv"), work.new_id("inv")
    assert one.startswith("inv_") and one < other
