"""The agencies' clock: real, until it is set; from then on it follows only what it is told."""

import sqlite3
from datetime import UTC, datetime
from typing import Final

from sandbox.changes import LAST_CHANGE
from sandbox.instants import instant_of, text_of
from sandbox.store import put_setting, setting

_NAME: Final = "clock"


def real_now() -> datetime:
    """Real time, in whole milliseconds, which is what the ledger keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def is_set(db: sqlite3.Connection) -> bool:
    """Whether the clock follows what it is told."""
    return setting(db, _NAME) is not None


def agency_now(db: sqlite3.Connection) -> datetime:
    """What the agencies' clock shows."""
    told = setting(db, _NAME)
    return real_now() if told is None else instant_of(told)


def set_clock(db: sqlite3.Connection, now: datetime) -> bool:
    """Set the clock. The first setting may lie in the past; after that it never goes back.

    Returns whether it was moved.
    """
    if is_set(db) and now <= agency_now(db):
        return False
    if not is_set(db):
        # what was said in real time is no measure for a clock that begins in the past
        db.execute("delete from settings where name like '%' || ?", (LAST_CHANGE,))
    put_setting(db, _NAME, text_of(now))
    return True
