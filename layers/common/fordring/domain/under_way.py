"""An invoice that follows a reminder plan: what decides its next step, and when it is looked at again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.creditor import Debtor
from fordring.domain.follow_up import FollowUp
from fordring.domain.following_up import Situation, next_step
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.late_interest import principal_course
from fordring.domain.law import Law, LawRowMissing
from fordring.domain.lawful_letters import DAY
from fordring.domain.ledger import Component, Entry
from fordring.domain.reminder_plan import ReminderPlan, StepKind


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
    The transfer is still to come.
    """
    kinds = [letter.kind for letter in letters]
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
    return stands, replace(follow_up, plan=plan.number, done=done_with(plan, letters), stopped=None)
