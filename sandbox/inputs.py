"""Reading what is sent to the control interface."""

from collections.abc import Mapping
from datetime import date, datetime

from sandbox.amounts import CURRENCIES, minor_of
from sandbox.instants import day_of, instant_of


class ControlRefused(Exception):
    """A control request that cannot be carried out; ``status`` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Input:
    """The members of a JSON object, or the parameters of a query."""

    def __init__(self, members: object) -> None:
        if not isinstance(members, dict):
            raise ControlRefused(400, "the body must be a JSON object")
        self.members: Mapping[str, object] = members

    def has(self, name: str) -> bool:
        """Whether a member is there and not null."""
        return self.members.get(name) is not None

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.members.get(name)
        if not isinstance(value, str) or not value:
            raise ControlRefused(400, f"{name} must be a text")
        return value

    def optional(self, name: str) -> str | None:
        """A text, or nothing."""
        return self.text(name) if self.has(name) else None

    def one_of(self, name: str, choices: frozenset[str]) -> str:
        """One of a few texts."""
        value = self.text(name)
        if value not in choices:
            raise ControlRefused(400, f"{name} must be one of {', '.join(sorted(choices))}")
        return value

    def number(self, name: str, default: int, least: int = 0) -> int:
        """A whole number; a query's digits count as one."""
        value = self.members.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ControlRefused(400, f"{name} must be a whole number of at least {least}")
        return value

    def amount(self, name: str) -> int:
        """A decimal text, in øre."""
        try:
            return minor_of(self.text(name))
        except ValueError as error:
            raise ControlRefused(400, f"{name}: {error}") from None

    def currency(self) -> str:
        """The member ``currency``."""
        return self.one_of("currency", CURRENCIES)

    def day(self, name: str, default: date) -> date:
        """A date."""
        if not self.has(name):
            return default
        try:
            return day_of(self.text(name))
        except ValueError as error:
            raise ControlRefused(400, f"{name}: {error}") from None

    def instant(self, name: str) -> datetime:
        """An instant with its offset."""
        try:
            return instant_of(self.text(name))
        except ValueError as error:
            raise ControlRefused(400, f"{name}: {error}") from None
