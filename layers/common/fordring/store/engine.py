"""What a table can do, in the store's own words; one engine keeps it in memory, one in DynamoDB."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, Protocol

from fordring.domain.values import dataclass
from fordring.store.items import Item
from fordring.store.keys import Key

LARGEST_TRANSACTION: Final = 100
"""DynamoDB's limit to the writes of one transaction."""

LARGEST_BATCH: Final = 100
"""DynamoDB's limit to the keys of one batch read."""


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
    """A page of items; ``next`` is the place to go on after, ``None`` at the end.

    A cursor is the same for every engine: ``{"sk"}`` on the table; ``{"place", "pk", "sk"}`` on an index,
    where ``place`` is the sort key there. The partition is the query's own.
    """

    items: tuple[Item, ...]
    next: Mapping[str, str] | None


class Engine(Protocol):
    """The port from the store to a table."""

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read items consistently, up to 100 in each round trip; expired ones too, in any order.

        Raises
        ------
        Unavailable
            When the table does not answer, or only part of it, however often it is asked.
        """
        ...

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing; at most 100, each to an item of its own.

        Raises
        ------
        ConditionsFailed
            When a condition does not hold, or another transaction is under way on the same items:
            nothing was written.
        Unavailable
            When the table does not answer or throttles, however often it is asked: all was written, or
            nothing was.
        ValueError
            When there are too many writes, or two on one item.
        TypeError
            When there is a float among the data, or anything else that cannot be kept exactly.
        """
        ...

    def query(
        self,
        index: str | None,
        pk: str,
        *,
        prefix: str = "",
        until: str | None = None,
        since: str = "",
        after: Mapping[str, str] | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Slice:
        """Read a page of one partition, of the table (consistently) or of an index.

        ``prefix`` narrows the sort key; ``until`` instead gives everything up to and including a sort key,
        ``since`` everything from one on.
        Items of the index ``due`` carry their keys and their place in it only. A page may be shorter than
        ``limit`` and have a ``next``.
        """
        ...


def check_writes(writes: Sequence[Write]) -> None:
    """Refuse what no engine takes.

    Raises
    ------
    ValueError
        When there are more than 100 writes, or two on one item.
    """
    if len(writes) > LARGEST_TRANSACTION:
        message = f"a transaction holds at most {LARGEST_TRANSACTION} writes, not {len(writes)}"
        raise ValueError(message)
    if len({(write.item.pk, write.item.sk) for write in writes}) != len(writes):
        message = "a transaction may touch an item only once"
        raise ValueError(message)


def cursor_of(item: Item, index: str | None) -> Mapping[str, str]:
    """Give the place after which the next page starts."""
    if index is None:
        return {"sk": item.sk}
    return {"place": getattr(item, index)[1], "pk": item.pk, "sk": item.sk}
