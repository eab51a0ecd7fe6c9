"""The contract of an engine, held by both."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from fordring.store.engine import ConditionsFailed, Engine, Write
from fordring.store.items import Item
from fordring.store.keys import Key
from fordring.store.rows import InexactNumber


def item(pk: str = "CASE#1", sk: str = "META", version: int = 1, /, **fields: Any) -> Item:
    data = fields.pop("data", {"amount": 125000})
    return Item(pk, sk, "case", version, data, **fields)


def put(engine: Engine, *items: Item) -> None:
    for one in items:
        engine.write([Write("put", one)])


def read(engine: Engine, *keys: tuple[str, str]) -> set[Key]:
    return {Key(found.pk, found.sk) for found in engine.get([Key(*key) for key in keys])}


def only(engine: Engine, pk: str = "CASE#1", sk: str = "META") -> Item:
    (found,) = engine.get([Key(pk, sk)])
    return found


def places(items: Iterable[Item]) -> list[str]:
    return [found.sk for found in items]


# --- items come back as they went in -------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "", "more": "Ærlig talt: 100 % – «ja» \x00 🙂"},
        {"number": 0, "negative": -1, "large": 10**37, "round": 1000},
        {"true": True, "false": False, "none": None},
        {"list": [], "nested": [1, [2, {"a": None}], "x"], "empty": {}},
        {"data": 1, "name": 2, "size": 3, "a.b": 4, "a#b": 5, ":x": 6},
    ],
)
@pytest.mark.parametrize("others", [0, 1])
def test_data_is_kept(engine: Engine, data: dict[str, Any], others: int) -> None:
    written = item(data=data)
    engine.write([Write("put", written), *(Write("put", item("CASE#2")) for _ in range(others))])
    assert only(engine) == written
    assert type(only(engine).data.get("true", True)) is bool


def test_thousands_of_lines_are_one_item(engine: Engine) -> None:
    """A settlement of 4,000 cases is 1.4 MB as DynamoDB counts it, and an item holds 400 kB."""
    lines = [
        {"case_id": f"case_{number * 7919:026}-1", "case_number": f"SV{number}", "payout": number * 1237}
        | {"principal": number * 1301, "fee": 0, "interest": number, "commission": number * 64, "vat": None}
        for number in range(4000)
    ]
    written = item(data={"settlement_id": "Ærlig talt", "lines": lines})
    put(engine, written)
    assert only(engine) == written
    changed = item("CASE#1", "META", 2, data={**written.data, "lines": lines[:3]})
    engine.write([Write("update", changed, 1)])
    assert only(engine) == changed


def test_a_whole_item_is_kept(engine: Engine) -> None:
    written = item(lists=("L", "1"), due=("D", "2"), attention=("A", "3"), expires=1_700_000_000)
    put(engine, written)
    assert only(engine) == written


@pytest.mark.parametrize("wrong", [1.0, 0.1, float("nan"), Decimal("0.5"), Decimal(1), b"x", {1}, object()])
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {"deep": [{"er": x}]}])
@pytest.mark.parametrize("action", ["put", "update"])
def test_what_is_not_exact_is_refused(engine: Engine, wrong: object, wrap: Any, action: Any) -> None:
    put(engine, item("CASE#2"))
    inexact = isinstance(wrong, float | Decimal)
    with pytest.raises(InexactNumber if inexact else TypeError):
        engine.write([Write("put", item()), Write(action, item("CASE#2", data={"x": wrap(wrong)}), 1)])
    assert read(engine, ("CASE#1", "META")) == set()


def test_keys_are_read_in_one_round_trip(engine: Engine, meter: Any) -> None:
    put(engine, item("A"), item("B"), item("B", "EVT#1"))
    meter.clear()
    assert read(engine, ("A", "META"), ("B", "EVT#1"), ("C", "META"), ("A", "META")) == {
        ("A", "META"),
        ("B", "EVT#1"),
    }
    assert meter.operations == {"BatchGetItem": 1}


def test_more_keys_than_a_batch_holds(engine: Engine, meter: Any) -> None:
    for start in range(0, 250, 100):
        engine.write([Write("put", item(f"P{n}")) for n in range(start, min(start + 100, 250))])
    meter.clear()
    assert len(read(engine, *((f"P{n}", "META") for n in range(260)))) == 250
    assert meter.operations == {"BatchGetItem": 3}


def test_nothing_to_read_or_write_calls_nothing(engine: Engine, meter: Any) -> None:
    assert list(engine.get([])) == []
    engine.write([])
    assert meter.calls == []


# --- conditions ----------------------------------------------------------------------------------


def test_a_put_needs_nothing_there(engine: Engine) -> None:
    put(engine, item())
    with pytest.raises(ConditionsFailed) as failed:
        put(engine, item("CASE#1", "META", 1, data={"other": 1}))
    assert failed.value.positions == (0,)
    assert only(engine) == item()


@pytest.mark.parametrize("action", ["update", "delete", "check"])
@pytest.mark.parametrize("company", [False, True])
def test_the_rest_needs_the_version_that_was_read(engine: Engine, action: Any, company: bool) -> None:
    put(engine, item("CASE#1", "META", 3))
    others = [Write("put", item("CASE#2"))] if company else []
    for version in (2, 4):
        with pytest.raises(ConditionsFailed) as failed:
            engine.write([*others, Write(action, item("CASE#1", "META", version + 1), version)])
        assert failed.value.positions == (len(others),)
    assert only(engine) == item("CASE#1", "META", 3)
    assert read(engine, ("CASE#2", "META")) == set()
    engine.write([*others, Write(action, item("CASE#1", "META", 4), 3)])
    left = {"update": {4}, "check": {3}, "delete": set()}[action]
    assert {found.version for found in engine.get([Key("CASE#1", "META")])} == left


@pytest.mark.parametrize("action", ["update", "delete", "check"])
@pytest.mark.parametrize("company", [False, True])
def test_nothing_comes_into_being_by_accident(engine: Engine, action: Any, company: bool) -> None:
    others = [Write("put", item("CASE#2"))] if company else []
    for version in (0, 1):
        with pytest.raises(ConditionsFailed):
            engine.write([*others, Write(action, item("CASE#1", "META", version + 1), version)])
    assert read(engine, ("CASE#1", "META"), ("CASE#2", "META")) == set()


def test_a_transaction_names_every_broken_condition_by_its_position(engine: Engine) -> None:
    put(engine, *(item(f"P{n}") for n in range(6)))
    writes = [
        Write("update", item("P0", "META", 2), 1),
        Write("put", item("P1")),
        Write("delete", item("P2"), 1),
        Write("check", item("P3"), 7),
        Write("put", item("NEW")),
        Write("update", item("P4", "META", 9), 8),
        Write("delete", item("P5"), 2),
    ]
    with pytest.raises(ConditionsFailed) as failed:
        engine.write(writes)
    assert failed.value.positions == (1, 3, 5, 6)
    assert len(read(engine, *((f"P{n}", "META") for n in range(6)), ("NEW", "META"))) == 6
    assert {found.version for found in engine.get([Key(f"P{n}", "META") for n in range(6)])} == {1}


def test_a_transaction_does_everything_at_once(engine: Engine, meter: Any) -> None:
    put(engine, *(item(f"P{n}") for n in range(3)))
    meter.clear()
    engine.write(
        [
            Write("delete", item("P0"), 1),
            Write("check", item("P1"), 1),
            Write("put", item("NEW")),
            Write("update", item("P2", "META", 2, data={"new": True}), 1),
        ]
    )
    assert meter.operations == {"TransactWriteItems": 1}
    assert read(engine, ("P0", "META"), ("P1", "META"), ("P2", "META"), ("NEW", "META")) == {
        ("P1", "META"),
        ("P2", "META"),
        ("NEW", "META"),
    }
    assert only(engine, "P2").data == {"new": True}


def test_a_hundred_writes_and_not_one_more(engine: Engine) -> None:
    with pytest.raises(ValueError, match="at most 100 writes, not 101"):
        engine.write([Write("put", item(f"P{n}")) for n in range(101)])
    engine.write([Write("put", item(f"P{n}")) for n in range(100)])
    assert len(read(engine, *((f"P{n}", "META") for n in range(100)))) == 100


def test_one_item_is_written_once(engine: Engine) -> None:
    with pytest.raises(ValueError, match="only once"):
        engine.write([Write("put", item()), Write("check", item(), 1)])


def test_a_single_write_needs_no_transaction(engine: Engine, meter: Any) -> None:
    put(engine, item())
    engine.write([Write("update", item("CASE#1", "META", 2), 1)])
    engine.write([Write("delete", item(), 2)])
    assert meter.operations == {"PutItem": 1, "UpdateItem": 1, "DeleteItem": 1}
    assert meter.write_units == 3


# --- partitions ----------------------------------------------------------------------------------


def test_a_partition_is_read_in_the_order_of_its_sort_keys(engine: Engine) -> None:
    put(
        engine,
        item("A", "LED#2"),
        item("A", "META"),
        item("A", "LED#1"),
        item("B", "LED#0"),
        item("A", "LED"),
    )
    assert places(engine.query(None, "A").items) == ["LED", "LED#1", "LED#2", "META"]
    assert places(engine.query(None, "A", prefix="LED#").items) == ["LED#1", "LED#2"]
    assert places(engine.query(None, "A", prefix="LED#", newest_first=True).items) == ["LED#2", "LED#1"]
    assert places(engine.query(None, "A", until="LED#1").items) == ["LED", "LED#1"]
    assert engine.query(None, "A", prefix="X").items == ()
    assert engine.query(None, "NONE").items == ()


def test_order_is_that_of_utf8(engine: Engine) -> None:
    signs = ["#", "-", "0", "A", "Z", "_", "a", "z", "Å", "é", "€", "\ue000", "😀"]
    put(engine, *(item("A", f"S{sign}") for sign in reversed(signs)))
    assert places(engine.query(None, "A", prefix="S").items) == [f"S{sign}" for sign in signs]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize("index", [None, "lists"])
def test_pages_join_up(engine: Engine, index: str | None, limit: int, newest_first: bool) -> None:
    put(
        engine,
        *(item("A" if index is None else f"P{9 - n}", f"S#{n}", lists=("A", f"S#{n}")) for n in range(7)),
        item("A", "T", lists=("A", "T")),
    )
    found: list[str] = []
    after = None
    for _ in range(9):
        page = engine.query(index, "A", prefix="S#", after=after, limit=limit, newest_first=newest_first)
        assert len(page.items) <= limit
        found += places(page.items)
        after = page.next
        if after is None:
            break
        assert all(type(part) is str for part in after.values())
    assert found == sorted((f"S#{n}" for n in range(7)), reverse=newest_first)


def test_the_last_page_knows_that_it_is_the_last(engine: Engine) -> None:
    put(engine, item("A", "1"), item("A", "2"))
    assert engine.query(None, "A", limit=2).next is None
    assert engine.query(None, "A", limit=1).next is not None


def test_a_cursor_survives_what_happens_meanwhile(engine: Engine) -> None:
    put(engine, *(item("A", str(n)) for n in range(5)))
    after = engine.query(None, "A", limit=2).next
    engine.write([Write("delete", item("A", "1"), 1)])
    put(engine, item("A", "15"))
    assert places(engine.query(None, "A", after=after).items) == ["15", "2", "3", "4"]


def test_cursors_of_two_engines_are_the_same(engine: Engine) -> None:
    put(engine, *(item("P", f"S{n}", lists=("A", f"place{n}")) for n in range(2)))
    assert engine.query(None, "P", limit=1).next == {"sk": "S0"}
    assert engine.query("lists", "A", limit=1).next == {"place": "place0", "pk": "P", "sk": "S0"}


# --- indexes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", ["lists", "due", "attention"])
def test_an_item_enters_moves_and_leaves_an_index(engine: Engine, index: str) -> None:
    def listed(partition: str) -> list[str]:
        return [found.pk for found in engine.query(index, partition).items]

    put(engine, item())
    assert listed("I") == []
    for version, place in enumerate([("I", "1"), ("I", "2"), ("J", "2"), None, ("I", "1")], 1):
        changed = item("CASE#1", "META", version + 1, **{index: place})
        # every second time with another write, as both ways must do the same
        others = [Write("put", item(f"P{version}"))] if version % 2 else []
        engine.write([Write("update", changed, version), *others])
        assert only(engine) == changed
        for partition in "IJ":
            assert listed(partition) == (["CASE#1"] if place and place[0] == partition else [])
    engine.write([Write("delete", item(), 6)])
    assert listed("I") == []


def test_lists_give_whole_items_and_due_gives_keys(engine: Engine) -> None:
    written = item(lists=("L", "1"), due=("D", "2"), attention=("A", "3"), expires=1_700_000_000)
    put(engine, written)
    assert engine.query("lists", "L").items == (written,)
    assert engine.query("attention", "A").items == (written,)
    assert engine.query("due", "D").items == (Item("CASE#1", "META", "", 0, {}, v=0, due=("D", "2")),)


def test_what_is_due_comes_in_the_order_of_its_instants(engine: Engine) -> None:
    put(engine, *(item(f"P{n}", due=("DUE#0", f"2026-0{n}")) for n in (3, 1, 2, 5, 4)))
    found = engine.query("due", "DUE#0", until="2026-03")
    assert [due.due[1] for due in found.items if due.due] == ["2026-01", "2026-02", "2026-03"]


def test_an_attribute_of_time_to_live_is_set_moved_and_removed(engine: Engine) -> None:
    put(engine, item(expires=1_700_000_000))
    for version, expires in enumerate([1_800_000_000, None, 1_900_000_000], 1):
        engine.write([Write("update", item("CASE#1", "META", version + 1, expires=expires), version)])
        assert only(engine).expires == expires


def test_what_has_expired_is_read_until_it_is_gone(engine: Engine) -> None:
    put(engine, item(expires=1))
    assert only(engine).expires == 1
