"""The states that a case and its payment have, and what a creditor makes of its end."""

from enum import StrEnum


class Processing(StrEnum):
    """Whether the case is being worked on."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class PaymentState(StrEnum):
    """How much of the principal has been settled."""

    UNPAID = "unpaid"
    PART_PAID = "part_paid"
    PAID = "paid"


class Handling(StrEnum):
    """What a creditor makes of a case that has ended without an account of it (NET-18)."""

    PAID = "paid"
    WRITTEN_OFF = "written_off"
    TAKEN_BACK = "taken_back"
