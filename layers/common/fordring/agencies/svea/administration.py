"""What Svea tells of an administered invoice: how it was delivered, whether it was bought, and its money."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from fordring.agencies.reading import Node
from fordring.domain.agency import CaseKey, MalformedAnswer
from fordring.domain.facts import (
    Fact,
    InvoiceDelivered,
    InvoiceDeliveryFailed,
    InvoicePaidOut,
    InvoiceRecoursed,
    PurchaseDecided,
)

DISTRIBUTION: Final[Mapping[str, str]] = MappingProxyType(
    {"ehf": "EInvoiceB2B", "email": "Email", "paper": "Post"}
)
"""Svea's words for the channels by which an invoice is sent out."""

_CHANNELS: Final = {word: channel for channel, word in DISTRIBUTION.items()}

_REASONS: Final = {
    "Bounced": "bounced",
    "AddressUnknown": "address_unknown",
    "RecipientNotRegistered": "recipient_not_registered",
    "ReturnedToSender": "returned_to_sender",
    "NotApproved": "not_approved",
    "LimitExceeded": "credit_limit_exceeded",
    "Disputed": "disputed",
}


def _delivered(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return InvoiceDelivered(
        case=case,
        invoice_external_id=change.identifier("ClientInvoiceId"),
        channel=_channel(change),
        delivered_date=change.day("DeliveredDate"),
        occurred_at=occurred_at,
    )


def _failed(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return InvoiceDeliveryFailed(
        case=case,
        invoice_external_id=change.identifier("ClientInvoiceId"),
        channel=_channel(change),
        reason=_REASONS.get(change.text("Reason"), "other"),
        occurred_at=occurred_at,
    )


def _decided(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    reason = change.optional_text("Reason")
    return PurchaseDecided(
        case=case,
        invoice_external_id=change.identifier("ClientInvoiceId"),
        approved=change.flag("SveaHasBought"),
        reason=None if reason is None else _REASONS.get(reason, "other"),
        occurred_at=occurred_at,
    )


def _paid_out(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    currency = change.currency()
    return InvoicePaidOut(
        case=case,
        invoice_external_id=change.identifier("ClientInvoiceId"),
        amount=change.money("Amount", currency),
        fee=change.money("CreditFee", currency),
        paid_out_date=change.day("PaidToClientOn"),
        occurred_at=occurred_at,
    )


def _recoursed(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    currency = change.currency()
    recourse = InvoiceRecoursed(
        case=case,
        invoice_external_id=change.identifier("ClientInvoiceId"),
        capital=change.money("Capital", currency),
        fee=change.money("Fee", currency),
        recourse_date=change.day("TransactionDate"),
        occurred_at=occurred_at,
    )
    if recourse.capital.minor < 0 or recourse.fee.minor < 0:
        raise MalformedAnswer("a recourse is of positive amounts")
    return recourse


def _channel(change: Node) -> str:
    channel = _CHANNELS.get(change.text("Channel"))
    if channel is None:
        raise MalformedAnswer("the channel is not one of the interface")
    return channel


READERS: Final[Mapping[str, Callable[[Node, CaseKey, datetime], Fact]]] = MappingProxyType(
    {
        "InvoiceDelivered": _delivered,
        "InvoiceDeliveryFailed": _failed,
        "PurchaseDecided": _decided,
        "InvoicePaidToClient": _paid_out,
        "Regression": _recoursed,
    }
)
"""By the type of change; the case is named in all of them."""
