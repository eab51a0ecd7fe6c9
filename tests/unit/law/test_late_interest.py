"""Late interest, to the øre."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.late_interest import Claim, late_interest, principal_course
from fordring.domain.law import LawRowMissing, law
from fordring.domain.ledger import Component, Entry, EntryKind, Source


def claim(course, due, **more):
    given = {"country": "NO", "debtor_kind": "consumer"} | more
    return Claim(due_date=due, course=course, **given)


def test_the_laws_own_example():
    """Forsinkelsesrenteloven § 3: 10,000 NOK due 2026-01-14, paid 2026-08-15: 700.07 (law.md)."""
    found = late_interest(law(), claim([(date(2026, 1, 1), 1000000)], date(2026, 1, 14)), date(2026, 8, 15))

    assert found.amount == 70007
    assert [(each.since, each.days, each.per_cent) for each in found.periods] == [
        (date(2026, 1, 15), 167, 12),
        (date(2026, 7, 1), 45, Fraction("12.25")),
    ]
    assert [each.row.source[:18] for each in found.periods] == ["FOR-2025-12-18-265", "FOR-2026-06-25-137"]
    assert sum(found.shares) == 70007


@pytest.mark.capability("BEY-4")
def test_interest_follows_the_balance_and_survives_the_principal():
    """Half is paid after 30 days, the rest after 60: nothing accrues later, and nothing is forgotten."""
    due = date(2026, 1, 14)
    course = [(date(2026, 1, 1), 1000000), (date(2026, 2, 14), 500000), (date(2026, 3, 16), 0)]

    found = late_interest(law(), claim(course, due), date(2026, 12, 1))

    assert [(each.principal, each.days) for each in found.periods] == [(1000000, 30), (500000, 30)]
    assert found.amount == round(1000000 * 0.12 * 30 / 365 + 500000 * 0.12 * 30 / 365)


def test_nothing_is_late_on_the_due_date_or_the_day_of_payment():
    """Forsinkelsesrenteloven § 2: from the day after the due date, the day of payment not counted."""
    course = [(date(2026, 1, 1), 1000000)]
    for day in (date(2026, 1, 10), date(2026, 1, 14), date(2026, 1, 15)):
        assert late_interest(law(), claim(course, date(2026, 1, 14)), day).amount == 0
    (one,) = late_interest(law(), claim(course, date(2026, 1, 14)), date(2026, 1, 16)).periods
    assert one.days == 1


def test_days_are_counted_as_each_country_counts_them():
    """Forsinkelsesrenteloven, of 365 days; korkolaki (oikeus.fi), of the 366 that 2024 has."""
    course = [(date(2024, 1, 1), 36600)]
    days = {
        "NO": Fraction(36600) * Fraction("12.5") / 100 / 365,
        "FI": Fraction(36600) * Fraction("11.5") / 100 / 366,
    }
    for country, interest in days.items():
        (one,) = late_interest(
            law(), claim(course, date(2024, 3, 1), country=country), date(2024, 3, 3)
        ).periods
        assert one.interest == interest


@pytest.mark.parametrize(
    ("country", "due", "until", "amount"),
    [
        # 11 days of 365 at 11.50 and 19 of 366 at 12.00 per cent: 34.6575 + 62.2951.
        ("SE", "2023-12-20", "2024-01-20", 9695),
        # 10 days of 365 at 9.5, 184 at 11.0, 10 of 366 at 11.5: 26.0274 + 554.5205 + 31.4208.
        ("FI", "2023-06-20", "2024-01-11", 61197),
        # 10 days of 366 at 11.75 and 10 at 11.50: 32.1038 + 31.4208.
        ("DK", "2024-06-20", "2024-07-11", 6352),
    ],
)
def test_numbers_worked_by_hand(country, due, until, amount):
    """Räntelagen 6 §, korkolaki 4 §, renteloven § 5: 10,000.00 over a change of the rate and of the year."""
    course = [(date(2023, 1, 1), 1000000)]
    asked = claim(course, date.fromisoformat(due), country=country)
    assert late_interest(law(), asked, date.fromisoformat(until)).amount == amount


def test_an_agreed_rate_needs_no_row_of_rates():
    course = [(date(2027, 1, 1), 36500)]
    found = late_interest(
        law(),
        claim(course, date(2027, 2, 1), debtor_kind="business", agreed_per_cent=Fraction(10)),
        date(2027, 2, 12),
    )
    assert found.amount == 100
    assert found.periods[0].row is None


@pytest.mark.parametrize(
    ("country", "due", "until"),
    [
        ("NO", "2026-12-20", "2027-01-03"),
        ("SE", "2024-12-20", "2025-01-03"),
        ("FI", "2026-06-20", "2026-07-03"),
        ("DK", "2024-12-20", "2025-01-03"),
    ],
)
def test_a_time_without_a_row_is_refused(country, due, until):
    course = [(date(2023, 1, 1), 1000)]
    with pytest.raises(LawRowMissing):
        late_interest(
            law(), claim(course, date.fromisoformat(due), country=country), date.fromisoformat(until)
        )


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(
    st.lists(st.tuples(DAYS, st.integers(0, 10**8)), min_size=1, max_size=6, unique_by=lambda step: step[0]),
    DAYS,
    DAYS,
)
def test_day_by_day_is_the_same(course, due, until):
    """The sum over single days, each at its own balance and rate: the slow way that nobody can get wrong."""
    course = sorted(course)
    slow = Fraction(0)
    day = due + timedelta(days=1)
    while day < until:
        owed = [amount for since, amount in course if since <= day]
        per_cent = Fraction(str(law().row("NO", "late_interest", "consumer", day).value))
        slow += Fraction(owed[-1] if owed else 0) * per_cent / 100 / 365
        day += timedelta(days=1)

    found = late_interest(law(), claim(course, due), until)

    assert sum((each.interest for each in found.periods), Fraction(0)) == slow
    assert sum(found.shares) == found.amount
    assert all(each.since < each.until for each in found.periods)


def test_the_ledger_tells_what_was_owed_when():
    at = datetime(2026, 9, 1, tzinfo=UTC)
    fee, principal = Component.FEE, Component.PRINCIPAL

    def entry(seq, kind, amounts, day):
        return Entry(seq, kind, amounts, "NOK", day, at, Source.CREDITOR)

    entries = [
        entry(1, EntryKind.CHARGE, {principal: 1000}, date(2026, 1, 1)),
        entry(2, EntryKind.CHARGE, {fee: 38}, date(2026, 2, 1)),
        # Heard of in this order, made in the other.
        entry(3, EntryKind.CREDIT, {principal: 100}, date(2026, 3, 1)),
        entry(4, EntryKind.PAYMENT, {principal: 400, fee: 38}, date(2026, 2, 10)),
    ]

    course = principal_course(entries, "NOK")

    assert course == [
        (date(2026, 1, 1), 1000),
        (date(2026, 2, 10), 600),
        (date(2026, 3, 1), 500),
    ]
