"""By which plan an invoice goes on, what comes next, and what the letters of its steps are called."""

from typing import Any

from fordring.domain import things
from fordring.domain.calendar import local_date
from fordring.domain.follow_up import FollowUp
from fordring.domain.invoice import Invoice
from fordring.domain.law import law
from fordring.domain.refs import Ref
from fordring.domain.reminder_plan import ReminderPlan
from fordring.domain.under_way import Outlook, going_on, outlook
from fordring.usecases.recording import derived_id
from fordring.usecases.work import Work


def standing(work: Work, invoice: Invoice, follow: FollowUp) -> tuple[ReminderPlan, FollowUp] | None:
    """Give the plan by which an invoice goes on, and how it stands in it; ``None`` when there is none.

    A plan that took along what was under way takes this invoice along now; see ``going_on``.
    """
    present = work.seek(things.REMINDER_PLAN(invoice.creditor_id))
    if present is None:
        return None
    number = present.goes_on_by(follow.plan)
    if number == present.number:
        return going_on(present, present, follow, invoice.reminders)
    former = work.seek(things.FORMER_PLAN(invoice.creditor_id, str(number)))
    if former is None:
        return None
    return going_on(present, former, follow, invoice.reminders)


def refs_to_look_ahead(invoice: Invoice) -> tuple[Ref[Any], ...]:
    """Name what decides what happens next with an invoice; rarely a moved one needs another plan, too."""
    debtor = things.DEBTOR(invoice.creditor_id, invoice.debtor_id)
    plan = things.REMINDER_PLAN(invoice.creditor_id)
    if invoice.follow_up is None:
        return plan, debtor
    return plan, debtor, things.FORMER_PLAN(invoice.creditor_id, str(invoice.follow_up.plan))


def outlook_within(work: Work, invoice: Invoice) -> Outlook | None:
    """Tell what happens next with an invoice, in the work that has changed it; ``None``: it has no plan.

    Raises
    ------
    ReadMore
        When something was not read that decides it; see ``refs_to_look_ahead``.
    """
    found = standing(work, invoice, invoice.follow_up) if invoice.follow_up else None
    if found is None:
        return None
    plan, follow = found
    debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
    return outlook(law(), plan, invoice, follow, debtor, local_date(work.now, invoice.country))


def reminder_id_of(invoice: Invoice, number: int) -> str:
    """Spell the id of a letter that a billing product is asked for, by how many the invoice had before it.

    A letter that is asked for again, because something has changed before it was confirmed or because a table
    has gone back in time, has the same one; no other letter ever has, whatever plan the invoice is moved to.
    It follows from the creditor's own number of the invoice, which the invoice keeps when it is registered
    anew.
    """
    return derived_id("rem", invoice.creditor_id, invoice.document_number, str(number))


def letter_id_of(invoice: Invoice, number: int) -> str:
    """Spell the id of a letter that the hub sends, as ``reminder_id_of`` does."""
    own = derived_id("ltr", invoice.creditor_id, invoice.document_number)
    return f"{own}_{number + 1:04d}"
