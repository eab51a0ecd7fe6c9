"""Invoices by JSON: registered once, refused with every fault, read and listed."""

import pytest

from fordring.domain import things
from fordring.domain.references import KidFormat
from fordring.domain.refs import Listing
from tests.references import make_kid

AT = "/v1/creditors/acme/invoices"
NEW = {
    "debtor_id": "d-1",
    "document_number": "F-1001",
    "principal": {"amount": "1250.00", "currency": "NOK"},
    "invoice_date": "2026-01-15",
    "due_date": "2026-01-29",
    "accounting_date": "2026-01-15",
    "value_date": "2026-01-16",
    "payment_terms": "14 days",
    "delivery_date": "2026-01-14",
    "delivery_terms": "EXW",
    "delivery_method": "courier",
    "payment_reference": {"type": "kid", "value": "12345674"},
    "metadata": {"order": "7"},
}


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def test_an_invoice_is_registered_and_read_back(api):
    made = api.post(AT, NEW)
    read = api.get(made.headers["location"])

    assert made.status == 201
    assert read.body == made.body
    assert read.headers["etag"] == made.headers["etag"] == '"1"'
    assert {name: made.body[name] for name in NEW} == NEW
    assert made.body["status"] == "open"
    assert made.body["dunning_status"] == "overdue"
    assert made.body["owner"] == "creditor"
    assert made.body["remaining"] == {"amount": "1250.00", "currency": "NOK"}
    assert made.body["balance"]["principal"]["remaining"] == {"amount": "1250.00", "currency": "NOK"}
    assert made.body["collection"] is None
    assert "submit" in made.body["available_actions"]


def test_every_fault_is_named_and_nothing_is_written(api, engine):
    before = engine.everything()
    reply = api.post(
        AT,
        {
            "debtor_id": "a b",
            "document_number": "",
            "principal": {"amount": "10.005", "currency": "NOK"},
            "invoice_date": "2026-02-30",
            "due_date": "31.01.2026",
            "payment_reference": {"type": "kid", "value": "12345675"},
            "colour": "red",
        },
    )
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.faults == {
        "/debtor_id": "malformed",
        "/document_number": "too_short",
        "/principal": "too_many_decimals",
        "/invoice_date": "malformed_date",
        "/due_date": "malformed_date",
        "/payment_reference/value": "wrong_check_digit",
        "/colour": "unknown_field",
    }
    assert engine.everything() == before


@pytest.mark.parametrize(
    ("principal", "fault"),
    [
        ({"amount": 1250.5, "currency": "NOK"}, {"/principal/amount": "wrong_type"}),
        ({"amount": 1250, "currency": "NOK"}, {"/principal/amount": "wrong_type"}),
        ({"amount": "1250.001", "currency": "NOK"}, {"/principal": "too_many_decimals"}),
        ({"amount": "1e3", "currency": "NOK"}, {"/principal": "malformed_amount"}),
        ({"amount": "1250.00", "currency": "XXX"}, {"/principal": "unknown_currency"}),
        ({"amount": "0.00", "currency": "NOK"}, {"/principal": "amount_not_positive"}),
        ({"amount": "-1.00", "currency": "NOK"}, {"/principal": "amount_not_positive"}),
        ({"amount": "999999999999999.00", "currency": "NOK"}, {"/principal": "amount_too_large"}),
        ({"amount": "1.5", "currency": "ISK"}, {"/principal": "too_many_decimals"}),
    ],
)
def test_money_is_a_decimal_string(api, engine, principal, fault):
    before = engine.everything()
    reply = api.post(AT, NEW | {"principal": principal})
    assert (reply.status, reply.faults) == (400, fault)
    assert engine.everything() == before


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ({"type": "kid", "value": "12345675"}, "wrong_check_digit"),
        ({"type": "kid", "value": "1234567A"}, "malformed_reference"),
        ({"type": "viitenumero", "value": "1234"}, "wrong_check_digit"),
        ({"type": "ocr", "value": "1234"}, "wrong_check_digit"),
        ({"type": "rf", "value": "RF00539007547034"}, "wrong_check_digit"),
    ],
)
def test_a_reference_that_says_its_kind_must_be_one(api, reference, code):
    reply = api.post(AT, NEW | {"payment_reference": reference})
    assert reply.faults == {"/payment_reference/value": code}


def test_a_kid_must_fit_what_the_creditor_has_agreed_with_its_bank(api, world, engine):
    world.creditor(kid_formats=(KidFormat(6, "mod10"),))
    before = engine.everything()
    reply = api.post(AT, NEW)
    assert (reply.status, reply.faults) == (400, {"/payment_reference/value": "reference_too_long"})
    assert engine.everything() == before


def test_a_kid_leads_to_its_invoice_in_every_form_that_the_bank_may_tell(api, world, store):
    world.creditor(kid_formats=(KidFormat(13, "mod10"), KidFormat(25, "mod10")))
    made = api.post(AT, NEW).body["invoice_id"]
    for length in (8, 13, 25):
        listing = Listing(things.REFERENCE, "holders_of", ("acme", make_kid("1234567", "mod10", length)))
        assert [holder.invoice_id for _, holder in store.page(listing).items] == [made]


def test_a_free_text_is_kept_with_a_warning(api):
    made = api.post(AT, NEW | {"payment_reference": {"type": "free_text", "value": "Order #7"}})
    assert made.status == 201
    assert made.body["warnings"] == ["payment_reference_is_free_text"]


def test_an_invoice_is_not_due_before_it_was_made(api):
    assert api.post(AT, NEW | {"due_date": "2026-01-14"}).faults == {"/due_date": "due_before_invoice_date"}


def test_an_unknown_debtor_is_refused(api, engine):
    reply = api.post(AT, NEW | {"debtor_id": "nobody"})
    assert (reply.status, reply.code, reply.faults) == (
        422,
        "unknown_debtor",
        {"/debtor_id": "unknown_debtor"},
    )
    assert not [item for item in engine.everything() if item.kind == "invoice"]


def test_a_document_number_is_used_once(api):
    first = api.post(AT, NEW).body["invoice_id"]
    same = api.post(AT, NEW)
    other = api.post(AT, NEW | {"principal": {"amount": "1.00", "currency": "NOK"}})
    assert (same.status, same.code) == (409, "document_number_taken")
    assert (same.body["same_content"], same.body["invoice_id"]) == (True, first)
    assert (other.status, other.body["same_content"]) == (409, False)


def test_a_number_sign_in_a_document_number_is_no_harm(api):
    numbers = ["F#1", "F%231", "F%1"]
    assert [api.post(AT, NEW | {"document_number": each}).status for each in numbers] == [201, 201, 201]
    assert api.post(AT, NEW | {"document_number": "F#1"}).status == 409


def test_two_creditors_use_the_same_numbers_and_references(api, world):
    world.ready("other")
    assert api.post(AT, NEW).status == 201
    assert api.post("/v1/creditors/other/invoices", NEW).status == 201


def test_the_same_request_again_gets_the_same_answer(api, engine):
    first = api.post(AT, NEW, idempotency_key="k")
    before = engine.everything()
    again = api.post(AT, NEW, idempotency_key="k")
    assert (again.status, again.text) == (201, first.text)
    assert again.headers["idempotent-replayed"] == "true"
    assert engine.everything() == before
    other = api.post(AT, NEW | {"document_number": "F-2"}, idempotency_key="k")
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_a_post_needs_an_idempotency_key(api):
    reply = api.post(AT, NEW, idempotency_key="")
    assert (reply.status, reply.faults) == (400, {"/headers/Idempotency-Key": "missing"})


def test_letters_that_were_sent_come_with_their_fees(api):
    letters = [
        {"kind": "reminder", "sent_date": "2026-02-01", "channel": "email", "fee": NEW["principal"]},
        {
            "kind": "notice_of_collection",
            "sent_date": "2026-02-10",
            "channel": "paper",
            "deadline_date": "2026-02-24",
        },
    ]
    made = api.post(AT, NEW | {"reminders": letters}).body
    assert made["dunning_status"] == "notice_sent"
    assert made["balance"]["fee"]["original"]["amount"] == "1250.00"
    assert made["remaining"]["amount"] == "2500.00"
    faulty = [letters[0] | {"fee": {"amount": "35.00", "currency": "SEK"}}]
    assert api.post(AT, NEW | {"reminders": faulty}).faults == {"/reminders": "wrong_currency"}


def test_a_letter_is_registered_later(api):
    at = api.post(AT, NEW).headers["location"]
    letter = {"kind": "reminder", "sent_date": "2026-02-01", "channel": "email"}
    reply = api.post(f"{at}/reminders", letter | {"fee": {"amount": "35.00", "currency": "NOK"}})
    assert reply.status == 201
    assert reply.body["dunning_status"] == "reminded"
    assert reply.body["remaining"]["amount"] == "1285.00"
    wrong = api.post(f"{at}/reminders", letter | {"fee": {"amount": "35.00", "currency": "SEK"}})
    assert (wrong.status, wrong.faults) == (422, {"/fee/currency": "wrong_currency"})
    without = api.post(f"{at}/reminders", letter | {"kind": "notice_of_collection"})
    assert without.faults == {"": "deadline_missing"}


def test_no_letter_of_ones_own_while_an_agency_has_the_invoice(api, world):
    case = world.case()
    at = f"{AT}/{case.members[0].invoice_id}/reminders"
    reply = api.post(at, {"kind": "reminder", "sent_date": "2026-02-01", "channel": "email"})
    assert (reply.status, reply.code) == (409, "already_transferred")


@pytest.mark.capability("VIS-16", "NET-38")
def test_the_case_number_and_the_collection_status_are_shown_apart(api, world):
    case = world.case()
    invoice = world.get(things.INVOICE(case.members[0].invoice_id))
    from dataclasses import replace

    told = replace(invoice, case_number="S-4711", agency_status="reminder_sent")
    world.put(things.INVOICE(invoice.invoice_id), told)
    read = api.get(f"{AT}/{invoice.invoice_id}").body
    assert read["case_number"] == "S-4711"
    assert read["status"] == "open"
    assert read["dunning_status"] == "transferred"
    assert read["collection"] == {
        "agency": "svea",
        "case_id": case.case_id,
        "case_number": "S-4711",
        "release": "queued",
        "agency_status": "reminder_sent",
    }


@pytest.mark.capability("VIS-17")
def test_an_invoice_is_kept_out_of_dunning(api):
    made = api.post(AT, NEW | {"excluded_from_dunning": True}).body
    assert (made["dunning_status"], "submit" in made["available_actions"]) == ("excluded", False)
    at = f"{AT}/{made['invoice_id']}"
    assert api.patch(at, {"excluded_from_dunning": False}).body["dunning_status"] == "overdue"
    assert api.patch(at, {"excluded_from_dunning": True}).body["excluded_from_dunning"] is True


@pytest.mark.capability("VIS-18")
def test_an_excluded_invoice_cannot_be_transferred(api):
    made = api.post(AT, NEW | {"excluded_from_dunning": True}).body["invoice_id"]
    reply = api.post("/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": made})
    assert reply.status == 422
    assert [each["code"] for each in reply.body["errors"]] == ["excluded_from_dunning"]


def test_a_repeated_registration_is_answered_with_the_same_headers(api, world):
    world.ready()
    body = {
        "debtor_id": "d-1",
        "document_number": "H-1",
        "principal": {"amount": "100.00", "currency": "NOK"},
        "invoice_date": "2026-01-05",
        "due_date": "2026-01-19",
    }

    first = api.post("/v1/creditors/acme/invoices", body, idempotency_key="k")
    again = api.post("/v1/creditors/acme/invoices", body, idempotency_key="k")

    assert again.headers["idempotent-replayed"] == "true"
    assert (again.headers["location"], again.headers["etag"]) == (
        first.headers["location"],
        first.headers["etag"],
    )
    assert again.text == first.text
