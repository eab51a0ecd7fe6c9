"""Payments that a person reads off the bank statement, also instead of one that was set aside (NET-33)."""

from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.payment import Match, Payment
from fordring.domain.refs import Ref
from fordring.usecases.paying import NewPayment, pay
from fordring.usecases.work import Work


def refs_to_replace(new: NewPayment) -> tuple[Ref[Any], ...]:
    """Name the payment that a new one stands for."""
    return (things.PAYMENT(new.replaces),) if new.replaces else ()


def pay_by_hand(work: Work, invoice: Invoice, new: NewPayment) -> Payment:
    """Book a payment on an invoice, and note it on the one that was set aside for it.

    Raises
    ------
    InvalidInput
        When its day is still to come.
    Refused
        ``set_aside_first``: a reference payment is matched in full, or set aside before it is registered in
        parts (NET-40); ``payment_already_replaced``.
    Unprocessable
        ``unknown_payment``: the creditor has none of that id; ``wrong_amount``: not that one's; as ``pay``.
    """
    refuse_day_to_come(new.paid_date, work.now, invoice.country, "/paid_date")
    if new.replaces is None:
        return pay(work, invoice, new)
    ref = things.PAYMENT(new.replaces)
    aside = work.find(ref)
    if aside is None or aside.creditor_id != invoice.creditor_id:
        raise _wrong("unknown_payment", "/replaces", "the creditor has no such payment")
    if aside.match is not Match.IGNORED:
        raise Refused(
            "set_aside_first",
            "the payment is not set aside: match it in full, or ignore it before it is registered by hand",
            facts={"match": aside.match.value},
        )
    if aside.replaced_by is not None:
        raise Refused(
            "payment_already_replaced",
            "another payment stands for it",
            facts={"payment_id": aside.replaced_by},
        )
    if (aside.amount, aside.currency) != (new.amount.minor, new.amount.currency):
        raise _wrong("wrong_amount", "/amount", "this is not the amount of the payment that it replaces")
    paid = pay(
        work,
        invoice,
        replace(new, bank_transaction_id=new.bank_transaction_id or aside.bank_transaction_id),
    )
    work.change(ref, replace(aside, replaced_by=paid.payment_id, revision=aside.revision + 1))
    return paid


def _wrong(code: str, pointer: str, detail: str) -> Unprocessable:
    return Unprocessable(code, detail, faults=[Fault(pointer, code, detail)])
