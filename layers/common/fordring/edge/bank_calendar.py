"""Public holidays of the countries that the hub knows, from the package ``holidays``.

It is imported at the first question: no function may pay for it at start-up.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

_CATEGORIES: Final = {"SE": ("public", "de_facto")}
"""In Sweden banks are closed on Midsummer Eve, Christmas Eve and New Year's Eve as well."""


class HolidayCalendar:
    """The port ``domain.bank_days.BankCalendar``."""

    def is_holiday(self, day: date, country: str) -> bool:
        """Whether banks are closed for a holiday."""
        return day in _holidays(country, day.year)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays

    categories = _CATEGORIES.get(country, ("public",))
    known = holidays.country_holidays(country, years=year, categories=categories)
    closed = frozenset(known)
    if country == "DK":
        # Banks are closed on four days more (Finans Danmark).
        ascension = known.get_named("Kristi himmelfartsdag")
        closed |= {each + timedelta(days=1) for each in ascension}
        closed |= {date(year, 6, 5), date(year, 12, 24), date(year, 12, 31)}
    return closed
