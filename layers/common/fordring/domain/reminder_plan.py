"""A creditor's reminder plan: which letters an unpaid invoice gets, when, and when it goes to an agency.

The named plans are Fiken's (FIK-4 to FIK-8): free payment notices, counted from the due date, and then the
agency. Fiken gives figures for the calm and the tight plan; those of the recommended one are the hub's own
choice (docs/decisions.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.money import Money
from fordring.domain.values import dataclass


class StepKind(StrEnum):
    """What a step does. The letters are called as on an invoice's list of letters."""

    FREE_NOTICE = "free_notice"
    REMINDER = "reminder"
    NOTICE_OF_COLLECTION = "notice_of_collection"
    TRANSFER = "transfer"


class Anchor(StrEnum):
    """From what a step's days are counted."""

    DUE_DATE = "due_date"
    LAST_LETTER = "last_letter"
    """The day on which the last letter was sent; before the first one, the due date."""
    LAST_DEADLINE = "last_deadline"
    """The deadline in the last letter; where it set none, the day on which it was sent."""


class Sender(StrEnum):
    """Who sends the letters before the agency has the invoice."""

    BILLING_PRODUCT = "billing_product"
    HUB = "hub"
    AGENCY = "agency"
    """The agency reminds: local letters are off, and the invoice goes to it at once (ZIR-27, VIS-3)."""


class PlanName(StrEnum):
    """The plans that there are."""

    CALM = "calm"
    RECOMMENDED = "recommended"
    TIGHT = "tight"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step.

    Parameters
    ----------
    days
        After the anchor; a step that may not happen then is put off to the first lawful date.
    deadline_days
        The deadline that the letter sets, at the least; the law's own where it is longer.
    fee
        Whether the letter costs what the law allows; a free notice never does.
    """

    kind: StepKind
    days: int
    anchor: Anchor = Anchor.DUE_DATE
    deadline_days: int | None = None
    fee: bool = False

    @property
    def is_letter(self) -> bool:
        """Whether something is sent to the debtor."""
        return self.kind is not StepKind.TRANSFER


def _notices(*days: int) -> tuple[PlanStep, ...]:
    return tuple(PlanStep(StepKind.FREE_NOTICE, day) for day in days)


_NAMED: Final = {
    PlanName.TIGHT: (_notices(3), 14),
    PlanName.RECOMMENDED: (_notices(5, 10), 21),
    PlanName.CALM: (_notices(7, 14, 21), 28),
}


def named_steps(name: PlanName, level: Level) -> tuple[PlanStep, ...]:
    """Give the steps of a named plan, for the level at which the agreement hands over.

    At level reminder the agency sends the notice of collection. At level collection it wants one that was
    sent before and whose deadline has passed: it goes on the day of the transfer, and the transfer after it.
    """
    letters, transfer = _NAMED[name]
    if level is Level.COLLECTION:
        notice = PlanStep(StepKind.NOTICE_OF_COLLECTION, transfer)
        return (*letters, notice, PlanStep(StepKind.TRANSFER, 1, Anchor.LAST_DEADLINE))
    return (*letters, PlanStep(StepKind.TRANSFER, transfer))


def followed(steps: Sequence[PlanStep], sender: Sender, local_steps: int | None) -> tuple[PlanStep, ...]:
    """Give the steps that are taken, of those that a plan has: see ``taken``."""
    return tuple(step for _, step in taken(steps, sender, local_steps))


def taken(
    steps: Sequence[PlanStep], sender: Sender, local_steps: int | None
) -> Iterator[tuple[int, PlanStep]]:
    """Give the steps that are taken, each with its place among all of the plan's.

    Parameters
    ----------
    local_steps
        How many reminders go out before the agency (ZIR-26); ``None``: all of the plan's. A notice of
        collection is none of them: without it nothing can be handed over for collection.
    """
    left = len(steps) if local_steps is None else local_steps
    for place, step in enumerate(steps):
        if step.kind is StepKind.TRANSFER:
            yield place, PlanStep(StepKind.TRANSFER, 1) if sender is Sender.AGENCY else step
        elif sender is Sender.AGENCY:
            continue
        elif step.kind is StepKind.NOTICE_OF_COLLECTION:
            yield place, step
        elif left > 0:
            left -= 1
            yield place, step


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """A creditor's plan, as it stands under one number; a change makes another number.

    Parameters
    ----------
    number
        Counts the creditor's plans: an invoice goes on by the one that it started with (FIK-15).
    steps
        All of the plan's; see ``followed``.
    agency, level
        To which agency the last step hands over, and at which level; ``agency`` is ``None`` for a plan
        without a transfer.
    channels
        In the order of preference: ``ehf``, ``email``, ``paper``.
    sms
        Whether an SMS goes in addition; it is never the letter itself.
    minimum
        Below this nothing is sent and nothing handed over.
    active_from
        Only invoices with this date or a later one are followed up by themselves (FIK-3).
    fees_agreed
        Whether fees for reminders were agreed when the debts arose; Sweden asks for that.
    claims_compensation
        Whether businesses are asked for the lump sum for late payment, which offsets fees.
    agency_notice_from
        From when on only the agency may send the notice of collection: the plan's own step becomes the
        transfer. Also under the creditor's earlier plans, for the invoices that go on by them.
    wording
        The creditor's own sentence in letters, by language.
    ended_at
        Since when it is switched off; invoices under way stop.
    ended_to
        Up to which number the creditor's plans were switched off: invoices that follow one of them stop.
    moved_to
        The number of the latest plan that took along what was under way: invoices that follow an earlier
        one go on by that.
    move_job_id
        The job that has them looked at, where this is that plan.
    """

    creditor_id: str
    number: int
    name: PlanName
    steps: tuple[PlanStep, ...]
    agency: str | None
    level: Level
    created_at: datetime
    active_from: date
    sender: Sender = Sender.BILLING_PRODUCT
    channels: tuple[str, ...] = ("email",)
    sms: bool = False
    local_steps: int | None = None
    minimum: Money | None = None
    fees_agreed: bool = False
    claims_compensation: bool = False
    agency_notice_from: date | None = None
    wording: tuple[tuple[str, str], ...] = ()
    ended_at: datetime | None = None
    revision: int = 1
    ended_to: int = 0
    moved_to: int = 0
    move_job_id: str | None = None

    @property
    def followed(self) -> tuple[PlanStep, ...]:
        """The steps that are taken."""
        return followed(self.steps, self.sender, self.local_steps)

    def steps_on(self, day: date, done: int = 0) -> tuple[PlanStep, ...]:
        """Give the steps as they are under the regime of a day, for an invoice that has some behind it.

        Once only an agency may send the notice of collection, the next notice of the plan is the transfer,
        at level reminder: the agency sends it. A notice that was sent before stands, and what follows it.
        """
        steps = self.followed
        if self.agency_notice_from is None or day < self.agency_notice_from:
            return steps
        for place, step in enumerate(steps[done:], done):
            if step.kind is StepKind.NOTICE_OF_COLLECTION:
                return (*steps[:place], replace(step, kind=StepKind.TRANSFER, fee=False, deadline_days=None))
        return steps

    def goes_on_by(self, number: int) -> int:
        """Give the number of the plan by which an invoice goes on that follows one of the creditor's plans.

        Asked of the creditor's present plan.
        """
        return max(number, self.moved_to)

    def as_it_stands(self, former: "ReminderPlan") -> "ReminderPlan":
        """Give one of the creditor's plans as it stands for the invoices that follow it.

        Asked of the creditor's present plan: switching that off has switched off all before it, and the day
        from which only an agency may send a notice of collection is the law's, for all of them; no earlier
        than it was said, so that a notice that was sent before is confirmed as it was asked for.
        """
        since = self.agency_notice_from or former.agency_notice_from
        if since is not None and since != former.agency_notice_from:
            since = max(since, self.created_at.date())
        former = replace(former, agency_notice_from=since)
        if former.ended_at is not None or former.number > self.ended_to:
            return former
        return replace(former, ended_at=self.ended_at or self.created_at)

    def takes(self, invoice_date: date) -> bool:
        """Whether an invoice of this date that is registered now is followed up by itself (FIK-3)."""
        return self.ended_at is None and invoice_date >= self.active_from
