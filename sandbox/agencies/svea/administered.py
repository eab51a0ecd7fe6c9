"""Svea's changes of an administered invoice, as the agency writes them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.amounts import amount_of

type Members = dict[str, object]


def _delivered(told: Mapping[str, Any]) -> Members:
    return {
        "ClientInvoiceId": told["invoice"],
        "Channel": told["channel"],
        "DeliveredDate": told["day"],
    }


def _failed(told: Mapping[str, Any]) -> Members:
    return {"ClientInvoiceId": told["invoice"], "Channel": told["channel"], "Reason": told["reason"]}


def _decided(told: Mapping[str, Any]) -> Members:
    return {"ClientInvoiceId": told["invoice"], "SveaHasBought": told["bought"], "Reason": told["reason"]}


def _paid(told: Mapping[str, Any]) -> Members:
    return {
        "ClientInvoiceId": told["invoice"],
        "Amount": amount_of(told["amount"]),
        "CreditFee": amount_of(told["fee"]),
        "Currency": told["currency"],
        "PaidToClientOn": told["day"],
    }


def _regression(told: Mapping[str, Any]) -> Members:
    return {
        "ClientInvoiceId": told["invoice"],
        "Capital": amount_of(told["capital"]),
        "Fee": amount_of(told["fee"]),
        "TransactionAmount": amount_of(told["capital"] + told["fee"]),
        "TransactionType": "Regression",
        "TransactionDate": told["day"],
        "Currency": told["currency"],
    }


DETAILS: Final[Mapping[str, Callable[[Mapping[str, Any]], Members]]] = {
    "InvoiceDelivered": _delivered,
    "InvoiceDeliveryFailed": _failed,
    "PurchaseDecided": _decided,
    "InvoicePaidToClient": _paid,
    "Regression": _regression,
}
"""The members of a change beside those that all have, by its type."""
