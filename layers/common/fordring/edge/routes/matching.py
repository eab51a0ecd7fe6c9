"""Decisions about payments, answered by ``submit_case``."""

from collections.abc import Iterable
from typing import Any

from fordring.domain import things
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.creditor import Scope
from fordring.domain.payment import Payment
from fordring.domain.refs import Ref
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import named_invoice
from fordring.edge.schemas.payments import NewReversal, PaymentDecision, ToldPayment, tell_payment
from fordring.usecases.matching import ignore_by_hand, match_by_hand
from fordring.usecases.paying import Target
from fordring.usecases.reversing import Reversal, refuse_before_payment
from fordring.usecases.unmatched import attention_of_payment
from fordring.usecases.work import Work


def payment_of(call: Call, work: Work) -> Payment:
    """Give the payment in the path, if the key acts for its creditor."""
    payment = work.get(things.PAYMENT(call.path["payment_id"]))
    call.reach(payment.creditor_id)
    return payment


def match_payment(call: Call) -> Answer:
    """Decide about an unmatched payment."""
    body = call.given(PaymentDecision)
    payment_id = call.path["payment_id"]
    refs: tuple[Ref[Any], ...] = (things.PAYMENT(payment_id), attention_of_payment(payment_id))
    if body.invoice_id is None:
        return call.transact(refs, lambda work: ignore_by_hand(work, payment_of(call, work)), tell_payment)
    seen = payment_of(call, call.read(things.PAYMENT(payment_id)))
    target = Target(call.hub.desk, seen.creditor_id, body.invoice_id)

    def named() -> Iterable[Ref[Any]]:
        return (*refs, *target.refs())

    def decide(work: Work) -> Payment:
        payment = payment_of(call, work)
        return match_by_hand(work, payment, named_invoice(work, target), body.choice)

    return call.transact(named, decide, tell_payment)


def reverse_payment(call: Call) -> Answer:
    """Take a payment back."""
    body = call.given(NewReversal)
    reversal = Reversal(call.hub.desk, call.path["payment_id"])

    def decide(work: Work) -> Payment:
        payment = payment_of(call, work)
        country = work.demand(things.CREDITOR(payment.creditor_id)).country
        refuse_day_to_come(body.date, work.now, country, "/date")
        refuse_before_payment(payment, body.date)
        return reversal.carry_out(work, payment, body.date)

    return call.transact(reversal.refs, decide, tell_payment)


MATCHING_ROUTES = (
    Route(
        "POST",
        "/v1/payments/{payment_id}/match",
        match_payment,
        "Decide about an unmatched payment",
        "payments",
        Scope.WRITE,
        {200: ToldPayment},
        body=PaymentDecision,
        claims=True,
        description="`normal` books it on an invoice, by `parts` or in the clearing order. `collection` "
        "matches it in full: what is above the principal is booked as a collection fee that the customer has "
        "paid, never on the principal. `ignore` sets it aside: what it was is then registered by hand, with "
        "`replaces`.",
    ),
    Route(
        "POST",
        "/v1/payments/{payment_id}/reverse",
        reverse_payment,
        "Take a payment at the creditor back",
        "payments",
        Scope.WRITE,
        {200: ToldPayment},
        body=NewReversal,
        claims=True,
    ),
)
