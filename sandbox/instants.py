"""Instants as text of one width, so that text order is time order; and business days."""

import re
from datetime import UTC, date, datetime, time
from typing import Final

_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LETTER_RUN: Final = time(6, 0, tzinfo=UTC)
"""When an agency's daily run prints letters."""


def text_of(instant: datetime) -> str:
    """``2026-03-31T07:00:00.000Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def instant_of(text: str) -> datetime:
    """Read an instant with its offset.

    Raises
    ------
    ValueError
        When it is none.
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError("an instant looks like 2026-03-31T07:00:00Z")
    return datetime.fromisoformat(text).astimezone(UTC)


def day_of(text: str) -> date:
    """Read a date.

    Raises
    ------
    ValueError
        When it is none.
    """
    if not _DAY.fullmatch(text):
        raise ValueError("a date looks like 2026-03-31")
    return date.fromisoformat(text)


def letter_run(day: date) -> datetime:
    """The instant of the letter run on a day."""
    return datetime.combine(day, LETTER_RUN)
