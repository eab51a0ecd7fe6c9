"""The store that use cases see: things in, things out, over any engine."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from fordring.domain.refs import Listing, Page, Ref
from fordring.store.engine import ConditionsFailed, Engine, Write
from fordring.store.items import KINDS, Item, UnreadableItem, decode, decode_value, encode
from fordring.store.keys import Key, due_partitions, instant, key_of, query_of, ref_of
from fordring.usecases.store_port import Change, Conflict, Stored

_ACTIONS: Mapping[str, Any] = {"add": "put", "change": "update", "remove": "delete", "unchanged": "check"}


class Repository:
    """Implements the port ``Store`` over an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, refs: Iterable[Ref[Any]]) -> Mapping[Ref[Any], Stored]:
        """Read several things consistently."""
        keys = {key_of(ref): ref for ref in refs}
        if not keys:
            return {}
        found: dict[Ref[Any], Stored] = {}
        for item in self._engine.get(tuple(keys)):
            ref = keys[Key(item.pk, item.sk)]
            if item.kind != ref.kind.name:
                message = f"a {item.kind} where a {ref.kind.name} is expected"
                raise UnreadableItem(message)
            found[ref] = decode_value(item)
        return found

    def commit(self, changes: Iterable[Change]) -> None:
        """Write all changes or none; at most 100.

        Raises
        ------
        Conflict
            When a condition does not hold.
        ValueError
            When there are more.
        """
        noted = tuple(changes)
        try:
            self._engine.write([_write(change) for change in noted])
        except ConditionsFailed as failed:
            raise Conflict(noted[position].ref for position in failed.positions) from failed

    def page[T](self, listing: Listing[T], *, after: str | None = None, limit: int = 50) -> Page[T]:
        """Read a page of a list."""
        query = query_of(listing)
        found = self._engine.query(
            query.index_name,
            query.pk,
            prefix=query.prefix,
            after=json.loads(after) if after else None,
            limit=limit,
            newest_first=query.newest_first,
            since=query.since,
        )
        items = tuple(
            (cast("Ref[T]", ref), cast("T", stored.value)) for ref, stored in map(decode, found.items)
        )
        return Page(items, json.dumps(found.next, separators=(",", ":")) if found.next else None)

    def due(self, until: datetime, *, limit: int = 100) -> tuple[Ref[Any], ...]:
        """Name what is due at an instant, earliest first; may lag behind writes."""
        found: list[tuple[str, Ref[Any]]] = []
        for partition in due_partitions():
            # One character above the separator: everything whose instant is at or before `until`.
            page = self._engine.query("due", partition, until=instant(until) + "$", limit=limit)
            found.extend((item.due[1] if item.due else "", _due_ref(item)) for item in page.items)
        return tuple(ref for _, ref in sorted(found, key=lambda row: row[0])[:limit])

    def upcoming(self, *, limit: int = 100) -> tuple[tuple[datetime, Ref[Any]], ...]:
        """Name what is due next, now or later, earliest first, and when; may lag behind writes."""
        found = [
            (item.due[1].split("#", 1)[0], _due_ref(item))
            for partition in due_partitions()
            for item in self._engine.query("due", partition, limit=limit).items
            if item.due
        ]
        earliest = sorted(found, key=lambda row: row[0])[:limit]
        return tuple((datetime.fromisoformat(moment), ref) for moment, ref in earliest)


_DUE_KINDS = {
    "GATHER": "gathering",
    "CMD": "command",
    "EVT": "event",
    "DLV": "delivery",
    "JOB": "job",
    "MAIL": "email",
    "REQUEST": "sync_request",
    "DIS": "dispatch",
    "LTR": "letter",
    "CASE": "case",
    "INV": "invoice",
}


def _due_ref(item: Item) -> Ref[Any]:
    name = _DUE_KINDS.get(item.sk.split("#", 1)[0]) or _DUE_KINDS[item.pk.split("#", 1)[0]]
    return ref_of(KINDS[name], item.pk, item.sk)


def _write(change: Change) -> Write:
    version = change.read.version if change.read else 0
    if change.action in ("add", "change"):
        unknown = change.read.unknown if change.read else None
        return Write(_ACTIONS[change.action], encode(change.ref, change.value, version + 1, unknown), version)
    pk, sk = key_of(change.ref)
    return Write(_ACTIONS[change.action], Item(pk, sk, change.ref.kind.name, version, {}), version)
