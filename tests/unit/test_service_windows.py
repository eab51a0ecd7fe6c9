"""Service windows: local time, also when clocks change."""

import pytest

from fordring.domain.clock import utc
from fordring.domain.service_windows import ServiceWindow, wait_until

SUNDAY = ServiceWindow("sunday", "03:00", "06:00", "NO")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 3, 1, 1, 59), None),  # 02:59 in Norway
        (utc(2026, 3, 1, 2), utc(2026, 3, 1, 5)),
        (utc(2026, 3, 1, 4, 59), utc(2026, 3, 1, 5)),
        (utc(2026, 3, 1, 5), None),
        (utc(2026, 3, 2, 3), None),  # Monday
        # Summer time begins on 29 March at 01:00 UTC: 03:00 local follows on 01:59.
        (utc(2026, 3, 29, 0, 59), None),
        (utc(2026, 3, 29, 1), utc(2026, 3, 29, 4)),
        # It ends on 25 October at 01:00 UTC.
        (utc(2026, 10, 25, 1, 59), None),
        (utc(2026, 10, 25, 2), utc(2026, 10, 25, 5)),
    ],
)
def test_the_window_is_open_by_the_clock_on_the_wall(now, until):
    assert wait_until([SUNDAY], now) == until


def test_a_night_is_two_windows_and_one_wait():
    evening = ServiceWindow("saturday", "23:00", "24:00", "SE")
    night = [evening, ServiceWindow("sunday", "00:00", "01:30", "SE")]
    assert wait_until(night, utc(2026, 3, 7, 22, 30)) == utc(2026, 3, 8, 0, 30)


def test_finland_is_an_hour_ahead():
    window = ServiceWindow("sunday", "03:00", "06:00", "FI")
    assert wait_until([window], utc(2026, 3, 1, 1)) == utc(2026, 3, 1, 4)


def test_a_week_of_windows_has_an_end():
    week = [ServiceWindow(day, "00:00", "24:00", "NO") for day in ("monday", "tuesday", "wednesday")]
    assert wait_until(week, utc(2026, 3, 2, 12)) == utc(2026, 3, 4, 23)
    assert wait_until([], utc(2026, 3, 2, 12)) is None
