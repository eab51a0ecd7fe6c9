"""On which days an agency pays out: no Saturday, no Sunday, no public holiday of the currency's country."""

from datetime import date, timedelta
from typing import Final

_FIXED: Final = {
    "NOK": ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26)),
    "SEK": ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)),
    "EUR": ((1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)),
    "DKK": ((1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)),
}
_BY_EASTER: Final = {
    "NOK": (-3, -2, 1, 39, 50),
    "SEK": (-2, 1, 39),
    "EUR": (-2, 1, 39),
    "DKK": (-3, -2, 1, 39, 40, 50),
}
_MIDSUMMER_EVE: Final = frozenset({"SEK", "EUR"})


def first_after(day: date, currency: str) -> date:
    """The first bank day after a day; the euro is Finland's here."""
    following = day + timedelta(days=1)
    while following.weekday() >= 5 or _is_holiday(following, currency):
        following += timedelta(days=1)
    return following


def _is_holiday(day: date, currency: str) -> bool:
    if (day.month, day.day) in _FIXED[currency]:
        return True
    if currency in _MIDSUMMER_EVE and day.month == 6 and day.weekday() == 4 and 19 <= day.day <= 25:
        return True
    after = (day - easter(day.year)).days
    # Store bededag was abolished from 2024 on (Danish Act 214 of 2023).
    return after in _BY_EASTER[currency] or (currency == "DKK" and after == 26 and day.year < 2024)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month, _ = divmod(h - m + r + 90, 25)
    return date(year, month, (h - m + r + month + 19) % 32)
