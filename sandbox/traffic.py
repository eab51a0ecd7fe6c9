"""What the agencies were sent: every request, with its answer and the fault that hit it."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sandbox.instants import text_of
from sandbox.wire import WireAnswer, WireRequest

MASKED: Final = "***"
PERSONS_NUMBERS: Final = ("NationalIdentityNumber",)
"""The members of messages that hold a person's number, whatever the agency."""


def record(
    db: sqlite3.Connection,
    agency: str,
    request: WireRequest,
    operation: str,
    client: str | None,
    answer: WireAnswer | None,
    fault: str | None,
    *,
    hidden: frozenset[str],
    at: datetime,
    agency_time: datetime,
) -> None:
    """Keep a request, without its secrets. ``answer`` is what was done, even when it never arrived."""
    headers = {name: value for name, value in request.headers.items() if name not in hidden}
    query = (
        "?" + "&".join(f"{name}={value}" for name, value in request.query.items()) if request.query else ""
    )
    db.execute(
        "insert into requests (agency, at, agency_time, method, path, operation, client, headers, body,"
        " status, result, fault) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            agency,
            text_of(at),
            text_of(agency_time),
            request.method,
            request.path + query,
            operation,
            client,
            json.dumps(headers),
            _without_persons(request.body, operation),
            answer and answer.status,
            answer and answer.result,
            fault,
        ),
    )


def _without_persons(body: bytes, operation: str) -> str:
    """Write a body down, without the number of a person: that is for the answer only.

    What asks for credit and cannot be read is not kept at all.
    """
    text = body.decode("utf-8", "replace")
    if operation != "credit_check":
        return text
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return MASKED
    if not isinstance(members, dict):
        return MASKED
    hidden = {name: MASKED for name in PERSONS_NUMBERS if members.get(name) is not None}
    return json.dumps(members | hidden)


def listed(
    db: sqlite3.Connection, agency: str, *, since: int, limit: int, operation: str | None
) -> list[dict[str, object]]:
    """The requests with an id above ``since``, oldest first."""
    narrowed = " and operation = ?" if operation is not None else ""
    rows = db.execute(
        f"select * from requests where agency = ? and id > ?{narrowed} order by id limit ?",  # noqa: S608
        (agency, since, *(() if operation is None else (operation,)), limit),
    )
    return [
        {
            "id": row["id"],
            "at": row["at"],
            "agency_time": row["agency_time"],
            "method": row["method"],
            "path": row["path"],
            "operation": row["operation"],
            "client_number": row["client"],
            "headers": json.loads(row["headers"]),
            "body": _parsed(row["body"]),
            "status": row["status"],
            "result": row["result"],
            "fault": row["fault"],
        }
        for row in rows
    ]


def count(db: sqlite3.Connection, agency: str) -> Mapping[str, int]:
    """How many requests there were of each operation."""
    rows = db.execute(
        "select operation, count(*) from requests where agency = ? group by operation", (agency,)
    )
    return {row[0]: row[1] for row in rows}


def _parsed(body: str) -> object:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body
