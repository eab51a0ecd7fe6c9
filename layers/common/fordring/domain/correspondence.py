"""Messages with the case handler, and what the agency has sent to the debtor."""

from dataclasses import field
from datetime import date, datetime

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a case. The text is personal data and lives here only.

    ``direction`` is ``out`` (to the case handler) or ``in``. ``seen_by`` is the id of the API key that has
    marked it as seen, or ``agency``.
    """

    case_id: str
    message_id: str
    direction: str
    text: str = field(repr=False)
    at: datetime = field(kw_only=True)
    agency_message_id: str | None = field(default=None, kw_only=True)
    seen_at: datetime | None = field(default=None, kw_only=True)
    seen_by: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A letter, e-mail or SMS that the agency has sent (ZIR-6); ``fee`` in minor units of the case."""

    case_id: str
    dispatch_id: str
    kind: str
    channel: str
    sent_date: date
    deadline_date: date | None
    fee: int
    at: datetime
