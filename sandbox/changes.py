"""What the agency tells its clients: a list that only grows, and a callback for each piece of it."""

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from sqlite3 import Row
from typing import Final

from sandbox.desk import Desk
from sandbox.instants import instant_of, text_of
from sandbox.store import put_setting, setting

_APART: Final = timedelta(milliseconds=1)
LAST_CHANGE: Final = "/last-change"
"""How the settings that keep an agency's latest change end."""


def say(desk: Desk, kind: str, client: str, case: Row | None = None, /, **details: object) -> None:
    """Record a change at this instant; it will be pushed by ``publish``.

    Two changes never have the same instant, not even while the clock stands still: whoever reads them in
    another order can still tell which came first.
    """
    case_id: int | None = None if case is None else case["id"]
    written = desk.db.execute(
        "insert into changes (agency, client, case_id, external_id, number, at, type, details)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            desk.agency,
            client,
            case_id,
            None if case is None else case["external_id"],
            None if case is None else case["number"],
            _instant(desk),
            kind,
            json.dumps(details),
        ),
    )
    sequence = written.lastrowid
    assert sequence is not None
    desk.said.append((client, case_id, sequence))


def _instant(desk: Desk) -> str:
    name = f"{desk.agency}{LAST_CHANGE}"
    last = setting(desk.db, name)
    at = desk.now if last is None else max(desk.now, instant_of(last) + _APART)
    put_setting(desk.db, name, text_of(at))
    return text_of(at)


def publish(desk: Desk) -> None:
    """Make one delivery per case of what was said, for the clients that want callbacks."""
    gathered: dict[tuple[str, int | None], list[int]] = {}
    for client, case_id, sequence in desk.said:
        gathered.setdefault((client, case_id), []).append(sequence)
    desk.said.clear()
    if not desk.routine.pushes:
        return
    for (client, case_id), sequences in gathered.items():
        _deliver(desk, client, case_id, sequences)


def push(desk: Desk, kind: str, client: str, **details: object) -> None:
    """Call a client about one thing, also at an agency that otherwise pushes nothing."""
    say(desk, kind, client, **details)
    _, _, sequence = desk.said.pop()
    _deliver(desk, client, None, [sequence])


def _deliver(desk: Desk, client: str, case_id: int | None, sequences: Sequence[int]) -> None:
    desk.db.execute(
        "insert into deliveries (agency, client, case_id, sequences, state, due_at)"
        " select agency, number, ?, ?, 'pending', ? from clients"
        " where agency = ? and number = ? and callback_url is not null",
        (case_id, json.dumps(sequences), desk.at, desk.agency, client),
    )


def listed(
    desk: Desk,
    client: str,
    after: int | None,
    since: str | None,
    limit: int,
    *,
    without: Collection[str] = (),
) -> list[Row]:
    """The changes above a sequence number, or recorded at or after an instant, without some types."""
    bound, value = ("at >=", since) if since is not None else ("sequence >", after or 0)
    marks = ", ".join("?" * len(without))
    return desk.db.execute(
        f"select * from changes where agency = ? and client = ? and {bound} ?"  # noqa: S608
        f" and type not in ({marks}) order by sequence limit ?",
        (desk.agency, client, value, *sorted(without), limit),
    ).fetchall()
