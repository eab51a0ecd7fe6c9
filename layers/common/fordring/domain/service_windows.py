"""Service windows: when a system is being serviced, so that nothing is sent to it (SAN-20).

They are in local time, as whoever services a system thinks of them: an hour that is skipped or repeated when
clocks change belongs to the window or not by what the clock on the wall says.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fordring.domain.calendar import TIME_ZONES, require_utc
from fordring.domain.values import dataclass

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """A window that comes back every week.

    Parameters
    ----------
    weekday
        One of ``WEEKDAYS``.
    begins, ends
        Local times, ``HH:MM``; ``24:00`` is the end of the day. A night is two windows.
    country
        Whose local time, ISO 3166-1 alpha-2.
    """

    weekday: str
    begins: str
    ends: str
    country: str


def wait_until(windows: Sequence[ServiceWindow], now: datetime) -> datetime | None:
    """Give the end of the window that is open at an instant, in UTC; ``None`` when none is.

    Windows that follow on one another are one.
    """
    present = require_utc(now)
    # A week of windows that never end would go on for ever.
    for _ in range(len(windows) + 1):
        ends = [end for window in windows if (end := _end_of(window, present)) is not None]
        if not ends:
            break
        present = max(ends)
    return present if present > now else None


def _end_of(window: ServiceWindow, now: datetime) -> datetime | None:
    zone = ZoneInfo(TIME_ZONES[window.country])
    local = now.astimezone(zone)
    if WEEKDAYS[local.weekday()] != window.weekday:
        return None
    clock = f"{local:%H:%M}"
    if not window.begins <= clock < window.ends:
        return None
    day = local.date()
    if window.ends == "24:00":
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return datetime.combine(day, time.fromisoformat(window.ends), zone).astimezone(UTC)
