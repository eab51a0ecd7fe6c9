"""Tables as CSV (RFC 4180), for programs and for spreadsheets.

A spreadsheet takes a cell that begins like a formula for one, and carries it out. What somebody has typed
gets an apostrophe before it then, as OWASP advises ("CSV Injection"); figures of the hub stay as they are.
"""

from collections.abc import Iterable, Sequence
from typing import Final

MEDIA: Final = "text/csv; charset=utf-8; header=present"

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with; the last four are the full-width forms, which some programs take alike."""


class Figure(str):
    """A number of the hub's own making, which may begin with a minus."""

    __slots__ = ()


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Write a table; lines end in CR LF, cells are quoted where they have to be.

    A whole number and a ``Figure`` stay as they are; any other text is kept from being a formula.
    """
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in (header, *rows))


def _cell(value: str | int) -> str:
    text = str(value)
    if not isinstance(value, int | Figure) and text.startswith(_FORMULA):
        text = f"'{text}"
    if any(character in text for character in ',"\r\n'):
        escaped = text.replace('"', '""')
        return f'"{escaped}"'
    return text
