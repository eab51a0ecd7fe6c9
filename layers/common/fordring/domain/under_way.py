"""An invoice that follows a reminder plan: what decides its next step, and when it is looked at again."""

from collections.abc import Iterable
from datetime import date, datetime

from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.creditor import Debtor
from fordring.domain.following_up import Situation
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.late_interest import principal_course
from fordring.domain.ledger import Component, Entry
from fordring.domain.reminder_plan import ReminderPlan


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

    Each of them counts as one of the plan's letters; the transfer is still to come.
    """
    return min(len(list(letters)), sum(step.is_letter for step in plan.followed))


def look_at(first_date: date, now: datetime, country: str) -> datetime:
    """Tell when an invoice is looked at next, given the first day of its next step.

    Letters go out in the morning: what could have happened before happens when today's work begins.
    """
    return start_of_business(max(first_date, local_date(now, country)), country)
