"""The agency's own ledger as the control interface shows it: amounts are decimal texts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection, Row
from typing import Final

from sandbox import questions
from sandbox.amounts import amount_of

type View = dict[str, object]

_PAYMENTS: Final = {"payment": "debtor_to_agency", "direct_payment": "debtor_to_creditor"}
_TABLES: Final = {
    "invoices": "case_id, ordinal",
    "entries": "id",
    "letters": "id",
    "messages": "id",
    "claims": "invoice",
    "allocations": "id",
}


def cases(
    db: Connection,
    agency: str,
    *,
    number: str | None = None,
    external_id: str | None = None,
    client: str | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[View]:
    """The cases, oldest first, also those that are still invisible to their client."""
    wanted = {"number": number, "external_id": external_id, "client": client}
    narrowing = {column: value for column, value in wanted.items() if value is not None}
    clauses = "".join(f" and {column} = ?" for column in narrowing)
    rows = db.execute(
        f"select * from cases where agency = ? and id > ?{clauses} order by id limit ?",  # noqa: S608
        (agency, after, *narrowing.values(), -1 if limit is None else limit),
    ).fetchall()
    if not rows:
        return []
    parts = {table: _parts(db, table, rows) for table in _TABLES}
    asked = questions.views(db, [row["id"] for row in rows])
    resting = dict(db.execute("select case_id, coalesce(until, '') from rests where agency = ?", (agency,)))
    return [
        {
            **_case(row, **{table: of[row["id"]] for table, of in parts.items()}),
            "paused": row["id"] in resting,
            "paused_until": resting.get(row["id"]) or None,
            "questions": asked[row["id"]],
        }
        for row in rows
    ]


def _parts(db: Connection, table: str, rows: Sequence[Row]) -> defaultdict[int, list[Row]]:
    """What belongs to the cases, in one query for all of them."""
    gathered: defaultdict[int, list[Row]] = defaultdict(list)
    for row in db.execute(
        f"select * from {table} where case_id between ? and ? order by {_TABLES[table]}",  # noqa: S608
        (rows[0]["id"], rows[-1]["id"]),
    ):
        gathered[row["case_id"]].append(row)
    return gathered


def _case(
    row: Row,
    invoices: Iterable[Row],
    entries: Sequence[Row],
    letters: Iterable[Row],
    messages: Iterable[Row],
    claims: Iterable[Row],
    allocations: Sequence[Row],
) -> View:
    keys = {entry["id"]: entry["key"] for entry in entries}
    claim_of = {claim["invoice"]: claim for claim in claims}
    undone = {entry["reverses"] for entry in entries if entry["reverses"] is not None}
    return {
        "id": row["id"],
        "case_number": row["number"],
        "external_id": row["external_id"],
        "client_number": row["client"],
        "level": row["level"],
        "status": row["status"],
        "state": row["state"],
        "closed_reason": row["closed_reason"],
        "rejections": json.loads(row["rejections"]),
        "currency": row["currency"],
        "principal": {
            "original": amount_of(row["principal_original"]),
            "remaining": amount_of(max(row["principal"], 0)),
            "overpaid": amount_of(max(-row["principal"], 0)),
        },
        "cost": {
            "charged": amount_of(sum(entry["cost"] for entry in entries if entry["kind"] == "fee")),
            "waived": amount_of(-sum(entry["cost"] for entry in entries if entry["kind"] == "waiver")),
            "remaining": amount_of(row["cost"]),
        },
        "interest": {
            "charged": amount_of(sum(entry["interest"] for entry in entries if entry["kind"] == "interest")),
            "remaining": amount_of(row["interest"]),
        },
        "debtor": json.loads(row["debtor"]),
        "due_date": row["due_date"],
        "accepted_at": row["accepted_at"],
        "visible_at": row["visible_at"],
        "registered_at": row["registered_at"],
        "closed_at": row["closed_at"],
        "invoices": [
            {
                "external_id": invoice["external_id"],
                "document_number": invoice["document_number"],
                "invoice_date": invoice["invoice_date"],
                "due_date": invoice["due_date"],
                "principal": amount_of(invoice["principal"]),
                "remaining_at_registration": amount_of(invoice["remaining"]),
                "payment_reference": invoice["payment_reference"],
                **_claim(claim_of.get(invoice["external_id"])),
            }
            for invoice in invoices
        ],
        "ledger": [_line(entry, keys) for entry in entries],
        "payments": [_payment(entry, undone, allocations) for entry in entries if entry["kind"] in _PAYMENTS],
        "credits": [
            {
                "credit_note_id": entry["key"],
                "invoice": entry["invoice"],
                "amount": amount_of(-entry["principal"]),
                "date": entry["day"],
            }
            for entry in entries
            if entry["kind"] == "credit"
        ],
        "letters": [
            {
                "dispatch_id": letter["dispatch_id"],
                "kind": letter["kind"],
                "channel": letter["channel"],
                "sent_date": letter["sent"],
                "deadline_date": letter["deadline"],
                "fee": None if letter["fee"] is None else amount_of(letter["fee"]),
                "pay_to": letter["pay_to"],
            }
            for letter in letters
        ],
        "messages": [
            {
                "message_id": message["key"],
                "direction": message["direction"],
                "text": message["text"],
                "at": message["at"],
                "seen_at": message["seen_at"],
            }
            for message in messages
        ],
    }


def _line(entry: Row, keys: Mapping[int, str]) -> View:
    """One entry of the ledger as it was booked: what adds to the debt is positive."""
    return {
        "kind": entry["kind"],
        "key": entry["key"],
        "invoice": entry["invoice"] or None,
        "date": entry["day"],
        **{part: amount_of(entry[part]) for part in ("principal", "interest", "cost")},
        "reverses": keys.get(entry["reverses"]),
    }


def _claim(claim: Row | None) -> View:
    if claim is None:
        return {}
    return {
        "remaining": amount_of(claim["owed"]),
        "disputed": bool(claim["disputed"]),
        "withdrawn": bool(claim["withdrawn"]),
    }


def _payment(entry: Row, undone: set[int], allocations: Sequence[Row]) -> View:
    parts = {part: -entry[part] for part in ("principal", "interest", "cost")}
    return {
        "payment_id": entry["key"],
        "source": _PAYMENTS[entry["kind"]],
        "invoice": entry["invoice"] or None,
        "amount": amount_of(sum(parts.values())),
        **{part: amount_of(minor) for part, minor in parts.items()},
        "surplus": amount_of(entry["surplus"]),
        "date": entry["day"],
        "reference": entry["reference"],
        "reversed": entry["id"] in undone,
        "allocations": [
            {"invoice": share["invoice"], "principal": amount_of(-share["principal"])}
            for share in allocations
            if share["entry_id"] == entry["id"]
        ],
        "settlement": entry["settlement"],
    }
