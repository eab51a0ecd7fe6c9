"""The port to an agency: what every adapter in ``fordring.agencies`` does."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from fordring.domain.agency import (
    Accepted,
    Capabilities,
    CaseKey,
    CommandKind,
    Credentials,
    Document,
    DoubtRule,
    Outcome,
    Rejected,
    Underway,
)
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes, Delivery
from fordring.domain.credit import CreditAnswer, CreditSubject
from fordring.domain.instructions import Command


class Agency(Protocol):
    """The port to one agency. An adapter knows no store; what it holds, a process may lose at any time.

    Every method that talks may raise ``TransportFailed`` or ``MalformedAnswer``, except ``send``, which
    turns every failure into an ``Outcome``: only the adapter knows what a status code means for "was it
    carried out?".
    """

    capabilities: Capabilities
    doubts: Mapping[CommandKind, DoubtRule]

    def send(self, command: Command, credentials: Credentials) -> Outcome:
        """Carry out a command at the agency."""
        ...

    def look_up(self, command: Command, credentials: Credentials) -> Accepted | Rejected | Underway | None:
        """Find out whether a command has arrived: ``None`` when the agency does not know it (yet)."""
        ...

    def changes_since(self, cursor: str | None, credentials: Credentials) -> Changes:
        """What has happened since a cursor; ``None`` is from the beginning."""
        ...

    def rewind(self, cursor: str | None, window: timedelta) -> str | None:
        """Move a cursor back in time, for after a restore; facts seen twice are applied once."""
        ...

    def open_cases(self, page: str | None, credentials: Credentials) -> BalancePage:
        """The agency's ledger of open cases, a page at a time."""
        ...

    def case(self, key: CaseKey, credentials: Credentials) -> AgencyBalance | None:
        """One case of the agency's ledger, open or closed; ``None`` when there is none."""
        ...

    def document(self, key: CaseKey, dispatch_id: str, credentials: Credentials) -> Document | None:
        """Fetch what a dispatch of a case said, by the agency's own id; ``None`` when there is none (yet)."""
        ...

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime
    ) -> bool:
        """Whether the raw bytes were signed with one of the secrets, current or previous, just now.

        ``now`` is real time, not the test clock. Header names are in lower case.
        """
        ...

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Read a callback, before its signature is verified too: that tells what to look up in the one read.

        Raises
        ------
        MalformedAnswer
            When the body is not what the interface says.
        """
        ...


@runtime_checkable
class AnswersLater(Protocol):
    """What an adapter offers besides when its agency takes commands in and carries them out later."""

    def result_of(self, ticket: str, credentials: Credentials) -> Outcome:
        """Ask what became of a command that was ``Underway``; every failure is an outcome.

        ``Underway`` again while there is no result; ``TryLater`` when the question was not answered;
        ``InDoubt`` when the agency does not know the ticket (any more).
        """
        ...


@runtime_checkable
class ChecksCredit(Protocol):
    """What an adapter offers besides when its agency has ``Operation.CREDIT_CHECK``."""

    def credit_check(self, subject: CreditSubject, credentials: Credentials) -> CreditAnswer:
        """Ask whether the agency would buy what somebody owes (SAN-5); answers within ten seconds.

        Nothing of the subject is kept, and no error names it.
        """
        ...
