"""A contract with an agency that gets another number, and the cases that move to it (NET-6, NET-7)."""

from datetime import date, datetime
from enum import StrEnum

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class ContractChange:
    """That the agency gave the contract another number, and who confirmed that it agreed to the cancellation.

    Parameters
    ----------
    job_id
        The job that moves the cases.
    confirmed_by, confirmed_date
        Who at the agency agreed, and when.
    recorded_at, finished_at
        When that was recorded, and when the last case of the former contract had gone.
    """

    job_id: str
    confirmed_by: str
    confirmed_date: date
    recorded_at: datetime
    finished_at: datetime | None = None


class MovingState(StrEnum):
    """How far a case has come on its way to the new contract."""

    LEAVING = "leaving"
    """Its cancellation is not confirmed yet."""
    RENUMBERED = "renumbered"
    """It had not been sent: it goes under the new number."""
    RESENT = "resent"
    """Cancelled, and sent again under a new submission number."""
    NOT_RESENT = "not_resent"
    """Cancelled; something stands in the way of sending it again, and it is a candidate."""
    ENDED = "ended"
    """It ended in another way than by the cancellation: paid, for example."""
    STAYING = "staying"
    """It cannot be withdrawn, and goes on under the former contract."""


@dataclass(frozen=True, slots=True)
class Moving:
    """One case on its way; ``reasons`` say in codes why it stays or was not sent again."""

    job_id: str
    case_id: str
    state: MovingState
    noted_at: datetime
    resent_case_id: str | None = None
    reasons: tuple[str, ...] = ()
