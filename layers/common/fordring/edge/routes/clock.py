"""The test clock's routes; in live mode there is no trace of them."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.clock import NewTime, ToldClock, tell_clock
from fordring.edge.schemas.told import instant
from fordring.usecases.advancing import begin


def read_clock(call: Call) -> Answer:
    """Tell the test clock."""
    work = call.read(things.TEST_CLOCK())
    return Answer.of(200, tell_clock(work.find(things.TEST_CLOCK()), instant(call.hub.wall.now())))


def move_clock(call: Call) -> Answer:
    """Set the test clock off to an instant."""
    body = call.given(NewTime)
    return call.transact(
        (things.TEST_CLOCK(),),
        lambda work: begin(work, body.now, body.step)[0],
        lambda clock: tell_clock(clock, None),
        status=202,
    )


CLOCK_READ_ROUTES = (
    Route(
        "GET",
        "/v1/test-clock",
        read_clock,
        "Read the test clock",
        "test clock",
        Scope.READ,
        {200: ToldClock},
        test_mode_only=True,
    ),
)
CLOCK_ROUTES = (
    Route(
        "POST",
        "/v1/test-clock",
        move_clock,
        "Move the test clock",
        "test clock",
        Scope.ADMIN,
        {202: ToldClock},
        body=NewTime,
        claims=True,
        test_mode_only=True,
    ),
)
