"""Every kind of thing is read back as it was written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordring.domain import things
from fordring.domain.ledger import Balance, Component, Part
from fordring.domain.refs import Kind
from fordring.store import shapes
from fordring.store.items import KINDS, SHAPE, UnreadableItem, decode, encode, warm
from fordring.store.keys import instant
from fordring.store.rows import from_row, from_value, to_row, to_value
from fordring.store.shapes import Shape, shape_of
from tests.store.values import FREE, INSTANT, refs_of, sample, sample_ref, values_of

ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@ALL
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_thing_comes_back_as_it_was(kind: Kind[Any], data: st.DataObject) -> None:
    ref = data.draw(refs_of(kind))
    value = data.draw(values_of(kind.type))
    item = encode(ref, value, 3)
    assert (item.v, item.version, item.kind) == (SHAPE, 3, kind.name)
    assert to_row(from_row(to_row(item))) == to_row(item)
    found, stored = decode(from_row(to_row(item)))
    assert (stored.value, stored.version, stored.unknown) == (value, 3, None)
    # a position may be spelt with leading zeros, which mean nothing
    assert found == ref or [part.lstrip("0") for part in found.ids] == [part.lstrip("0") for part in ref.ids]


@ALL
def test_what_is_nothing_takes_no_room(kind: Kind[Any]) -> None:
    bare = encode(sample_ref(kind), sample(kind.type, kind.name, full=False), 1)
    assert not _optional_nothing(shape_of(kind.type), bare.data)
    assert decode(bare)[1].value == sample(kind.type, kind.name, full=False)


def _optional_nothing(shape: Shape, data: Any) -> list[str]:
    found = [name for name in shape.optional if name in data and data[name] is None]
    found += [name for name in shape.empty if name in data and not data[name]]
    for name, (way, inner) in shape.inner.items():
        parts: Any = data.get(name) or ()
        parts = (parts,) if way == "object" else parts
        for part in parts.values() if way == "values" and parts else parts:
            found += _optional_nothing(inner, part) if part else []
    return found


@given(FREE)
def test_plain_data_comes_back_as_it_was(value: object) -> None:
    found = from_value(to_value(value))
    assert found == value
    assert repr(found) == repr(value)  # True is no 1


@given(INSTANT, INSTANT)
def test_instants_sort_as_time_does(one: datetime, other: datetime) -> None:
    assert (instant(one) < instant(other)) == (one < other)


def test_an_instant_says_its_time_zone() -> None:
    oslo = timezone(timedelta(hours=1))
    assert instant(datetime(2026, 1, 1, 0, 30, tzinfo=oslo)) == "2025-12-31T23:30:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001


# --- two releases side by side -------------------------------------------------------------------

BALANCE = Balance("NOK", {Component.PRINCIPAL: Part(1000, 10), Component.FEE: Part(70)})


def invoice(**fields: Any) -> Any:
    return replace(sample(things.INVOICE.type, "invoice", full=True), balance=BALANCE, **fields)


def newer(value: Any, **more: Any) -> Any:
    """The item as a release writes it that knows more fields, at every depth."""
    item = from_row(to_row(encode(sample_ref(things.INVOICE), value, 5)))
    data: Any = item.data
    data["new"] = {"list": [1]}
    data["terms"] |= {"new": 1}
    data["terms"]["payment_reference"] |= {"new": 2}
    data["balance"] |= {"new": 3}
    data["balance"]["parts"]["principal"] |= {"new": 4}
    data["disputes"][0] |= {"new": 5}
    return replace(item, data=data, **more)


def test_unknown_fields_are_written_back_at_every_depth() -> None:
    ref, stored = decode(newer(invoice()))
    changed = replace(stored.value, owner="agency")
    written: Any = encode(ref, changed, 6, stored.unknown).data
    assert written["owner"] == "agency"
    assert written["new"] == {"list": [1]}
    assert written["terms"]["new"] == 1
    assert written["terms"]["payment_reference"]["new"] == 2
    assert written["balance"]["new"] == 3
    assert written["balance"]["parts"]["principal"]["new"] == 4
    assert "new" not in written["balance"]["parts"]["fee"]


def test_elements_of_lists_lose_what_is_unknown() -> None:
    ref, stored = decode(newer(invoice()))
    written: Any = encode(ref, stored.value, 6, stored.unknown).data
    assert "new" not in written["disputes"][0]


def test_what_stood_in_something_that_is_gone_is_gone_too() -> None:
    ref, stored = decode(newer(invoice()))
    value = stored.value
    bare = replace(
        value,
        terms=replace(value.terms, payment_reference=None),
        balance=Balance("NOK", {Component.FEE: Part(70)}),
    )
    item = encode(ref, bare, 6, stored.unknown)
    written: Any = item.data
    assert "payment_reference" not in written["terms"]
    assert list(written["balance"]["parts"]) == ["fee"]
    assert decode(item)[1].value == bare


def test_a_field_that_was_emptied_stays_empty() -> None:
    ref, stored = decode(newer(invoice(case_number="123")))
    assert stored.value.case_number == "123"
    item = encode(ref, replace(stored.value, case_number=None), 6, stored.unknown)
    assert "case_number" not in item.data
    assert decode(item)[1].value.case_number is None


def test_the_next_shape_is_read_and_stays_what_it_is() -> None:
    ref, stored = decode(newer(invoice(), v=SHAPE + 1))
    assert encode(ref, stored.value, 6, stored.unknown).v == SHAPE + 1
    plain = replace(encode(ref, stored.value, 5), v=SHAPE + 1)
    ref, stored = decode(plain)
    assert encode(ref, stored.value, 6, stored.unknown).v == SHAPE + 1


def test_the_shape_before_is_read_and_becomes_the_present_one() -> None:
    ref, stored = decode(newer(invoice(), v=SHAPE - 1))
    item = encode(ref, stored.value, 6, stored.unknown)
    assert item.v == SHAPE
    assert item.data["new"] == {"list": [1]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": SHAPE + 2},
        {"v": SHAPE - 2},
        {"kind": "of tomorrow"},
        {"data": {}},
        {"data": {"principal": "text"}},
    ],
)
def test_what_cannot_be_read_says_so_without_its_content(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnreadableItem) as error:
        decode(replace(newer(invoice()), **wrong))
    assert "text" not in str(error.value)


@ALL
def test_every_kind_has_a_shape_worked_out_from_types(kind: Kind[Any]) -> None:
    """Annotations that are text would hide the objects in a thing."""
    shape = shape_of(kind.type)
    assert all(not isinstance(field.type, str) for field in kind.type.__dataclass_fields__.values())
    for _, inner in shape.inner.values():
        assert inner.names


def test_warming_up_meets_every_kind() -> None:
    shapes._shapes.clear()
    warm()
    assert set(shapes._shapes) >= {kind.type for kind in KINDS.values()}


def test_time_is_kept_to_the_microsecond() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    value = replace(sample(things.EPOCH.type, "epoch", full=True), raised_at=at)
    assert decode(encode(things.EPOCH(), value, 1))[1].value.raised_at == at
