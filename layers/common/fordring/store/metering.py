"""What each call on the table costs and touches: for budgets, benchmarks and the roles' key conditions.

An engine tells an observer about every round trip. Where the table itself says what it consumed, that
counts; elsewhere it is computed by DynamoDB's rules: writes in steps of 1 kB, twice in a transaction;
reads in steps of 4 kB, half for eventually consistent ones; an index takes one write for each put, change
and removal, so a changed index key costs two.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any, Final, NamedTuple

from fordring.domain.values import dataclass
from fordring.store.items import Item
from fordring.store.rows import EXPIRES, INDEX_ATTRIBUTES, packed

KEYS_ONLY: Final = frozenset({"due"})
"""Indexes that hold nothing but keys; the others project whole items."""


ACTIONS: Final = {
    "put": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
    "check": "ConditionCheckItem",
}
"""The IAM action of each write."""


class Touch(NamedTuple):
    """What was done to one key: ``action`` is the IAM action, the partition is the index's for a query."""

    action: str
    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class Call:
    """One round trip to the table.

    Parameters
    ----------
    operation
        DynamoDB's name for it.
    index
        The index that was queried, ``None`` for the table.
    touched
        Every key, with the action on it; a query's key is its partition and the prefix of its range.
    read_units, write_units
        What it consumed, indexes included.
    failed
        Whether a condition did not hold, so that nothing was written.
    """

    operation: str
    index: str | None
    touched: tuple[Touch, ...]
    read_units: float = 0.0
    write_units: float = 0.0
    failed: bool = False


type Observer = Callable[[Call], None]


@dataclass(slots=True)
class Meter:
    """An observer that keeps and adds up the calls.

    Examples
    --------
    >>> meter = Meter()
    >>> engine = MemoryEngine(on_call=meter)
    """

    calls: list[Call] = field(default_factory=list)

    def __call__(self, call: Call) -> None:
        """Note one call."""
        self.calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        self.calls.clear()

    @property
    def operations(self) -> Counter[str]:
        """Round trips by operation; queries of an index as ``Query lists``."""
        return Counter(
            f"{call.operation} {call.index}" if call.index else call.operation for call in self.calls
        )

    @property
    def reads(self) -> int:
        """Round trips that read."""
        return sum(call.operation in ("BatchGetItem", "Query") for call in self.calls)

    @property
    def writes(self) -> int:
        """Round trips that write."""
        return len(self.calls) - self.reads

    @property
    def read_units(self) -> float:
        """Read units, all calls together."""
        return sum(call.read_units for call in self.calls)

    @property
    def write_units(self) -> float:
        """Write units, all calls together."""
        return sum(call.write_units for call in self.calls)

    @property
    def access(self) -> frozenset[tuple[str, str | None, str]]:
        """Every action with the index and the partition it was used on, for the roles' key conditions."""
        return frozenset(
            (touch.action, call.index, touch.pk) for call in self.calls for touch in call.touched
        )


def value_size(part: Any) -> int:
    """Give the size of a value in bytes, as DynamoDB counts it."""
    if part is None or isinstance(part, bool):
        return 1
    if isinstance(part, str):
        return len(part) if part.isascii() else len(part.encode())
    if isinstance(part, int):
        digits = str(abs(part)).rstrip("0")
        return (len(digits) + 1) // 2 + 1 + (part < 0)
    if isinstance(part, Mapping):
        return 3 + sum(1 + value_size(name) + value_size(inner) for name, inner in part.items())
    return 3 + sum(1 + value_size(inner) for inner in part)


def item_size(item: Item) -> int:
    """Give the size of an item in bytes: names and values of all its attributes."""
    size = 4 + len("kind") + len("v") + len("version") + len("data")
    size += value_size(item.pk) + value_size(item.sk) + value_size(item.kind)
    small = packed(item.data)
    size += value_size(item.v) + value_size(item.version)
    size += value_size(item.data) if small is None else len(small)
    for index in INDEX_ATTRIBUTES:
        size += _place_size(item, index)
    return size + (len(EXPIRES) + value_size(item.expires) if item.expires is not None else 0)


def _place_size(item: Item, index: str) -> int:
    place = getattr(item, index)
    if place is None:
        return 0
    return sum(map(len, INDEX_ATTRIBUTES[index])) + value_size(place[0]) + value_size(place[1])


def _steps(size: int, step: int) -> int:
    return max(1, -(-size // step))


def write_units(before: Item | None, after: Item | None, *, transaction: bool) -> float:
    """Give what one write consumes, from the item as it was and as it is; a check has both the same."""
    sizes = [item_size(item) for item in (before, after) if item is not None]
    units = _steps(max(sizes, default=1), 1024) * (2 if transaction else 1)
    if before is not after:
        units += sum(_index_units(index, before, after) for index in INDEX_ATTRIBUTES)
    return float(units)


def _index_units(index: str, before: Item | None, after: Item | None) -> int:
    old = getattr(before, index) if before is not None else None
    new = getattr(after, index) if after is not None else None
    if old is not None and new == old:
        return 0 if index in KEYS_ONLY else max(_projected(index, before), _projected(index, after))
    return (_projected(index, before) if old else 0) + (_projected(index, after) if new else 0)


def _projected(index: str, item: Item | None) -> int:
    if item is None:
        return 0
    if index in KEYS_ONLY:
        return _steps(4 + value_size(item.pk) + value_size(item.sk) + _place_size(item, index), 1024)
    return _steps(item_size(item), 1024)


def read_units(items: Iterable[Item | None]) -> float:
    """Give what a consistent batch of single reads consumes; one that finds nothing costs one, too."""
    return float(sum(_steps(item_size(item), 4096) if item is not None else 1 for item in items))


def query_units(items: Iterable[Item], index: str | None) -> float:
    """Give what a query consumes: the sum of the sizes, and half of it on an index."""
    if index in KEYS_ONLY:
        size = sum(4 + value_size(item.pk) + value_size(item.sk) + _place_size(item, index) for item in items)
    else:
        size = sum(item_size(item) for item in items)
    return _steps(size, 4096) * (1.0 if index is None else 0.5)
