"""What happens next with an unpaid invoice under a reminder plan, when, and why not earlier.

A step is planned for a day counted from its anchor, and put off to the first lawful one. What was missed is
caught up with, but not in a hurry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from fordring.domain.agency import Level
from fordring.domain.bank_days import BankCalendar
from fordring.domain.invoice import Reminder
from fordring.domain.law import Law
from fordring.domain.lawful_letters import Debt, Hurdle, before_collection, hurdles
from fordring.domain.letter_charges import Charges, letter_on
from fordring.domain.reminder_plan import Anchor, PlanStep, StepKind
from fordring.domain.situation import Situation
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Next:
    """The next step: what, on which day at the earliest, and everything that allows it no earlier.

    ``planned_date`` is the day that the plan alone would have it on. ``hurdles`` are later than that, one for
    each reason, in the order of time: the last one is why it is ``first_date``. ``level`` is that of a
    transfer.
    """

    step: PlanStep
    planned_date: date
    first_date: date
    hurdles: tuple[Hurdle, ...]
    level: Level | None = None


def next_step(law: Law, situation: Situation, today: date) -> Next | None:
    """Give the next step, as it will be on its day if nothing happens before; ``None``: every one is behind.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    day = today
    while (coming := _next_as_of(law, situation, day)) is not None and coming.first_date > day:
        # On that day, or before it, another regime may hold.
        change = situation.plan.agency_notice_from
        between = change is not None and day < change < coming.first_date
        day = change if change is not None and between else coming.first_date
    if coming is None or coming.first_date == day or day == today:
        return coming
    hurdle = Hurdle("agency_sends_notice", day)
    return replace(coming, first_date=day, hurdles=(*coming.hurdles, hurdle))


def _next_as_of(law: Law, situation: Situation, day: date) -> Next | None:
    """Give the next step by the regime of a day, and by the rows of that day or of the later planned one."""
    plan, debt = situation.plan, situation.debt
    steps = plan.steps_on(day, situation.done)
    if situation.done >= len(steps):
        return None
    step = steps[situation.done]
    planned = _anchor(debt, step.anchor) + timedelta(days=step.days)
    found = list(hurdles(law, debt, step, max(planned, day)))
    found.extend(_pace(debt, steps[max(situation.done - 1, 0) : situation.done + 1]))
    level = None
    if step.kind is StepKind.TRANSFER:
        # Where the agency sends the notice, the transfer stands in the place of the plan's own.
        own = plan.followed[situation.done].kind is StepKind.TRANSFER
        level = plan.level if own else Level.REMINDER
        if level is Level.COLLECTION:
            found.extend(before_collection(law, debt))
    latest: dict[str, Hurdle] = {}
    for hurdle in sorted(found, key=lambda each: each.first):
        if hurdle.first > planned:
            latest[hurdle.reason] = hurdle
    standing = tuple(sorted(latest.values(), key=lambda each: each.first))
    first = max(planned, standing[-1].first) if standing else planned
    return Next(step, planned, first, standing, level)


def _pace(debt: Debt, steps: Sequence[PlanStep]) -> Iterator[Hurdle]:
    """Tell until when the second of two steps waits because the first went late.

    What was missed is caught up with at twice the plan's pace at the most: a letter that sets no deadline
    leaves the debtor half of the days that the plan has between it and what follows, rounded up.
    """
    last = debt.last
    if len(steps) < 2 or last is None or last.deadline_date is not None:
        return
    before, step = steps
    if before.anchor is step.anchor is Anchor.DUE_DATE and step.days > before.days:
        days = (step.days - before.days + 1) // 2
        yield Hurdle("plan_pace", last.sent_date + timedelta(days=days), days)


def _anchor(debt: Debt, anchor: Anchor) -> date:
    last = debt.last
    if anchor is Anchor.DUE_DATE or last is None:
        return debt.due_date
    if anchor is Anchor.LAST_DEADLINE and last.deadline_date is not None:
        return last.deadline_date
    return last.sent_date


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step that is to come, as it will be if nothing is paid and everything is sent on its day."""

    next: Next
    letter: Reminder | None
    charges: Charges | None


def look_ahead(law: Law, situation: Situation, today: date, calendar: BankCalendar) -> Iterator[Ahead]:
    """Tell every step that is to come.

    Raises
    ------
    LawRowMissing
        When a rule that a step needs has no row for its time.
    """
    while (coming := next_step(law, situation, today)) is not None:
        today = max(coming.first_date, today)
        if not coming.step.is_letter:
            yield Ahead(coming, None, None)
            return
        letter, charges = letter_on(law, situation, coming.step, today, calendar)
        yield Ahead(coming, letter, charges)
        situation = situation.after(letter, charges)
