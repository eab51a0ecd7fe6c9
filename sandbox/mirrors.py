"""What was booked on a claim before it was handed over, for agencies that mirror their clients' ledgers."""

from datetime import date
from sqlite3 import Row
from typing import Final

from sandbox.desk import Desk

EARLIER: Final = {
    "payment": "earlier_payment",
    "credit": "earlier_credit",
    "charge": "earlier_charge",
    "write_off": "earlier_write_off",
    "reversal": "earlier_reversal",
}
"""What a client tells of the time before it handed a claim over, where an agency wants to know."""


def mirror(
    desk: Desk, case: Row, kind: str, key: str, invoice: str, day: date, amount: int, reverses: str | None
) -> None:
    """Keep an entry from before the case was handed over: what was handed over is less by it already."""
    of = None
    if reverses is not None:
        of = desk.db.execute(
            "select id from entries where case_id = ? and key = ?", (case["id"], reverses)
        ).fetchone()
    desk.db.execute(
        "insert or ignore into entries (agency, client, case_id, kind, key, invoice, day, at, principal,"
        " reverses) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            desk.agency,
            case["client"],
            case["id"],
            EARLIER[kind],
            key,
            invoice,
            day.isoformat(),
            desk.at,
            amount,
            None if of is None else of["id"],
        ),
    )
