"""Letters that the creditor itself has sent, before an agency has the invoice."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.errors import Refused
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.ledger import Component, EntryKind, Source
from fordring.usecases.booking import book
from fordring.usecases.vouchering import vouch_charge
from fordring.usecases.work import Work


def record_reminder(work: Work, invoice: Invoice, reminder: Reminder) -> Invoice:
    """Record a letter that the creditor has sent, with its fee (NET-15).

    Raises
    ------
    Refused
        ``already_transferred``: costs are not added to an invoice that is at an agency (NET-37).
    InvalidInput
        When it is said to have been sent on a day to come: what follows the letter would come too early.
    """
    if invoice.release.live:
        raise Refused("already_transferred", "the agency sends the letters for this invoice")
    refuse_day_to_come(reminder.sent_date, work.now, invoice.country, "/sent_date")
    noted = replace(
        invoice, reminders=(*invoice.reminders, reminder), updated_at=work.now, revision=invoice.revision + 1
    )
    if not reminder.fee:
        work.change(things.INVOICE(invoice.invoice_id), noted)
        return noted
    booked, _ = book(
        work, noted, EntryKind.CHARGE, {Component.FEE: reminder.fee}, reminder.sent_date, Source.CREDITOR
    )
    vouch_charge(work, invoice, {Component.FEE: reminder.fee}, reminder.sent_date)
    return booked
