"""The outbox brings back soon what failed, without waiting for the sweep."""

import json
from datetime import timedelta

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
