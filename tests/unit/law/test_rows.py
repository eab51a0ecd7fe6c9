"""The rows of law, as they are and as they are asked for."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain.law import RULES, Law, LawRowMissing, faults_in, law
from local.law_review import warnings
from tests.law_checker import RATES

FINLANDS_OWN = ("agency_demand_fee", "cost_cap")
"""What no other country's rows are about: a consumer there pays no more than so much."""

LETTERS = [
    rule for rule in RULES if rule not in ("late_interest", "day_count", "late_compensation", *FINLANDS_OWN)
]


def test_the_rows_contradict_nothing():
    assert list(faults_in(law().rows)) == []


@pytest.mark.parametrize(("on", "fee", "demand"), [("2025-12-31", 3500, 10500), ("2026-01-01", 3800, 11300)])
def test_norways_fees_are_shares_of_the_collection_rate(on, fee, demand):
    """A twentieth and three twentieths of 700 and 750 NOK, halves up (inkassoforskriften): 112.5 is 113."""
    day = date.fromisoformat(on)
    assert law().reminder_fee("NO", "consumer", day) == fee
    assert law().demand_fee("NO", "business", day, 100) == demand


@pytest.mark.parametrize(
    ("country", "kind", "fee"),
    [("SE", "consumer", 6000), ("FI", "consumer", 500), ("FI", "business", 1200), ("DK", "consumer", 10000)],
)
def test_a_reminder_costs_what_the_country_allows(country, kind, fee):
    """Lag (1981:739) 2 and 4 §§, perintälaki 10 a § and for businesses since 2022, renteloven § 9 b."""
    assert law().reminder_fee(country, kind, date(2026, 3, 2)) == fee


@pytest.mark.parametrize(
    ("principal", "fee"), [(50000, 5000), (50001, 7000), (250000, 7000), (1000000, 9000), (1000001, 11000)]
)
def test_finlands_demand_on_a_business_goes_by_the_principal(principal, fee):
    """Saatavien perinnästä annettu laki (513/1999): 50, 70, 90 and 110 EUR, by the principal."""
    assert law().demand_fee("FI", "business", date(2026, 3, 2), principal) == fee


@pytest.mark.parametrize(
    ("principal", "demand", "altogether"),
    [(10000, 1400, 6000), (10001, 2400, 12000), (100000, 2400, 12000), (100001, 5000, 21000)],
)
def test_what_a_consumer_in_finland_pays_at_most(principal, demand, altogether):
    """14, 24 or 50 EUR for an agency's demand (perintälaki 10 a §), 60, 120 or 210 altogether (10 d §)."""
    day = date(2026, 3, 2)
    assert law().by_principal("FI", "agency_demand_fee", "consumer", day, principal) == demand
    assert law().by_principal("FI", "cost_cap", "consumer", day, principal) == altogether


@pytest.mark.parametrize(
    ("country", "kind", "rule", "on"),
    [
        ("NO", "consumer", "collection_rate", "2020-09-30"),
        ("NO", "any", "late_interest", "2023-06-30"),
        ("NO", "any", "late_interest", "2027-01-01"),
        ("SE", "business", "late_interest", "2022-12-31"),
        ("SE", "business", "late_interest", "2025-01-01"),
        ("FI", "consumer", "late_interest", "2026-07-01"),
        ("FI", "business", "late_interest", "2026-07-01"),
        ("DK", "consumer", "late_interest", "2022-12-31"),
        ("DK", "consumer", "late_interest", "2025-01-01"),
        ("IS", "consumer", "reminder_fee", "2024-01-01"),
        ("FI", "business", "cost_cap", "2024-01-01"),
        ("DK", "business", "late_compensation", "2026-01-01"),
    ],
)
def test_what_no_row_says_is_refused_by_name(country, kind, rule, on):
    with pytest.raises(LawRowMissing) as missing:
        law().row(country, rule, kind, date.fromisoformat(on))
    assert missing.value.facts == {"country": country, "rule": rule, "debtor_kind": kind, "on": on}
    assert missing.value.reason == "law_row_missing"


@pytest.mark.parametrize("kind", ["consumer", "business"])
@pytest.mark.parametrize("country", ["NO", "SE", "FI", "DK"])
def test_each_half_year_has_the_rate_that_was_read_a_second_time(country, kind):
    """Forsinkelsesrenteloven § 3, räntelagen 6 §, korkolaki 4 and 4 a §§, renteloven § 5: none left out."""
    typed = RATES.get((country, "any")) or RATES[country, kind]
    known = {
        row.valid_from.isoformat(): str(row.value)
        for row in law().rows
        if (row.country, row.rule) == (country, "late_interest") and row.debtor_kind in (kind, "any")
    }
    assert known == dict(typed)
    half_years = [f"{year}-{month}-01" for year in range(2023, 2027) for month in ("01", "07")]
    first, last = {"NO": (1, 8), "SE": (0, 4), "FI": (0, 7), "DK": (0, 4)}[country]
    assert list(known) == half_years[first:last]


def test_a_page_where_a_row_was_read_can_be_opened():
    pages = [row.url for row in law().rows if row.url is not None]
    assert pages
    assert all(page.startswith(("https://", "http://")) and " " not in page for page in pages)


@pytest.mark.parametrize("country", ["NO", "SE", "FI", "DK"])
@pytest.mark.parametrize("kind", ["consumer", "business"])
def test_every_limit_of_a_letter_is_answered(country, kind):
    """A limit that a country does not have is a row, too: it is never a row that was forgotten."""
    of_norway = {"collection_rate", "reminder_fee_share", "demand_fee_share"}
    for rule in LETTERS:
        if (country == "NO") == (rule in of_norway) or rule not in of_norway | {"reminder_fee", "demand_fee"}:
            missing = (country, kind, rule) in MISSING
            try:
                law().row(country, rule, kind, date(2026, 3, 2))
            except LawRowMissing:
                assert missing, rule
            else:
                assert not missing, rule


MISSING = {("FI", "business", "demand_after_reminder_days")}
"""Seven days or ten: the sources disagree, so there is no row."""


def test_rows_that_contradict_each_other_are_found():
    first = law().rows[0]
    wrong = [
        first,
        replace(first, valid_from=first.valid_from.replace(year=2025)),
        replace(first, rule="guesswork", country="SE"),
        replace(first, country="FI", valid_until=first.valid_from),
    ]
    assert len(list(faults_in(wrong))) == 3
    apart = [replace(first, debtor_kind="consumer"), replace(first, debtor_kind="business")]
    assert list(faults_in(apart)) == []


def test_rows_to_be_looked_at_again_are_told():
    due = [row for row in law().rows if row.review_by == date(2027, 1, 31)]
    assert due
    assert law().outdated(date(2027, 1, 31)) == ()
    present = law().outdated(date(2027, 2, 1))
    # What no longer holds needs no second look.
    assert {(row.country, row.rule) for row in present} == {("NO", "collection_rate")}
    assert Law(()).outdated(date(2030, 1, 1)) == ()


def test_rates_that_end_without_a_next_one_are_told_two_weeks_ahead():
    """``make check`` warns: from the day that a row ends, what asks for it is refused."""

    def ending(day):
        return {told.split(" since")[0] for told in warnings(law(), day) if told.startswith("no row goes on")}

    ended = {f"no row goes on from {rate}" for rate in ENDED}
    assert ending(date(2026, 12, 17)) == ended
    rates = {"NO late_interest (any)", "NO late_compensation (business)"}
    assert ending(date(2026, 12, 18)) == ended | {f"no row goes on from {rate}" for rate in rates}
    (told,) = [each for each in warnings(law(), date(2026, 12, 18)) if "NO late_interest" in each]
    assert "since 2026-07-01: it holds before 2027-01-01, source FOR-2026-06-25-1372" in told


ENDED = {
    "SE late_interest (any)",
    "DK late_interest (any)",
    "FI late_interest (consumer)",
    "FI late_interest (business)",
}
"""What is not found at the source for 2026-12: whoever finds a rate takes it from here."""
