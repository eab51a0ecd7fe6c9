"""What a creditor makes of a case that the agency has ended without an account of it (NET-18)."""

from datetime import date

from fordring.domain import things
from fordring.domain.agency import Capabilities
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.case import Case
from fordring.domain.case_states import Handling
from fordring.domain.errors import Refused
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.usecases.booking import book
from fordring.usecases.giving_up import WriteOff, write_off
from fordring.usecases.paying import NewPayment, pay
from fordring.usecases.permitting import refuse_unless_available
from fordring.usecases.recording import tell_of_case
from fordring.usecases.unmatched import said
from fordring.usecases.work import Work

MOST_AT_ONCE = 18
"""How many invoices are booked in one transaction, each with its entry, payment, voucher and event."""


def acknowledge(
    work: Work, case: Case, handling: Handling, handled_date: date, capabilities: Capabilities
) -> Case:
    """Book what has become of the invoices of a case that has ended; nothing is told to the agency.

    ``paid`` books what is left of each as paid to the creditor, ``written_off`` as lost, and ``taken_back``
    books that it is owed as before: the creditor goes on by itself, or hands over anew. The same again
    changes nothing.

    Raises
    ------
    Refused
        ``already_acknowledged``, with another handling; ``action_not_available`` for a case that is open, or
        of which it is known why it ended; ``too_many_invoices``.
    InvalidInput
        When the day is still to come.
    """
    if case.handling is not None and case.handling is not handling:
        raise Refused(
            "already_acknowledged",
            "the end of the case was acknowledged with another handling",
            facts={"handling": case.handling.value},
        )
    if case.handling is handling:
        return case
    refuse_unless_available(work, case, "acknowledge_closed", capabilities)
    refuse_day_to_come(
        handled_date, work.now, work.demand(things.CREDITOR(case.creditor_id)).country, "/date"
    )
    owing = _owing(work, case)
    if len(owing) > MOST_AT_ONCE and handling is not Handling.TAKEN_BACK:
        raise Refused(
            "too_many_invoices",
            f"at most {MOST_AT_ONCE} invoices at once: book the others one by one, then acknowledge the rest",
        )
    booked = sum(_book(work, invoice, handling, handled_date) for invoice in owing)
    acknowledged = case.touched(work.now, handling=handling)
    work.change(things.CASE(case.case_id), acknowledged)
    tell_of_case(
        work,
        EventType.CASE_ACKNOWLEDGED,
        acknowledged,
        handling=handling.value,
        amount=said(Money(booked, case.currency)),
    )
    return acknowledged


def _owing(work: Work, case: Case) -> list[Invoice]:
    """Give the invoices of the case that are still owed, and that no other case has got since."""
    invoices = work.demand_all([things.INVOICE(member.invoice_id) for member in case.held])
    return [
        invoice
        for invoice in invoices
        if invoice.case_id == case.case_id
        and not invoice.release.live
        and invoice.balance.owed_to_creditor > 0
    ]


def _book(work: Work, invoice: Invoice, handling: Handling, handled_date: date) -> int:
    owed = invoice.balance.owed_to_creditor
    if handling is Handling.TAKEN_BACK:
        book(work, invoice, EntryKind.TAKEN_BACK, {}, handled_date, Source.CREDITOR, note="case_ended")
        return 0
    if handling is Handling.PAID:
        amount = Money(owed, invoice.currency)
        pay(work, invoice, NewPayment(amount, handled_date, Origin.DEBTOR, reason="case_ended"))
    else:
        write_off(work, invoice, WriteOff(handled_date, "case_ended"), None)
    return owed
