"""What agencies send: duplicated, reordered, forged, late, about somebody else's case."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from fordring.domain import things
from fordring.domain.refs import Listing
from sandbox.agencies.svea import signature
from tests.functions.conftest import CALLBACK_TOKEN, PASSWORD
from tests.story.evenness import everything_of
from tests.story.telling import attention, faults_of, hand_over, invoice_of, pay_agency, registered, told

PATH = f"/v1/callbacks/svea/{CALLBACK_TOKEN}"


def signed(body, *, secret=PASSWORD, at=None):
    made = signature.headers(body, "acme", secret, at or datetime.now(UTC))
    return {name.lower(): value for name, value in made.items()}


def send(hub, body, headers=None, path=PATH):
    return hub.gateway.call("POST", path, headers or signed(body), body.decode(), encoded=False)


def renamed(hub, delivery, **changes):
    """Give the latest callback again, as another delivery with other contents, truly signed."""
    content = json.loads(hub.callbacks[-1][2]) | {"DeliveryId": delivery}
    for change in content["Changes"]:
        change |= changes
    return json.dumps(content).encode()


@pytest.mark.capability("ZIR-9", "VIS-8")
def test_the_same_callback_again_changes_nothing(hub):
    _, case_id = registered(hub)
    pay_agency(hub, case_id, "300.00")
    path, headers, body = hub.callbacks[-1]
    before = hub.hub.store.read([things.CASE(case_id)])[things.CASE(case_id)].version
    for _ in range(3):
        reply = send(hub, body, headers, path)
        assert (reply.status, reply.body) == (200, {"outcome": "duplicate"})
    assert hub.hub.store.read([things.CASE(case_id)])[things.CASE(case_id)].version == before
    hub.pump()
    assert len(told(hub, "payment.received")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-9")
def test_the_same_payment_under_another_delivery_is_booked_once(hub):
    _, case_id = registered(hub)
    pay_agency(hub, case_id, "300.00")
    reply = send(hub, renamed(hub, "another"))
    assert (reply.status, reply.body) == (200, {"outcome": "applied"})
    hub.pump()
    assert len(told(hub, "payment.received")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-32", "ZIR-33", "ZIR-2")
@pytest.mark.parametrize(
    "fault", ["duplicate_callback", "reorder_callbacks", "drop_callback", "bad_signature"]
)
def test_however_callbacks_come_the_end_is_the_same(hub, fault):
    hub.control("POST", "svea/faults", {"kind": fault, "count": 4})
    invoice_id, case_id = hand_over(hub)
    hub.advance(hub.api, days=1)
    for status in ("Reminded", "DebtCollection"):
        number = hub.case(case_id).case_number
        hub.control("POST", "svea/status", {"case_number": number, "status": status})
    pay_agency(hub, case_id, "1250.00")
    hub.advance(hub.api, days=3)

    case = hub.case(case_id)
    assert (case.agency_status, case.closed_reason) == ("Paid", "paid")
    assert invoice_of(hub, invoice_id).case_number == case.case_number
    assert len(told(hub, "case.registered")) == 1
    assert len(told(hub, "case.closed")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-2")
def test_an_older_status_never_overwrites_a_newer_one(hub):
    _, case_id = registered(hub)
    hub.advance(hub.api, hours=1)
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/status", {"case_number": number, "status": "DebtCollection"})
    assert hub.case(case_id).stage == "collection"
    old = renamed(hub, "late", Status="Reminded", OccurredAt="2026-03-02T09:06:00Z")
    assert send(hub, old).status == 200
    case = hub.case(case_id)
    assert (case.stage, case.agency_status) == ("collection", "DebtCollection")


def test_an_unknown_status_is_kept_raw_and_harms_nothing(hub):
    _, case_id = registered(hub)
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/status", {"case_number": number, "status": "OnHoliday"})
    case = hub.case(case_id)
    assert case.agency_status == "OnHoliday"
    assert case.open


def test_a_wrong_token_and_a_wrong_signature_are_told_apart_by_nobody(hub):
    _, case_id = registered(hub)
    pay_agency(hub, case_id, "300.00")
    body = renamed(hub, "another")
    answers = [
        send(hub, body, path=f"/v1/callbacks/svea/{'f' * 32}"),
        send(hub, body, signed(body, secret="another")),
        send(hub, body, path=f"/v1/callbacks/nobody/{CALLBACK_TOKEN}"),
        send(hub, body, {"content-type": "application/json"}),
        send(hub, body + b" ", signed(body)),
        send(hub, body, signed(body, at=datetime.now(UTC) - timedelta(minutes=10))),
        send(hub, body, signed(body, at=datetime.now(UTC) + timedelta(minutes=10))),
    ]
    assert {reply.status for reply in answers} == {401}
    assert len({json.dumps(reply.problem, sort_keys=True) for reply in answers}) == 1
    hub.pump()
    assert faults_of(hub) == []


def test_a_callback_about_another_creditors_case_is_never_applied(hub):
    _, case_id = registered(hub)
    hub.world.ready("other")
    other = hub.world.case("other")
    pay_agency(hub, case_id, "300.00")
    hub.pump()
    body = renamed(hub, "forged", ClientOrderId=other.external_id, CaseNumber="SV999999")

    reply = send(hub, body)

    assert (reply.status, reply.body) == (202, {"outcome": "parked"})
    after = hub.case(other.case_id)
    assert (after.payment, after.case_number) == ("unpaid", None)
    assert [asked.kind for asked in attention(hub)] == ["callback_parked"]
    assert attention(hub, "other") == []
    (row,) = everything_of(hub.hub.store, Listing(things.PARKED, "parked_of", ("svea", "acme")))
    assert hub.hub.files.get(row.file) == body
    assert send(hub, body).body == {"outcome": "parked"}
    assert len(told_now(hub, "attention.raised")) == 1


def told_now(hub, kind):
    hub.pump()
    return told(hub, kind)


def test_a_signed_callback_that_makes_no_sense_is_refused_and_changes_nothing(hub):
    _, case_id = registered(hub)
    before = hub.case(case_id)
    for body in (b"{}", b"[]", b"nonsense", b'{"DeliveryId": "x", "ClientId": "4711", "Changes": [{}]}'):
        assert send(hub, body).status == 400, body
    assert hub.case(case_id) == before
