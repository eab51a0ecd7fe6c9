"""Commands to agencies: the lane of a case, and what becomes of each command in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fordring.domain.agency import CommandKind
from fordring.domain.values import dataclass

LEASE: Final = timedelta(seconds=90)
"""How long a worker may hold a command; longer than a worker can live after its last exchange."""

RETRY_DELAYS: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Waits between attempts at an agency; after the last one the command is dead and a person is told."""


LONGEST_WAIT: Final = timedelta(hours=1)
"""How seldom a result is asked for that is long in coming."""

PATIENCE: Final = timedelta(hours=24)
"""How long a result may be in coming before a person is told; it is asked for all the same."""


class CommandState(StrEnum):
    """What has become of a command."""

    QUEUED = "queued"
    SENDING = "sending"
    UNDERWAY = "underway"
    RETRY = "retry"
    IN_DOUBT = "in_doubt"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    DEAD = "dead"

    @property
    def settled(self) -> bool:
        """Whether nothing more happens with it by itself and its lane goes on.

        A dead command is not settled: it blocks its lane until a person decides.
        """
        return self in (CommandState.DONE, CommandState.REJECTED, CommandState.CANCELLED)


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command of a case, as kept. Holds ids only; what is sent is put together from them.

    Parameters
    ----------
    case_id, seq
        The lane and the place in it, from 1.
    kind, subject_id
        What to do, and about which payment, credit note or message.
    principal
        What it settles of the principal, minor units: in flight until it is done.
    invoice_id
        The invoice of the case that it is about, where it is about one of several.
    report_id
        Under which id the agency is told, where that is not the subject's: of a credit that is used later.
    due_at
        When to try next, business time; ``None`` when nothing is to be tried.
    lease_owner, lease_until
        Who is sending it at this moment; real time.
    doubted_at
        Since when nobody knows whether it arrived; business time.
    epoch
        The age of the world in which it was made: after a restore, older ones are looked up first.
    ticket, underway_at
        What the agency calls it while it has taken it in and not carried it out yet, and since when;
        business time. Whoever has the ticket asks for the result and sends nothing.
    """

    case_id: str
    seq: int
    creditor_id: str
    agency: str
    kind: CommandKind
    created_at: datetime
    due_at: datetime | None
    epoch: int
    subject_id: str | None = None
    principal: int = 0
    invoice_id: str | None = None
    state: CommandState = CommandState.QUEUED
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    doubted_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    settled_at: datetime | None = None
    ticket: str | None = None
    underway_at: datetime | None = None
    report_id: str | None = None


def head_of(lane: Sequence[CommandRow]) -> CommandRow | None:
    """Give the only command of a lane that may be worked on: the first that is not settled."""
    return next(
        (command for command in sorted(lane, key=lambda row: row.seq) if not command.state.settled), None
    )


def retry_delay(attempts: int) -> timedelta | None:
    """Give the wait after so many attempts; ``None`` when there shall be no further one."""
    return RETRY_DELAYS[attempts - 1] if attempts <= len(RETRY_DELAYS) else None


def result_delay(after: timedelta, waited: timedelta) -> timedelta:
    """Give the wait until a result is asked for again: the longer it has been in coming, the longer."""
    return min(max(after, waited / 4, timedelta(seconds=1)), LONGEST_WAIT)


class AttentionKind(StrEnum):
    """Why a person is asked to look."""

    PAYMENT_UNMATCHED = "payment_unmatched"
    CASE_REJECTED = "case_rejected"
    COMMAND_IN_DOUBT = "command_in_doubt"
    COMMAND_DEAD = "command_dead"
    COMMAND_UNDERWAY = "command_underway"
    COMMAND_REJECTED = "command_rejected"
    LEDGER_DRIFT = "ledger_drift"
    DELIVERY_DEAD = "delivery_dead"
    CALLBACK_PARKED = "callback_parked"
    SYNC_FAILED = "sync_failed"
    ACTIVATION_INCOMPLETE = "activation_incomplete"
    DEBTOR_DECEASED = "debtor_deceased"
    EMAIL_IN_DOUBT = "email_in_doubt"
    EMAIL_NOT_SENT = "email_not_sent"
    QUESTION_OPEN = "question_open"
    REMINDER_NOT_CONFIRMED = "reminder_not_confirmed"
    TRANSFER_BLOCKED = "transfer_blocked"
    LAW_ROW_MISSING = "law_row_missing"
    PAYMENT_UNEVEN = "payment_uneven"
    LETTER_IN_DOUBT = "letter_in_doubt"
    LETTER_NOT_SENT = "letter_not_sent"
    LETTER_BOUNCED = "letter_bounced"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that a person should look at. The id follows from what it is about: raised once."""

    attention_id: str
    kind: AttentionKind
    creditor_id: str
    subject: tuple[str, ...]
    reason: str
    raised_at: datetime
    resolved_at: datetime | None = None
    resolution: str | None = None


def is_untouched(row: CommandRow) -> bool:
    """Whether nobody has ever tried to send a command."""
    return row.state is CommandState.QUEUED and row.attempts == 0
