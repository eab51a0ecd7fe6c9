"""Commands that an agency carries out later, with the process killed at every call of either step."""

from typing import Any

import pytest

from tests.faults.ground import End, Ground, Scene
from tests.faults.test_killed import (
    Kill,
    Story,
    deliver,
    payment_told_once,
    redeliver,
    registered_once,
)

CLOUD_COLLECT = "cloud_collect"


def take_in(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin(agency=CLOUD_COLLECT)
    _, case_id = scene.hand_over()
    return scene, deliver(scene, case_id, kill), case_id


def ask_for_result(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The registration is with the agency; whoever asks what became of it dies."""
    scene = ground.begin(agency=CLOUD_COLLECT)
    _, case_id = scene.hand_over()
    scene.pump()
    scene.advance(seconds=15)
    return scene, deliver(scene, case_id, kill), case_id


def ask_too_early(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The batch is slow: there is no result yet, and whoever asks dies."""
    scene = ground.begin(agency=CLOUD_COLLECT)
    slow = {"kind": "slow_batch", "count": 1, "seconds": 240}
    scene.control("POST", f"{CLOUD_COLLECT}/faults", slow)
    _, case_id = scene.hand_over()
    scene.pump()
    scene.advance(seconds=15)
    return scene, deliver(scene, case_id, kill), case_id


def report_payment(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin(agency=CLOUD_COLLECT)
    invoice_id, case_id = scene.hand_over()
    scene.pump()
    scene.advance(minutes=6)
    scene.pump()
    scene.pay_creditor(invoice_id, "1250.00")
    return scene, deliver(scene, case_id, kill), case_id


STORIES = {
    "taken_in": Story(take_in, redeliver, registered_once),
    "result": Story(ask_for_result, redeliver, registered_once),
    "no_result_yet": Story(ask_too_early, redeliver, registered_once),
    "payment_taken_in": Story(report_payment, redeliver, payment_told_once),
}


def tell(name: str, ground: Ground, kill: Kill) -> tuple[End, list[str]]:
    """Tell a story to its end; gives how the process ended, and what is wrong."""
    story = STORIES[name]
    scene, end, given = story.strike(ground, kill)
    story.go_on(scene, given)
    return end, story.check(scene, given) + scene.faults()


@pytest.mark.parametrize("name", STORIES)
def test_neither_step_is_lost_or_repeated_wherever_a_process_is_killed(name: str, ground: Ground) -> None:
    undisturbed, wrong = tell(name, ground, None)
    assert (undisturbed.status, wrong) == (0, [])
    calls = undisturbed.calls
    assert "http.exchange" in calls
    found = {}
    for number, call in enumerate(calls):
        for moment in ("before", "after"):
            end, wrong = tell(name, ground, (number, moment))
            assert end.killed, (end, number, moment)
            assert end.calls == calls[: number + 1]
            if wrong:
                found[f"killed {moment} call {number}, {call}"] = wrong
    assert found == {}
