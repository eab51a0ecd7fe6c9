"""What an earlier release has written is read, changed and written back without a loss."""

from __future__ import annotations

from typing import Any

import pytest

from fordring.domain.refs import Ref
from fordring.store.dynamo import DynamoEngine
from fordring.store.items import KINDS, SHAPE, decode, encode
from fordring.store.repository import Repository
from fordring.store.rows import from_row, to_row
from fordring.usecases.store_port import Change
from tests.store.previous import rows_of

# the shape before this one too, once there is one
ROWS = [
    pytest.param(row, id=f"v{shape} {name}")
    for shape in range(max(1, SHAPE - 1), SHAPE + 1)
    for name, row in rows_of(shape).items()
]


def holds(new: Any, old: Any) -> bool:
    """Whether everything of the old row is in the new one, wherever more has come in."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and holds(new[name], old[name]) for name in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(holds, new, old))
    return bool(new == old)


def test_every_kind_of_the_shape_is_kept() -> None:
    assert {row["kind"]["S"] for row in rows_of(SHAPE).values()} == set(KINDS), (
        "a new kind: add its rows to the fixture of the present shape"
    )


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_read_and_written_back(row: dict[str, Any]) -> None:
    item = from_row(row)
    ref, stored = decode(item)
    again = to_row(encode(ref, stored.value, stored.version, stored.unknown))
    assert holds(again, {name: part for name, part in row.items() if name != "v"})


def test_rows_are_changed_in_the_table(dynamo: DynamoEngine, raw: Any, table: str) -> None:
    rows = rows_of(SHAPE)
    repository = Repository(dynamo)
    for name, row in rows.items():
        if name.endswith("bare"):  # the same key as the full one
            continue
        raw.put_item(TableName=table, Item=row | {"of_tomorrow": {"S": "kept"}})
        ref: Ref[Any] = decode(from_row(row))[0]
        stored = repository.read([ref])[ref]
        repository.commit([Change("change", ref, stored.value, stored)])
        key = {"pk": row["pk"], "sk": row["sk"]}
        found = raw.get_item(TableName=table, Key=key)["Item"]
        expected = row | {"of_tomorrow": {"S": "kept"}, "version": {"N": "4"}}
        assert holds(found, expected), name
