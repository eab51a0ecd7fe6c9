"""``docs/data.md`` says what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fordring.domain.refs import Kind
from fordring.store.items import KINDS, SHAPE, Item, encode
from fordring.store.keys import _CHILDREN, _INDEXED, DUE_SHARDS, due_partitions, key_of, sequence
from fordring.store.rows import to_row
from tests.store.values import sample, sample_ref, values_of

DOC = (Path(__file__).resolve().parents[3] / "docs" / "data.md").read_text()


def table_under(heading: str) -> Iterator[list[str]]:
    """The rows of the first table under a heading, each with its cells."""
    section = DOC.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


KIND_ROWS = {row[0].strip("`"): row[1:] for row in table_under("Kinds")}
LIST_ROWS = {row[0].strip("`"): row[1:] for row in table_under("Lists")}
COLUMNS = {"lists": 3, "due": 4, "attention": 5}


def spelt(cell: str) -> list[str]:
    """The code in a cell: ``while active: `A` / `B``` gives A and B."""
    return re.findall(r"`([^`]+)`", cell)


def pattern(text: str) -> re.Pattern[str]:
    """What a spelling with braces matches; ``{a,b}`` is one of the two, ``{a}`` anything."""

    def group(found: re.Match[str]) -> str:
        name = found.group(1)
        if "," in name:
            return "(" + "|".join(map(re.escape, name.split(","))) + ")"
        return (
            r"\d{8}" if name in ("seq", "position") else f"[0-{DUE_SHARDS - 1}]" if name == "shard" else ".*"
        )

    parts = re.split(r"\{([^}]*)\}", text)
    return re.compile(
        "".join(
            re.escape(part) if n % 2 == 0 else re.sub(r"(.*)", group, part, count=1, flags=re.DOTALL)
            for n, part in enumerate(parts)
        ),
        re.DOTALL,
    )


def test_every_kind_is_there_once() -> None:
    assert list(KIND_ROWS) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kinds_key_is_the_one_that_is_made(kind: Kind[Any]) -> None:
    ref = sample_ref(kind)
    shape, pk, sk = KIND_ROWS[kind.name][:3]
    assert int(shape) == SHAPE
    names = re.findall(r"\{([^},]+)\}", pk + sk)
    ids = ref.ids[1:] if kind.name == "event" else ref.ids
    assert len(names) == len(ids)
    made: tuple[str, ...] = pk.strip("`").replace("{CASE,INV,CRED}", "CASE"), sk.strip("`")
    for name, value in zip(names, ids, strict=True):
        given_ = sequence(value) if name in ("seq", "position") else value
        made = tuple(part.replace(f"{{{name}}}", given_) for part in made)
    assert key_of(ref) == made


def check(kind: Kind[Any], item: Item) -> set[str]:
    cells = KIND_ROWS[kind.name]
    found = set()
    for index, column in COLUMNS.items():
        place = getattr(item, index)
        words = spelt(cells[column])
        if place is None:
            assert not words or ":" in cells[column].split("`")[0], (
                "it says without condition that it is there"
            )
            continue
        found.add(index)
        assert len(words) == 2, f"{kind.name} stands in {index}"
        for text, part in zip(words, place, strict=True):
            assert pattern(text).fullmatch(part), (kind.name, index, text, part)
    if not cells[6].endswith(": yes"):  # a condition stands before the colon
        assert (item.expires is not None) == (cells[6] == "yes")
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_stands_where_it_says_and_nowhere_else(kind: Kind[Any]) -> None:
    """No value of the kind stands elsewhere, and some value stands in each place; it depends on its state."""
    cells = KIND_ROWS[kind.name]
    said = {index for index, column in COLUMNS.items() if spelt(cells[column])}
    found: set[str] = set()

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(values_of(kind.type))
    def look(value: Any) -> None:
        found.update(check(kind, encode(sample_ref(kind), value, 1)))

    look()
    assert found == said


def test_every_list_is_there_once() -> None:
    assert list(LIST_ROWS) == [*_CHILDREN, *_INDEXED]


@pytest.mark.parametrize("name", [*_CHILDREN, *_INDEXED])
def test_a_list_reads_what_it_says(name: str) -> None:
    of, partition, prefix = LIST_ROWS[name]
    if name in _CHILDREN:
        start, expected = _CHILDREN[name]
        assert (of, re.sub(r"\{\w+\}", "{}", prefix.strip("`"))) == ("table", expected)
        assert partition.strip("`").startswith(start + "{")
    else:
        index, expected = _INDEXED[name]
        assert (of.strip("`"), prefix) == (index, "")
        assert re.sub(r"\{\w+\}", "{0}", partition.strip("`")) == expected


def test_every_attribute_is_there() -> None:
    said = {name for row in table_under("A row") for name in spelt(row[0])}
    fullest = {
        name
        for kind in KINDS.values()
        for full in (False, True)
        for name in to_row(encode(sample_ref(kind), sample(kind.type, kind.name, full=full), 1))
    }
    assert said == fullest | {"due_pk", "due_sk", "token"}


def test_the_shards_are_the_ones_that_are_told() -> None:
    assert f"`{{shard}}` is 0 to {DUE_SHARDS - 1}" in " ".join(DOC.split())
    assert len(due_partitions()) == DUE_SHARDS
