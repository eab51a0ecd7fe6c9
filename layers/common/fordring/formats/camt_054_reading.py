"""Reading an ISO 20022 document: paths of element names in, values or faults with their place out."""

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import date
from typing import Final

from fordring.domain.errors import Faults
from fordring.domain.money import Money, MoneyError
from fordring.domain.values import dataclass
from fordring.formats.safe_xml import Element
from fordring.formats.ubl import one_line

NOTHING: Final = date(1970, 1, 1)
"""Stands in for a date that is at fault, until the faults are raised; it never reaches a caller."""

_DECIMAL = re.compile(r"\+?0*([0-9]+)(?:\.([0-9]{1,17}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """An element and where it is: the path of names, with a position from the second of its kind."""

    element: Element
    path: str

    def each(self, name: str) -> Iterator["Place"]:
        """All children of a name."""
        number = 0
        for child in self.element.children:
            if child.name == name:
                number += 1
                yield Place(child, f"{self.path}/{name}{f'[{number}]' if number > 1 else ''}")

    def first(self, path: str) -> "Place | None":
        """The element at a path, the first of each step; ``None`` when there is none."""
        here = self
        for step in path.split("/"):
            found = next(here.each(step), None)
            if found is None:
                return None
            here = found
        return here

    def every(self, path: str) -> Iterator["Place"]:
        """All elements at a path."""
        head, _, rest = path.partition("/")
        for found in self.each(head):
            if rest:
                yield from found.every(rest)
            else:
                yield found

    def text(self, *paths: str) -> str | None:
        """The text at the first of the paths that has one, on one line; ``None`` when none has."""
        for path in paths:
            for found in self.every(path):
                text = one_line(found.element.text)
                if text:
                    return text
        return None

    def texts(self, path: str) -> list[str]:
        """All texts at a path."""
        return [text for found in self.every(path) if (text := one_line(found.element.text))]


@dataclass(slots=True)
class Reader:
    """Collects what is wrong while values are read; the caller raises it before it lets any value out."""

    faults: Faults = field(default_factory=Faults)

    def required(self, at: Place, path: str) -> Place | None:
        """The element at a path that must be there."""
        found = at.first(path)
        if found is None:
            self.missing(at, path)
        return found

    def missing(self, at: Place, path: str) -> None:
        """Note that something required is not there."""
        self.faults.add(f"{at.path}/{path}", "missing", "the element is required and must not be empty")

    def required_text(self, at: Place, path: str) -> str:
        """The text at a path that must have one."""
        text = at.text(path)
        if text is None:
            self.missing(at, path)
        return text or ""

    def one_of(self, at: Place, path: str, allowed: tuple[str, ...]) -> str:
        """The code at a path, which is one of several."""
        text = self.required_text(at, path)
        if text and text not in allowed:
            self.faults.add(f"{at.path}/{path}", "unknown_code", f"this is one of {', '.join(allowed)}")
        return text

    def truth(self, at: Place, path: str) -> bool:
        """An indicator that is false when it is not there."""
        text = at.text(path)
        if text not in (None, "true", "false", "1", "0"):
            self.faults.add(f"{at.path}/{path}", "malformed_indicator", "this is true or false")
        return text in ("true", "1")

    def count(self, at: Place, path: str) -> int | None:
        """A number of things, when it is told."""
        text = at.text(path)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            self.faults.add(f"{at.path}/{path}", "malformed_number", "this is a number of up to 15 digits")
            return None
        return int(text)

    def day(self, at: Place, path: str) -> date | None:
        """The date at a path, written as a date or as an instant, of which the local date counts."""
        found = at.first(path)
        text = found.text("Dt", "DtTm") if found else None
        if found is None or text is None:
            return None
        try:
            # A date may carry its zone (2026-01-19+01:00), and an instant is cut to its local date.
            day = date.fromisoformat(text[:10]) if len(text) == 10 or text[10] in "+-TZ" else NOTHING
        except ValueError:
            day = NOTHING
        if not 1970 < day.year < 2200:
            self.faults.add(found.path, "malformed_date", "a date is written YYYY-MM-DD and exists")
            return NOTHING
        return day

    def money(self, at: Place, path: str) -> Money | None:
        """The amount at a path, in the currency that it says; ``None`` when there is none."""
        found = at.first(path)
        return None if found is None else self.money_of(found, found.element.attributes.get("Ccy", ""))

    def money_of(self, found: Place, currency: str) -> Money | None:
        """The amount that an element holds, in a currency."""
        match = _DECIMAL.fullmatch(one_line(found.element.text))
        if match is None:
            self.faults.add(found.path, "malformed_amount", "an amount is digits with an optional point")
            return None
        # 1250.00000 is what some banks write, and says no more than 1250.00.
        fraction = (match[2] or "").rstrip("0")
        try:
            return Money.parse(f"{match[1]}{f'.{fraction}' if fraction else ''}", currency)
        except MoneyError as error:
            place = f"{found.path}/@Ccy" if error.reason == "unknown_currency" else found.path
            self.faults.add(place, error.reason, str(error))
            return None
