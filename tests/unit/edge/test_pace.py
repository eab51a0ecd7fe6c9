"""An agency is not spoken to faster than it allows."""

from datetime import timedelta

import pytest

from fordring.domain.clock import utc
from fordring.domain.transport import Request, Response, TransportFailed
from fordring.edge.pace import Paced, share_per_minute

REQUEST = Request("GET", "https://agency.example/")


class Clock:
    """Time that passes only by waiting."""

    def __init__(self):
        self.present = utc(2026, 3, 2, 9)
        self.waited = timedelta()

    def now(self):
        return self.present

    def pause(self, duration):
        self.present += duration
        self.waited += duration


class Agency:
    """Notes when it was spoken to."""

    def __init__(self, clock):
        self.clock = clock
        self.at = []

    def exchange(self, request):
        self.at.append(self.clock.present)
        return Response(200, {}, b"")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def agency(clock):
    return Agency(clock)


def test_a_workers_share_is_its_part_of_half_the_limit():
    assert share_per_minute(600, 5) == 60
    assert share_per_minute(600, 0) == 300


def test_a_minutes_share_goes_at_once_and_the_rest_evenly(clock, agency):
    paced = Paced(agency, 60, clock)

    for _ in range(60):
        paced.exchange(REQUEST)
    assert clock.waited == timedelta()
    for _ in range(5):
        paced.exchange(REQUEST)

    assert clock.waited == timedelta(seconds=5)


def test_in_no_minute_more_than_twice_the_share_and_on_the_long_run_no_more_than_it(clock, agency):
    paced = Paced(agency, 30, clock)
    for _ in range(300):
        paced.exchange(REQUEST)

    for start in agency.at:
        within = [at for at in agency.at if start <= at < start + timedelta(minutes=1)]
        assert len(within) <= 60
    assert agency.at[-1] - agency.at[0] >= timedelta(minutes=9)


def test_a_turn_that_is_far_away_is_not_waited_for(clock, agency):
    paced = Paced(agency, 2, clock)
    paced.exchange(REQUEST)
    paced.exchange(REQUEST)

    with pytest.raises(TransportFailed) as caught:
        paced.exchange(REQUEST)

    assert (caught.value.sent, caught.value.reason) == ("no", "rate_limit")
    assert len(agency.at) == 2
    clock.pause(timedelta(seconds=30))
    paced.exchange(REQUEST)
    assert len(agency.at) == 3
