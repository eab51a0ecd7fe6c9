"""Letting invoices follow the creditor's reminder plan: by themselves when registered, or by hand (FIK-3)."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.creditor import Debtor
from fordring.domain.errors import Refused
from fordring.domain.invoice import Invoice
from fordring.domain.law import law
from fordring.domain.reminder_plan import ReminderPlan
from fordring.domain.situation import STOPS, stopped_by
from fordring.domain.under_way import begin, done_with, situation_of
from fordring.usecases.work import Work

FINAL = ("settled", "transferred", "owned_by_agency")
"""What stands in the way of enrolling: nothing is left for the plan to do."""


def follow(work: Work, invoice: Invoice, plan: ReminderPlan, debtor: Debtor) -> Invoice:
    """Let a new invoice follow the plan, if the plan takes it; gives the invoice as it is then."""
    if not plan.takes(invoice.invoice_date):
        return invoice
    followed = replace(invoice, follow_up=begin(law(), plan, invoice, debtor, work.now))
    work.change(things.INVOICE(invoice.invoice_id), followed)
    return followed


def enrol(work: Work, invoice: Invoice) -> Invoice:
    """Let an older invoice follow the creditor's present plan; the letters that it has had count.

    The plan must have been read.

    Raises
    ------
    Refused
        ``no_reminder_plan``: there is none, or it is switched off; ``already_enrolled``: it follows this
        plan; ``settled``, ``transferred``, ``owned_by_agency``: nothing is left to follow up.
    """
    plan = work.find(things.REMINDER_PLAN(invoice.creditor_id))
    if plan is None or plan.ended_at is not None:
        raise Refused("no_reminder_plan", "the creditor has no reminder plan that is switched on")
    present = invoice.follow_up
    if present is not None and plan.goes_on_by(present.plan) == plan.number:
        raise Refused("already_enrolled", "the invoice follows this plan already")
    debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
    stop = stopped_by(situation_of(plan, invoice, debtor, done_with(plan, invoice.reminders)))
    if stop in FINAL:
        raise Refused(stop, STOPS[stop])
    begun = begin(law(), plan, invoice, debtor, work.now)
    if present is not None:
        # What is known of its letters stays known: ids are given once, and one may still be under way.
        begun = replace(begun, letter=present.letter, letters=present.letters)
    enrolled = replace(
        invoice,
        follow_up=begun,
        updated_at=work.now,
        revision=invoice.revision + 1,
    )
    work.change(things.INVOICE(invoice.invoice_id), enrolled)
    return enrolled
