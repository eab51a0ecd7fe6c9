"""Asking for the hourly run now: what a caller gets."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.agreement import AgreementState
from tests.functions.world import World

SYNC = "/v1/creditors/acme/sync"


def requests(world: World) -> list[tuple[str, str]]:
    """Give what asks for a run in the table."""
    return [(item.pk, item.kind) for item in world.engine.everything() if item.kind == "sync_request"]


@pytest.mark.capability("SAN-10")
def test_a_run_is_asked_for_and_answered_at_once(api, world):
    world.ready()

    reply = api.post(SYNC, {})

    assert reply.status == 202
    assert reply.body == {"agencies": ["svea"]}
    assert requests(world) == [("SYNC#acme#svea", "sync_request")]


def test_the_same_request_twice_asks_once(api, world):
    world.ready()

    first = api.post(SYNC, {}, idempotency_key="now")
    again = api.post(SYNC, {}, idempotency_key="now")

    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    assert len(requests(world)) == 1


def test_without_an_active_agreement_there_is_nothing_to_run(api, world):
    world.ready()
    agreement = world.get(things.AGREEMENT("acme", "svea"))
    world.put(things.AGREEMENT("acme", "svea"), replace(agreement, state=AgreementState.ORDERED))

    assert api.post(SYNC, {}).body == {"agencies": []}
    assert requests(world) == []


def test_another_creditors_run_is_not_ones_to_ask_for(world):
    world.ready()
    world.ready("globex")

    reply = world.client("write", ["globex"]).post(SYNC, {})

    assert reply.status == 404
    assert reply.problem == world.client("write", ["globex"]).post("/v1/creditors/nobody/sync", {}).problem
    assert requests(world) == []


def test_reading_is_not_enough_to_ask(world):
    world.ready()

    assert world.client("read").post(SYNC, {}).status == 403
