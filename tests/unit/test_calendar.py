"""Business time in the four countries."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.calendar import TIME_ZONES, UnknownCountry, local_date, require_utc, start_of_business


@pytest.mark.parametrize(
    ("country", "winter_hour", "summer_hour"), [("NO", 7, 6), ("SE", 7, 6), ("DK", 7, 6), ("FI", 6, 5)]
)
def test_the_day_begins_at_eight_local_time_in_winter_and_in_summer(country, winter_hour, summer_hour):
    assert start_of_business(date(2026, 1, 15), country) == datetime(2026, 1, 15, winter_hour, tzinfo=UTC)
    assert start_of_business(date(2026, 7, 15), country) == datetime(2026, 7, 15, summer_hour, tzinfo=UTC)
    assert start_of_business(date(2026, 7, 15), country).tzinfo is UTC


def test_the_days_on_which_the_clock_changes():
    assert start_of_business(date(2026, 3, 29), "NO") == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert start_of_business(date(2026, 10, 25), "NO") == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_shortly_before_midnight_in_utc_it_is_already_tomorrow_in_the_north():
    assert local_date(datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "NO") == date(2026, 7, 1)
    assert local_date(datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "NO") == date(2026, 6, 30)
    assert local_date(datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "FI") == date(2026, 7, 1)
    assert local_date(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "DK") == date(2027, 1, 1)


def test_an_instant_of_another_zone_is_the_same_instant():
    tokyo = timezone(timedelta(hours=9))
    assert require_utc(datetime(2026, 7, 1, 9, tzinfo=tokyo)) == datetime(2026, 7, 1, tzinfo=UTC)
    assert require_utc(datetime(2026, 7, 1, 9, tzinfo=tokyo)).tzinfo is UTC


def test_a_naive_time_is_refused():
    naive = datetime(2026, 7, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="time zone"):
        require_utc(naive)
    with pytest.raises(ValueError, match="time zone"):
        local_date(naive, "NO")


@pytest.mark.parametrize("country", ["GB", "no", ""])
def test_an_unknown_country_is_refused_and_nothing_is_assumed(country):
    with pytest.raises(UnknownCountry):
        start_of_business(date(2026, 7, 1), country)


@given(day=st.dates(date(1996, 1, 1), date(2100, 1, 1)), country=st.sampled_from(sorted(TIME_ZONES)))
def test_a_day_begins_on_that_day(day, country):
    begins = start_of_business(day, country)
    assert local_date(begins, country) == day
    assert local_date(begins - timedelta(hours=10), country) == day - timedelta(days=1)
