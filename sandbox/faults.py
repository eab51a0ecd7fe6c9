"""Faults on demand: each is used up as often as it was asked for, oldest first."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

ON_REQUESTS: Final = frozenset(
    {
        "timeout_before",
        "timeout_after",
        "error_500",
        "error_429",
        "malformed_answer",
        "received_but_invisible_for",
        "reject_case",
    }
)
ON_BATCHES: Final = frozenset({"slow_batch", "fail_entries", "forget_batch"})
"""Of agencies that take batches in and carry them out later."""

ON_CALLBACKS: Final = frozenset({"duplicate_callback", "reorder_callbacks", "drop_callback", "bad_signature"})
KINDS: Final = ON_REQUESTS | ON_BATCHES | ON_CALLBACKS
_REGISTRATIONS_ONLY: Final = frozenset({"received_but_invisible_for", "reject_case"})

OPERATIONS: Final = (
    "register_case",
    "report_payment",
    "reverse_payment",
    "report_credit",
    "send_message",
    "withdraw_case",
    "pause_case",
    "resume_case",
    "answer_question",
    "fetch_document",
    "add_invoice",
    "withdraw_invoice",
    "dispute_invoice",
    "resolve_dispute",
    "look_up",
    "list_open_cases",
    "list_changes",
    "batch_result",
    "token",
    "offer_invoice",
    "credit_check",
)
"""What a fault on requests can be aimed at, the same for every agency.

``token``: where the agency gives tokens out. Only a fault that is aimed at it hits it.
"""

_BATCHED: Final = frozenset({"register_case", "report_payment", "reverse_payment", "report_credit"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One use of a fault; ``turn`` counts its uses from 1."""

    kind: str
    turn: int
    settings: Mapping[str, object]


def add(
    db: sqlite3.Connection,
    agency: str,
    kind: str,
    count: int,
    operation: str | None,
    settings: Mapping[str, object],
) -> int:
    """Ask for a fault; returns its id."""
    written = db.execute(
        "insert into faults (agency, kind, operation, remaining, settings) values (?, ?, ?, ?, ?)",
        (agency, kind, operation, count, json.dumps(settings)),
    )
    assert written.lastrowid is not None
    return written.lastrowid


def take_for_request(db: sqlite3.Connection, agency: str, operation: str) -> Fault | None:
    """Use up the oldest fault that hits this operation."""
    kinds = ON_REQUESTS if operation == "register_case" else ON_REQUESTS - _REGISTRATIONS_ONLY
    if operation in _BATCHED:
        kinds |= ON_BATCHES
    return _take(db, agency, kinds, operation)


def take_for_callback(db: sqlite3.Connection, agency: str) -> Fault | None:
    """Use up the oldest fault on callbacks."""
    return _take(db, agency, ON_CALLBACKS, "callback")


def _take(db: sqlite3.Connection, agency: str, kinds: Collection[str], operation: str) -> Fault | None:
    marks = ", ".join("?" * len(kinds))
    row = db.execute(
        f"select * from faults where agency = ? and remaining > 0 and kind in ({marks})"  # noqa: S608
        " and (operation = ? or operation is null and ? <> 'token') order by id limit 1",
        (agency, *sorted(kinds), operation, operation),
    ).fetchone()
    if row is None:
        return None
    db.execute("update faults set remaining = remaining - 1, used = used + 1 where id = ?", (row["id"],))
    return Fault(row["kind"], row["used"] + 1, json.loads(row["settings"]))


def listed(db: sqlite3.Connection, agency: str) -> list[dict[str, object]]:
    """All faults that were asked for, with what is left of them."""
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "operation": row["operation"],
            "remaining": row["remaining"],
            "used": row["used"],
            **json.loads(row["settings"]),
        }
        for row in db.execute("select * from faults where agency = ? order by id", (agency,))
    ]
