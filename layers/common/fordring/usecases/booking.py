"""Booking on an invoice, and on the case that it is in, in one transaction: the two never disagree."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, Entry, EntryKind, Source
from fordring.usecases.looking_again import look_again
from fordring.usecases.work import Work


def book(
    work: Work,
    invoice: Invoice,
    kind: EntryKind,
    amounts: Mapping[Component, int],
    entry_date: date,
    source: Source,
    *,
    payment_id: str | None = None,
    credit_note_id: str | None = None,
    write_off_id: str | None = None,
    reverses: Entry | None = None,
    clearing_order: str | None = None,
    note: str | None = None,
) -> tuple[Invoice, Entry]:
    """Append an entry to an invoice's ledger; gives the invoice, noted in the work, and the entry.

    ``clearing_order`` names the order by which the amounts were spread.
    """
    entry = replace(
        invoice.entry(kind, amounts, entry_date, work.now, source),
        payment_id=payment_id,
        credit_note_id=credit_note_id,
        write_off_id=write_off_id,
        reverses=reverses.seq if reverses else None,
        reversed_kind=reverses.kind if reverses else None,
        clearing_order=clearing_order,
        note=note,
        # What is taken back was booked on the claim of whoever owned it then.
        owner=reverses.owner if reverses else invoice.owner,
    )
    booked = invoice.booked(entry)
    grown = booked.balance.owed_to_creditor > invoice.balance.owed_to_creditor
    stopped = invoice.follow_up is not None and invoice.follow_up.stopped is not None
    if kind in (EntryKind.REVERSAL, EntryKind.RECOURSE) or (grown and stopped):
        # A debt that is back is followed up again, as is one that was too small.
        booked = look_again(booked, work.now)
    work.add(things.INVOICE_ENTRY(invoice.invoice_id, entry.seq), entry)
    work.change(things.INVOICE(invoice.invoice_id), booked)
    return booked, entry


def follow(case: Case, invoice: Invoice, work: Work, *, own: bool = True) -> Case:
    """Give the case with the balance of its invoice; the caller writes it.

    ``own`` says whether what this work has booked on the invoice is the case's: money that came for an
    earlier case is not recovered twice.
    """
    entries = _noted(invoice, case, work) if own else ()
    return case.settled(
        invoice.invoice_id, invoice.balance.owed_to_creditor, work.now, invoice.last_entry, entries
    )


def _noted(invoice: Invoice, case: Case, work: Work) -> tuple[Entry, ...]:
    """Give the entries that this work has booked on an invoice and that the case has not followed yet."""
    known = {receipt.entry for receipt in case.receipts if receipt.invoice_id == invoice.invoice_id}
    found = []
    for seq in range(invoice.last_entry, 0, -1):
        entry = work.noted(things.INVOICE_ENTRY(invoice.invoice_id, seq))
        if entry is None:
            break
        if seq not in known:
            found.append(entry)
    return tuple(reversed(found))


def book_cost(
    work: Work,
    case: Case,
    kind: EntryKind,
    amounts: Mapping[Component, int],
    entry_date: date,
    *,
    payment_id: str | None = None,
    dispatch_id: str | None = None,
    reverses: Entry | None = None,
) -> tuple[Case, Entry]:
    """Append an entry to a case's own ledger, of agency cost and interest; the caller writes the case."""
    entry = Entry(
        seq=case.last_entry + 1,
        kind=kind,
        amounts=amounts,
        currency=case.currency,
        entry_date=entry_date,
        at=work.now,
        source=Source.AGENCY,
        payment_id=payment_id,
        dispatch_id=dispatch_id,
        reverses=reverses.seq if reverses else None,
        reversed_kind=reverses.kind if reverses else None,
    )
    work.add(things.CASE_ENTRY(case.case_id, entry.seq), entry)
    return case.booked(entry), entry


def ledger_of(work: Work, invoice: Invoice) -> list[Entry]:
    """Give every entry of an invoice; they are read when they have not been."""
    seqs = range(1, invoice.last_entry + 1)
    return work.demand_all([things.INVOICE_ENTRY(invoice.invoice_id, seq) for seq in seqs])
