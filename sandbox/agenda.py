"""What is due is done, in the order of time."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from sqlite3 import Row

from sandbox import cases, letters, messages, rests, settlements
from sandbox.changes import publish
from sandbox.desk import Desk, Routine
from sandbox.instants import instant_of, text_of


def run_due(db: sqlite3.Connection, routines: Mapping[str, Routine], until: datetime) -> int:
    """Do everything that is due up to an instant, each thing at its own time; return how many.

    What one effect plans is itself done when it is due by then.
    """
    done = 0
    while (
        item := db.execute(
            "select * from agenda where due_at <= ? order by due_at, id limit 1", (text_of(until),)
        ).fetchone()
    ) is not None:
        db.execute("delete from agenda where id = ?", (item["id"],))
        desk = Desk(db, routines[item["agency"]], instant_of(item["due_at"]))
        _do(desk, item)
        publish(desk)
        done += 1
    return done


def next_due(db: sqlite3.Connection) -> str | None:
    """When the next thing on the agenda, or the next attempt at a callback, is due."""
    row = db.execute(
        "select min(at) from (select min(due_at) as at from agenda union all"
        " select min(due_at) from deliveries where state = 'pending')"
    ).fetchone()
    return None if row[0] is None else str(row[0])


def _do(desk: Desk, item: Row) -> None:
    kind, case_id = item["kind"], item["case_id"]
    payload = json.loads(item["payload"])
    if kind == "settle":
        settlements.settle(desk, item["client"])
    elif kind == "examine":
        cases.examine(desk, case_id, payload["refused_for"])
    elif kind == "overdue":
        cases.become_overdue(desk, case_id)
    elif kind == "answer":
        messages.see(desk, case_id, payload["seen"])
        messages.answer(desk, case_id, payload["text"])
    elif kind == rests.RESUME:
        rests.resume(desk, desk.case(case_id))
    elif kind in letters.KINDS and rests.put_off(desk, case_id, kind):
        pass  # it goes out after the rest
    elif kind in letters.KINDS:
        letters.dispatch(desk, case_id, kind)
    else:
        desk.routine.effects[kind](desk, item)
