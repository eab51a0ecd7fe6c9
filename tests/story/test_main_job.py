"""The main job in one process: from invoice to case to payment, with both ledgers equal at the end."""

from datetime import UTC, datetime

import pytest

from fordring.agencies.registry import agency_names
from fordring.domain import things
from tests.story.stage import Stage

pytestmark = pytest.mark.parametrize("hub", agency_names(), indirect=True)


def hand_over(hub: Stage, **invoice: object) -> tuple[str, str]:
    made = hub.world.invoice(**invoice)
    reply = hub.api.post("/v1/creditors/acme/cases", {"agency": hub.agency, "invoice_id": made.invoice_id})
    assert reply.status == 202, reply.text
    hub.pump()
    return made.invoice_id, reply.body["case_id"]


def test_the_case_number_comes_some_minutes_later(hub):
    invoice_id, case_id = hand_over(hub)
    waiting = hub.case(case_id)
    # An agency that takes batches has not even said yet whether it takes this one.
    assert (waiting.release in ("queued", "submitted"), waiting.case_number) == (True, None)

    hub.wait_for_news(hub.api)

    case = hub.case(case_id)
    assert case.release == "registered"
    assert case.case_number
    assert hub.world.get(things.INVOICE(invoice_id)).case_number == case.case_number
    assert [line.type for line in hub.events()].count("case.registered") == 1


def test_a_payment_at_the_agency_closes_the_case(hub):
    invoice_id, case_id = hand_over(hub)
    hub.wait_for_news(hub.api)
    number = hub.case(case_id).case_number

    hub.control(
        "POST",
        f"{hub.agency}/payments",
        {"case_number": number, "amount": "1250.00", "currency": "NOK", "date": "2026-03-02"},
    )
    hub.advance(hub.api, days=2)

    invoice = hub.world.get(things.INVOICE(invoice_id))
    assert invoice.status == "paid"
    case = hub.case(case_id)
    assert case.processing == "closed"
    assert case.closed_reason == "paid"
    assert [line.type for line in hub.events()].count("payment.received") == 1
    assert [
        r
        for r in hub.control("GET", f"{hub.agency}/requests")["items"]
        if "payments" in r["path"] and r["method"] == "POST" and not r["path"].startswith("/control")
    ] == []


def test_letters_and_their_fees_are_seen(hub):
    _, case_id = hand_over(hub)
    hub.advance(hub.api, days=20)

    case = hub.case(case_id)
    theirs = hub.control("GET", f"{hub.agency}/cases/{case.case_number}")
    dispatched = [line for line in hub.events() if line.type == "case.dispatch"]
    assert dispatched
    # not every agency has a word for having reminded
    assert case.stage == {"intrum": "received"}.get(hub.agency, "reminder")
    assert not [line for line in hub.events() if line.type == "ledger.drift"]
    assert theirs


def test_now_is_a_datetime_in_utc(hub):
    assert hub.hub.desk.read().now == datetime(2026, 3, 2, 9, tzinfo=UTC)
