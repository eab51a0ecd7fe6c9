"""The outbox brings back soon what failed, without waiting for the sweep."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fordring.domain import things
from fordring.domain.transport import TransportFailed
from fordring.edge.telemetry import log
from fordring.edge.workers.outbox import Outbox
from fordring.usecases.publishing import endpoints_of
from tests.fakes import MemoryQueue
from tests.story.conftest import ENVIRONMENT


class Down:
    """An endpoint that nobody answers at."""

    def exchange(self, request):
        raise TransportFailed("no", "connect_timeout")


def test_a_webhook_that_failed_comes_back_after_its_delay(hub, api, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    hub.webhook_http = Down()
    assert api.post("/v1/webhook-endpoints", {"url": "https://hooks.acme.example/in"}).status == 201
    assert endpoints_of(hub.desk)
    endpoint_id = endpoints_of(hub.desk)[0].endpoint_id
    assert api.post(f"/v1/webhook-endpoints/{endpoint_id}/test").status in (200, 202)
    (delivery,) = (ref for ref in hub.store.due(hub.wall.now()) if ref.kind is things.DELIVERY)
    queue = MemoryQueue()
    outbox = Outbox(hub, lambda name: queue, log)

    body = json.dumps({"delivery_id": delivery.ids[0]})
    outbox.take({"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]})

    ((message, after),) = queue.sent
    assert message == {"delivery_id": delivery.ids[0]}
    assert timedelta(seconds=5) < after < timedelta(seconds=8)


def test_the_end_of_a_rest_is_found_by_the_sweep_and_is_nothing_to_warn_of(hub, api, world, clock, capsys):
    world.ready()
    case = world.case()
    reply = api.post(f"/v1/cases/{case.case_id}/pause", {"until_date": "2026-03-20"})
    assert reply.status == 202, reply.text
    settled = [ref for ref in hub.store.due(clock.now()) if ref.kind is not things.CASE]
    for ref in settled:
        done = {"fan_out_at": None} if ref.kind is things.EVENT else {"due_at": None}
        world.put(ref, replace(world.get(ref), **done))
    queue = MemoryQueue()
    outbox = Outbox(hub, lambda name: queue, log)
    outbox.take({"source": "fordring.sweep"})
    assert queue.messages == []

    # Eight o'clock in Oslo, and the sweep's grace.
    clock.present = datetime(2026, 3, 20, 7, 1, tzinfo=UTC)
    outbox.take({"source": "fordring.sweep"})
    assert queue.messages == [{"resume_case_id": case.case_id}]
    assert "sweep_found_overdue" not in capsys.readouterr().out
    body = json.dumps(queue.messages[0])
    outbox.take({"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]})
    assert world.get(things.CASE(case.case_id)).processing == "open"


@pytest.mark.parametrize("body", ["", "{", "5", '{"event_id": "evt_1"}', '{"letter_id": "ltr_1"}'])
def test_a_message_that_cannot_be_read_holds_up_no_other(hub, world, body):
    world.ready()
    world.invoice()
    (event,) = (ref for ref in hub.store.due(hub.wall.now()) if ref.kind is things.EVENT)
    outbox = Outbox(hub, lambda name: MemoryQueue(), log)
    parent_kind, parent_id, event_id = event.ids
    good = json.dumps({"parent_kind": parent_kind, "parent_id": parent_id, "event_id": event_id})
    records = [
        {"messageId": number, "body": text, "eventSource": "aws:sqs"}
        for number, text in (("1", good), ("2", body), ("3", good))
    ]
    assert outbox.take({"Records": records}) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert [ref for ref in hub.store.due(hub.wall.now()) if ref.kind is things.EVENT] == []
