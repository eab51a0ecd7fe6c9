"""Cursors into a list of changes that are numbered and dated, as most agencies keep one.

A cursor is ``<sequence>@<instant recorded>``. The instant makes it possible to go back in time, which
gives ``@<instant>``: the agency is then asked for what it recorded since, not for what is above a number.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

_CURSOR: Final = re.compile(r"(\d{0,18})@(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)", re.ASCII)


def cursor_after(sequence: int, recorded_at: datetime) -> str:
    """The cursor behind a change."""
    return f"{sequence}@{_text(recorded_at)}"


def query_of(cursor: str | None, limit: int) -> str:
    """The query for the changes behind a cursor."""
    if cursor is None:
        return urlencode({"after": 0, "limit": limit})
    sequence, recorded_at = _split(cursor)
    if sequence:
        return urlencode({"after": int(sequence), "limit": limit})
    return urlencode({"since": recorded_at, "limit": limit})


def rewound(cursor: str | None, window: timedelta) -> str | None:
    """The cursor, earlier by a window; ``None`` is the beginning."""
    if cursor is None:
        return None
    _, recorded_at = _split(cursor)
    try:
        return "@" + _text(datetime.fromisoformat(recorded_at) - window)
    except OverflowError:
        return None


def _split(cursor: str) -> tuple[str, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError("not a cursor into a list of changes")
    return found[1], found[2]


def _text(instant: datetime) -> str:
    # downwards, so that a cursor never skips what was recorded within the same millisecond
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"
