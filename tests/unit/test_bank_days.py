"""Bank days of four countries; the simulated agency counts its own, from other sources."""

from datetime import date, timedelta

import pytest

from fordring.domain.bank_days import first_bank_day_after, is_bank_day
from fordring.edge.bank_calendar import HolidayCalendar
from sandbox.bank_days import first_after

CALENDAR = HolidayCalendar()
CURRENCIES = {"NO": "NOK", "SE": "SEK", "FI": "EUR", "DK": "DKK"}


@pytest.mark.capability("SAN-16")
@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("NO", date(2026, 3, 2), date(2026, 3, 3)),  # Monday
        ("NO", date(2026, 3, 6), date(2026, 3, 9)),  # Friday
        ("NO", date(2026, 4, 1), date(2026, 4, 7)),  # the Wednesday before Easter
        ("SE", date(2026, 4, 1), date(2026, 4, 2)),  # where Maundy Thursday is none
        ("NO", date(2026, 4, 30), date(2026, 5, 4)),  # the First of May is a Friday
        ("DK", date(2026, 4, 30), date(2026, 5, 1)),
        ("DK", date(2026, 5, 13), date(2026, 5, 18)),  # Ascension, and the Friday after it
        ("SE", date(2026, 6, 18), date(2026, 6, 22)),  # Midsummer Eve
        ("FI", date(2026, 12, 23), date(2026, 12, 28)),
        ("NO", date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_the_first_bank_day_after(country, day, expected):
    assert first_bank_day_after(day, country, CALENDAR) == expected


@pytest.mark.parametrize("country", CURRENCIES)
def test_hub_and_agency_agree_about_every_day_of_ten_years(country):
    day = date(2020, 1, 1)
    apart = []
    while day < date(2030, 1, 1):
        ours = first_bank_day_after(day, country, CALENDAR)
        if ours != first_after(day, CURRENCIES[country]):
            apart.append((day, ours, first_after(day, CURRENCIES[country])))
        day += timedelta(days=1)
    assert apart == []


def test_no_weekend_is_a_bank_day():
    assert not is_bank_day(date(2026, 3, 7), "NO", CALENDAR)
    assert is_bank_day(date(2026, 3, 9), "NO", CALENDAR)
