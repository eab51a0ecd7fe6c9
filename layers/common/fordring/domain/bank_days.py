"""Bank days: on which day money moves."""

from datetime import date, timedelta
from typing import Protocol


class BankCalendar(Protocol):
    """Knows a country's public holidays; ``fordring.edge.bank_calendar`` has the real one."""

    def is_holiday(self, day: date, country: str) -> bool:
        """Whether banks are closed for a public holiday; ``country`` is ISO 3166-1 alpha-2."""
        ...


def is_bank_day(day: date, country: str, calendar: BankCalendar) -> bool:
    """Whether money moves on a day: Monday to Friday, and no public holiday."""
    return day.weekday() < 5 and not calendar.is_holiday(day, country)


def first_bank_day_after(day: date, country: str, calendar: BankCalendar) -> date:
    """Give the first bank day after a day: when a purchase is paid out (SAN-16)."""
    following = day + timedelta(days=1)
    while not is_bank_day(following, country, calendar):
        following += timedelta(days=1)
    return following
