"""The meter counts what DynamoDB would charge, and what each call touches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fordring.store.dynamo import DynamoEngine
from fordring.store.engine import ConditionsFailed, Engine, Write
from fordring.store.items import Item
from fordring.store.keys import Key
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter, Touch, item_size, value_size
from fordring.store.rows import to_row


def item(version: int = 1, size: int = 0, /, pk: str = "A", sk: str = "META", **fields: Any) -> Item:
    return Item(pk, sk, "case", version, {"text": "x" * size}, **fields)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("æøå", 6),
        (None, 1),
        (True, 1),
        (0, 1),
        (7, 2),
        (1234, 3),
        (-1234, 4),
        (120000, 2),
        ([], 3),
        ({}, 3),
        (["ab", 7], 3 + 1 + 2 + 1 + 2),
        ({"ab": "c"}, 3 + 1 + 2 + 1),
    ],
)
def test_values_weigh_what_dynamodb_says(value: object, size: int) -> None:
    assert value_size(value) == size


def test_an_item_weighs_its_names_and_values() -> None:
    lean = Item("pk", "sk", "case", 1, {})
    assert (
        item_size(lean)
        == sum(map(len, ("pk", "pk", "sk", "sk", "kind", "case")))
        + len("v")
        + 2
        + len("version")
        + 2
        + len("data")
        + 3
    )
    placed = replace(lean, due=("D", "123"), expires=1_700_000_001)
    assert item_size(placed) == item_size(lean) + len("due_pk" + "D" + "due_sk" + "123") + len("expires") + 6
    assert set(to_row(placed)) == {"pk", "sk", "kind", "v", "version", "data", "due_pk", "due_sk", "expires"}


LISTS, DUE, OTHER = ("L", "1"), ("D", "1"), ("L", "2")

STEPS: list[tuple[str, list[Write], float]] = [
    ("a small item", [Write("put", item())], 1),
    ("above a kilobyte", [Write("update", item(2, 1100), 1)], 2),
    ("smaller again: the larger one counts", [Write("update", item(3, 0), 2)], 2),
    ("into two indexes", [Write("update", item(4, 0, lists=LISTS, due=DUE), 3)], 3),
    ("the same places: keys only do not change", [Write("update", item(5, 0, lists=LISTS, due=DUE), 4)], 2),
    ("a new place: removed there, put here", [Write("update", item(6, 0, lists=OTHER, due=DUE), 5)], 3),
    ("out of both", [Write("update", item(7, 0), 6)], 3),
    ("a transaction costs twice", [Write("update", item(8), 7), Write("put", item(pk="B"))], 4),
    ("a check costs, too", [Write("check", item(), 8), Write("put", item(pk="C", lists=LISTS))], 5),
    (
        "indexes of a transaction cost once",
        [Write("update", item(9, 1100, lists=LISTS), 8), Write("delete", item(pk="C"), 1)],
        2 * 2 + 2 + 2 + 1,
    ),
    ("a removal out of an index", [Write("delete", item(), 9)], 2 + 2),
]


def test_writes_cost_what_dynamodb_charges(engine: Engine, meter: Meter) -> None:
    for name, writes, units in STEPS:
        meter.clear()
        engine.write(writes)
        assert meter.write_units == units, name


def test_both_engines_tell_the_same(dynamo: DynamoEngine, meter: Meter) -> None:
    memory_meter = Meter()
    memory = MemoryEngine(on_call=memory_meter)
    for engine in (dynamo, memory):
        for _, writes, _ in STEPS[:-2]:
            engine.write(writes)
        engine.get([Key("A", "META"), Key("B", "META"), Key("NONE", "META")])
        engine.query(None, "A", prefix="M")
        engine.query("lists", "L")
        engine.query("due", "D", until="9")
        with pytest.raises(ConditionsFailed):
            engine.write([Write("put", item()), Write("put", item(pk="D"))])
    told = [(c.operation, c.index, c.touched, c.read_units, c.failed) for c in meter.calls]
    assert told == [(c.operation, c.index, c.touched, c.read_units, c.failed) for c in memory_meter.calls]
    assert meter.operations == memory_meter.operations
    assert (meter.reads, meter.writes, meter.access) == (
        memory_meter.reads,
        memory_meter.writes,
        memory_meter.access,
    )


def test_every_key_is_told_with_the_action_on_it(engine: Engine, meter: Meter) -> None:
    engine.write([Write("put", item()), Write("put", item(pk="B"))])
    engine.write([Write("update", item(2), 1), Write("check", item(pk="B"), 1), Write("put", item(pk="C"))])
    engine.write([Write("delete", item(pk="C"), 1)])
    engine.get([Key("A", "META")])
    engine.query("lists", "L")
    assert [call.touched for call in meter.calls[1:]] == [
        (
            Touch("UpdateItem", "A", "META"),
            Touch("ConditionCheckItem", "B", "META"),
            Touch("PutItem", "C", "META"),
        ),
        (Touch("DeleteItem", "C", "META"),),
        (Touch("BatchGetItem", "A", "META"),),
        (Touch("Query", "L", ""),),
    ]
    assert ("Query", "lists", "L") in meter.access
    assert ("ConditionCheckItem", None, "B") in meter.access
    assert meter.operations == {
        "TransactWriteItems": 2,
        "DeleteItem": 1,
        "BatchGetItem": 1,
        "Query lists": 1,
    }
    assert (meter.reads, meter.writes) == (2, 3)
    assert meter.read_units == 1.5


def test_nobody_is_told_and_nothing_is_asked_when_nobody_listens(
    raw: Any, table: str, connection: Any
) -> None:
    engine = DynamoEngine(table, region=connection.region)
    engine._connection = connection
    asked: list[bytes] = []

    def look(request: Any, **_: Any) -> None:
        asked.append(request.body)

    connection.client.meta.events.register("before-send.dynamodb", look)
    try:
        engine.write([Write("put", item())])
    finally:
        connection.client.meta.events.unregister("before-send.dynamodb", look)
    assert b'"ReturnConsumedCapacity": "NONE"' in asked[0]
