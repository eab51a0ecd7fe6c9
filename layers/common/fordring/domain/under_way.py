"""An invoice that follows a reminder plan: what decides its next step, and when it is looked at again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.bank_days import BankCalendar
from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.creditor import Debtor
from fordring.domain.follow_up import FollowUp
from fordring.domain.following_up import Ahead, Next, look_ahead, next_step
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.late_interest import principal_course
from fordring.domain.law import Law, LawRowMissing
from fordring.domain.lawful_letters import DAY
from fordring.domain.ledger import Component, Entry
from fordring.domain.reminder_plan import ReminderPlan, StepKind
from fordring.domain.situation import STOPS, Situation, stopped_before, stopped_by
from fordring.domain.values import dataclass


def law_kind(debtor: Debtor) -> str:
    """Tell which of the law's rules protect a debtor: ``consumer`` or ``business``."""
    return "business" if debtor.kind == "business" else "consumer"


def situation_of(
    plan: ReminderPlan, invoice: Invoice, debtor: Debtor, done: int, entries: Iterable[Entry] = ()
) -> Situation:
    """Put together what decides the next step.

    Parameters
    ----------
    plan
        As it stands for this invoice: see ``ReminderPlan.as_it_stands``.
    done
        How many of the plan's steps are behind the invoice.
    entries
        The invoice's ledger, where interest is asked for.
    """
    return Situation(
        plan=plan,
        invoice=invoice,
        debtor_kind=law_kind(debtor),
        debtor_blocks=debtor.blocks,
        letters=invoice.reminders,
        done=done,
        fees_charged=invoice.balance.part(Component.FEE).original,
        compensation_charged=invoice.balance.part(Component.COMPENSATION).original,
        course=principal_course(entries, invoice.currency),
    )


def done_with(plan: ReminderPlan, letters: Iterable[Reminder]) -> int:
    """Tell how many steps of a plan are behind an invoice that comes to it with letters sent before.

    Each reminder counts as one of the plan's; a notice of collection as the plan's own, with all before it.
    Not so for collection where it was the first letter: a case needs a reminder, too, which is still to come.
    The transfer is still to come.
    """
    kinds = [letter.kind for letter in letters]
    collects = plan.level is Level.COLLECTION and any(not step.is_letter for step in plan.followed)
    if collects and not _REMINDERS.intersection(kinds):
        return 0
    noticed = StepKind.NOTICE_OF_COLLECTION in kinds
    reminders = len(kinds)
    done = 0
    for step in plan.followed:
        behind = noticed or (step.kind is not StepKind.NOTICE_OF_COLLECTION and done < reminders)
        if not step.is_letter or not behind:
            break
        done += 1
        noticed = noticed and step.kind is not StepKind.NOTICE_OF_COLLECTION
    return done


_REMINDERS: Final = frozenset({StepKind.FREE_NOTICE, StepKind.REMINDER})


def look_at(first_date: date, now: datetime, country: str) -> datetime:
    """Tell when an invoice is looked at next, given the first day of its next step.

    Letters go out in the morning: what could have happened before happens when today's work begins.
    """
    return start_of_business(max(first_date, local_date(now, country)), country)


def begin(law: Law, plan: ReminderPlan, invoice: Invoice, debtor: Debtor, now: datetime) -> FollowUp:
    """Let an invoice follow a plan, from where the letters that it has had leave it.

    What stands in the way today is no reason to look at it later than that: it may be gone by then.
    """
    done = done_with(plan, invoice.reminders)
    situation = situation_of(plan, invoice, debtor, done)
    try:
        coming = next_step(law, situation, local_date(now, invoice.country))
    except LawRowMissing:
        # Told when the step would be due; a row may have been added by then.
        return FollowUp(plan.number, done, look_at(invoice.terms.due_date + DAY, now, invoice.country))
    if coming is None:
        return FollowUp(plan.number, done, stopped="completed")
    return FollowUp(plan.number, done, look_at(coming.first_date, now, invoice.country))


def going_on(
    present: ReminderPlan, plan: ReminderPlan, follow_up: FollowUp, letters: Iterable[Reminder]
) -> tuple[ReminderPlan, FollowUp]:
    """Give the plan by which an invoice goes on, as it stands, and how far the invoice has come under it.

    Parameters
    ----------
    present
        The creditor's present plan.
    plan
        That of the number ``present.goes_on_by(follow_up.plan)``.
    letters
        What was sent for the invoice: they count when it is moved to another plan.
    """
    stands = present.as_it_stands(plan)
    if plan.number == follow_up.plan:
        return stands, follow_up
    # A letter that was asked for and not confirmed is asked for anew, as the new plan has it.
    done = done_with(plan, letters)
    return stands, replace(follow_up, plan=plan.number, done=done, asked=None, stopped=None)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an invoice that follows a plan can expect.

    Parameters
    ----------
    coming
        The next step, if nothing happens before; ``None``: none is to come, or ``stopped`` or ``missing``
        say why it is not known.
    stopped
        Why nothing happens, as a code.
    missing
        The row of law without which it cannot be worked out.
    """

    follow_up: FollowUp
    coming: Next | None = None
    stopped: str | None = None
    missing: LawRowMissing | None = None


_FOUND_WHEN_SENDING: Final = (
    "law_row_missing",
    "no_email",
    "email_not_accepted",
    "letter_bounced",
    "letter_not_sent",
)
"""What stops a step on its day, and is known from the attempt only."""


def outlook(
    law: Law, plan: ReminderPlan, invoice: Invoice, follow_up: FollowUp, debtor: Debtor, today: date
) -> Outlook:
    """Tell what happens next with an invoice; see ``going_on`` for ``plan`` and ``follow_up``."""
    situation = situation_of(plan, invoice, debtor, follow_up.done)
    stopped = stopped_by(situation)
    if stopped is None and follow_up.stopped not in STOPS:
        # What an agency's agreement has against a transfer is known from the attempt only.
        stopped = follow_up.stopped
    if stopped is not None:
        return Outlook(follow_up, stopped=stopped)
    try:
        coming = next_step(law, situation, today)
    except LawRowMissing as missing:
        return Outlook(follow_up, missing=missing)
    if coming is None:
        return Outlook(follow_up, stopped="completed")
    stopped = stopped_before(invoice, coming.step)
    if follow_up.stopped in _FOUND_WHEN_SENDING and coming.first_date <= today:
        stopped = stopped or follow_up.stopped
    return Outlook(follow_up, None if stopped else coming, stopped)


@dataclass(frozen=True, slots=True)
class Preview:
    """Every step that is to come for an invoice, if nothing is paid and every letter goes on its day.

    ``missing``: the first row of law that is missing, for the interest of a letter or for the steps that
    follow; what is worked out without it is told, and nothing made up.
    """

    steps: tuple[Ahead, ...] = ()
    stopped: str | None = None
    missing: LawRowMissing | None = None


def preview(law: Law, situation: Situation, today: date, calendar: BankCalendar) -> Preview:
    """Look ahead, without doing anything."""
    stopped = stopped_by(situation)
    if stopped is not None:
        return Preview(stopped=stopped)
    steps, missing = _ahead(law, situation, today, calendar)
    untold = (each.charges.missing for each in steps if each.charges is not None)
    missing = next((each for each in untold if each is not None), missing)
    if steps and (stopped := stopped_before(situation.invoice, steps[-1].next.step)) is not None:
        steps = steps[:-1]
    if steps or missing:
        return Preview(steps, missing=missing)
    return Preview(stopped=stopped or "completed")


def _ahead(
    law: Law, situation: Situation, today: date, calendar: BankCalendar
) -> tuple[tuple[Ahead, ...], LawRowMissing | None]:
    found: list[Ahead] = []
    try:
        found.extend(look_ahead(law, situation, today, calendar))
    except LawRowMissing as missing:
        return tuple(found), missing
    return tuple(found), None
