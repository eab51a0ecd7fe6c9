"""One agency at one instant, within one transaction: what every effect works on."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.instants import text_of


@dataclass(frozen=True, slots=True)
class Statuses:
    """An agency's own words for where a case stands."""

    received: str
    sent: str
    overdue: str
    part_paid: str
    reminded: str
    collection: str
    closed: Mapping[str, str]
    """A word for each reason of ending: paid, credited, withdrawn, credit_loss, cancelled, other."""


type Effect = Callable[["Desk", sqlite3.Row], None]
"""What an agency does when something on its agenda is due."""


@dataclass(frozen=True, slots=True)
class Routine:
    """How one agency works, as far as the ledger must know.

    Parameters
    ----------
    first_reminder
        How long after the due date it goes at the earliest.
    creditor_is_paid_first
        Whether letters ask to pay the creditor until there is a collection case, and the agency from then on.
    answers_later
        Whether what it is sent is taken in as a batch and carried out later.
    effects
        What only this agency has on its agenda, by kind.
    """

    agency: str
    number_prefix: str
    number_after: timedelta
    pushes: bool
    statuses: Statuses
    first_reminder: timedelta = timedelta()
    creditor_is_paid_first: bool = False
    answers_later: bool = False
    effects: Mapping[str, Effect] = field(default_factory=dict)
    hands_out_documents: bool = False
    says_what_was_seen: bool = False


@dataclass(slots=True)
class Desk:
    """The ledger of one agency, opened at an instant of its clock.

    What is said (``changes.say``) is gathered and leaves as one delivery per case.
    """

    db: sqlite3.Connection
    routine: Routine
    now: datetime
    said: list[tuple[str, int | None, int]] = field(default_factory=list)

    @property
    def agency(self) -> str:
        """The agency's name."""
        return self.routine.agency

    @property
    def at(self) -> str:
        """The instant as text."""
        return text_of(self.now)

    def case(self, case_id: int) -> sqlite3.Row:
        """A case as it stands now."""
        row = self.db.execute("select * from cases where id = ?", (case_id,)).fetchone()
        if row is None:
            raise LookupError(case_id)
        return row  # type: ignore[no-any-return]

    def plan(
        self,
        due: datetime,
        kind: str,
        client: str,
        case_id: int | None = None,
        payload: Mapping[str, object] | None = None,
    ) -> None:
        """Put something on the agenda."""
        self.db.execute(
            "insert into agenda (agency, client, case_id, due_at, kind, payload) values (?, ?, ?, ?, ?, ?)",
            (self.agency, client, case_id, text_of(due), kind, json.dumps(payload or {})),
        )
