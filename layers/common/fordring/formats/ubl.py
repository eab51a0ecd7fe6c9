"""Reading a UBL 2.1 document: paths of elements in, values or faults out, all faults at once."""

import re
from dataclasses import field
from datetime import date
from typing import Final

from fordring.domain.errors import Faults, InvalidInput
from fordring.domain.money import Money, MoneyError
from fordring.domain.values import dataclass
from fordring.formats.safe_xml import Element

NAMESPACES: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
DOCUMENTS: Final = {
    "Invoice": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "CreditNote": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
}
LONGEST_TEXT: Final = 200
MOST_REPEATED: Final = 100

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DECIMAL = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?", re.ASCII)

_NOTHING: Final = date(1970, 1, 1)
"""Stands in for a date that is at fault, until the faults are raised; it never reaches a caller."""


@dataclass(frozen=True, slots=True)
class Node:
    """An element and where it is: the path of local names, with a position from the second of its kind."""

    element: Element
    path: str


@dataclass(slots=True)
class Reading:
    """One pass over a document.

    Paths are written with prefixes, as in ``cac:Party/cbc:EndpointID``. What is required and missing, or
    is not what it should be, is noted as a fault and read as an empty value; the caller raises the faults
    before it lets any value out.
    """

    faults: Faults = field(default_factory=Faults)
    warnings: Faults = field(default_factory=Faults)

    def many(self, at: Node, name: str) -> list[Node]:
        """All children of a name, up to a limit."""
        prefix, _, local = name.partition(":")
        found = [c for c in at.element.children if c.name == local and c.namespace == NAMESPACES[prefix]]
        if len(found) > MOST_REPEATED:
            self.faults.add(f"{at.path}/{local}", "too_many_elements", f"at most {MOST_REPEATED} are allowed")
            found = found[:MOST_REPEATED]
        return [
            Node(child, f"{at.path}/{local}{f'[{number}]' if number > 1 else ''}")
            for number, child in enumerate(found, 1)
        ]

    def one(self, at: Node, path: str, *, required: bool = False) -> Node | None:
        """The element at a path on which nothing may be repeated."""
        here = at
        for step in path.split("/"):
            found = self.many(here, step)
            if not found:
                if required:
                    self._missing(at, path)
                return None
            if len(found) > 1:
                self.faults.add(found[1].path, "duplicate_element", "the element may stand here once")
            here = found[0]
        return here

    def text(self, at: Node, path: str, *, longest: int = LONGEST_TEXT) -> str | None:
        """The text at a path, on one line; ``None`` when there is none."""
        node = self.one(at, path)
        return None if node is None else self.text_of(node, longest=longest)

    def text_of(self, node: Node, *, longest: int = LONGEST_TEXT) -> str | None:
        """The text of an element, on one line; ``None`` when it is empty."""
        if node.element.children:
            self.faults.add(node.path, "unexpected_element", "the element holds text and no other elements")
        text = one_line(node.element.text)
        if len(text) > longest:
            self.faults.add(node.path, "too_long", f"at most {longest} characters are allowed")
            text = text[:longest]
        return text or None

    def required_text(self, at: Node, path: str, *, longest: int = LONGEST_TEXT) -> str:
        """The text at a path that must have one."""
        text = self.text(at, path, longest=longest)
        if text is None:
            self._missing(at, path)
        return text or ""

    def day(self, at: Node, path: str) -> date | None:
        """The date at a path: ``YYYY-MM-DD`` and nothing else (rule PEPPOL-EN16931-F001)."""
        node = self.one(at, path)
        text = None if node is None else self.text_of(node)
        if node is None or text is None:
            return None
        try:
            if not _DATE.fullmatch(text):
                raise ValueError
            day = date.fromisoformat(text)
        except ValueError:
            self.faults.add(node.path, "malformed_date", "a date is written YYYY-MM-DD and exists")
            return _NOTHING
        if not 1970 <= day.year < 2200:
            self.faults.add(node.path, "date_out_of_range", "the year must be between 1970 and 2199")
            return _NOTHING
        return day

    def required_day(self, at: Node, path: str) -> date:
        """The date at a path that must have one."""
        day = self.day(at, path)
        if day is None:
            self._missing(at, path)
        return day or _NOTHING

    def money(self, at: Node, path: str, currency: str) -> Money | None:
        """The amount at a path, in the currency that its ``currencyID`` must say.

        A currency that is missing or unknown is one fault of the document, not one of each amount.
        """
        node = self.one(at, path)
        text = None if node is None else self.text_of(node)
        if node is None or text is None:
            return None
        if currency and node.element.attributes.get("currencyID") != currency:
            pointer = f"{node.path}/@currencyID"
            self.faults.add(pointer, "wrong_currency", "the currency must be the document's own")
        try:
            return Money.parse(_plain_decimal(text), currency)
        except MoneyError as error:
            if error.reason != "unknown_currency":
                self.faults.add(node.path, error.reason, str(error))
        return None

    def required_money(self, at: Node, path: str, currency: str) -> Money:
        """The amount at a path that must have one and must not be negative."""
        before = len(self.faults.found)
        amount = self.money(at, path, currency)
        if amount is None:
            if len(self.faults.found) == before and not self.text(at, path):
                self._missing(at, path)
            return Money.zero(currency)
        if amount.minor < 0:
            self.faults.add(_pointer(at, path), "negative_amount", "the amount must not be negative")
        return amount

    def raise_faults(self) -> None:
        """Raise every fault once, also what was met on two paths.

        Raises
        ------
        InvalidInput
            When there is any.
        """
        if self.faults.found:
            raise InvalidInput(faults=dict.fromkeys(self.faults.found))

    def _missing(self, at: Node, path: str) -> None:
        self.faults.add(_pointer(at, path), "missing", "the element is required and must not be empty")


def one_line(text: str) -> str:
    """Write a text on one line: every run of white space and control characters is one space."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _pointer(at: Node, path: str) -> str:
    return f"{at.path}/{'/'.join(step.partition(':')[2] for step in path.split('/'))}"


def _plain_decimal(text: str) -> str:
    """Write an ``xsd:decimal`` without what only XML Schema allows: a plus, outer zeros, a bare point."""
    match = _DECIMAL.fullmatch(text)
    if match is None or not any(character.isdigit() for character in text):
        return text
    sign, whole, fraction = match.groups()
    return f"{'-' if sign == '-' else ''}{whole or '0'}{f'.{fraction}' if fraction else ''}"
