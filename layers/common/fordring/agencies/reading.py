"""Strict reading of an agency's JSON: what is not as its interface says is a ``MalformedAnswer``."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, Never

from fordring.domain.agency import MalformedAnswer
from fordring.domain.money import CURRENCIES, LARGEST_MINOR, Money, MoneyError
from fordring.domain.values import dataclass

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)
_HALF: Final = re.compile("[\ud800-\udfff]")
_LONGEST_TEXT: Final = 10_000
_LONGEST_IDENTIFIER: Final = 140


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object, with the path to it for the error message. Values never get into a message."""

    members: Mapping[str, object]
    path: str = ""

    def text(self, name: str) -> str:
        """A text that is not empty, and that UTF-8 can hold: JSON can spell half a character."""
        value = self._get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT or _HALF.search(value):
            self._wrong(name, "a text")
        return value

    def identifier(self, name: str) -> str:
        """A short text on one line, fit for a key."""
        value = self.text(name)
        if len(value) > _LONGEST_IDENTIFIER or not value.isprintable():
            self._wrong(name, "an identifier")
        return value

    def optional_identifier(self, name: str) -> str | None:
        """An identifier, or null."""
        return None if self._get(name) is None else self.identifier(name)

    def optional_text(self, name: str) -> str | None:
        """A text, or null."""
        return None if self._get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            self._wrong(name, "true or false")
        return value

    def number(self, name: str) -> int:
        """A whole number, not negative."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._wrong(name, "a whole number")
        return value

    def currency(self, name: str = "Currency") -> str:
        """One of the currencies that the hub takes."""
        value = self.text(name)
        if value not in CURRENCIES:
            self._wrong(name, "a currency")
        return value

    def money(self, name: str, currency: str) -> Money:
        """A decimal text with all of the currency's decimals."""
        value = self.text(name)
        try:
            money = Money.parse(value, currency)
        except MoneyError:
            self._wrong(name, "an amount")
        if money.text != value:
            self._wrong(name, "an amount")
        return money

    def cents(self, name: str, currency: str) -> Money:
        """An amount as a whole number of the currency's smallest units, of either sign."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= LARGEST_MINOR:
            self._wrong(name, "an amount")
        return Money(value, currency)

    def optional_cents(self, name: str, currency: str) -> Money | None:
        """Such an amount, or null."""
        return None if self._get(name) is None else self.cents(name, currency)

    def optional_money(self, name: str, currency: str) -> Money | None:
        """An amount, or null."""
        return None if self._get(name) is None else self.money(name, currency)

    def day(self, name: str) -> date:
        """A date."""
        value = self.text(name)
        try:
            return date.fromisoformat(value) if _DATE.fullmatch(value) else self._wrong(name, "a date")
        except ValueError:
            self._wrong(name, "a date")

    def optional_day(self, name: str) -> date | None:
        """A date, or null."""
        return None if self._get(name) is None else self.day(name)

    def instant(self, name: str) -> datetime:
        """An instant in UTC."""
        value = self.text(name)
        if not _INSTANT.fullmatch(value):
            self._wrong(name, "an instant")
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self._wrong(name, "an instant")

    def node(self, name: str) -> "Node":
        """An object."""
        return node(self._get(name), f"{self.path}/{name}")

    def nodes(self, name: str) -> tuple["Node", ...]:
        """A list of objects."""
        value = self._get(name)
        if not isinstance(value, list):
            self._wrong(name, "a list")
        return tuple(node(member, f"{self.path}/{name}/{index}") for index, member in enumerate(value))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._get(name)
        if not isinstance(value, list):
            self._wrong(name, "a list")
        if not all(isinstance(member, str) and member for member in value):
            self._wrong(name, "a list of texts")
        return tuple(value)

    def _get(self, name: str) -> object:
        if name not in self.members:
            self._wrong(name, "present")
        return self.members[name]

    def _wrong(self, name: str, wanted: str) -> Never:
        raise MalformedAnswer(f"{self.path}/{name} is not {wanted}")


def node(value: object, path: str = "") -> Node:
    """Take a value for an object.

    Raises
    ------
    MalformedAnswer
        When it is none.
    """
    if not isinstance(value, dict):
        raise MalformedAnswer(f"{path or 'the body'} is not an object")
    return Node(value, path)


def read(body: bytes) -> Node:
    """Read a body.

    Raises
    ------
    MalformedAnswer
        When it is not a JSON object in UTF-8, or has a member twice, or a number that is none.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unambiguous, parse_constant=_no_constant)
    # deep nesting is a RecursionError, a number of ten thousand digits a ValueError
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer("the body is not JSON") from error
    return node(value)


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _no_constant(name: str) -> Never:
    raise ValueError(name)
