"""The test clock: business time that moves only when told, from instant to instant at which something is due.

Exists in test mode only. An advance is a job: it moves the clock to the next instant, moves the sandbox's
clock along, runs what the clock sets off, waits until nothing is due any more, and goes on.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from fordring.domain import things
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.refs import Listing, Ref
from fordring.domain.running import Job, TestClock
from fordring.domain.values import dataclass
from fordring.usecases.work import Desk, Work, transact

LEASE: Final = timedelta(seconds=60)
STEPS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MORNING: Final = timedelta(hours=7)
"""When, in UTC, a step of a day ends and its hourly run takes place: after the letters have gone."""

PATIENCE: Final = timedelta(seconds=120)
"""How long, in real time, one thing may be due at an instant until it is done.

The instant itself takes as long as it takes: on some mornings thousands of letters are due at once.
"""

GRACE: Final = timedelta(seconds=1)
"""How long, in real time, what was due from the moment it was written is left to the stream."""

TELL_AGAIN: Final = timedelta(seconds=3)
BREATHS: Final = (timedelta(milliseconds=15), timedelta(milliseconds=120))
"""How long to wait before looking again, at first and at the most: each look costs the workers time."""


class Surroundings(Protocol):
    """What an advance moves and watches besides the clock itself."""

    def upcoming(self) -> tuple[tuple[datetime, Ref[Any]], ...]:
        """Name what is due next, now or later, earliest first, and when."""
        ...

    def tell(self, refs: Iterable[Ref[Any]]) -> None:
        """Tell the workers to look at things."""
        ...

    def move_agencies(self, now: datetime) -> None:
        """Move the simulated agencies' clocks along; their callbacks come in meanwhile."""
        ...

    def run_hourly(self, now: datetime) -> None:
        """Do what the schedule does every hour, and wait for it."""
        ...

    def time_left(self) -> timedelta:
        """Tell how long this worker may still live."""
        ...


def begin(work: Work, goal: datetime, step: str) -> tuple[TestClock, Job]:
    """Note an advance; the job's insertion sets it off.

    Raises
    ------
    Unprocessable
        ``clock_goes_forward_only``: it is set, and to a later instant than this.
    Refused
        ``clock_is_moving``: an earlier advance has not arrived.
    """
    ref = things.TEST_CLOCK()
    clock = work.find(ref)
    if clock is not None and clock.goal is not None:
        raise Refused("clock_is_moving", "wait for the run under way", facts={"run_id": clock.run_id})
    if clock is not None and goal < clock.now:
        raise Unprocessable(
            "clock_goes_forward_only",
            "the test clock never goes back",
            faults=[Fault("/now", "clock_goes_forward_only", "this is earlier than the clock is")],
        )
    run_id = work.new_id("job")
    # The first setting is a jump to anywhere, also into the past: nothing of the business has happened yet.
    begun = (
        TestClock(goal, run_id, goal, step)
        if clock is None
        else replace(clock, run_id=run_id, goal=goal, step=step, failure=None)
    )
    work.put(ref, begun)
    job = Job(run_id, "", "advance", "", "queued", begun.now, begun.now)
    work.add(things.JOB(run_id), job)
    return begun, job


@dataclass(frozen=True, slots=True)
class Progress:
    """How an advance stands: ``finished``, or to be taken up by another worker."""

    now: datetime
    finished: bool


class _OutOfTime(Exception):
    """A worker has no time left while things are still being done."""


def advance(desk: Desk, around: Surroundings, run_id: str, owner: str) -> Progress | None:
    """Move the clock until it has arrived, or this worker's time is up; ``None`` when another is at it."""
    clock = _lease(desk, run_id, owner)
    if clock is None or clock.goal is None:
        return None
    try:
        return _go_on(desk, around, run_id, owner, clock, clock.goal)
    except _OutOfTime:
        _release(desk, run_id, owner)
        return Progress(desk.read().now, finished=False)


def _go_on(
    desk: Desk, around: Surroundings, run_id: str, owner: str, clock: TestClock, goal: datetime
) -> Progress | None:
    # Also at the first setting, and when a worker before this one died in between.
    around.move_agencies(clock.now)
    before = clock.now
    while True:
        quiet = _settle(desk, around, run_id, before, clock.now)
        if quiet is None:
            _fail(desk, run_id, owner, "not_quiet")
            return Progress(clock.now, finished=True)
        if clock.now >= goal:
            _arrive(desk, run_id, owner)
            return Progress(clock.now, finished=True)
        if around.time_left() < PATIENCE:
            _release(desk, run_id, owner)
            return Progress(clock.now, finished=False)
        instant, hourly = _next_instant(desk, clock, goal, quiet.next_due)
        moved = _move(desk, run_id, owner, instant)
        if moved is None or moved.goal is None:
            return None
        before, clock = clock.now, moved
        around.move_agencies(instant)
        if hourly:
            if _settle(desk, around, run_id, before, instant) is None:
                _fail(desk, run_id, owner, "not_quiet")
                return Progress(instant, finished=True)
            around.run_hourly(instant)


def _next_instant(
    desk: Desk, clock: TestClock, goal: datetime, next_due: datetime | None
) -> tuple[datetime, bool]:
    """Find the next instant at which something happens, and whether the hourly run is part of it."""
    instant = goal if next_due is None else min(goal, next_due)
    boundary = _boundary(clock.now, STEPS[clock.step])
    if instant < boundary or not _anything_open(desk):
        return instant, False
    return boundary, True


def _boundary(now: datetime, step: timedelta) -> datetime:
    """Give the end of the step that an instant lies in."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) + MORNING
    return start + ((now - start) // step + 1) * step


def _anything_open(desk: Desk) -> bool:
    return bool(desk.store.page(Listing(things.AGREEMENT, "active_agreements"), limit=1).items)


@dataclass(frozen=True, slots=True)
class _Quiet:
    """Nothing is due any more; ``next_due`` is when something will be."""

    next_due: datetime | None


def _settle(desk: Desk, around: Surroundings, run_id: str, before: datetime, now: datetime) -> _Quiet | None:
    """Wait until nothing is due but this run; ``None`` when something does not get done.

    What fell due between ``before`` and ``now`` waits for being told; the rest the stream tells.
    """
    own = things.JOB(run_id)
    waited: dict[Ref[Any], datetime] = {}
    tell_at: dict[Ref[Any], datetime] = {}
    shortest, longest = BREATHS
    breath = shortest
    while True:
        upcoming = [(moment, ref) for moment, ref in around.upcoming() if ref != own]
        due = [(moment, ref) for moment, ref in upcoming if moment <= now]
        if not due:
            return _Quiet(upcoming[0][0] if upcoming else None)
        real = desk.wall.now()
        waited = {ref: waited.get(ref, real) for _, ref in due}
        if real - min(waited.values()) > PATIENCE:
            return None
        if around.time_left() < PATIENCE / 2:
            raise _OutOfTime
        fresh = [
            ref
            for moment, ref in due
            if tell_at.setdefault(ref, real if moment > before else real + GRACE) <= real
        ]
        if fresh:
            around.tell(fresh)
            tell_at.update(dict.fromkeys(fresh, real + TELL_AGAIN))
        desk.wall.pause(breath)
        breath = min(breath * 1.5, longest)


def _lease(desk: Desk, run_id: str, owner: str) -> TestClock | None:
    real = desk.wall.now()

    def decide(work: Work) -> TestClock | None:
        clock = work.find(things.TEST_CLOCK())
        if clock is None or clock.run_id != run_id or clock.goal is None:
            return None
        if clock.lease_until is not None and clock.lease_until > real and clock.lease_owner != owner:
            return None
        leased = replace(clock, lease_owner=owner, lease_until=real + LEASE)
        work.change(things.TEST_CLOCK(), leased)
        return leased

    return transact(desk, [things.TEST_CLOCK()], decide)


def _change(desk: Desk, run_id: str, owner: str, **fields: Any) -> TestClock | None:
    def decide(work: Work) -> TestClock | None:
        clock = work.find(things.TEST_CLOCK())
        if clock is None or clock.run_id != run_id or clock.lease_owner != owner:
            return None
        changed = replace(clock, **fields)
        work.change(things.TEST_CLOCK(), changed)
        return changed

    return transact(desk, [things.TEST_CLOCK()], decide)


def _move(desk: Desk, run_id: str, owner: str, instant: datetime) -> TestClock | None:
    return _change(desk, run_id, owner, now=instant, lease_until=desk.wall.now() + LEASE + PATIENCE)


def _release(desk: Desk, run_id: str, owner: str) -> None:
    _change(desk, run_id, owner, lease_owner=None, lease_until=None)


def _arrive(desk: Desk, run_id: str, owner: str) -> None:
    _end(desk, run_id, owner, None)


def _fail(desk: Desk, run_id: str, owner: str, reason: str) -> None:
    _end(desk, run_id, owner, reason)


def _end(desk: Desk, run_id: str, owner: str, failure: str | None) -> None:
    job_ref = things.JOB(run_id)

    def decide(work: Work) -> None:
        clock = work.find(things.TEST_CLOCK())
        if clock is None or clock.run_id != run_id or clock.lease_owner != owner:
            return
        work.change(
            things.TEST_CLOCK(),
            replace(
                clock,
                goal=None,
                lease_owner=None,
                lease_until=None,
                finished_run_id=run_id,
                failure=failure,
            ),
        )
        job = work.find(job_ref)
        if job is not None:
            state = "failed" if failure else "done"
            work.change(job_ref, replace(job, state=state, due_at=None, finished_at=clock.now))

    transact(desk, [things.TEST_CLOCK(), job_ref], decide)
