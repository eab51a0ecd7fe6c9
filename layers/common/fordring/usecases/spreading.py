"""Booking the parts of a payment on its invoice."""

from dataclasses import replace

from fordring.domain.invoice import Invoice
from fordring.domain.ledger import EntryKind
from fordring.domain.payment import Payment
from fordring.domain.spreading import NOTES, Spread
from fordring.usecases.booking import book
from fordring.usecases.surplus import note_surplus
from fordring.usecases.work import Work


def book_spread(work: Work, invoice: Invoice, payment: Payment, spread: Spread) -> tuple[Invoice, Payment]:
    """Append the entries of a payment: one for the debt, and one for each part that was never charged.

    Gives the invoice, noted in the work, and the payment, which the caller writes.
    """
    booked = invoice
    seqs: list[int] = []
    if spread.paid:
        booked, entry = book(
            work,
            booked,
            EntryKind.PAYMENT,
            spread.paid,
            payment.paid_date,
            payment.source,
            payment_id=payment.payment_id,
            clearing_order=spread.clearing_order,
        )
        seqs.append(entry.seq)
    for part, minor in spread.collected.items():
        booked, entry = book(
            work,
            booked,
            EntryKind.COLLECTED,
            {part: minor},
            payment.paid_date,
            payment.source,
            payment_id=payment.payment_id,
            note=NOTES[part],
        )
        seqs.append(entry.seq)
    booked = note_surplus(work, booked, payment.payment_id, spread.surplus)
    return booked, replace(
        payment,
        entry=seqs[0] if spread.paid else None,
        more_entries=tuple(seqs[1:] if spread.paid else seqs),
        surplus=spread.surplus,
        collected=sum(spread.collected.values()),
    )
