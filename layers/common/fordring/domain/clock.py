"""Where time comes from."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class WallClock(Protocol):
    """Real time: for leases, signatures and the life of secrets, also while the test clock is set."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def pause(self, duration: timedelta) -> None:
        """Wait, for the short jittered waits between attempts."""
        ...


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Spell an instant in UTC."""
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
