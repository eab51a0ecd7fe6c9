"""Business time: which day it is at a creditor's, and when its working day begins.

Instants are aware and in UTC everywhere in the hub. A business date (a due date, a deadline, the first
day of late interest) is a date in the time zone of the country whose law applies.
"""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from fordring.domain.errors import Fault, InvalidInput

TIME_ZONES: Final = {
    "NO": "Europe/Oslo",
    "SE": "Europe/Stockholm",
    "FI": "Europe/Helsinki",
    "DK": "Europe/Copenhagen",
}
"""The countries whose law the hub knows (ISO 3166-1 alpha-2), with their time zones."""

BUSINESS_BEGINS: Final = time(8, 0)
"""A run's day begins at this hour, local time: letters are sent in the morning, never at midnight."""


class UnknownCountry(ValueError):
    """A country whose business time the hub does not know."""


def require_utc(instant: datetime) -> datetime:
    """Return an instant in UTC.

    Raises
    ------
    ValueError
        When it is naive: which instant it means is anybody's guess.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def local_date(instant: datetime, country: str) -> date:
    """Return the date that it is in a country at an instant.

    Raises
    ------
    UnknownCountry
        When the country is not in ``TIME_ZONES``.
    """
    return require_utc(instant).astimezone(_zone(country)).date()


def refuse_day_to_come(day: date, now: datetime, country: str, pointer: str) -> None:
    """Refuse to take down as having happened what is said of a day that has not come yet.

    Raises
    ------
    InvalidInput
        ``in_future``, with where the day stood.
    """
    if day > local_date(now, country):
        raise InvalidInput(faults=[Fault(pointer, "in_future", "a day that has come, local time")])


def start_of_business(day: date, country: str) -> datetime:
    """Return the instant, in UTC, at which a day's work begins in a country.

    Raises
    ------
    UnknownCountry
        When the country is not in ``TIME_ZONES``.
    """
    return datetime.combine(day, BUSINESS_BEGINS, _zone(country)).astimezone(UTC)


def _zone(country: str) -> ZoneInfo:
    name = TIME_ZONES.get(country)
    if name is None:
        raise UnknownCountry("the hub knows no business time of this country")
    return ZoneInfo(name)
