"""Identifiers that the hub makes: prefixed, sortable by time, impossible to guess."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_LENGTH: Final = 26


class Ids(Protocol):
    """The port that makes identifiers."""

    def new(self, prefix: str, now: datetime) -> str:
        """Make an id such as ``inv_01JD…``; ids of later instants sort later."""
        ...


def ulid(now: datetime, random_bits: int) -> str:
    """Spell an instant and 80 random bits in Crockford's base 32 (ULID specification)."""
    milliseconds = int(now.astimezone(UTC).timestamp() * 1000)
    number = (milliseconds << 80) | (random_bits & ((1 << 80) - 1))
    letters = []
    for _ in range(ULID_LENGTH):
        letters.append(_ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(letters))


class RandomIds:
    """Makes ids from a source of random bits, ``secrets.randbits`` in production."""

    def __init__(self, randbits: Callable[[int], int]) -> None:
        self._randbits = randbits

    def new(self, prefix: str, now: datetime) -> str:
        """Make one id."""
        return f"{prefix}_{ulid(now, self._randbits(80))}"
