"""The test clock: what is asked and told."""

from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.running import TestClock
from fordring.edge.schemas.common import Given, GivenInstant
from fordring.edge.schemas.told import Instant, Told, instant


class NewTime(Given):
    """Where the test clock shall go."""

    now: GivenInstant
    step: Annotated[
        Literal["hour", "day"],
        Field(
            description="How often the hourly run takes place on the way, while agreements are active: "
            "each full hour, or each day at 07:00 UTC."
        ),
    ] = "day"


class ToldClock(Told):
    """The test clock. ``run_id`` is the advance under way, or the last one."""

    now: Instant
    set: bool
    moving: bool
    goal: Instant | None
    run_id: str | None
    failure: str | None


def tell_clock(clock: TestClock | None, real: str | None) -> dict[str, Any]:
    """Tell the test clock; real time while it was never set."""
    if clock is None:
        return {"now": real, "set": False, "moving": False, "goal": None, "run_id": None, "failure": None}
    return {
        "now": instant(clock.now),
        "set": True,
        "moving": clock.goal is not None,
        "goal": instant(clock.goal),
        "run_id": clock.run_id,
        "failure": clock.failure,
    }
