"""The account between creditor and agency, beside what the debtor owes: sums of the same entries."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.ledger import (
    BETWEEN_CREDITOR_AND_AGENCY,
    Balance,
    Component,
    Entry,
    EntryKind,
    Source,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
OWNERS = st.sampled_from(["creditor", "agency"])
SETTLING = (EntryKind.PAYMENT, EntryKind.CREDIT, EntryKind.WRITE_OFF)


def entry(kind: EntryKind, minor: int = 100, **more: object) -> Entry:
    values = {"source": Source.CREDITOR, "owner": "creditor"} | more
    return Entry(1, kind, {Component.PRINCIPAL: minor}, "NOK", AT.date(), AT, **values)  # type: ignore[arg-type]


ENTRIES = st.builds(
    entry,
    st.sampled_from([EntryKind.CHARGE, *SETTLING, *BETWEEN_CREDITOR_AND_AGENCY]),
    st.integers(0, 10_000),
    owner=OWNERS,
    source=st.sampled_from(list(Source)),
)


@pytest.mark.capability("SAN-16")
@pytest.mark.parametrize(
    ("booked", "account"),
    [
        (entry(EntryKind.PURCHASE), 100),
        (entry(EntryKind.PAYOUT), -100),
        (entry(EntryKind.RECOURSE), -100),
        (entry(EntryKind.PAYBACK), 100),
        (entry(EntryKind.CHARGE, owner="agency"), 0),
        (entry(EntryKind.PAYMENT), 0),
        (entry(EntryKind.PAYMENT, owner="agency"), -100),
        (entry(EntryKind.PAYMENT, owner="agency", source=Source.BANK_FILE), -100),
        (entry(EntryKind.PAYMENT, owner="agency", source=Source.AGENCY), 0),
        (entry(EntryKind.CREDIT, owner="agency"), -100),
        (entry(EntryKind.REVERSAL, owner="agency", reversed_kind=EntryKind.PAYMENT), 100),
        (entry(EntryKind.REVERSAL, reversed_kind=EntryKind.PAYMENT), 0),
        (entry(EntryKind.REVERSAL, owner="agency", reversed_kind=EntryKind.CHARGE), 0),
    ],
)
def test_what_an_entry_changes_between_creditor_and_agency(booked, account):
    assert Balance("NOK").after(booked).agency_account == account


@given(st.lists(ENTRIES, max_size=20))
def test_both_sides_are_sums_of_the_entries(entries: list[Entry]):
    balance = Balance.of("NOK", entries)
    assert balance.agency_account == sum(each.between_creditor_and_agency for each in entries)
    debtors = [each for each in entries if each.kind not in BETWEEN_CREDITOR_AND_AGENCY]
    assert balance.parts == Balance.of("NOK", debtors).parts


@given(
    st.sampled_from(SETTLING),
    st.integers(0, 10_000),
    OWNERS,
    st.sampled_from([Source.CREDITOR, Source.BANK_FILE]),
)
def test_a_reversal_undoes_both_sides(kind: EntryKind, minor: int, owner: str, source: Source):
    original = entry(kind, minor, owner=owner, source=source)
    undone = entry(EntryKind.REVERSAL, minor, owner=owner, source=source, reversed_kind=kind)
    balance = Balance.of("NOK", [original, undone])
    assert (balance.agency_account, balance.remaining) == (0, 0)


def test_a_whole_sale_comes_out_even():
    story = [
        entry(EntryKind.CHARGE, 1000),
        entry(EntryKind.PURCHASE, 1000, source=Source.AGENCY),
        entry(EntryKind.PAYOUT, 1000, source=Source.AGENCY, owner="agency"),
        entry(EntryKind.PAYMENT, 600, source=Source.AGENCY, owner="agency"),
        entry(EntryKind.PAYMENT, 100, owner="agency"),
        entry(EntryKind.PAYBACK, 100, source=Source.AGENCY, owner="agency"),
        entry(EntryKind.RECOURSE, 350, source=Source.AGENCY, owner="agency"),
        entry(EntryKind.PAYBACK, 350, source=Source.AGENCY),
    ]
    accounts = [Balance.of("NOK", story[:count]).agency_account for count in range(1, len(story) + 1)]
    assert accounts == [0, 1000, 0, 0, -100, 0, -350, 0]
    assert Balance.of("NOK", story).remaining == 300
