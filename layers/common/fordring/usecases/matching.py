"""Decisions of a person about a payment: whose invoice it settles, that it settles none, that it bounced."""

from collections.abc import Mapping
from dataclasses import replace

from fordring.domain import things
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, Source
from fordring.domain.matching import Rule
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.domain.spreading import Handling
from fordring.domain.values import dataclass
from fordring.usecases.paying import NewPayment, pay, refuse_nonsense, spread_on
from fordring.usecases.receiving_payments import book_on_invoice
from fordring.usecases.unmatched import REVERSAL, attention_of_payment, settle_attention
from fordring.usecases.vouchering import void_unmatched
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has decided about an unmatched payment that is for an invoice.

    ``parts`` splits it, minor units of ``currency`` by component; without them the creditor's clearing order
    does.
    """

    handling: Handling = Handling.NORMAL
    origin: Origin | None = None
    parts: Mapping[Component, int] | None = None
    currency: str | None = None


def match_by_hand(work: Work, payment: Payment, invoice: Invoice, choice: Choice) -> Payment:
    """Lead an unmatched payment to an invoice.

    A payment that the agency took is the debtor's, and is never reported back to it.

    Raises
    ------
    Refused
        ``payment_already_matched``; ``payment_is_reversal`` for a bank line that took money back;
        ``payment_cannot_be_split`` for one whose reference a machine has read (NET-40).
    Unprocessable
        ``wrong_currency`` of the parts; ``wrong_origin``: the agency took the money from the debtor; as
        ``pay``.
    """
    refuse_unless_unmatched(payment)
    _refuse_nonsense(payment, choice)
    if payment.reason == REVERSAL:
        raise Refused(
            "payment_is_reversal", "the bank took money back: reverse the payment that it was, or ignore this"
        )
    if choice.parts is not None and payment.machine_readable:
        raise Refused(
            "payment_cannot_be_split",
            "a machine has read its reference: match it in full, or ignore it and register one by hand",
        )
    rule = Rule.COLLECTION if choice.handling is Handling.COLLECTION else Rule.BY_HAND
    new = NewPayment(
        Money(payment.amount, payment.currency),
        payment.paid_date,
        _origin(payment, invoice, choice),
        payment.source,
        payment.reference,
        payment.bank_transaction_id,
        payment.machine_readable,
        payment.channel or "api",
        rule,
        "by_hand",
        payment.payment_id,
        choice.parts,
        handling=choice.handling,
        was_unmatched=True,
    )
    if payment.source is Source.AGENCY:
        refuse_nonsense(invoice, new)
        decided = replace(payment, reason="by_hand", rule=rule)
        chosen = choice.handling is Handling.COLLECTION or choice.parts is not None
        spread = spread_on(work, invoice, new) if chosen else None
        matched = book_on_invoice(work, decided, invoice, spread)
    else:
        matched = replace(
            pay(work, invoice, new), created_at=payment.created_at, revision=payment.revision + 1
        )
        work.change(things.PAYMENT(payment.payment_id), matched)
    settle_attention(work, attention_of_payment(payment.payment_id), "matched")
    return matched


def _refuse_nonsense(payment: Payment, choice: Choice) -> None:
    if choice.currency not in (None, payment.currency):
        raise Unprocessable(
            "wrong_currency",
            "the parts are in another currency than the payment",
            faults=[Fault("/parts", "wrong_currency", "not the payment's currency")],
        )
    if payment.source is Source.AGENCY and choice.origin is Origin.AGENCY_SETTLEMENT:
        raise Unprocessable(
            "wrong_origin",
            "the agency has told of it as a debtor's payment: it is no settlement",
            faults=[Fault("/origin", "wrong_origin", "this is a payment of the debtor")],
        )


def _origin(payment: Payment, invoice: Invoice, choice: Choice) -> Origin | None:
    if choice.handling is Handling.COLLECTION:
        # A fee that came with the principal was paid by the debtor, whoever is told.
        return Origin.DEBTOR
    return choice.origin if choice.origin is not None or invoice.release.live else payment.origin


def refuse_unless_unmatched(payment: Payment) -> None:
    """Refuse to decide about a payment twice.

    Raises
    ------
    Refused
        ``payment_already_matched``.
    """
    if payment.match is not Match.UNMATCHED:
        raise Refused(
            "payment_already_matched",
            "the payment was decided about before",
            facts={"match": payment.match.value},
        )


def ignore_by_hand(work: Work, payment: Payment) -> Payment:
    """Set an unmatched payment aside: it settles nothing.

    Raises
    ------
    Refused
        ``payment_already_matched``.
    """
    refuse_unless_unmatched(payment)
    ignored = replace(
        payment, match=Match.IGNORED, reason="by_hand", rule=Rule.BY_HAND, revision=payment.revision + 1
    )
    work.change(things.PAYMENT(payment.payment_id), ignored)
    void_unmatched(work, payment)
    settle_attention(work, attention_of_payment(payment.payment_id), "ignored")
    return ignored
