"""E-mails to agencies: what is sent once, and what became of it.

An e-mail service recognises no repetition, and tells nobody later whether a letter was sent. So a letter of
which nobody knows is **in doubt**: it is never sent again by itself, a person decides.
"""

from datetime import datetime
from enum import StrEnum

from fordring.domain.values import dataclass


class EmailKind(StrEnum):
    """Why an agency is written to."""

    ORDER = "order"
    """Access is ordered (ZIR-14)."""
    ADDRESS_CHANGE = "address_change"
    """The creditor has another address (ZIR-16)."""


class EmailState(StrEnum):
    """What has become of an e-mail."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"
    BY_HAND = "by_hand"
    CANCELLED = "cancelled"

    @property
    def waits(self) -> bool:
        """Whether a worker has still to do with it."""
        return self in (EmailState.QUEUED, EmailState.SENDING, EmailState.RETRY)


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as it is given to the service: one recipient, plain text, and the same as HTML.

    ``tags``: names and ids that the service's events about it carry.
    """

    recipient: str
    subject: str
    text: str
    reply_to: str | None = None
    html: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail to an agency, as kept; never about a debtor.

    Parameters
    ----------
    email_id
        Sorts by time. That of an order follows from the order's id, so both are found in one read.
    subject_id
        The order, or the revision of the creditor that has the new address.
    subject, text, reply_to
        What is said, and who is to be answered: the order's contact person, or the creditor.
    recipient
        Whom it went to; until it is sent, that is asked of the agreement.
    reason
        Why it was not sent, as a code.
    epoch
        The age of the world in which it was written: after a restore, an older one may have been sent.
    lease_owner, lease_until
        Who is sending it at this moment; real time.
    """

    email_id: str
    creditor_id: str
    agency: str
    kind: EmailKind
    subject_id: str
    subject: str
    text: str
    created_at: datetime
    due_at: datetime | None
    epoch: int
    reply_to: str | None = None
    recipient: str | None = None
    state: EmailState = EmailState.QUEUED
    reason: str | None = None
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    settled_at: datetime | None = None


class LetterRefused(Exception):
    """The e-mail service will not send this letter, however often it is asked. ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
