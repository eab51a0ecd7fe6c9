"""Webhooks as they go out: signed, logged, tried out, replayed, kept apart."""

import json
from dataclasses import dataclass, field

import pytest
import time_machine
from standardwebhooks import Webhook

from fordring.domain import things
from fordring.domain.refs import Listing
from fordring.domain.transport import Response
from fordring.edge.standard_webhooks import sign
from fordring.usecases.notifying import deliver
from fordring.usecases.publishing import FannedOut, fan_out

ENDPOINTS = "/v1/webhook-endpoints"
URL = "https://billing.example/hooks"


@dataclass
class Receiver:
    """A billing product that answers with ``status`` and keeps what it got."""

    status: int = 204
    got: list = field(default_factory=list)

    def exchange(self, request):
        self.got.append(request)
        return Response(self.status, {}, b"")


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def deliver_all(hub, store, receiver):
    """Fan out what has happened, and make one attempt at everything that is due."""

    def run():
        refs = store.due(hub.wall.now())
        fan_out(hub.desk, [ref for ref in refs if ref.kind is things.EVENT], "worker", FannedOut())
        for ref in store.due(hub.wall.now()):
            if ref.kind is things.DELIVERY:
                deliver(hub.desk, receiver, sign, hub.vault.secrets_of, ref.ids[0], "worker")

    return run


@pytest.mark.capability("BEY-9")
def test_events_are_delivered_signed_and_logged(api, world, clock, receiver, deliver_all):
    world.ready()
    endpoint = api.post(ENDPOINTS, {"url": URL, "types": ["case.submitted"]}).body
    case = world.case()

    deliver_all()

    [request] = receiver.got
    with time_machine.travel(clock.now(), tick=False):
        told = Webhook(endpoint["secret"]).verify(request.body, dict(request.headers))
    assert told["data"]["case_id"] == case.case_id
    assert told["type"] == "case.submitted"
    [delivery] = api.get(f"/v1/deliveries?endpoint_id={endpoint['endpoint_id']}").body["items"]
    assert delivery["delivery_id"] == request.headers["webhook-id"]
    assert delivery["state"] == "delivered"
    assert delivery["creditor_id"] == "acme"
    assert delivery["attempts"] == [
        {"at": "2026-03-02T09:00:00Z", "status": 204, "failure": None, "milliseconds": 0}
    ]


@pytest.mark.capability("BEY-9")
def test_a_failed_delivery_is_replayed(api, world, receiver, deliver_all):
    world.ready()
    api.post(ENDPOINTS, {"url": URL, "types": ["case.submitted"]})
    world.case()
    receiver.status = 500
    deliver_all()
    [failed] = api.get("/v1/deliveries?state=pending").body["items"]
    receiver.status = 200

    reply = api.post(f"/v1/deliveries/{failed['delivery_id']}/replay")
    deliver_all()

    assert reply.status == 202
    [done] = api.get("/v1/deliveries").body["items"]
    assert done["delivery_id"] == failed["delivery_id"]
    assert done["state"] == "delivered"
    assert [attempt["status"] for attempt in done["attempts"]] == [500, 200]
    assert receiver.got[0].body == receiver.got[1].body


@pytest.mark.capability("BEY-9")
def test_an_endpoint_is_tried_out_alone(api, world, receiver, deliver_all):
    world.creditor()
    tried = api.post(ENDPOINTS, {"url": URL, "types": ["case.closed"]}).body["endpoint_id"]
    api.post(ENDPOINTS, {"url": "https://other.example/"})

    reply = api.post(f"{ENDPOINTS}/{tried}/test")
    deliver_all()

    assert reply.status == 202
    [request] = receiver.got
    assert request.url == URL
    told = json.loads(request.body)
    assert told["type"] == "webhook.test"
    assert told["data"]["endpoint_id"] == tried
    [delivery] = api.get("/v1/deliveries").body["items"]
    assert (delivery["event_type"], delivery["state"], delivery["creditor_id"]) == (
        "webhook.test",
        "delivered",
        None,
    )
    assert api.get("/v1/events?creditor_id=acme").body["items"] == []


def test_a_disabled_endpoint_is_not_tried(api, receiver, deliver_all):
    endpoint_id = api.post(ENDPOINTS, {"url": URL}).body["endpoint_id"]
    api.post(f"{ENDPOINTS}/{endpoint_id}/test")
    receiver.status = 410
    deliver_all()

    [endpoint] = api.get(ENDPOINTS).body["items"]
    assert (endpoint["state"], endpoint["disabled_reason"]) == ("disabled", "answered_410_gone")
    assert api.post(f"{ENDPOINTS}/{endpoint_id}/test").code == "endpoint_disabled"


def test_a_replaced_secret_signs_for_another_day(api, clock, receiver, deliver_all, world):
    first = api.post(ENDPOINTS, {"url": URL}).body
    endpoint_id = first["endpoint_id"]

    second = api.post(f"{ENDPOINTS}/{endpoint_id}/rotate-secret", idempotency_key="k")
    again = api.post(f"{ENDPOINTS}/{endpoint_id}/rotate-secret", idempotency_key="k")

    assert second.status == 200
    assert second.body["secret"] not in (first["secret"], None)
    assert again.body == second.body | {"secret": None}
    assert second.body["secret"] not in world.everything
    assert [each["expires_at"] for each in second.body["secrets"]] == [None, "2026-03-03T09:00:00Z"]

    def signatures():
        api.post(f"{ENDPOINTS}/{endpoint_id}/test")
        deliver_all()
        return receiver.got[-1].headers["webhook-signature"].split(" ")

    assert len(signatures()) == 2
    clock.advance(hours=24)
    assert len(signatures()) == 1


def test_a_removed_endpoint_gets_nothing_more(api, world, receiver, deliver_all, store):
    world.ready()
    endpoint_id = api.post(ENDPOINTS, {"url": URL}).body["endpoint_id"]

    assert api.delete(f"{ENDPOINTS}/{endpoint_id}").status == 204
    world.case()
    deliver_all()

    assert receiver.got == []
    assert api.get(ENDPOINTS).body["items"] == []
    assert api.delete(f"{ENDPOINTS}/{endpoint_id}").status == 404
    assert store.page(Listing(things.DELIVERY, "deliveries")).items == ()


def test_deliveries_are_kept_apart(api, world, deliver_all):
    world.ready()
    world.ready("globex")
    api.post(ENDPOINTS, {"url": URL, "types": ["case.submitted"]})
    world.case("acme")
    world.case("globex")
    deliver_all()
    bound = world.client("write", creditors=["acme"])

    [own] = bound.get("/v1/deliveries").body["items"]
    foreign = next(
        each for each in api.get("/v1/deliveries").body["items"] if each["creditor_id"] == "globex"
    )

    assert own["creditor_id"] == "acme"
    refused = bound.post(f"/v1/deliveries/{foreign['delivery_id']}/replay")
    missing = bound.post("/v1/deliveries/dlv_00000000000000000000000000/replay")
    assert refused.status == missing.status == 404
    assert refused.problem == missing.problem
    assert bound.post(f"/v1/deliveries/{own['delivery_id']}/replay").status == 202
    assert world.client("read").post(f"/v1/deliveries/{own['delivery_id']}/replay").status == 403


def test_deliveries_are_paged_through_a_filter(api, world, deliver_all):
    world.ready()
    wanted = api.post(ENDPOINTS, {"url": URL, "types": ["case.submitted"]}).body["endpoint_id"]
    api.post(ENDPOINTS, {"url": URL, "types": ["case.submitted"]})
    for _ in range(5):
        world.case()
    deliver_all()

    seen, cursor = [], ""
    while cursor is not None:
        query = f"endpoint_id={wanted}&limit=2{cursor and '&cursor=' + cursor}"
        page = api.get(f"/v1/deliveries?{query}").body
        assert len(page["items"]) <= 2
        seen += [each["delivery_id"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == len(set(seen)) == 5
