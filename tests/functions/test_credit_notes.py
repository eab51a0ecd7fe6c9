"""Credit notes: matched they reduce an invoice and go to the agency; unmatched they go nowhere."""

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.usecases.lanes import lane_of

AT = "/v1/creditors/acme/credit-notes"
NOTE = {
    "document_number": "K-1",
    "amount": {"amount": "250.00", "currency": "NOK"},
    "credit_date": "2026-02-20",
}


def nok(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "NOK"}


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


@pytest.mark.capability("VIS-12")
def test_a_credit_note_goes_to_the_agency_when_it_is_matched_and_not_before(api, world, hub):
    case = world.case()
    invoice = case.members[0].invoice_id

    unmatched = api.post(AT, NOTE)
    assert (unmatched.status, unmatched.body["match"]) == (201, "unmatched")
    assert [row.kind for row in lane_of(hub.desk, case.case_id)] == [CommandKind.REGISTER_CASE]
    assert world.get(things.CASE(case.case_id)).remaining == 125000

    note = unmatched.body["credit_note_id"]
    matched = api.post(f"{AT}/{note}/match", {"invoice_id": invoice})
    assert (matched.status, matched.body["match"], matched.body["invoice_id"]) == (200, "matched", invoice)
    assert [row.kind for row in lane_of(hub.desk, case.case_id)][1:] == [CommandKind.REPORT_CREDIT]
    assert world.get(things.CASE(case.case_id)).remaining == 100000
    assert api.get(f"/v1/creditors/acme/invoices/{invoice}").body["remaining"] == nok("1000.00")

    again = api.post(f"{AT}/{note}/match", {"invoice_id": invoice})
    assert (again.status, again.code) == (409, "credit_note_already_matched")


def test_a_credit_note_over_the_whole_invoice_settles_it(api, world):
    invoice = world.invoice().invoice_id
    made = api.post(AT, NOTE | {"invoice_id": invoice, "amount": nok("1300.00")})
    assert (made.body["surplus"], made.body["match"]) == (nok("50.00"), "matched")
    assert api.get(f"/v1/creditors/acme/invoices/{invoice}").body["status"] == "credited"
    assert api.get(made.headers["location"]).body == made.body


def test_every_fault_is_named_and_nothing_is_written(api, world, engine):
    before = engine.everything()
    reply = api.post(AT, {"document_number": " K", "amount": nok("-1.00"), "invoice_id": "x", "vat": 1})
    assert reply.faults == {
        "/document_number": "malformed",
        "/amount": "amount_not_positive",
        "/credit_date": "missing",
        "/invoice_id": "malformed",
        "/vat": "unknown_field",
    }
    assert engine.everything() == before


def test_wrong_currency_and_unknown_invoice(api, world):
    invoice = world.invoice().invoice_id
    sek = api.post(AT, NOTE | {"invoice_id": invoice, "amount": {"amount": "1.00", "currency": "SEK"}})
    assert (sek.status, sek.faults) == (422, {"/amount/currency": "wrong_currency"})
    nobody = api.post(AT, NOTE | {"invoice_id": "inv_00000000000000000000000000"})
    assert (nobody.status, nobody.faults) == (422, {"/invoice_id": "unknown_invoice"})
    world.ready("other")
    theirs = api.post(AT, NOTE | {"invoice_id": world.invoice("other").invoice_id})
    assert (theirs.status, theirs.problem) == (422, nobody.problem)
    # None of these took the number.
    assert api.post(AT, NOTE).status == 201


def test_a_number_is_used_once_and_may_be_an_invoices_too(api, world):
    world.invoice(number="K-1")
    assert api.post(AT, NOTE).status == 201
    same = api.post(AT, NOTE)
    other = api.post(AT, NOTE | {"amount": nok("1.00")})
    assert (same.status, same.body["same_content"], other.body["same_content"]) == (409, True, False)


def test_credit_notes_are_listed_by_whether_they_are_matched(api, world):
    loose = api.post(AT, NOTE).body["credit_note_id"]
    invoice = world.invoice().invoice_id
    tied = api.post(AT, NOTE | {"document_number": "K-2", "invoice_id": invoice}).body["credit_note_id"]

    def listed(query: str) -> set[str]:
        return {each["credit_note_id"] for each in api.get(f"{AT}{query}").body["items"]}

    assert listed("?match=unmatched") == {loose}
    assert listed("?match=matched") == {tied}
    assert listed("") == {loose, tied}


def test_another_creditors_credit_note_is_not_there(api, world):
    world.ready("other")
    theirs = api.post("/v1/creditors/other/credit-notes", NOTE).body["credit_note_id"]
    hidden, missing = api.get(f"{AT}/{theirs}"), api.get(f"{AT}/crn_NONE")
    assert (hidden.status, hidden.problem) == (404, missing.problem)
    invoice = world.invoice().invoice_id
    assert api.post(f"{AT}/{theirs}/match", {"invoice_id": invoice}).status == 404
