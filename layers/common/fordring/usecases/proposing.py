"""Candidates: what could be handed over, by what the debtors are now."""

from collections.abc import Sequence
from dataclasses import replace

from fordring.domain import things
from fordring.domain.invoice import Invoice
from fordring.usecases.work import Desk


def with_fresh_blocks(desk: Desk, invoices: Sequence[Invoice]) -> list[Invoice]:
    """Give invoices with what blocks their debtors at present, in one more read where any is blocked.

    An invoice's copy is only looked behind when it blocks, as a submission does: what blocked the debtor
    may have been mended since.
    """
    refs = {
        invoice.debtor_id: things.DEBTOR(invoice.creditor_id, invoice.debtor_id)
        for invoice in invoices
        if invoice.debtor_blocks
    }
    if not refs:
        return list(invoices)
    work = desk.read(*refs.values())
    debtors = {debtor_id: work.find(ref) for debtor_id, ref in refs.items()}
    return [
        replace(invoice, debtor_blocks=debtor.blocks)
        if (debtor := debtors.get(invoice.debtor_id))
        else invoice
        for invoice in invoices
    ]
