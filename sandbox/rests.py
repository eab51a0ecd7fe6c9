"""Cases that rest until a date: no letter goes out meanwhile, and on the morning of the date they go on."""

from datetime import date, timedelta
from sqlite3 import Row
from typing import Final

from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.instants import letter_run

RESUME: Final = "resume"
"""What the agenda calls the end of a rest."""


def resting(desk: Desk, case_id: int) -> Row | None:
    """The rest of a case, if it rests; ``until`` is null when nobody knows how long."""
    row: Row | None = desk.db.execute("select * from rests where case_id = ?", (case_id,)).fetchone()
    return row


def pause(desk: Desk, case: Row, until: date | None) -> bool:
    """Let a case rest, or give its rest another end; whether that changed anything."""
    known = resting(desk, case["id"])
    text = None if until is None else until.isoformat()
    if known is not None and known["until"] == text:
        return False
    desk.db.execute(
        "insert into rests (case_id, agency, until) values (?, ?, ?)"
        " on conflict (case_id) do update set until = ?3",
        (case["id"], desk.agency, text),
    )
    _forget_end(desk, case["id"])
    if until is not None:
        desk.plan(letter_run(until), RESUME, case["client"], case["id"])
    say(desk, "CasePaused", case["client"], case, until=text)
    return True


def resume(desk: Desk, case: Row) -> bool:
    """Go on with a case; whether it rested."""
    if resting(desk, case["id"]) is None:
        return False
    forget(desk, case["id"])
    say(desk, "CaseResumed", case["client"], case)
    return True


def forget(desk: Desk, case_id: int) -> None:
    """End a rest without a word, as the end of the case does."""
    desk.db.execute("delete from rests where case_id = ?", (case_id,))
    _forget_end(desk, case_id)


def _forget_end(desk: Desk, case_id: int) -> None:
    desk.db.execute("delete from agenda where case_id = ? and kind = ?", (case_id, RESUME))


def put_off(desk: Desk, case_id: int, kind: str) -> bool:
    """Put a letter off to the run after the rest; whether the case rests."""
    rest = resting(desk, case_id)
    if rest is None:
        return False
    # the run of the date itself ends the rest before it prints
    until = date.fromisoformat(rest["until"]) if rest["until"] else desk.now.date() + timedelta(days=1)
    desk.plan(
        max(letter_run(until), desk.now + timedelta(hours=1)), kind, desk.case(case_id)["client"], case_id
    )
    return True
