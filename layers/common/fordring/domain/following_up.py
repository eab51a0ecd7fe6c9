"""What happens next with an unpaid invoice under a reminder plan, when, and why not earlier.

A step is planned for a day counted from its anchor, and put off to the first lawful one. What was missed is
caught up with, but not in a hurry. What stops the plan is told as a code: it goes on by itself once that is
gone, except where the invoice has left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.bank_days import BankCalendar
from fordring.domain.invoice import Invoice, Release, Reminder
from fordring.domain.late_interest import Course, LateInterest, claim_on, late_interest
from fordring.domain.law import CURRENCY, Law, LawRowMissing
from fordring.domain.lawful_letters import (
    Debt,
    Hurdle,
    before_collection,
    deadline_of,
    fee_allowed,
    hurdles,
    must_state_interest,
)
from fordring.domain.reminder_plan import Anchor, PlanStep, ReminderPlan, StepKind
from fordring.domain.values import dataclass

STOPS: Final = {
    "plan_ended": "the plan is switched off",
    "completed": "every step has been taken",
    "transferred": "the invoice is at an agency",
    "owned_by_agency": "the agency has bought the invoice",
    "settled": "nothing is owed",
    "below_minimum": "less is owed than the plan follows up",
    "excluded_from_dunning": "the invoice is excluded from dunning",
    "disputed": "an objection to the invoice is open",
    "collection_ban": "the debtor must not be transferred",
    "debtor_deceased": "the debtor is dead",
    "law_row_missing": "there is no row of law that the next step needs",
    "returned": "the invoice has been at an agency: it is handed over by hand again",
    "no_email": "the debtor has no e-mail address, and the hub has no other way to send",
    "email_not_accepted": "in Norway this letter goes by e-mail only to an address that the debtor used "
    "lately or accepted",
    "letter_bounced": "a letter to the debtor's e-mail address came back",
    "letter_not_sent": "the hub could not send the letter",
}
"""Why nothing happens."""

_OF_THE_DEBTOR: Final = ("debtor_deceased", "collection_ban")


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides what happens next.

    Parameters
    ----------
    debtor_kind
        ``consumer`` or ``business``.
    debtor_blocks
        What stands in the way on the debtor's side, as codes.
    letters
        Every letter that was sent.
    compensation_charged
        What was charged for late payment before, minor units.
    fees_charged
        What was charged for letters before, minor units.
    course
        What was owed of the principal from which day on; empty where interest is not asked for.
    """

    plan: ReminderPlan
    invoice: Invoice
    debtor_kind: str
    debtor_blocks: tuple[str, ...]
    letters: tuple[Reminder, ...]
    done: int = 0
    fees_charged: int = 0
    compensation_charged: int = 0
    course: Course = ()

    @property
    def debt(self) -> Debt:
        """What the law looks at."""
        invoice = self.invoice
        return Debt(
            invoice.country, self.debtor_kind, invoice.terms.due_date, self.letters, invoice.principal
        )

    def after(self, letter: Reminder, charges: "Charges") -> "Situation":
        """Give the situation once the next step's letter was sent."""
        return replace(
            self,
            letters=(*self.letters, letter),
            done=self.done + 1,
            fees_charged=self.fees_charged + charges.fee,
            compensation_charged=self.compensation_charged + charges.compensation,
        )


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


@dataclass(frozen=True, slots=True)
class Charges:
    """What a letter adds to the debt, minor units, and what it tells of interest.

    Parameters
    ----------
    late
        The late interest that it tells of; ``None``: it tells none.
    missing
        The row of law for want of which that is: interest is owed, and nobody can say how much.
    """

    fee: int
    compensation: int
    late: LateInterest | None = None
    missing: LawRowMissing | None = None

    @property
    def interest(self) -> int | None:
        """The late interest that the letter tells of, minor units."""
        return None if self.late is None else self.late.amount


def stopped_by(situation: Situation) -> str | None:
    """Tell why nothing happens with the invoice; ``None``: something may."""
    plan, invoice = situation.plan, situation.invoice
    owed = invoice.balance.owed_to_creditor
    minimum = plan.minimum
    blocks = [code for code in _OF_THE_DEBTOR if code in situation.debtor_blocks]
    checks = (
        ("plan_ended", plan.ended_at is not None),
        ("transferred", invoice.release.live),
        ("owned_by_agency", invoice.owner != "creditor"),
        ("settled", owed <= 0),
        (
            "below_minimum",
            minimum is not None and minimum.currency == invoice.currency and owed < minimum.minor,
        ),
        ("excluded_from_dunning", invoice.excluded_from_dunning),
        ("disputed", invoice.disputed),
        *((code, True) for code in blocks),
    )
    return next((code for code, holds in checks if holds), None)


def stopped_before(invoice: Invoice, step: PlanStep) -> str | None:
    """Tell why a step is not taken though nothing stops the plan; ``None``: it is.

    Whoever has taken an invoice back from an agency, or whose invoice was refused, decides about its next
    hand-over.
    """
    returned = invoice.release in (Release.ENDED, Release.REJECTED)
    return "returned" if step.kind is StepKind.TRANSFER and returned else None


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


def letter_on(
    law: Law, situation: Situation, step: PlanStep, sent: date, calendar: BankCalendar | None
) -> tuple[Reminder, Charges]:
    """Work out the letter of a step that is sent on a day; see ``deadline_of`` for ``calendar``.

    Where businesses are asked for the lump sum for late payment it offsets fees: the larger, not the sum
    (forsinkelsesrenteloven § 3 a). The law speaks in its country's currency, and nothing is converted: a
    letter for an invoice in another one is free. For want of a rate the letter tells no interest, unless it
    must: see ``must_state_interest``.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    plan, debt = situation.plan, situation.debt
    priced = step.fee and situation.invoice.currency == CURRENCY.get(debt.country)
    fee = fee_allowed(law, debt, step.kind, sent, agreed=plan.fees_agreed) if priced else 0
    compensation = 0
    before = situation.compensation_charged
    if priced and (before or plan.claims_compensation):
        fees, lump = situation.fees_charged + fee, before
        if not before:
            # It needs no agreement and no waiting time, as a fee does.
            lump = law.number(debt.country, "late_compensation", debt.debtor_kind, sent) or 0
        owed = max(0, max(lump, fees) - situation.fees_charged - before)
        if lump > fees:
            fee, compensation = 0, owed
        else:
            fee = min(fee, owed)
    deadline = deadline_of(law, debt, step, sent, calendar)
    late = missing = None
    if situation.course and step.kind is not StepKind.FREE_NOTICE:
        claim = claim_on(situation.invoice, debt.debtor_kind, situation.course)
        try:
            late = late_interest(law, claim, sent)
        except LawRowMissing as unknown:
            if must_state_interest(debt.country, step.kind):
                raise
            missing = unknown
    letter = Reminder(step.kind.value, sent, plan.channels[0], deadline, fee)
    return letter, Charges(fee, compensation, late, missing)


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
