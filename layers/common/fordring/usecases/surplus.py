"""Money for which nothing was owed: kept on its payment, and used when a debt comes back.

The agency counts the whole of a payment that it was told of. When another payment is taken back, what it had
paid is owed again on both sides, less what was paid too much before.
"""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CLEARING_ORDERS, EntryKind, Source, allocate
from fordring.domain.payment import Match, Payment
from fordring.usecases.booking import book
from fordring.usecases.vouchering import vouch_use_of_surplus
from fordring.usecases.work import Work


def note_surplus(work: Work, invoice: Invoice, payment_id: str, surplus: int) -> Invoice:
    """Give the invoice with what holds money that nothing was owed for, noted in the work."""
    if not surplus:
        return invoice
    noted = replace(invoice, surplus_payments=(*invoice.surplus_payments, payment_id), updated_at=work.now)
    work.change(things.INVOICE(invoice.invoice_id), noted)
    return noted


def use_surplus(work: Work, invoice: Invoice, taken_back: str) -> Invoice:
    """Pay a debt that is back with what was paid too much; gives the invoice, noted in the work.

    Parameters
    ----------
    taken_back
        The payment that is being reversed: its own surplus is gone with it.
    """
    left: list[str] = []
    used = invoice
    for payment_id in invoice.surplus_payments:
        if payment_id == taken_back:
            continue
        payment = work.demand(things.PAYMENT(payment_id))
        if payment.match is not Match.MATCHED or not payment.surplus:
            continue
        if _counts(work, payment, invoice):
            used, payment = _use(work, used, payment)
        if payment.surplus:
            left.append(payment_id)
    if tuple(left) == invoice.surplus_payments:
        return used
    used = replace(used, surplus_payments=tuple(left))
    work.change(things.INVOICE(invoice.invoice_id), used)
    return used


def _counts(work: Work, payment: Payment, invoice: Invoice) -> bool:
    """Whether the agency that has the invoice now counts the surplus, too; without one, nobody has to.

    Of a payment on one invoice of a group, only what it settled was told.
    """
    if not invoice.release.live or invoice.case_id is None or payment.source is Source.AGENCY:
        return True
    return payment.reported and not work.demand(things.CASE(invoice.case_id)).grouped


def _use(work: Work, invoice: Invoice, payment: Payment) -> tuple[Invoice, Payment]:
    spread, left = allocate(invoice.balance, payment.surplus, CLEARING_ORDERS["principal_first"])
    if not spread:
        return invoice, payment
    booked, entry = book(
        work,
        invoice,
        EntryKind.PAYMENT,
        spread,
        payment.paid_date,
        payment.source,
        payment_id=payment.payment_id,
        clearing_order="principal_first",
        note="surplus_used",
    )
    used = replace(
        payment,
        surplus=left,
        more_entries=(*payment.more_entries, entry.seq),
        revision=payment.revision + 1,
    )
    work.change(things.PAYMENT(payment.payment_id), used)
    vouch_use_of_surplus(work, payment, invoice, payment.surplus - left)
    return booked, used
