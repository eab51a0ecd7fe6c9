"""A table in memory, for tests, for the property tests' many stories, and as the floor of benchmarks."""

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from fordring.store import metering
from fordring.store.engine import LARGEST_BATCH, ConditionsFailed, Slice, Write, check_writes, cursor_of
from fordring.store.items import Item
from fordring.store.keys import Key
from fordring.store.metering import ACTIONS, Call, Observer, Touch
from fordring.store.rows import INDEX_ATTRIBUTES, InexactNumber

type Position = tuple[str, str, str]
"""Where an item stands in a partition: the sort key there, then the table's own key."""

_PLAIN = frozenset({str, int, bool, type(None)})
_LAST = "\U0010ffff"


class MemoryEngine:
    """Keeps items in a dictionary and sorted partitions; transactions are isolated by one lock.

    Parameters
    ----------
    on_call
        Told about every call, as DynamoDB would have had it.
    """

    def __init__(self, *, on_call: Observer | None = None) -> None:
        self._items: dict[Key, Item] = {}
        self._partitions: dict[tuple[str | None, str], list[Position]] = {}
        self._lock = threading.Lock()
        self._on_call = on_call

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read items."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            found = [self._items.get(key) for key in wanted]
        if self._on_call:
            for start in range(0, len(wanted), LARGEST_BATCH):
                part = slice(start, start + LARGEST_BATCH)
                touched = tuple(Touch("BatchGetItem", *key) for key in wanted[part])
                self._on_call(
                    Call("BatchGetItem", None, touched, read_units=metering.read_units(found[part]))
                )
        return [item for item in found if item is not None]

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing."""
        check_writes(writes)
        for write in writes:
            if write.action in ("put", "update"):
                _check_exact(write.item.data)
        with self._lock:
            before = [self._items.get(Key(write.item.pk, write.item.sk)) for write in writes]
            failed = [
                position
                for position, (old, write) in enumerate(zip(before, writes, strict=True))
                if not _holds(old, write)
            ]
            if not failed:
                for old, write in zip(before, writes, strict=True):
                    self._apply(old, write)
        if self._on_call and writes:
            self._on_call(_write_call(before, writes, failed=bool(failed)))
        if failed:
            raise ConditionsFailed(failed)

    def _apply(self, old: Item | None, write: Write) -> None:
        if write.action == "check":
            return
        new = None if write.action == "delete" else write.item
        key = Key(write.item.pk, write.item.sk)
        if new is None:
            del self._items[key]
        else:
            self._items[key] = new
        for index in (None, *INDEX_ATTRIBUTES):
            was, now = _place(old, index), _place(new, index)
            if was == now:
                continue
            if was is not None:
                rows = self._partitions[index, was[0]]
                del rows[bisect_left(rows, (was[1], *key))]
            if now is not None:
                insort(self._partitions.setdefault((index, now[0]), []), (now[1], *key))

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
        """Read a page of one partition."""
        with self._lock:
            rows = self._partitions.get((index, pk), [])
            start, end = _range(rows, prefix, until, since)
            if after is not None:
                place = after["sk"] if index is None else after["place"]
                position = (place, pk if index is None else after["pk"], after["sk"])
                if newest_first:
                    end = min(end, bisect_left(rows, position))
                else:
                    start = max(start, bisect_right(rows, position))
            if newest_first:
                chosen = rows[max(start, end - limit) : end][::-1]
            else:
                chosen = rows[start : min(end, start + limit)]
            found = tuple(self._items[Key(*key)] for _, *key in chosen)
            more = end - start > limit
        if self._on_call:
            units = metering.query_units(found, index)
            touched = (Touch("Query", pk, prefix or until or ""),)
            self._on_call(Call("Query", index, touched, read_units=units))
        cursor = cursor_of(found[-1], index) if more and found else None
        return Slice(tuple(map(_keys_only, found)) if index in metering.KEYS_ONLY else found, cursor)

    def everything(self) -> tuple[Item, ...]:
        """Give all items, for tests that look at the whole table."""
        with self._lock:
            return tuple(self._items.values())


def _holds(old: Item | None, write: Write) -> bool:
    if write.action == "put":
        return old is None
    return old is not None and old.version == write.version


def _place(item: Item | None, index: str | None) -> tuple[str, str] | None:
    if item is None:
        return None
    if index is None:
        return item.pk, item.sk
    place: tuple[str, str] | None = getattr(item, index)
    return place


def _range(rows: Sequence[Position], prefix: str, until: str | None, since: str) -> tuple[int, int]:
    if until is not None:
        return 0, bisect_right(rows, (until, _LAST, _LAST))
    if since:
        return bisect_left(rows, (since, "", "")), len(rows)
    if prefix:
        return bisect_left(rows, (prefix, "", "")), bisect_right(rows, (prefix + _LAST, _LAST, _LAST))
    return 0, len(rows)


def _keys_only(item: Item) -> Item:
    return Item(item.pk, item.sk, "", 0, {}, v=0, due=item.due)


def _check_exact(part: Any) -> None:
    """Refuse what a table refuses."""
    if type(part) in _PLAIN:
        return
    if isinstance(part, float | Decimal):
        message = "an amount is a whole number of minor units"
        raise InexactNumber(message)
    if isinstance(part, Mapping):
        for inner in part.values():
            _check_exact(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            _check_exact(inner)
    elif part is not None and not isinstance(part, str | int):
        message = f"a {type(part).__name__} cannot be kept"
        raise TypeError(message)


def _write_call(before: Sequence[Item | None], writes: Sequence[Write], *, failed: bool) -> Call:
    transaction = len(writes) > 1 or writes[0].action == "check"
    touched = tuple(Touch(ACTIONS[write.action], write.item.pk, write.item.sk) for write in writes)
    units = 0.0
    for old, write in zip(before, writes, strict=True):
        if write.action == "check" or failed:
            units += metering.write_units(old, old, transaction=transaction)
        else:
            new = None if write.action == "delete" else write.item
            units += metering.write_units(old, new, transaction=transaction)
    operation = "TransactWriteItems" if transaction else touched[0].action
    return Call(operation, None, touched, write_units=units, failed=failed)
