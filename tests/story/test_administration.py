"""Invoice administration: every invoice goes out through the agency, which follows it up in the same case."""

import pytest

from fordring.domain import things
from tests.story.administering import administered, agreed, new_invoice, register, shown
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    hand_over,
    lane,
    money,
    pay_agency,
    pay_creditor,
    sent,
    there,
    told,
)
from tests.unit.formats.ehf_documents import INVOICE as EHF

BUSINESS = {"kind": "business", "name": "Nordre Brygge AS", "organisation_number": "974760673"}


@pytest.mark.capability("SAN-1", "SAN-2", "SAN-13")
def test_a_registered_invoice_goes_to_the_agency_and_out_to_its_recipient(hub):
    agreed(hub)
    body = register(hub)
    assert body["collection"]["release"] == "queued"
    case = hub.case(body["collection"]["case_id"])
    assert (case.level, case.stage) == ("administration", "received")

    hub.pump()
    hub.advance(hub.api, minutes=10)

    (request,) = sent(hub, "register_case")
    assert request["body"]["Level"] == "Administration"
    assert request["body"]["Distribution"] == ["Email", "Post"]
    assert hub.case(case.case_id).stage == "administered"
    found = shown(hub, body["invoice_id"])
    assert found["dunning_status"] == "transferred"
    assert found["delivery"] == {
        "channel": "email",
        "date": "2026-03-02",
        "attempts": [{"channel": "email", "outcome": "delivered", "date": "2026-03-02", "reason": None}],
    }
    (event,) = told(hub, "invoice.delivered")
    assert (event["invoice_id"], event["channel"]) == (body["invoice_id"], "email")


@pytest.mark.capability("SAN-3", "SAN-4")
@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"channel": "ehf"}, ["Email", "Post"]),
        ({"channel": "ehf", **BUSINESS}, ["EInvoiceB2B", "Email", "Post"]),
        ({"channel": "email"}, ["Email", "Post"]),
        ({"channel": "email", "email": None}, ["Post"]),
        ({"channel": "paper"}, ["Post"]),
    ],
)
def test_it_goes_by_the_channel_that_is_stored_for_the_debtor_as_far_as_that_is_possible(
    hub, stored, expected
):
    agreed(hub)
    hub.world.debtor(**stored)
    _, case_id = administered(hub)
    (request,) = sent(hub, "register_case")
    assert request["body"]["Distribution"] == expected
    assert there(hub, case_id)["level"] == "administration"


@pytest.mark.capability("SAN-3")
def test_what_bounces_goes_out_by_the_next_channel_and_the_invoice_shows_it(hub):
    agreed(hub)
    hub.world.debtor(channel="ehf", **BUSINESS)
    invoice_id, case_id = administered(hub)
    number = hub.case(case_id).case_number

    hub.control("POST", "svea/bounces", {"case_number": number, "reason": "RecipientNotRegistered"})
    hub.pump()
    hub.control("POST", "svea/bounces", {"case_number": number})
    hub.pump()

    failed = told(hub, "invoice.delivery_failed")
    assert [(each["channel"], each["reason"]) for each in failed] == [
        ("ehf", "recipient_not_registered"),
        ("email", "bounced"),
    ]
    delivery = shown(hub, invoice_id)["delivery"]
    assert delivery["channel"] == "paper"
    assert [(each["channel"], each["outcome"]) for each in delivery["attempts"]] == [
        ("ehf", "delivered"),
        ("ehf", "failed"),
        ("email", "delivered"),
        ("email", "failed"),
        ("paper", "delivered"),
    ]
    hub.advance(hub.api, days=1)  # the poll reads everything again
    assert shown(hub, invoice_id)["delivery"] == delivery
    assert len(told(hub, "invoice.delivery_failed")) == 2


def test_what_has_no_channel_left_shows_none(hub):
    agreed(hub)
    hub.world.debtor(channel="paper")
    invoice_id, case_id = administered(hub)
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/bounces", {"case_number": number, "reason": "ReturnedToSender"})
    hub.pump()
    delivery = shown(hub, invoice_id)["delivery"]
    assert (delivery["channel"], len(delivery["attempts"])) == (None, 2)


@pytest.mark.capability("SAN-1")
def test_a_batch_is_transmitted_as_it_is_registered(hub):
    agreed(hub)
    hub.world.debtor(debtor_id="d-2", address=None)
    batch = [new_invoice(f"F-{number}") for number in range(3)] + [new_invoice("F-3", debtor_id="d-2")]
    reply = hub.api.post(f"{ACME}/invoices/batch", {"invoices": batch})
    assert [each["status"] for each in reply.body["items"]] == [201] * 4
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert len(sent(hub, "register_case")) == 3
    assert len(told(hub, "invoice.delivered")) == 3
    left = reply.body["items"][3]["body"]
    assert left["collection"] is None
    assert left["warnings"] == ["not_administered", "billing_address_incomplete"]


@pytest.mark.capability("SAN-1", "SAN-3", "SAN-18")
@pytest.mark.parametrize(("query", "administered"), [("", True), ("?service=none", False)])
def test_an_electronic_invoice_is_transmitted_as_it_is_registered(hub, query, administered):
    agreed(hub)
    hub.world.creditor(organisation_number="988077917")
    reply = hub.api.post(f"{ACME}/invoices{query}", EHF, content_type="application/xml")
    assert reply.status == 201, reply.text
    assert (reply.body["collection"] is not None) is administered
    hub.pump()
    hub.advance(hub.api, minutes=10)
    requests = sent(hub, "register_case")
    assert [each["body"]["Distribution"][0] for each in requests] == ["EInvoiceB2B"] * administered


def test_what_stood_in_the_way_is_mended_and_handed_over(hub):
    agreed(hub)
    address = hub.world.get(things.DEBTOR("acme", "d-1")).address
    hub.world.debtor(address=None)
    body = register(hub)
    assert body["collection"] is None
    hub.world.debtor(address=address)
    reply = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": body["invoice_id"]})
    assert (reply.status, reply.body["level"]) == (202, "administration")
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert shown(hub, body["invoice_id"])["delivery"]["channel"] == "email"


@pytest.mark.capability("SAN-18")
def test_an_invoice_overrides_the_default_of_the_agreement(hub):
    agreed(hub)
    kept = register(hub, service="none")
    assert (kept["service"], kept["collection"]) == ("none", None)
    agreed(hub, "reminders_and_collection")
    refused = hub.api.post(f"{ACME}/invoices", new_invoice("F-2", service="administration"))
    assert refused.status == 422
    assert refused.faults == {"/service": "service_not_agreed"}
    hub.pump()
    assert sent(hub, "register_case") == []


def test_what_is_excluded_from_dunning_stays_with_the_creditor(hub):
    agreed(hub)
    assert register(hub, excluded_from_dunning=True)["collection"] is None


@pytest.mark.capability("SAN-17")
def test_without_an_agreement_on_administration_an_invoice_stays_where_it_is(hub):
    assert register(hub)["collection"] is None
    hub.pump()
    assert sent(hub, "register_case") == []


@pytest.mark.capability("SAN-19", "SAN-13")
def test_the_agency_follows_up_in_the_same_case_and_the_payment_comes_back(hub):
    agreed(hub)
    invoice_id, case_id = administered(hub)
    hub.advance(hub.api, days=20)
    assert hub.case(case_id).stage == "reminder"
    hub.advance(hub.api, days=35)
    case = hub.case(case_id)
    assert (case.stage, case.level) == ("collection", "administration")
    pay_agency(hub, case_id, "1000.00")
    hub.pump()
    hub.advance(hub.api, days=8)
    assert shown(hub, invoice_id)["status"] == "paid"
    assert (hub.case(case_id).processing, hub.case(case_id).closed_reason) == ("closed", "paid")
    # The agency pays out what the debtor has paid to it.
    (settled,) = told(hub, "settlement.received")
    assert settled["payout"] == money("1000.00")
    assert faults_of(hub) == []


def test_a_payment_to_the_creditor_is_told_to_the_agency(hub):
    agreed(hub)
    invoice_id, case_id = administered(hub)
    pay_creditor(hub, invoice_id, "1000.00")
    hub.pump()
    assert there(hub, case_id)["state"] == "closed"
    assert shown(hub, invoice_id)["status"] == "paid"
    hub.advance(hub.api, days=8)
    assert faults_of(hub) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after", "operation": "register_case"},
        {"kind": "timeout_before", "operation": "register_case"},
        {"kind": "received_but_invisible_for", "operation": "register_case"},
        {"kind": "drop_callback", "count": 5},
        {"kind": "duplicate_callback", "count": 5},
        {"kind": "reorder_callbacks", "count": 1},
    ],
    ids=lambda fault: fault["kind"],
)
def test_over_a_bad_network_an_invoice_is_administered_once(hub, fault):
    agreed(hub)
    hub.control("POST", "svea/faults", {"count": 1, **fault})
    body = register(hub)
    hub.pump()
    hub.advance(hub.api, hours=30)
    (case,) = hub.control("GET", "svea/cases")["items"]
    assert case["level"] == "administration"
    assert shown(hub, body["invoice_id"])["delivery"]["channel"] == "email"
    assert len(told(hub, "invoice.delivered")) == 1
    assert [each for each in attention(hub) if each.kind != "callback_parked"] == []


def test_a_reminder_case_has_no_distribution(hub):
    _, case_id = hand_over(hub)
    hub.pump()
    (request,) = sent(hub, "register_case")
    assert request["body"]["Distribution"] is None
    assert [row.kind for row in lane(hub, case_id)] == ["register_case"]
