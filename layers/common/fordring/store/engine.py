"""What a table can do, in the store's own words; one engine keeps it in memory, one in DynamoDB."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from fordring.store.items import Item
from fordring.store.keys import Key

type Condition = Literal["absent", "version", "none"]


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction.

    Parameters
    ----------
    action
        ``put``: a new item, only where none is. ``update``: only while the item has ``version``; its
        indexes and data are replaced, attributes unknown to this release stay. ``delete`` and ``check``:
        only while it has ``version``.
    item
        The new state; for ``delete`` and ``check`` only the key is looked at.
    version
        The version that was read; the item's own ``version`` is the next one.
    """

    action: Literal["put", "update", "delete", "check"]
    item: Item
    version: int = 0


class ConditionsFailed(Exception):
    """Nothing was written. ``positions`` tells which writes' conditions failed, as far as is known."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__("the conditions of a transaction did not hold")
        self.positions = tuple(positions)


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of items; ``next`` is the key to go on after, ``None`` at the end."""

    items: tuple[Item, ...]
    next: Mapping[str, str] | None


class Engine(Protocol):
    """The port from the store to a table."""

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read items consistently, in as few round trips as possible; expired ones too."""
        ...

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing; at most 100.

        Raises
        ------
        ConditionsFailed
            When a condition does not hold, or another transaction is under way on the same items.
        """
        ...

    def query(
        self,
        index: str | None,
        pk: str,
        *,
        prefix: str = "",
        until: str | None = None,
        after: Mapping[str, str] | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Slice:
        """Read a page of one partition, of the table (consistently) or of an index.

        ``prefix`` narrows the sort key; ``until`` instead gives everything up to and including a sort key.
        Items of the index ``due`` carry their keys only.
        """
        ...
