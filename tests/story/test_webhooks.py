"""Webhooks to a billing product: signed, tried again on schedule, stopped, slowed down, replayed."""

from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from fordring.domain import things
from fordring.domain.webhooks import DELIVERY_SCHEDULE
from tests.story.telling import attention, faults_of, hand_over, registered

pytestmark = pytest.mark.capability("BEY-9")


@pytest.fixture
def endpoint(hub):
    """An endpoint for one kind of event, so that there is one delivery to look at."""
    body = {"url": f"{hub.url}/inbox", "types": ["case.submitted"]}
    reply = hub.api.post("/v1/webhook-endpoints", body)
    assert reply.status == 201, reply.text
    return reply.body


def the_delivery(hub):
    reply = hub.api.get("/v1/deliveries")
    assert reply.status == 200, reply.text
    (delivery,) = reply.body["items"]
    return delivery


def stored(hub):
    return hub.world.get(things.DELIVERY(the_delivery(hub)["delivery_id"]))


def now(hub):
    return hub.hub.desk.read().now


def until_due(hub):
    """Wait until the delivery is due, and for what comes of it; gives how long that was."""
    wait = stored(hub).due_at - now(hub)
    hub.advance_to(hub.api, stored(hub).due_at)
    return wait


def test_a_webhook_is_signed_as_standard_webhooks_says(hub, endpoint):
    hand_over(hub)
    hub.pump()
    ((headers, content),) = hub.inbox
    assert Webhook(endpoint["secret"]).verify(hub.bodies[0], headers) == content
    assert content["type"] == "case.submitted"
    assert set(content) == {"type", "timestamp", "data"}
    assert the_delivery(hub)["state"] == "delivered"
    assert faults_of(hub) == []


def test_every_event_is_told_once_in_the_order_of_the_feed(hub):
    hub.api.post("/v1/webhook-endpoints", {"url": f"{hub.url}/inbox"})
    registered(hub)
    hub.advance(hub.api, days=3)
    feed = hub.api.get("/v1/events?creditor_id=acme&limit=100").body["items"]
    told = [content["data"]["event_id"] for _, content in hub.inbox]
    ids = {event["event_id"] for event in feed}
    assert len(told) == len(set(told))
    assert set(told) == ids


def test_attempts_follow_the_schedule_and_then_a_person_is_asked(hub, endpoint):
    hub.answers[:] = [(500, {})] * 20
    hand_over(hub)
    hub.pump()
    waits = []
    while stored(hub).due_at is not None:
        waits.append(until_due(hub))
    expected = DELIVERY_SCHEDULE[1:]
    assert len(waits) == len(expected)
    for wait, planned in zip(waits, expected, strict=True):
        assert planned <= wait <= planned * 1.1
    assert the_delivery(hub)["state"] == "dead"
    assert [attempt["status"] for attempt in the_delivery(hub)["attempts"]] == [500] * len(DELIVERY_SCHEDULE)
    assert len({headers["webhook-id"] for headers, _ in hub.inbox}) == 1
    assert [asked.kind for asked in attention(hub)] == ["delivery_dead"]


def test_the_second_attempt_is_five_seconds_later_and_ends_it(hub, endpoint):
    hub.answers[:] = [(503, {})]
    hand_over(hub)
    hub.pump()
    assert timedelta(seconds=5) <= until_due(hub) <= timedelta(seconds=5.5)
    assert [attempt["status"] for attempt in the_delivery(hub)["attempts"]] == [503, 204]
    assert the_delivery(hub)["state"] == "delivered"
    assert faults_of(hub) == []


def test_an_endpoint_that_is_gone_is_switched_off(hub, endpoint):
    hub.answers[:] = [(410, {})]
    hand_over(hub)
    hub.pump()
    assert the_delivery(hub)["state"] == "disabled"
    (shown,) = hub.api.get("/v1/webhook-endpoints").body["items"]
    assert shown["state"] == "disabled"
    hand_over(hub)
    hub.advance(hub.api, days=1)
    assert len(hub.inbox) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(hub, endpoint, status):
    hub.answers[:] = [(status, {"retry-after": "3600"})]
    hand_over(hub)
    hub.pump()
    assert until_due(hub) == timedelta(hours=1)
    assert the_delivery(hub)["state"] == "delivered"


def test_a_redirect_is_a_failure_and_never_followed(hub, endpoint):
    hub.answers[:] = [(302, {"location": f"{hub.url}/inbox"})]
    hand_over(hub)
    hub.pump()
    assert len(hub.inbox) == 1
    assert the_delivery(hub)["state"] == "pending"
    assert the_delivery(hub)["attempts"][0]["status"] == 302


def test_a_replay_goes_out_again_under_the_same_id(hub, endpoint):
    hand_over(hub)
    hub.pump()
    delivery_id = the_delivery(hub)["delivery_id"]
    reply = hub.api.post(f"/v1/deliveries/{delivery_id}/replay", {})
    assert reply.status == 202, reply.text
    hub.pump()
    assert [headers["webhook-id"] for headers, _ in hub.inbox] == [delivery_id] * 2
    assert len(the_delivery(hub)["attempts"]) == 2
    assert the_delivery(hub)["state"] == "delivered"


def test_while_a_secret_is_being_replaced_both_sign(hub, endpoint):
    new = hub.api.post(f"/v1/webhook-endpoints/{endpoint['endpoint_id']}/rotate-secret", {}).body["secret"]
    hand_over(hub)
    hub.pump()
    ((headers, _),) = hub.inbox
    for secret in (new, endpoint["secret"]):
        Webhook(secret).verify(hub.bodies[0], headers)


def test_a_test_event_goes_to_its_endpoint_only(hub, endpoint):
    reply = hub.api.post(f"/v1/webhook-endpoints/{endpoint['endpoint_id']}/test", {})
    assert reply.status == 202, reply.text
    hub.pump()
    assert [content["type"] for _, content in hub.inbox] == ["webhook.test"]
