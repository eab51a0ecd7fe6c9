"""Many writers at once: nothing is lost, nothing is half done, nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from fordring.store.engine import ConditionsFailed, Engine, Write
from fordring.store.items import Item
from fordring.store.keys import Key

WRITERS = 8
EACH = 12


def counter(pk: str, version: int, count: int) -> Item:
    return Item(pk, "META", "counter", version, {"count": count})


def together(work: Callable[[int], None]) -> None:
    """Let every writer begin at the same moment, and raise what any of them raised."""
    barrier = threading.Barrier(WRITERS)

    def begin(writer: int) -> None:
        barrier.wait()
        work(writer)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(begin, range(WRITERS)))


def retried(attempt: Callable[[], None]) -> None:
    while True:
        try:
            return attempt()
        except ConditionsFailed:
            continue


@pytest.mark.parametrize("company", [False, True])
def test_no_increment_is_lost(engine: Engine, company: bool) -> None:
    keys = ["A", "B"] if company else ["A"]
    engine.write([Write("put", counter(key, 1, 0)) for key in keys])

    def increment() -> None:
        found = sorted(engine.get([Key(key, "META") for key in keys]), key=lambda item: item.pk)
        engine.write(
            [
                Write("update", counter(one.pk, one.version + 1, one.data["count"] + 1), one.version)
                for one in found
            ]
        )

    def work(_: int) -> None:
        for _ in range(EACH):
            retried(increment)

    together(work)
    for found in engine.get([Key(key, "META") for key in keys]):
        assert found.data["count"] == WRITERS * EACH
        assert found.version == WRITERS * EACH + 1


def test_only_one_of_many_puts_wins(engine: Engine) -> None:
    won: list[tuple[int, int]] = []

    def claim(writer: int) -> None:
        for number in range(EACH):
            claimed = Item(f"REQ#{number}", "META", "claim", 1, {"by": writer})
            effect = Item(f"CASE#{number}", f"LED#{writer}", "entry", 1, {})
            try:
                engine.write([Write("put", claimed), Write("put", effect)])
            except ConditionsFailed as failed:
                assert failed.positions in ((0,), ())
            else:
                won.append((number, writer))

    together(claim)
    assert sorted(number for number, _ in won) == list(range(EACH))
    for number, writer in won:
        (found,) = engine.get([Key(f"REQ#{number}", "META")])
        assert found.data == {"by": writer}
        assert [one.sk for one in engine.query(None, f"CASE#{number}").items] == [f"LED#{writer}"]


def test_a_move_between_two_items_keeps_their_sum(engine: Engine) -> None:
    engine.write([Write("put", counter(key, 1, 100)) for key in "ABCD"])

    def move(source: str, target: str) -> None:
        by_key = {one.pk: one for one in engine.get([Key(source, "META"), Key(target, "META")])}
        old, new = by_key[source], by_key[target]
        engine.write(
            [
                Write("update", counter(source, old.version + 1, old.data["count"] - 1), old.version),
                Write("update", counter(target, new.version + 1, new.data["count"] + 1), new.version),
            ]
        )

    def work(writer: int) -> None:
        for number in range(EACH):
            source = "ABCD"[(writer + number) % 4]
            target = "ABCD"[(writer + number + 1 + number % 3) % 4]
            retried(partial(move, source, target))

    together(work)
    found = list(engine.get([Key(key, "META") for key in "ABCD"]))
    assert sum(one.data["count"] for one in found) == 400
    assert sum(one.version for one in found) == 4 + 2 * WRITERS * EACH


def test_a_held_item_does_not_change_under_a_writer(engine: Engine) -> None:
    """Two items may never both be on: each is switched on while the other one is held off."""
    engine.write([Write("put", counter(key, 1, 0)) for key in "AB"])

    def switch(mine: str, other: str) -> None:
        by_key = {one.pk: one for one in engine.get([Key("A", "META"), Key("B", "META")])}
        if by_key[other].data["count"]:
            return
        own, held = by_key[mine], by_key[other]
        engine.write(
            [
                Write("update", counter(mine, own.version + 1, 1), own.version),
                Write("check", held, held.version),
            ]
        )

    together(lambda writer: retried(lambda: switch(*("AB" if writer % 2 else "BA"))))
    assert sum(one.data["count"] for one in engine.get([Key("A", "META"), Key("B", "META")])) == 1
