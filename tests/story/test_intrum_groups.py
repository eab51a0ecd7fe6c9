"""Cases of several invoices at Intrum, and what it does not offer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordring.domain import things
from fordring.domain.agreement_settings import Grouping
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    invoice_of,
    lane,
    money,
    pay_agency,
    pay_creditor,
    registered,
    sent,
    there,
)

pytestmark = pytest.mark.parametrize("hub", ["intrum"], indirect=True)


@pytest.fixture
def grouped(hub):
    """Three invoices of a debtor, handed over as one case."""
    agreement = hub.world.get(things.AGREEMENT("acme", "intrum"))
    settings = replace(agreement.settings, grouping=Grouping.DEBTOR)
    hub.world.put(things.AGREEMENT("acme", "intrum"), replace(agreement, settings=settings))
    invoices = [
        hub.world.invoice(
            amount=amount,
            invoice_date=date(2025, 12, 20),
            due_date=date(2026, 1, 10) + timedelta(days=day),
            reference=f"10{day}",
        ).invoice_id
        for day, amount in enumerate(("100.00", "200.00", "300.00"))
    ]
    reply = hub.api.post(f"{ACME}/cases", {"agency": "intrum", "invoice_id": invoices[0]})
    assert (reply.status, reply.body["grouped"]) == (202, True)
    hub.pump()
    hub.wait_for_news(hub.api)
    return invoices, reply.body["case_id"]


@pytest.mark.capability("ZIR-21", "ZIR-22")
def test_one_case_holds_all_of_a_debtors_invoices_and_the_books_stay_equal(hub, grouped):
    invoices, case_id = grouped
    (at_agency,) = hub.control("GET", "intrum/cases")["items"]
    assert [each["principal"] for each in at_agency["invoices"]] == ["100.00", "200.00", "300.00"]
    pay_creditor(hub, invoices[1], "50.00")
    note = {"document_number": "K-1", "amount": money("30.00"), "credit_date": "2026-03-02"}
    assert hub.api.post(f"{ACME}/credit-notes", note | {"invoice_id": invoices[2]}).status == 201
    hub.pump()
    pay_agency(hub, case_id, "180.00")
    hub.advance(hub.api, days=1)
    # oldest due first: all of the first, and 80 of the second
    owed = [invoice_of(hub, each).balance.owed_to_creditor for each in invoices]
    assert owed == [0, 7000, 27000]
    assert there(hub, case_id)["principal"]["remaining"] == "340.00"
    assert faults_of(hub) == []

    pay_agency(hub, case_id, "340.00")
    hub.advance(hub.api, days=1)
    assert (hub.case(case_id).processing, hub.case(case_id).closed_reason) == ("closed", "paid")
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-11")
def test_what_intrum_does_not_offer_is_a_message_or_a_typed_refusal(hub, grouped):
    invoices, case_id = grouped
    at = f"/v1/cases/{case_id}"
    actions = hub.api.get(at).body["available_actions"]
    assert actions == ["send_message", "withdraw", "pause"]
    more = hub.world.invoice().invoice_id
    for path, body, operation in (
        ("invoices", {"invoice_id": more}, "add_invoice"),
        ("withdraw", {"invoice_id": invoices[0]}, "withdraw_invoice"),
    ):
        refused = hub.api.post(f"{at}/{path}", body)
        assert (refused.status, refused.code) == (409, "operation_not_offered")
        assert (refused.body["agency"], refused.body["operation"]) == ("intrum", operation)

    assert hub.api.post(f"{at}/pause", {"until_date": "2026-03-20"}).status == 202
    assert hub.api.post(f"{at}/resume", {}).status == 202
    dispute = hub.api.post(f"{ACME}/invoices/{invoices[0]}/disputes", {"reason": "wrong_goods"})
    assert dispute.status in (201, 202), dispute.text
    hub.pump()
    hub.advance(hub.api, days=1)
    written = [each["text"] for each in there(hub, case_id)["messages"] if each["direction"] == "from_client"]
    assert len(written) == 3
    assert {each.kind for each in lane(hub, case_id)} == {"register_case", "send_message"}
    assert attention(hub) == []
    assert len(sent(hub, "register_case")) == 1


@pytest.mark.capability("NET-36")
def test_a_write_off_is_told_to_the_case_handler_in_words(hub):
    invoice_id, case_id = registered(hub)
    at = f"{ACME}/invoices/{invoice_id}/write-off"
    refused = hub.api.post(at, {"date": "2026-03-02"})
    assert (refused.status, refused.code) == (409, "agency_not_asked")
    assert hub.api.post(at, {"date": "2026-03-02", "agency_asked": True}).status < 300
    hub.pump()
    hub.wait_for_news(hub.api)
    (written,) = [each for each in there(hub, case_id)["messages"] if each["direction"] == "from_client"]
    assert "1250.00 NOK" in written["text"]
    assert [each.kind for each in lane(hub, case_id)] == ["register_case", "send_message"]


@pytest.mark.capability("SAN-15", "BEY-11")
def test_services_that_intrum_does_not_have_are_refused_with_the_settings(hub):
    for service in ("administration", "purchase"):
        reply = hub.api.put(f"{ACME}/agreements/intrum", {"service": service})
        assert reply.status == 422, reply.text
