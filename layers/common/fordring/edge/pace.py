"""How fast an agency is spoken to: every worker keeps to its share of what the agency allows.

Half of the limit is for commands and half for the hourly run; each half is shared by as many workers as
may run at the same time. In test mode nothing is held back: a test clock makes a year pass in minutes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from fordring.domain.clock import WallClock
from fordring.domain.transport import Http, Request, Response, TransportFailed

LONGEST_WAIT: Final = timedelta(seconds=10)
"""A worker waits no longer for its turn; what is not sent then comes back by its schedule."""


def share_per_minute(requests_per_minute: int, workers: int) -> float:
    """Give one worker's share of an agency's limit, in requests a minute."""
    return requests_per_minute / 2 / max(workers, 1)


class Paced:
    """An ``Http`` that lets through no more than a share of requests a minute, with a minute's share at once.

    Parameters
    ----------
    http
        What sends.
    per_minute
        The share.
    wall
        Real time, and what waits.
    """

    def __init__(self, http: Http, per_minute: float, wall: WallClock) -> None:
        self._http = http
        self._every = timedelta(minutes=1) / per_minute
        self._now: Callable[[], datetime] = wall.now
        self._pause = wall.pause
        # The instant at which the last request let through was due, had they been spread evenly.
        self._last: datetime | None = None

    def exchange(self, request: Request) -> Response:
        """Send a request when it is its turn.

        Raises
        ------
        TransportFailed
            When there is no answer; ``rate_limit`` when its turn is too far away: then nothing was sent.
        """
        now = self._now()
        earliest = now - timedelta(minutes=1) + self._every
        turn = max(self._last + self._every, earliest) if self._last is not None else earliest
        wait = turn - now
        if wait > LONGEST_WAIT:
            raise TransportFailed("no", "rate_limit")
        self._last = turn
        if wait > timedelta():
            self._pause(wait)
        return self._http.exchange(request)
