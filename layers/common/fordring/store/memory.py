"""A table in memory, for tests, for the property tests' many stories, and as the floor of benchmarks."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fordring.store.engine import ConditionsFailed, Slice, Write
from fordring.store.items import Item
from fordring.store.keys import Key

LARGEST_TRANSACTION = 100


class MemoryEngine:
    """Keeps items in a dictionary; transactions are isolated by one lock."""

    def __init__(self) -> None:
        self._items: dict[Key, Item] = {}
        self._lock = threading.Lock()

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read items."""
        with self._lock:
            return [self._items[key] for key in keys if key in self._items]

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing."""
        if len(writes) > LARGEST_TRANSACTION:
            message = "a transaction holds at most 100 writes"
            raise ValueError(message)
        keys = [Key(write.item.pk, write.item.sk) for write in writes]
        if len(set(keys)) != len(keys):
            message = "a transaction may touch an item only once"
            raise ValueError(message)
        with self._lock:
            failed = [
                position
                for position, (key, write) in enumerate(zip(keys, writes, strict=True))
                if not self._holds(key, write)
            ]
            if failed:
                raise ConditionsFailed(failed)
            for key, write in zip(keys, writes, strict=True):
                if write.action == "delete":
                    del self._items[key]
                elif write.action != "check":
                    self._items[key] = write.item

    def _holds(self, key: Key, write: Write) -> bool:
        found = self._items.get(key)
        if write.action == "put":
            return found is None
        return found is not None and found.version == write.version

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
        """Read a page of one partition."""
        with self._lock:
            placed = [(place, key) for key, item in self._items.items() if (place := _place(item, index, pk))]
            rows = sorted(
                (
                    (sk, key)
                    for (_, sk), key in placed
                    if sk.startswith(prefix) and (until is None or sk <= until)
                ),
                reverse=newest_first,
            )
            if after is not None:
                start = (after["index_sk"], Key(after["pk"], after["sk"]))
                rows = [row for row in rows if (row < start if newest_first else row > start)]
            page = rows[:limit]
            more = len(rows) > limit
            last = page[-1] if page and more else None
            return Slice(
                tuple(self._items[key] for _, key in page),
                {"index_sk": last[0], "pk": last[1].pk, "sk": last[1].sk} if last else None,
            )

    def everything(self) -> tuple[Item, ...]:
        """Give all items, for tests that look at the whole table."""
        with self._lock:
            return tuple(self._items.values())


def _place(item: Item, index: str | None, pk: str) -> Any:
    if index is None:
        return (item.pk, item.sk) if item.pk == pk else None
    place = getattr(item, index)
    return place if place is not None and place[0] == pk else None
