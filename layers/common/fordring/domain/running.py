"""What keeps the hub running: claims, jobs, synchronisation, the test clock, the epoch."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from fordring.domain.values import dataclass

CLAIM_LIFE: Final = timedelta(hours=48)
"""How long an idempotency claim is kept."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer that was given to a request with an Idempotency-Key.

    ``fingerprint`` is an HMAC of the canonical body: the same key with another body is refused.
    ``answer`` is the JSON text, byte for byte as it was given; ``headers`` say where what was made is, and
    its revision.
    """

    fingerprint: str
    status: int
    answer: str
    made_at: datetime
    expires_at: datetime
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DocumentClaim:
    """Who holds a document number: an invoice or a credit note of the creditor; never expires."""

    kind: str
    holder_id: str
    content_digest: str


@dataclass(frozen=True, slots=True)
class ReferenceHolder:
    """An invoice that a payment reference leads to; several may share one."""

    invoice_id: str


@dataclass(frozen=True, slots=True)
class DebtorInvoice:
    """An invoice of a debtor: how everything that somebody owes is found; written once."""

    invoice_id: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """Which case an agency's case number means; numbers of two creditors never meet."""

    case_id: str


@dataclass(frozen=True, slots=True)
class DeliveryClaim:
    """A callback that was applied: the same delivery again changes nothing."""

    received_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ParkedCallback:
    """A verified callback about something that the hub does not know (yet)."""

    creditor_id: str
    agency: str
    delivery_id: str
    file: str
    received_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far the hub has read an agency's changes for one agreement.

    Parameters
    ----------
    cursor
        The agency's own; advanced only after everything before it was applied.
    epoch
        The epoch in which the cursor was written: after a restore it goes back by a window.
    agreement_number, former_cursor
        Under which number of the agreement ``cursor`` was given, and how far its former contract was read.
    requested_at
        When somebody asked for a run that has not begun; a new row of this leads to a message.
    """

    creditor_id: str
    agency: str
    cursor: str | None = None
    epoch: int = 0
    requested_at: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    last_started_at: datetime | None = None
    last_finished_at: datetime | None = None
    last_error: str | None = None
    applied: int = 0
    differences: tuple[Mapping[str, Any], ...] = ()
    agreement_number: int = 0
    former_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Somebody wants an agreement synchronised now; the row's insertion is what sets it off.

    ``expires_at`` is real time: after that nobody wants to know that it was asked.
    """

    creditor_id: str
    agency: str
    request_id: str
    requested_at: datetime
    due_at: datetime | None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobLine:
    """What became of one line of a file; ``rule`` names what decided that."""

    line: int
    outcome: str
    reason: str
    payment_id: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """Work that outlives its request: a payment file, a reminder plan that changes, or a contract that does.

    ``subject`` is with whom the contract is.

    ``state`` is ``queued``, ``running``, ``done`` or ``failed``. ``file`` names the body in the bucket.
    """

    job_id: str
    creditor_id: str
    type: str
    file: str
    state: str
    created_at: datetime
    due_at: datetime | None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    lines: int = 0
    results: tuple[JobLine, ...] = ()
    faults: tuple[Mapping[str, str], ...] = ()
    finished_at: datetime | None = None
    subject: str | None = None
    progress: Mapping[str, int] | None = None

    def is_anothers(self, owner: str, at: datetime) -> bool:
        """Whether another worker is at it, at an instant of real time."""
        return self.lease_until is not None and self.lease_until > at and self.lease_owner != owner

    def begun(self, owner: str, until: datetime) -> "Job":
        """Give it as it is when a worker takes it up, until an instant of real time."""
        return replace(
            self, state="running", lease_owner=owner, lease_until=until, attempts=self.attempts + 1
        )


@dataclass(frozen=True, slots=True)
class TestClock:
    """The test clock: business time in test mode once it is set.

    ``goal`` is where a running advance is going; ``run_id`` names it.
    """

    __test__ = False

    now: datetime
    run_id: str | None = None
    goal: datetime | None = None
    step: str = "day"
    lease_owner: str | None = None
    lease_until: datetime | None = None
    finished_run_id: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Epoch:
    """The age of the world: raised whenever stored state has gone back in time."""

    number: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One event in a creditor's feed."""

    event_id: str
    parent: tuple[str, str]
    type: str
    data: Mapping[str, object]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Consecutive events of a creditor's feed, in one row that is written once and never changed.

    ``first`` is the position of the first one; positions count from 1, without gaps.
    """

    first: int
    lines: tuple[FeedLine, ...]

    @property
    def last(self) -> int:
        """The position of the last event."""
        return self.first + len(self.lines) - 1

    @property
    def numbered(self) -> tuple[tuple[int, FeedLine], ...]:
        """The events with their positions."""
        return tuple(enumerate(self.lines, self.first))


FEED_PAGE_LINES: Final = 15
"""The most events that a page of the feed has."""
