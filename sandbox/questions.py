"""What the case handler wants to know of the creditor, and what the creditor has answered."""

from collections.abc import Sequence
from datetime import date
from sqlite3 import Connection, Row
from typing import Final

from sandbox.bookings import Booked
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.store import next_number

KINDS: Final = frozenset(
    {"before_tratta", "legal_action", "payment_plan", "address", "documentation", "other"}
)
"""What questions are about, the same for every agency."""


def ask(desk: Desk, case: Row, kind: str, text: str, deadline: date | None) -> str:
    """Ask the creditor something; returns the question's id."""
    question_id = f"Q{next_number(desk.db, f'{desk.agency}/question', 500001)}"
    until = None if deadline is None else deadline.isoformat()
    desk.db.execute(
        "insert into questions (agency, client, case_id, question_id, kind, text, deadline, asked_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (desk.agency, case["client"], case["id"], question_id, kind, text, until, desk.at),
    )
    details = {"question_id": question_id, "kind": kind, "text": text, "deadline": until}
    say(desk, "QuestionAsked", case["client"], case, **details)
    return question_id


def answer(desk: Desk, case: Row, question_id: str, proceed: bool | None, text: str | None) -> Booked | None:
    """Take an answer, once; ``None`` when the case has no such question."""
    asked = _asked(desk, case, question_id)
    if asked is None:
        return None
    given = None if proceed is None else int(proceed)
    if asked["answered_at"] is not None:
        same = (asked["proceed"], asked["answer"]) == (given, text)
        return Booked.KNOWN if same else Booked.CONFLICT
    desk.db.execute(
        "update questions set proceed = ?, answer = ?, answered_at = ? where id = ?",
        (given, text, desk.at, asked["id"]),
    )
    return Booked.NEW


def withdraw(desk: Desk, case: Row, question_id: str) -> bool:
    """Need no answer any more; whether there was such a question without one."""
    asked = _asked(desk, case, question_id)
    if asked is None or asked["answered_at"] is not None or asked["withdrawn_at"] is not None:
        return False
    desk.db.execute("update questions set withdrawn_at = ? where id = ?", (desk.at, asked["id"]))
    say(desk, "QuestionWithdrawn", case["client"], case, question_id=question_id)
    return True


def _asked(desk: Desk, case: Row, question_id: str) -> Row | None:
    row: Row | None = desk.db.execute(
        "select * from questions where agency = ? and case_id = ? and question_id = ?",
        (desk.agency, case["id"], question_id),
    ).fetchone()
    return row


def views(db: Connection, cases: Sequence[int]) -> dict[int, list[dict[str, object]]]:
    """What was asked on cases, as the control interface shows it."""
    found: dict[int, list[dict[str, object]]] = {case_id: [] for case_id in cases}
    for row in db.execute(
        "select * from questions where case_id between ? and ? order by id",
        (min(cases, default=0), max(cases, default=0)),
    ):
        if row["case_id"] in found:
            found[row["case_id"]].append(
                {
                    "question_id": row["question_id"],
                    "kind": row["kind"],
                    "text": row["text"],
                    "deadline_date": row["deadline"],
                    "asked_at": row["asked_at"],
                    "proceed": None if row["proceed"] is None else bool(row["proceed"]),
                    "answer": row["answer"],
                    "answered_at": row["answered_at"],
                    "withdrawn_at": row["withdrawn_at"],
                }
            )
    return found
