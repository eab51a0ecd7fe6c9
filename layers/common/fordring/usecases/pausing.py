"""Letting a case rest until a date, and going on with it: the creditor, the agency, the clock (BEY-6).

The hub sets the pace. What the creditor has paused is resumed on the morning of the date, whether the agency
ends the rest by itself or has to be told: an agency that has gone on already takes note of nothing new.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import Capabilities, CommandKind
from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.case import Case
from fordring.domain.case_states import Processing
from fordring.domain.command import CommandRow, CommandState
from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.events import EventType
from fordring.domain.facts import CasePaused, CaseResumed
from fordring.domain.refs import Ref
from fordring.domain.wording import Topic, worded
from fordring.usecases.instructing import instruct
from fordring.usecases.permitting import refuse_unless_available
from fordring.usecases.recording import tell_of_case
from fordring.usecases.work import Desk, Work, transact

LONGEST: Final = timedelta(days=366)
"""How long a case may rest at a time: claims lapse while nobody looks."""

SKEW: Final = timedelta(seconds=1)
"""How far apart the clocks of hub and agency may be: what the agency tells of a rest within this time after
the hub has changed it is the echo of an earlier change."""

type CapabilitiesOf = Callable[[str], Capabilities]


def refs_to_rest(case_id: str) -> tuple[Ref[Any], ...]:
    """Name what ``pause`` and ``resume`` look at, as far as it is known beforehand."""
    return (things.CASE(case_id), things.EPOCH())


def pause(
    work: Work, case: Case, capabilities: Capabilities, until_date: date, reason: str | None = None
) -> Case:
    """Let a case rest until the morning of a date; of a case that rests, the date is changed.

    Raises
    ------
    Refused
        ``action_not_available``, ``operation_not_offered``.
    InvalidInput
        When the date is not to come, or more than a year away.
    """
    refuse_unless_available(work, case, "pause", capabilities)
    country = _country(work, case)
    today = local_date(work.now, country)
    if until_date <= today:
        raise InvalidInput(faults=[Fault("/until_date", "not_in_future", "a date after today, local time")])
    if until_date > today + LONGEST:
        raise InvalidInput(faults=[Fault("/until_date", "too_far_ahead", "at most a year ahead")])
    paused = replace(
        case.paused(until_date, work.now, resume_at=start_of_business(until_date, country)),
        rest_changed_at=work.now + SKEW,
    )
    queued = instruct(
        work,
        paused,
        capabilities,
        CommandKind.PAUSE_CASE,
        worded(Topic.PAUSE, country, until_date=until_date.isoformat()),
        subject_id=until_date.isoformat(),
    )
    work.change(things.CASE(case.case_id), queued)
    _tell_paused(work, queued, "creditor", reason)
    return queued


def resume(work: Work, case: Case, capabilities: Capabilities) -> Case:
    """Go on with a case that rests.

    Raises
    ------
    Refused
        ``action_not_available``, ``operation_not_offered``.
    """
    refuse_unless_available(work, case, "resume", capabilities)
    return _resume(work, case, capabilities, "creditor")


def resume_due(desk: Desk, capabilities_of: CapabilitiesOf, case_id: str) -> bool:
    """Go on with a case whose date has come; tells whether that was so. Done again, it changes nothing."""

    def decide(work: Work) -> bool:
        case = work.find(things.CASE(case_id))
        if case is None or case.resume_at is None or case.resume_at > work.now:
            return False
        _resume(work, case, capabilities_of(case.agency), "date")
        return True

    return transact(desk, refs_to_rest(case_id), decide)


def _resume(work: Work, case: Case, capabilities: Capabilities, by: str) -> Case:
    words = worded(Topic.RESUME, _country(work, case))
    resumed = replace(case.resumed(work.now), rest_changed_at=work.now + SKEW)
    queued = instruct(work, resumed, capabilities, CommandKind.RESUME_CASE, words)
    work.change(things.CASE(case.case_id), queued)
    _tell_resumed(work, queued, by)
    return queued


def paused_by_agency(work: Work, case: Case, fact: CasePaused) -> bool:
    """Note that the agency lets a case rest, unless that is known, or has been overtaken.

    What the agency has decided by itself it also ends by itself: the hub sets no date for that.
    """
    if not case.open or _overtaken(case, fact):
        return False
    if case.processing is Processing.PAUSED and case.paused_until == fact.until_date:
        return False
    paused = case.paused(fact.until_date, work.now, told_at=fact.occurred_at)
    work.change(things.CASE(case.case_id), paused)
    _tell_paused(work, paused, "agency", None)
    return True


def resumed_by_agency(work: Work, case: Case, fact: CaseResumed) -> bool:
    """Note that the agency goes on with a case, unless that is known, or has been overtaken."""
    if case.processing is not Processing.PAUSED or _overtaken(case, fact):
        return False
    resumed = case.resumed(work.now, told_at=fact.occurred_at)
    work.change(things.CASE(case.case_id), resumed)
    _tell_resumed(work, resumed, "agency")
    return True


def _overtaken(case: Case, fact: CasePaused | CaseResumed) -> bool:
    """Whether something was decided about the case's rest after this happened."""
    return case.rest_changed_at is not None and fact.occurred_at < case.rest_changed_at


def pause_refused(work: Work, row: CommandRow, lane: Sequence[CommandRow]) -> None:
    """Give a case the rest that its agency has granted, after it has refused another one, or none.

    The lane's commands must have been read; the case is the one that the work has.
    """
    case = work.get(things.CASE(row.case_id))
    asked = date.fromisoformat(row.subject_id or "")
    if case.processing is not Processing.PAUSED or case.paused_until != asked:
        return
    granted = _granted(lane)
    country = _country(work, case)
    if granted is not None and granted > local_date(work.now, country):
        shorter = case.paused(granted, work.now, resume_at=start_of_business(granted, country))
        work.change(things.CASE(case.case_id), shorter)
        _tell_paused(work, shorter, "agency", "refused")
        return
    resumed = case.resumed(work.now)
    work.change(things.CASE(case.case_id), resumed)
    _tell_resumed(work, resumed, "agency")


def _granted(lane: Sequence[CommandRow]) -> date | None:
    """Give the date of the last rest that was granted and not ended."""
    granted = None
    for row in sorted(lane, key=lambda each: each.seq):
        if row.state is CommandState.DONE and row.kind is CommandKind.PAUSE_CASE:
            granted = date.fromisoformat(row.subject_id or "")
        elif row.state is CommandState.DONE and row.kind is CommandKind.RESUME_CASE:
            granted = None
    return granted


def _country(work: Work, case: Case) -> str:
    return work.demand(things.INVOICE(case.members[0].invoice_id)).country


def _tell_paused(work: Work, case: Case, by: str, reason: str | None) -> None:
    until = case.paused_until.isoformat() if case.paused_until else None
    tell_of_case(work, EventType.CASE_PAUSED, case, until_date=until, by=by, reason=reason)


def _tell_resumed(work: Work, case: Case, by: str) -> None:
    tell_of_case(work, EventType.CASE_RESUMED, case, by=by)
