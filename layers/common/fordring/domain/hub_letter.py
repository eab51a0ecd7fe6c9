"""Letters that the hub itself sends to debtors by e-mail: each once, and undone when it comes back.

An e-mail service recognises no repetition. A letter of which nobody knows whether it went out is **in
doubt** until the service's own event tells; it is never sent again by itself.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fordring.domain.creditor import Debtor
from fordring.domain.follow_up import Asked
from fordring.domain.invoice import Reminder
from fordring.domain.reminder_plan import StepKind
from fordring.domain.values import dataclass

PATIENCE: Final = timedelta(hours=1)
"""How long the mail service's event may be in coming before a person is asked about a letter in doubt."""

CHANNEL: Final = "email"
"""The only channel that the hub has itself."""

MENDED_AT_DEBTOR: Final = frozenset({"no_email", "email_not_accepted", "letter_bounced"})
"""What stops a letter and is gone once the debtor has another address: looked at each morning."""


class LetterState(StrEnum):
    """What has become of a letter."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    NOT_SENT = "not_sent"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"

    @property
    def waits(self) -> bool:
        """Whether a worker has still to send it."""
        return self in (LetterState.QUEUED, LetterState.SENDING, LetterState.RETRY)

    @property
    def open(self) -> bool:
        """Whether it is not known yet what becomes of it."""
        return self.waits or self is LetterState.IN_DOUBT


class MailFate(StrEnum):
    """What the mail service tells of an e-mail, by the names of its events."""

    SENT = "Send"
    BOUNCED = "Bounce"
    REJECTED = "Reject"
    """It took the e-mail, and will not send it after all: it holds a virus, it says."""


@dataclass(frozen=True, slots=True)
class HubLetter:
    """A letter, as kept: ids and figures; who gets it is asked of the debtor when it is sent.

    Parameters
    ----------
    letter_id
        Follows from the creditor's number of the invoice and from how many letters that has had: one that is
        written anew after a restore has the same. Sorts by time within the invoice.
    plan, asked
        The step that it takes, by the plan's number: what it says, as worked out on the day.
    entry
        Position in the invoice's ledger of what it has charged; ``None``: nothing.
    reason
        Why it was not sent, or came back, as a code.
    lease_owner, lease_until
        Who is sending it at this moment; real time.
    overdue
        Whether it stands for one that could not be sent on its own day, of which a person was told.
    """

    letter_id: str
    invoice_id: str
    creditor_id: str
    debtor_id: str
    plan: int
    asked: Asked
    created_at: datetime
    due_at: datetime | None
    state: LetterState = LetterState.QUEUED
    reason: str | None = None
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    settled_at: datetime | None = None
    entry: int | None = None
    overdue: bool = False

    @property
    def file(self) -> str:
        """The name of the file that holds what was sent; see ``file_of``."""
        return file_of(self.letter_id)

    @property
    def reminder(self) -> Reminder:
        """The letter as it stands among the invoice's, once it was sent."""
        asked = self.asked
        return Reminder(asked.kind, asked.on, CHANNEL, asked.deadline_date, asked.fee, self.letter_id)


def file_of(letter_id: str) -> str:
    """Name the file that holds what a letter says, word by word."""
    return f"letters/{letter_id}.json"


def not_by_email(country: str, debtor: Debtor, asked: Asked) -> str | None:
    """Say why a letter must not go to a debtor by e-mail, as a code of ``situation.STOPS``.

    Parameters
    ----------
    country
        Whose law applies. In Norway a letter that costs something, and a notice of collection, goes by
        e-mail only to an address that the debtor used lately or accepted for it; otherwise it needs paper.
    """
    if debtor.email is None:
        return "no_email"
    if debtor.email_bounced_at is not None:
        return "letter_bounced"
    formal = asked.fee > 0 or asked.compensation > 0 or asked.kind == StepKind.NOTICE_OF_COLLECTION
    if country == "NO" and formal and debtor.email_accepted_date is None:
        return "email_not_accepted"
    return None
