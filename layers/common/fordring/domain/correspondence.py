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
class KeptDocument:
    """What is known of a document that is kept as a file; ``size`` in bytes, ``sha256`` in hexadecimal."""

    content_type: str
    size: int
    sha256: str
    kept_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A letter, e-mail or SMS that the agency has sent (ZIR-6); ``fee`` in minor units of the case.

    Parameters
    ----------
    agency_dispatch_id
        The agency's own id of it.
    fetch_at, fetch_attempts
        When its document is to be fetched next, and how often that was tried; ``None``: not to be fetched.
    document, document_fault
        What was fetched, and what was wrong at the last attempt.
    """

    case_id: str
    dispatch_id: str
    kind: str
    channel: str
    sent_date: date
    deadline_date: date | None
    fee: int
    at: datetime
    agency_dispatch_id: str = ""
    fetch_at: datetime | None = None
    fetch_attempts: int = 0
    document: KeptDocument | None = None
    document_fault: str | None = None

    def document_state(self, now: datetime) -> str:
        """``available``, ``pending``, ``failed``, ``expired``, or ``none``: there never was one."""
        if self.document is not None:
            return "available" if now < self.document.expires_at else "expired"
        if self.fetch_at is not None:
            return "pending"
        return "failed" if self.document_fault is not None else "none"
