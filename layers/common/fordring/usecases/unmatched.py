"""Payments that lead to no invoice: kept, told, and put before a person."""

from dataclasses import replace
from typing import Any, Final

from fordring.domain import things
from fordring.domain.command import AttentionKind
from fordring.domain.events import EventType
from fordring.domain.money import Money
from fordring.domain.payment import Payment
from fordring.domain.refs import Ref
from fordring.usecases.recording import ask_for_attention, attention_id, tell
from fordring.usecases.vouchering import vouch_unmatched
from fordring.usecases.work import Work

REVERSAL: Final = "reversal_without_original"
"""The reason of a bank line that takes money back of which the hub knows nothing."""


def said(amount: Money) -> dict[str, str]:
    """Spell an amount as it is told outside."""
    return {"amount": amount.text, "currency": amount.currency}


def attention_of_payment(payment_id: str) -> Ref[Any]:
    """Name the attention that an unmatched payment raises."""
    return things.ATTENTION(attention_id(AttentionKind.PAYMENT_UNMATCHED, ("payment", payment_id)))


def keep_unmatched(work: Work, payment: Payment) -> None:
    """Keep a payment that leads to no invoice, tell of it, and ask for a person's attention.

    The attention that it may have raised before must have been read.
    """
    work.add(things.PAYMENT(payment.payment_id), payment)
    vouch_unmatched(work, payment, went_back=payment.reason == REVERSAL)
    tell(
        work,
        EventType.PAYMENT_UNMATCHED,
        payment.creditor_id,
        ("creditor", payment.creditor_id),
        {
            "payment_id": payment.payment_id,
            "source": payment.source.value,
            "agency": payment.agency,
            "amount": said(Money(payment.amount, payment.currency)),
            "reason": payment.reason,
        },
    )
    ask_for_attention(
        work,
        AttentionKind.PAYMENT_UNMATCHED,
        payment.creditor_id,
        ("payment", payment.payment_id),
        payment.reason,
    )


def settle_attention(work: Work, ref: Ref[Any], resolution: str) -> None:
    """Take something off the attention list, when it is on it; it must have been read."""
    attention = work.find(ref)
    if attention is not None and attention.resolved_at is None:
        work.change(ref, replace(attention, resolved_at=work.now, resolution=resolution))
