"""How a payment is spread over what is owed on its invoice, and what of it was never owed there."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.ledger import CLEARING_ORDERS, CREDITORS_OWN, Balance, Component, allocate
from fordring.domain.values import dataclass


class Handling(StrEnum):
    """What is done with a payment on its invoice."""

    NORMAL = "normal"
    """Parts that somebody says, or the creditor's clearing order; the rest is surplus."""
    COLLECTION = "collection"
    """In full: what is above the principal is a collection fee that the customer has paid (NET-28)."""


NOTES: Final = {
    Component.AGENCY_COST: "customer_paid_collection_fee",
    Component.INTEREST: "interest_paid",
}
"""What an entry is called that books more of a component than was ever charged."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The parts of a payment, minor units.

    Parameters
    ----------
    paid
        What settles the debt, by component.
    collected
        Interest and cost that were never charged: entries of their own, which leave the debt alone (NET-30).
    surplus
        What nothing is owed for.
    clearing_order
        The setting by which it was spread; ``None`` when somebody has said the parts.
    """

    paid: Mapping[Component, int]
    collected: Mapping[Component, int] = field(default_factory=dict)
    surplus: int = 0
    clearing_order: str | None = None

    @property
    def settles(self) -> int:
        """What it settles of the debt."""
        return sum(self.paid.values())


def by_order(balance: Balance, amount: int, order: str | None) -> Spread:
    """Spread a payment in one of the clearing orders (BEY-5); ``None`` where nothing depends on it."""
    paid, surplus = allocate(balance, amount, CLEARING_ORDERS[order or "principal_first"])
    return Spread(paid, surplus=surplus, clearing_order=order)


def by_parts(balance: Balance, amount: int, parts: Mapping[Component, int]) -> Spread:
    """Spread a payment as somebody says; interest and cost may be more than was charged (NET-33).

    Raises
    ------
    Unprocessable
        ``wrong_sum``: the parts do not make up the amount; ``part_exceeds_remaining``: more principal, fee or
        compensation than is owed.
    """
    if sum(parts.values()) != amount:
        raise Unprocessable(
            "wrong_sum",
            "the parts do not make up the amount",
            faults=[Fault("/parts", "wrong_sum", "the parts sum to the amount")],
        )
    owed = {part: max(balance.part(part).remaining, 0) for part in parts}
    faults = [
        Fault(f"/parts/{part.value}", "part_exceeds_remaining", "less than this is owed for it")
        for part, minor in parts.items()
        if minor > owed[part] and part not in NOTES
    ]
    if faults:
        raise Unprocessable("part_exceeds_remaining", "more is paid than is owed for a part", faults=faults)
    paid = {part: min(minor, owed[part]) for part, minor in parts.items() if min(minor, owed[part])}
    more = {part: minor - owed[part] for part, minor in parts.items() if minor > owed[part]}
    return Spread(paid, more)


def as_collection(balance: Balance, amount: int) -> Spread:
    """Match a payment in full: all that is owed to the creditor, and the rest a collection fee (NET-28).

    Raises
    ------
    Unprocessable
        ``nothing_above_principal``: there is no fee in it.
    """
    paid = {part: left for part in CREDITORS_OWN if (left := balance.part(part).remaining) > 0}
    fee = amount - sum(paid.values())
    if fee <= 0:
        raise Unprocessable(
            "nothing_above_principal",
            "the payment is not more than is owed to the creditor; match it as a normal one",
            faults=[Fault("/method", "nothing_above_principal", "there is no collection fee in it")],
        )
    return Spread(paid, {Component.AGENCY_COST: fee})
