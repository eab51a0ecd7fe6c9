"""The sale of an invoice to an agency: offered, decided, paid out, and perhaps given back."""

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.values import dataclass

KEPT_FACTS: Final = 20


class SaleState(StrEnum):
    """How far a sale has come."""

    QUEUED = "queued"
    """It will be offered once the agency has been asked for the recipient's credit."""
    OFFERED = "offered"
    PURCHASED = "purchased"
    REFUSED = "refused"
    """Not approved, or not checked: the invoice stays administered (SAN-15)."""
    RECOURSED = "recoursed"


@dataclass(frozen=True, slots=True)
class Sale:
    """The latest sale of an invoice.

    Parameters
    ----------
    number
        Which offer of the invoice this is, from 1; 0 before the first one. With it the agency tells an offer
        that it has seen before from a new one.
    check_id
        The credit check on which the offer rests; ``None``: made when the offer is sent.
    reason
        Why it was refused, a code.
    purchased_date, paid_out_date, recoursed_date
        Business dates in the creditor's country.
    price
        What was bought, minor units of the invoice's currency.
    known
        The agency's instants of what was applied: nothing is booked twice.
    """

    state: SaleState
    number: int = 0
    check_id: str | None = None
    reason: str | None = None
    purchased_date: date | None = None
    paid_out_date: date | None = None
    recoursed_date: date | None = None
    recoursed_at: datetime | None = None
    price: int = 0
    known: tuple[str, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether the agency's decision is awaited."""
        return self.state in (SaleState.QUEUED, SaleState.OFFERED)

    def knows(self, kind: str, occurred_at: datetime) -> bool:
        """Whether this was applied before, by callback or by poll."""
        return _spelt(kind, occurred_at) in self.known

    def with_known(self, kind: str, occurred_at: datetime, **fields: object) -> "Sale":
        """Give the sale after something that the agency has told."""
        known = (*self.known, _spelt(kind, occurred_at))[-KEPT_FACTS:]
        return replace(self, known=known, **fields)  # type: ignore[arg-type]


def _spelt(kind: str, occurred_at: datetime) -> str:
    return f"{kind}:{occurred_at.isoformat()}"
