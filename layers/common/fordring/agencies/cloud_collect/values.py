"""Cloud Collect's way to write dates, instants and errors: 20260331, and RFC 3339 with the house's offset."""

import re
from datetime import UTC, date, datetime
from typing import Final

from fordring.agencies.cloud_collect.terms import refusal
from fordring.agencies.reading import Node
from fordring.domain.agency import MalformedAnswer, Rejected

_DAY: Final = re.compile(r"\d{8}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def written(day: date) -> str:
    """``20260331``."""
    return day.strftime("%Y%m%d")


def day_of(node: Node, name: str) -> date:
    """Read a date.

    Raises
    ------
    MalformedAnswer
        When it is none.
    """
    value = node.text(name)
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise MalformedAnswer(f"{node.path}/{name} is not a date")


def instant_of(node: Node, name: str) -> datetime:
    """Read an instant, in UTC.

    Raises
    ------
    MalformedAnswer
        When it is none, or has no offset.
    """
    value = node.text(name)
    try:
        if _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise MalformedAnswer(f"{node.path}/{name} is not an instant")


def rejected(errors: tuple[Node, ...]) -> Rejected:
    """Read why something is refused: each reason once, in the agency's order."""
    reasons = [refusal(error.text("code"), error.optional_text("field")) for error in errors]
    texts = [error.text("message") for error in errors]
    return Rejected(tuple(dict.fromkeys(reasons)) or ("agency_refused",), tuple(dict.fromkeys(texts)))
