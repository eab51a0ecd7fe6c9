"""Handing over, as the catalogue's lines describe it: what goes to the agency, what is seen then."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.agency import Level
from fordring.domain.agreement import AgreementState
from fordring.domain.invoice import Reminder
from tests.story.telling import ACME, invoice_of, pay_agency, pay_creditor, registered, sent, there


def with_settings(hub, **settings):
    agreement = hub.world.get(things.AGREEMENT("acme", "svea"))
    changed = replace(agreement, settings=replace(agreement.settings, **settings))
    hub.world.put(things.AGREEMENT("acme", "svea"), changed)


def candidates(hub):
    return {
        each["invoice"]["invoice_id"] if "invoice" in each else each["invoice_id"]: each
        for each in hub.api.get(f"{ACME}/candidates?agency=svea&level=reminder").body["items"]
    }


@pytest.mark.capability("SAN-17")
def test_without_an_active_agreement_nothing_is_handed_over(hub):
    agreement = hub.world.get(things.AGREEMENT("acme", "svea"))
    hub.world.put(things.AGREEMENT("acme", "svea"), replace(agreement, state=AgreementState.ENDED))
    invoice = hub.world.invoice()

    reply = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice.invoice_id})

    assert reply.status == 422
    assert reply.faults == {"/invoice_id": "agreement_ended"}
    assert sent(hub, "register_case") == []


@pytest.mark.capability("ZIR-31")
def test_candidates_are_chosen_and_become_reminder_cases_one_by_one(hub):
    chosen, left = hub.world.invoice(), hub.world.invoice()
    assert {chosen.invoice_id, left.invoice_id} <= candidates(hub).keys()

    hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": chosen.invoice_id})
    hub.pump()

    (request,) = sent(hub, "register_case")
    assert request["body"]["Level"] == "Reminder"
    assert [each["DocumentNumber"] for each in request["body"]["Invoices"]] == [chosen.document_number]
    assert chosen.invoice_id not in candidates(hub)
    assert left.invoice_id in candidates(hub)


@pytest.mark.capability("ZIR-18", "VIS-1")
def test_the_level_that_was_agreed_is_the_one_that_is_handed_over(hub):
    with_settings(hub, level=Level.COLLECTION)
    letters = (
        Reminder("reminder", date(2026, 2, 1), "email"),
        Reminder("notice_of_collection", date(2026, 2, 10), "letter", date(2026, 2, 24)),
    )
    invoice = hub.world.invoice(reminders=letters)

    other = {"agency": "svea", "invoice_id": invoice.invoice_id, "level": "reminder"}
    refused = hub.api.post(f"{ACME}/cases", other)
    taken = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice.invoice_id})
    hub.pump()

    assert refused.faults == {"/invoice_id": "level_contradicts_agreement"}
    assert taken.body["level"] == "collection"
    (request,) = sent(hub, "register_case")
    assert request["body"]["Level"] == "Collection"


@pytest.mark.capability("ZIR-20")
def test_a_reference_is_sent_zero_filled_to_the_agreed_length(hub):
    with_settings(hub, kid_length=12)
    body = {
        "debtor_id": "d-1",
        "document_number": "7001",
        "principal": {"amount": "100.00", "currency": "NOK"},
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
        "payment_reference": {"type": "kid", "value": "12344"},
    }
    invoice_id = hub.api.post(f"{ACME}/invoices", body).body["invoice_id"]
    hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id})
    hub.pump()

    (request,) = sent(hub, "register_case")

    assert request["body"]["Invoices"][0]["PaymentReference"] == "000000012344"


@pytest.mark.capability("ZIR-5", "ZIR-10")
def test_a_cases_status_is_read_and_its_history_is_kept_when_it_has_closed(hub):
    _, case_id = registered(hub)
    opened = hub.api.get(f"/v1/cases/{case_id}").body
    pay_agency(hub, case_id, "1250.00")
    hub.advance(hub.api, days=1)

    closed = hub.api.get(f"/v1/cases/{case_id}").body
    history = [each["type"] for each in hub.api.get(f"/v1/cases/{case_id}/events").body["items"]]

    assert (opened["processing"], opened["payment"]) == ("open", "unpaid")
    assert (closed["processing"], closed["payment"], closed["closed_reason"]) == ("closed", "paid", "paid")
    assert closed["agency_status"] == "Paid"
    assert {"case.submitted", "case.registered", "payment.received", "case.closed"} <= set(history)


@pytest.mark.capability("VIS-14")
def test_a_payment_before_collection_goes_to_the_creditor_and_both_sides_know(hub):
    invoice_id, case_id = registered(hub)
    assert hub.case(case_id).level == "reminder"

    pay_creditor(hub, invoice_id, "400.00")
    hub.advance(hub.api, days=1)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 85000
    assert there(hub, case_id)["principal"]["remaining"] == "850.00"
