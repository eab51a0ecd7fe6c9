"""Stories for partitions that the main job leaves alone: run by ``test_key_access`` only."""

from typing import Any

from bench.ground import request
from fordring.agencies.svea.signature import signed_headers
from fordring.domain.agency import Credentials
from tests.functions.world import CALLBACK_TOKEN, PASSWORD
from tests.story.conftest import hub  # noqa: F401
from tests.story.stage import Stage
from tests.unit.formats.camt_documents import Camt


def handed_over(hub: Stage, **invoice: Any) -> tuple[str, str]:  # noqa: F811
    made = hub.world.invoice(**invoice)
    asked = {"agency": "svea", "invoice_id": made.invoice_id}
    case_id = hub.world.client().post("/v1/creditors/acme/cases", asked).body["case_id"]
    hub.pump()
    hub.advance(hub.world.client(), minutes=10)
    return made.invoice_id, case_id


def test_webhooks_are_delivered_and_disabled(hub):  # noqa: F811
    api = hub.world.client()
    assert api.post("/v1/webhook-endpoints", {"url": f"{hub.url}/inbox"}).status == 201
    handed_over(hub)
    assert hub.inbox
    assert api.post("/v1/webhook-endpoints", {"url": f"{hub.url}/nowhere"}).status == 201
    handed_over(hub)


def test_a_credit_note_goes_to_the_agency(hub):  # noqa: F811
    invoice_id, _ = handed_over(hub)
    note = {
        "document_number": "C-1",
        "amount": {"amount": "250.00", "currency": "NOK"},
        "credit_date": "2026-03-02",
        "invoice_id": invoice_id,
    }
    answer = hub.world.client().post("/v1/creditors/acme/credit-notes", note)
    assert answer.status == 201, answer.text
    hub.pump()


def test_sync_now(hub):  # noqa: F811
    assert hub.world.client().post("/v1/creditors/acme/sync", {}).status == 202
    hub.pump()


def test_a_callback_about_nothing_known_is_parked(hub):  # noqa: F811
    _, case_id = handed_over(hub)
    theirs = hub.case(case_id).external_id.replace("inv_", "inv_0")[:-2] + "-1"
    body = (
        '{"DeliveryId":"d-1","ClientId":"4711","Changes":[{"Sequence":1,"RecordedAt":"2026-03-02T09:00:00Z",'
        f'"Type":"StatusChanged","ClientOrderId":"{theirs}","CaseNumber":"SV9","OccurredAt":'
        '"2026-03-02T09:00:00Z","Status":"Open"}]}'
    )
    headers = signed_headers(body.encode(), Credentials("4711", "acme", PASSWORD), hub.wall.now())
    event = request(
        "POST", "/v1/callbacks/{agency}/{token}", {"agency": "svea", "token": CALLBACK_TOKEN}, headers, body
    )
    handler = hub.gateway._handlers[event["routeKey"]]
    answer = handler(event, type("Context", (), {"aws_request_id": "test"})())
    assert answer["statusCode"] == 202, answer


def test_a_rejected_case_asks_for_attention(hub):  # noqa: F811
    handed_over(hub, amount="0.01")
    hub.advance(hub.world.client(), days=1)


def test_the_clock_is_moved_by_request(hub):  # noqa: F811
    moved = hub.world.client().post("/v1/test-clock", {"now": "2026-03-03T09:00:00Z"})
    assert moved.status == 202, moved.text
    hub.pump()


def test_a_payment_file_whose_payer_names_an_invoice(hub):  # noqa: F811
    content = Camt().pay("77.00", text="F-77", name="Kari Nordmann").bytes()
    taken = hub.world.client().post(
        "/v1/creditors/acme/payment-files", content, content_type="application/xml"
    )
    assert taken.status == 202, taken.text
    hub.pump()
