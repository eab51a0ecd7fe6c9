"""The ledger: a balance is the sum of its entries, however they are cut, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.ledger import (
    CLEARING_ORDERS,
    COSTS_FIRST,
    CREDITORS_OWN,
    PRINCIPAL_FIRST,
    Balance,
    Component,
    Entry,
    EntryKind,
    Part,
    Source,
    allocate,
)

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINOR = st.integers(1, 10**12)
AMOUNTS = st.dictionaries(st.sampled_from(Component), MINOR, min_size=1)
ORDERS = st.permutations(list(Component))
SETTLING = st.sampled_from([EntryKind.PAYMENT, EntryKind.CREDIT, EntryKind.WRITE_OFF])


def entry(kind: EntryKind, amounts: dict[Component, int], **fields: Any) -> Entry:
    return Entry(fields.pop("seq", 1), kind, amounts, "NOK", TODAY, NOW, Source.CREDITOR, **fields)


def reversal(of: Entry, seq: int) -> Entry:
    return entry(EntryKind.REVERSAL, dict(of.amounts), seq=seq, reverses=of.seq, reversed_kind=of.kind)


ENTRY = st.builds(
    entry,
    st.sampled_from([EntryKind.CHARGE, EntryKind.PAYMENT, EntryKind.CREDIT, EntryKind.WRITE_OFF]),
    AMOUNTS,
)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Entries as a hub writes them: settled is only what is owed, reversed only what stands."""
    entries: list[Entry] = []
    balance = Balance("NOK")
    standing: list[Entry] = []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        step = draw(st.sampled_from(["charge", "settle", "reverse"]))
        if step == "reverse" and standing:
            made = reversal(standing.pop(draw(st.integers(0, len(standing) - 1))), seq)
        elif step == "settle" and balance.remaining > 0:
            amounts, _ = allocate(balance, draw(MINOR), draw(ORDERS))
            made = entry(draw(SETTLING), amounts, seq=seq)
            standing.append(made)
        else:
            made = entry(EntryKind.CHARGE, draw(AMOUNTS), seq=seq)
        entries.append(made)
        balance = balance.after(made)
    return entries


# --- sums ----------------------------------------------------------------------------------------


@given(ledgers(), st.data())
def test_a_balance_is_the_sum_of_its_entries_however_they_are_cut(
    entries: list[Entry], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(entries)))
    stored = Balance.of("NOK", entries[:cut])
    for later in entries[cut:]:
        stored = stored.after(later)
    assert stored == Balance.of("NOK", entries)
    for component in Component:
        part = stored.part(component)
        signed = sum(_effect(one).get(component, 0) for one in entries)
        assert part.remaining == signed


def _effect(one: Entry) -> dict[Component, int]:
    """What an entry does to what is owed, told independently of the ledger."""
    kind = one.reversed_kind if one.kind is EntryKind.REVERSAL else one.kind
    sign = 1 if kind is EntryKind.CHARGE else -1
    sign = -sign if one.kind is EntryKind.REVERSAL else sign
    return {component: sign * amount for component, amount in one.amounts.items()}


@given(st.lists(ENTRY, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter_to_their_sum(entries: list[Entry], chance: Any) -> None:
    shuffled = entries[:]
    chance.shuffle(shuffled)
    assert Balance.of("NOK", shuffled).parts == Balance.of("NOK", entries).parts


@given(ENTRY, st.data())
def test_an_entry_cut_in_two_sums_to_the_same(whole: Entry, data: st.DataObject) -> None:
    first = {c: data.draw(st.integers(0, amount)) for c, amount in whole.amounts.items()}
    second = {c: amount - first[c] for c, amount in whole.amounts.items()}
    halves = [entry(whole.kind, first), entry(whole.kind, second)]
    assert Balance.of("NOK", halves).parts == Balance.of("NOK", [whole]).parts


@given(ledgers())
def test_nothing_is_ever_owed_back_by_the_ledger_itself(entries: list[Entry]) -> None:
    balance = Balance("NOK")
    for one in entries:
        balance = balance.after(one)
        assert all(part.remaining >= 0 for part in balance.parts.values())
    assert balance.remaining == sum(part.remaining for part in balance.parts.values())
    assert balance.owed_to_creditor == sum(balance.part(c).remaining for c in CREDITORS_OWN)
    assert balance.owed_to_creditor <= balance.remaining


# --- components ----------------------------------------------------------------------------------


@pytest.mark.capability("BEY-3")
@given(ledgers(), SETTLING, st.sampled_from(Component), MINOR)
def test_components_never_mix(
    entries: list[Entry], kind: EntryKind, component: Component, amount: int
) -> None:
    before = Balance.of("NOK", entries)
    after = before.after(entry(kind, {component: amount}))
    for other in Component:
        if other is not component:
            assert after.part(other) == before.part(other)
    field = {EntryKind.PAYMENT: "paid", EntryKind.CREDIT: "credited", EntryKind.WRITE_OFF: "written_off"}[
        kind
    ]
    for name in ("original", "paid", "credited", "written_off"):
        expected = getattr(before.part(component), name) + (amount if name == field else 0)
        assert getattr(after.part(component), name) == expected


@pytest.mark.capability("BEY-3")
def test_each_component_has_its_original_paid_credited_and_remaining() -> None:
    balance = Balance.of(
        "NOK",
        [
            entry(EntryKind.CHARGE, {Component.PRINCIPAL: 100_000}),
            entry(EntryKind.CHARGE, {Component.FEE: 3_500, Component.INTEREST: 1_200}),
            entry(EntryKind.CHARGE, {Component.COMPENSATION: 40_000}),
            entry(EntryKind.CHARGE, {Component.AGENCY_COST: 70_000, Component.AGENCY_INTEREST: 300}),
            entry(EntryKind.PAYMENT, {Component.PRINCIPAL: 60_000, Component.FEE: 3_500}),
            entry(EntryKind.CREDIT, {Component.PRINCIPAL: 10_000}),
            entry(EntryKind.WRITE_OFF, {Component.COMPENSATION: 40_000}),
        ],
    )
    assert balance.parts == {
        Component.PRINCIPAL: Part(original=100_000, paid=60_000, credited=10_000),
        Component.FEE: Part(original=3_500, paid=3_500),
        Component.INTEREST: Part(original=1_200),
        Component.COMPENSATION: Part(original=40_000, written_off=40_000),
        Component.AGENCY_COST: Part(original=70_000),
        Component.AGENCY_INTEREST: Part(original=300),
    }
    assert balance.part(Component.PRINCIPAL).remaining == 30_000
    assert balance.owed_to_creditor == 31_200
    assert balance.remaining == 101_500


# --- reversals -----------------------------------------------------------------------------------


@given(ledgers(), SETTLING, MINOR, ORDERS)
def test_a_reversal_restores_what_was(
    entries: list[Entry], kind: EntryKind, amount: int, order: list[Component]
) -> None:
    before = Balance.of("NOK", entries)
    amounts, _ = allocate(before, amount, order)
    made = entry(kind, amounts, seq=len(entries) + 1)
    after = before.after(made).after(reversal(made, made.seq + 1))
    for component in Component:
        assert after.part(component) == before.part(component)
    assert after.touched == before.touched


def test_a_reversal_says_what_it_reverses_and_is_not_reversed_itself() -> None:
    paid = entry(EntryKind.PAYMENT, {Component.PRINCIPAL: 5})
    with pytest.raises(ValueError, match="names the kind"):
        Balance("NOK").after(entry(EntryKind.REVERSAL, {Component.PRINCIPAL: 5}, reverses=1))
    with pytest.raises(ValueError, match="cannot be reversed"):
        Balance("NOK").after(reversal(reversal(paid, 2), 3))


# --- allocation ----------------------------------------------------------------------------------


@given(ledgers(), st.integers(0, 10**13), ORDERS)
def test_an_allocation_never_exceeds_what_is_owed(
    entries: list[Entry], amount: int, order: list[Component]
) -> None:
    balance = Balance.of("NOK", entries)
    spread, surplus = allocate(balance, amount, order)
    assert sum(spread.values()) + surplus == amount
    assert all(0 < share <= balance.part(component).remaining for component, share in spread.items())
    assert surplus == max(amount - balance.remaining, 0)
    after = balance.after(entry(EntryKind.PAYMENT, spread))
    assert after.remaining == balance.remaining - (amount - surplus)


@given(ledgers(), st.integers(0, 10**13), ORDERS)
def test_an_allocation_fills_one_component_before_the_next(
    entries: list[Entry], amount: int, order: list[Component]
) -> None:
    balance = Balance.of("NOK", entries)
    spread, _ = allocate(balance, amount, order)
    owed = [component for component in order if balance.part(component).remaining > 0]
    full = [spread.get(component, 0) == balance.part(component).remaining for component in owed]
    # full ones first, then at most one in part, then none
    first_not_full = full.index(False) if False in full else len(full)
    assert not any(spread.get(component, 0) for component in owed[first_not_full + 1 :])


@given(ledgers(), MINOR, MINOR, ORDERS)
def test_two_payments_settle_as_much_as_one(
    entries: list[Entry], first: int, second: int, order: list[Component]
) -> None:
    balance = Balance.of("NOK", entries)
    one, surplus = allocate(balance, first + second, order)
    part, left = allocate(balance, first, order)
    between = balance.after(entry(EntryKind.PAYMENT, part))
    rest, over = allocate(between, second, order)
    assert between.after(entry(EntryKind.PAYMENT, rest)).parts == _booked(balance, one).parts
    assert left + over == surplus


def _booked(balance: Balance, amounts: dict[Component, int]) -> Balance:
    return balance.after(entry(EntryKind.PAYMENT, amounts))


@given(ledgers(), st.sets(st.sampled_from(Component)), MINOR)
def test_only_components_of_the_order_are_touched(
    entries: list[Entry], order: set[Component], amount: int
) -> None:
    spread, _ = allocate(Balance.of("NOK", entries), amount, order)
    assert set(spread) <= order


OWED = Balance.of(
    "NOK",
    [
        entry(
            EntryKind.CHARGE,
            {Component.PRINCIPAL: 100_000, Component.FEE: 3_500, Component.AGENCY_COST: 70_000},
        )
    ],
)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("principal_first", {Component.PRINCIPAL: 80_000}),
        ("costs_first", {Component.AGENCY_COST: 70_000, Component.FEE: 3_500, Component.PRINCIPAL: 6_500}),
    ],
)
def test_the_clearing_order_decides_where_a_part_payment_goes(
    order: str, expected: dict[Component, int]
) -> None:
    assert allocate(OWED, 80_000, CLEARING_ORDERS[order]) == (expected, 0)


@pytest.mark.parametrize("order", [PRINCIPAL_FIRST, COSTS_FIRST])
def test_a_clearing_order_names_every_component_once(order: tuple[Component, ...]) -> None:
    assert sorted(order) == sorted(Component)


def test_nothing_touched_and_nothing_owed() -> None:
    assert not Balance("NOK").touched
    assert not OWED.touched
    assert OWED.after(entry(EntryKind.PAYMENT, {Component.FEE: 1})).touched
    assert Balance("NOK").part(Component.FEE) == Part()
    assert allocate(Balance("NOK"), 100, PRINCIPAL_FIRST) == ({}, 100)
