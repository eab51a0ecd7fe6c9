"""The invoices of a case, as the case keeps them."""

from datetime import date
from enum import StrEnum
from typing import Final

from fordring.domain.values import dataclass


class MemberState(StrEnum):
    """Whether an invoice is in its case."""

    HELD = "held"
    LEAVING = "leaving"
    """It is being taken back, and the agency has not confirmed that yet."""
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Member:
    """One invoice of a case.

    Parameters
    ----------
    invoice_id, external_id
        The invoice, and its id at the agency.
    principal
        What was handed over, minor units.
    remaining
        What is still owed to the creditor on it, as the hub's ledger says: kept equal to the invoice's
        in the same transaction; nothing once it has left.
    due_date
        When it was to be paid: the order in which money without an invoice is spread.
    disputed
        Whether an objection to it is open; the case goes on with the others (BEY-6).
    mirrored
        Up to which position of the invoice's ledger the entries were handed over with it (VIS-13); 0 where
        the agency was told the sum only.
    sold
        Whether the agency has bought it and has not given it back.
    offered
        Whether it is offered to the agency, which has not decided yet.
    """

    invoice_id: str
    external_id: str
    principal: int
    remaining: int
    due_date: date | None = None
    disputed: bool = False
    state: MemberState = MemberState.HELD
    mirrored: int = 0
    sold: bool = False
    offered: bool = False

    @property
    def inside(self) -> bool:
        """Whether it counts in the case."""
        return self.state is not MemberState.LEFT


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An invoice that was wanted in the case and is not in it, and why, in codes."""

    invoice_id: str
    reasons: tuple[str, ...]


MOST_INVOICES: Final = 40
"""How many invoices a case may have: a payment that pays all of them is one transaction."""
