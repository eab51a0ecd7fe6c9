"""Keys: no two things share one, and each reads back as what it names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain import things
from fordring.domain.refs import Kind, Listing, Ref
from fordring.store.items import KINDS
from fordring.store.keys import (
    _CHILDREN,
    _INDEXED,
    _KEYS,
    UnusableId,
    due_partition,
    due_partitions,
    key_of,
    query_of,
    ref_of,
)
from tests.store.values import refs_of, sample_ref

ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def test_every_kind_has_a_key() -> None:
    assert set(_KEYS) == set(KINDS)


@ALL
@given(data=st.data())
def test_a_key_reads_back_as_the_name(kind: Kind[Any], data: st.DataObject) -> None:
    ref = data.draw(refs_of(kind))
    key = key_of(ref)
    assert key_of(ref_of(kind, *key)) == key


@given(st.data())
def test_different_names_have_different_keys(data: st.DataObject) -> None:
    kinds = st.sampled_from(list(KINDS.values()))
    one, other = (data.draw(kinds.flatmap(refs_of)) for _ in range(2))
    same = (one.kind, [part.lstrip("0") for part in one.ids]) == (
        other.kind,
        [part.lstrip("0") for part in other.ids],
    )
    assert (key_of(one) == key_of(other)) <= same


@ALL
@pytest.mark.parametrize("wrong", ["", "#", "a#b", "#META", "1#META", "x" * 2100, "\ud800"], ids=range(7))
def test_no_id_can_forge_a_key(kind: Kind[Any], wrong: str) -> None:
    good = sample_ref(kind)
    assert key_of(good)
    for position in range(len(good.ids)):
        if kind is things.EVENT and position == 0:
            continue
        ids = (*good.ids[:position], wrong, *good.ids[position + 1 :])
        with pytest.raises(UnusableId) as error:
            key_of(Ref(kind, ids))
        assert not wrong or wrong not in str(error.value).replace("'#'", "")


def test_the_case_numbers_of_two_creditors_never_meet() -> None:
    """``REF#svea#a#b`` must not be both creditor ``a`` with number ``b`` and something else."""
    with pytest.raises(UnusableId):
        key_of(things.CASE_NUMBER("svea", "a", "b#c"))
    with pytest.raises(UnusableId):
        key_of(things.CASE_NUMBER("svea", "a#b", "c"))
    assert key_of(things.CASE_NUMBER("svea", "a", "1")) != key_of(things.CASE_NUMBER("svea", "b", "1"))


@pytest.mark.parametrize("wrong", ["-1", "1.5", "1e3", "x", "²", "١", "100000000", " 1"])
def test_a_position_is_a_plain_number(wrong: str) -> None:
    with pytest.raises(UnusableId):
        key_of(things.COMMAND("case-1", wrong))


def test_positions_sort_as_numbers() -> None:
    keys = [key_of(things.COMMAND("case-1", seq)).sk for seq in (1, 2, 9, 10, 99, 100, 99_999_999)]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("kind", "pk", "sk"),
    [
        (things.CASE, "INV#1", "META"),
        (things.CASE, "CASE#1", "CMD#00000001"),
        (things.CASE, "CASE#1#2", "META"),
        (things.COMMAND, "CASE#1", "CMD#1"),
        (things.COMMAND, "CASE#1", "CMD#x"),
        (things.COMMAND, "CASE#1", "META"),
        (things.DEBTOR_INVOICE, "CRED#1", "OWE#1"),
        (things.DEBTOR_INVOICE, "CRED#1", "OWE#1#2#3"),
        (things.DEBTOR, "CRED#1", "DEB#1#2"),
        (things.EVENT, "PAY#1", "EVT#1"),
        (things.EVENT, "CASE#1", "META"),
        (things.CREDITOR, "CRED", "META"),
        (things.CREDITOR, "", ""),
    ],
)
def test_a_key_of_something_else_is_not_read(kind: Kind[Any], pk: str, sk: str) -> None:
    with pytest.raises(ValueError):
        ref_of(kind, pk, sk)


def test_every_listing_of_children_is_where_its_things_are() -> None:
    children = {
        "agreements_of": things.AGREEMENT,
        "debtors_of": things.DEBTOR,
        "emails_of": things.EMAIL,
        "invoices_of_debtor": things.DEBTOR_INVOICE,
        "entries_of_invoice": things.INVOICE_ENTRY,
        "entries_of_case": things.CASE_ENTRY,
        "commands_of": things.COMMAND,
        "events_of_case": things.EVENT,
        "letters_of": things.LETTER,
        "confirmed_letters_of": things.CONFIRMED_LETTER,
        "messages_of": things.MESSAGE,
        "dispatches_of": things.DISPATCH,
        "questions_of_case": things.QUESTION,
        "holders_of": things.REFERENCE,
        "parked_of": things.PARKED,
        "feed_of": things.FEED_PAGE,
        "moves_of": things.MOVING,
    }
    for name, kind in children.items():
        ref = sample_ref(kind)
        outer = ref.ids[1:-1] if kind is things.EVENT else ref.ids[:-1]
        query = query_of(Listing(kind, name, outer))
        key = key_of(ref)
        assert (query.index_name, query.pk) == (None, key.pk), name
        assert key.sk.startswith(query.prefix), name
    event = key_of(things.EVENT("invoice", "inv-1", "evt-1"))
    assert event.pk == query_of(Listing(things.EVENT, "events_of_invoice", ("inv-1",))).pk
    assert set(_CHILDREN) == {*children, "events_of_invoice"}


@pytest.mark.parametrize("name", [*_CHILDREN, *(name for name, row in _INDEXED.items() if "{" in row[1])])
@pytest.mark.parametrize("wrong", ["", "a#invoice", "#"])
def test_no_id_can_forge_a_listing(name: str, wrong: str) -> None:
    with pytest.raises(UnusableId):
        query_of(Listing(things.CASE, name, (wrong,)))


def test_what_is_due_spreads_over_the_shards() -> None:
    shards = [due_partition(f"CASE#{number}") for number in range(400)]
    assert set(shards) == set(due_partitions())
    assert all(60 <= shards.count(shard) <= 140 for shard in due_partitions())
