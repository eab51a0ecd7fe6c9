"""The port to the table: what is read of it, and what is written on which condition."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

from fordring.domain.refs import Listing, Page, Ref
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """A value as it was read, with the version that a change of it is conditional on.

    ``unknown`` holds fields that a newer release wrote and this one does not know: they are written back.
    """

    value: Any
    version: int
    unknown: Mapping[str, Any] | None = None


type Action = Literal["add", "change", "remove", "unchanged"]


@dataclass(frozen=True, slots=True)
class Change:
    """One write of a transaction, with its condition.

    ``add``: nothing may exist there. ``change``, ``remove``, ``unchanged``: it must still have the
    version that was read.
    """

    action: Action
    ref: Ref[Any]
    value: Any = None
    read: Stored | None = None


class Conflict(Exception):
    """A transaction was not written at all, because conditions did not hold.

    ``refs`` names the ones that failed; empty when the engine cannot tell.
    """

    def __init__(self, refs: Iterable[Ref[Any]] = ()) -> None:
        super().__init__("somebody else was faster")
        self.refs = tuple(refs)


class Store(Protocol):
    """The port to the table."""

    def read(self, refs: Iterable[Ref[Any]]) -> Mapping[Ref[Any], Stored]:
        """Read several things consistently, in one round trip up to 100; what does not exist is left out."""
        ...

    def commit(self, changes: Iterable[Change]) -> None:
        """Write all changes or none.

        Raises
        ------
        Conflict
            When a condition does not hold.
        """
        ...

    def page[T](self, listing: Listing[T], *, after: str | None = None, limit: int = 50) -> Page[T]:
        """Read a page of a list. Lists over indexes may lag behind writes by a moment."""
        ...
