"""Letters that the creditor itself has sent, before an agency has the invoice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from fordring.domain import things
from fordring.domain.bank_days import BankCalendar
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.ledger import Component, Entry, EntryKind, Source
from fordring.domain.values import dataclass
from fordring.usecases.booking import book
from fordring.usecases.vouchering import vouch_charge
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that was sent.

    Parameters
    ----------
    compensation
        What it asks for as compensation for late payment, minor units.
    reminder_id
        The id by which a reminder plan has asked for it; ``None``: it tells none.
    """

    reminder: Reminder
    compensation: int = 0
    reminder_id: str | None = None


def record_reminder(work: Work, invoice: Invoice, sent: SentLetter, calendar: BankCalendar) -> Invoice:
    """Record a letter that the creditor has sent, with what it adds to the debt (NET-15).

    Of an invoice under a reminder plan it may be the letter that was asked for, and confirms it.

    Raises
    ------
    Refused
        ``already_transferred``: costs are not added to an invoice that is at an agency (NET-37);
        ``reminder_already_confirmed``.
    Unprocessable
        ``unknown_reminder``; ``letter_not_allowed``: the letter that was asked for, but too early, too
        expensive or with too short a deadline; any letter, with a cost of a time in which an objection was
        open.
    InvalidInput
        When it is said to have been sent on a day to come: what follows the letter would come too early.
    """
    if invoice.release.live:
        raise Refused("already_transferred", "the agency sends the letters for this invoice")
    reminder = sent.reminder
    refuse_day_to_come(reminder.sent_date, work.now, invoice.country, "/sent_date")
    if invoice.disputed_on(reminder.sent_date):
        _refuse_costs(sent)
    confirmed = _confirmed(work, invoice, sent, calendar)
    noted = replace(
        confirmed,
        reminders=(
            *invoice.reminders,
            replace(reminder, letter_id=sent.reminder_id or _named(invoice, confirmed)),
        ),
        updated_at=work.now,
        revision=invoice.revision + 1,
    )
    added = {Component.FEE: reminder.fee, Component.COMPENSATION: sent.compensation}
    booked, _ = charge_for_letter(work, invoice, noted, added, reminder.sent_date)
    return booked


def _refuse_costs(sent: SentLetter) -> None:
    """Refuse what a letter adds to the debt: an objection stops costs at once."""
    named = (("fee", sent.reminder.fee), ("compensation", sent.compensation))
    faults = tuple(
        Fault(f"/{name}/amount", f"{name}_too_high", "nothing: an objection to the invoice was open")
        for name, minor in named
        if minor
    )
    if faults:
        raise Unprocessable("letter_not_allowed", "an objection stops costs", faults=faults)


def charge_for_letter(
    work: Work, invoice: Invoice, noted: Invoice, costs: Mapping[Component, int], on: date
) -> tuple[Invoice, Entry | None]:
    """Write down an invoice with a letter that was sent, and what that adds to the debt.

    Parameters
    ----------
    invoice, noted
        As it was, and with the letter among its own.
    costs
        Minor units; of nothing there is no entry.
    """
    added = {part: minor for part, minor in costs.items() if minor}
    if not added:
        work.change(things.INVOICE(invoice.invoice_id), noted)
        return noted, None
    booked, entry = book(work, noted, EntryKind.CHARGE, added, on, Source.CREDITOR)
    vouch_charge(work, invoice, added, on)
    return booked, entry


def _confirmed(work: Work, invoice: Invoice, sent: SentLetter, calendar: BankCalendar) -> Invoice:
    # Loaded where there is a plan: most letters are recorded without one.
    if invoice.follow_up is None and sent.reminder_id is None:
        return invoice
    from fordring.usecases.confirming import followed_by, unknown_reminder

    if invoice.follow_up is None:
        raise unknown_reminder()
    from fordring.domain.law import law

    follow = followed_by(
        work,
        law(),
        calendar,
        invoice,
        invoice.follow_up,
        sent.reminder,
        sent.compensation,
        sent.reminder_id,
    )
    return replace(invoice, follow_up=follow)


def _named(invoice: Invoice, confirmed: Invoice) -> str | None:
    """Name the letter of a plan that was confirmed; ``None``: it is of none."""
    before, after = invoice.follow_up, confirmed.follow_up
    if before is None or after is None or before.letters == after.letters:
        return None
    from fordring.usecases.situations import reminder_id_of

    return reminder_id_of(invoice, before.letters)
