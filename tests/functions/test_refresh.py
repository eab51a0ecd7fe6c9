"""Opening the list of cases asks the agencies for news: what a caller gets."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.agreement import AgreementState
from tests.functions.test_sync import requests
from tests.functions.world import World

OPEN = "/v1/cases?creditor_id=acme&refresh=true"


def settle(world: World) -> None:
    """Do as the worker does when a run is over."""
    for item in list(world.engine.everything()):
        if item.kind == "sync_request":
            ref = things.SYNC_REQUEST("acme", "svea", item.sk.removeprefix("REQUEST#"))
            world.put(ref, replace(world.get(ref), due_at=None))


@pytest.mark.capability("ZIR-28")
def test_opening_the_list_answers_at_once_and_asks_for_news(api, world):
    world.ready()
    case = world.case()

    reply = api.get(OPEN)

    assert reply.status == 200
    assert [each["case_id"] for each in reply.body["items"]] == [case.case_id]
    assert reply.body["refreshing"] == ["svea"]
    assert reply.body["as_of"] == "2026-03-02T09:00:00Z"
    assert requests(world) == [("SYNC#acme#svea", "sync_request")]


@pytest.mark.capability("ZIR-28")
def test_opening_it_many_times_asks_once_a_minute_and_tells_when_the_news_are_there(api, world, clock):
    world.ready()

    asked = [api.get(OPEN).body["refreshing"] for _ in range(5)]
    settle(world)
    done = api.get(OPEN).body["refreshing"]
    assert len(requests(world)) == 1
    clock.advance(minutes=1)
    again = api.get(OPEN).body["refreshing"]

    assert (asked, done, again) == ([["svea"]] * 5, [], ["svea"])
    assert len(requests(world)) == 2


def test_what_was_asked_is_not_kept_for_ever(api, world):
    world.ready()
    api.get(OPEN)

    (row,) = (item for item in world.engine.everything() if item.kind == "sync_request")

    assert row.expires == int(world.hub.wall.now().timestamp()) + 7 * 24 * 3600


def test_without_refresh_nothing_is_asked_and_nothing_more_is_read(api, world, meter):
    world.ready()
    meter.calls.clear()

    reply = api.get("/v1/cases?creditor_id=acme")

    assert reply.body["refreshing"] == []
    assert [call.operation for call in meter.calls] == ["BatchGetItem", "Query"]
    assert requests(world) == []


def test_only_the_agency_that_is_listed_is_asked(api, world):
    world.ready()

    assert api.get(f"{OPEN}&agency=intrum").body["refreshing"] == []
    assert requests(world) == []
    assert api.get(f"{OPEN}&agency=svea").body["refreshing"] == ["svea"]


def test_a_page_may_be_followed_without_asking_again(api, world):
    world.ready()
    for _ in range(3):
        world.case()

    first = api.get(f"{OPEN}&limit=2")
    rest = api.get(f"/v1/cases?creditor_id=acme&limit=2&cursor={first.body['next_cursor']}")

    assert rest.status == 200
    assert len(rest.body["items"]) == 1


def test_an_agreement_that_is_not_active_has_no_news(api, world):
    world.ready()
    agreement = world.get(things.AGREEMENT("acme", "svea"))
    world.put(things.AGREEMENT("acme", "svea"), replace(agreement, state=AgreementState.ORDERED))

    assert api.get(OPEN).body["refreshing"] == []
    assert requests(world) == []


def test_who_may_read_may_ask_but_only_for_its_own(world):
    world.ready()
    world.ready("globex")

    assert world.client("read", ["acme"]).get(OPEN).body["refreshing"] == ["svea"]
    assert world.client("read", ["globex"]).get(OPEN).status == 404
    assert requests(world) == [("SYNC#acme#svea", "sync_request")]
    assert world.client("read", ["acme"]).get("/v1/cases?creditor_id=acme&refresh=yes").status == 400
