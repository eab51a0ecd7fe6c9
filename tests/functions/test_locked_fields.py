"""Changing an invoice: nine fields are locked while an agency has it."""

import pytest

from fordring.domain import things
from fordring.domain.references import KidFormat
from fordring.domain.refs import Listing
from tests.references import make_kid

NINE = {
    "accounting_date": "2026-01-20",
    "value_date": "2026-01-20",
    "payment_terms": "30 days",
    "due_date": "2026-02-20",
    "delivery_date": "2026-01-20",
    "delivery_terms": "DAP",
    "delivery_method": "pigeon",
    "currency": "SEK",
    "payment_reference": {"type": "kid", "value": "12345674"},
}


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def at(invoice_id: str) -> str:
    return f"/v1/creditors/acme/invoices/{invoice_id}"


@pytest.mark.capability("NET-23")
def test_nine_fields_are_locked_after_the_transfer(api, world, engine):
    case = world.case()
    before = engine.everything()
    reply = api.patch(at(case.members[0].invoice_id), NINE)
    assert (reply.status, reply.code) == (409, "fields_locked")
    assert reply.body["locked_fields"] == list(NINE)
    assert reply.faults == {f"/{name}": "locked" for name in NINE}
    assert reply.body["case_id"] == case.case_id
    assert engine.everything() == before


@pytest.mark.capability("NET-23")
@pytest.mark.parametrize("name", NINE)
def test_each_of_them_is_locked_by_itself(api, world, name):
    reply = api.patch(at(world.case().members[0].invoice_id), {name: NINE[name]})
    assert (reply.status, reply.body["locked_fields"]) == (409, [name])


def test_what_stays_as_it_is_is_no_change(api, world):
    invoice = world.case().members[0].invoice_id
    reply = api.patch(at(invoice), {"due_date": "2026-01-29", "currency": "NOK", "payment_terms": None})
    assert (reply.status, reply.body["due_date"]) == (200, "2026-01-29")


def test_what_is_not_locked_may_change_at_any_time(api, world):
    invoice = world.case().members[0].invoice_id
    reply = api.patch(at(invoice), {"excluded_from_dunning": True, "metadata": {"a": "b"}})
    assert (reply.status, reply.body["metadata"]) == (200, {"a": "b"})


def test_before_the_transfer_all_but_the_currency_may_change(api, world):
    invoice = world.invoice().invoice_id
    eight = {name: value for name, value in NINE.items() if name != "currency"}
    changed = api.patch(at(invoice), eight)
    assert changed.status == 200
    assert {name: changed.body[name] for name in eight} == eight
    refused = api.patch(at(invoice), {"currency": "SEK"})
    assert (refused.status, refused.code) == (422, "currency_fixed")


def test_after_the_case_has_ended_they_may_change_again(api, world):
    case = world.case()
    assert api.post(f"/v1/cases/{case.case_id}/withdraw", {}).status == 202
    assert api.patch(at(case.members[0].invoice_id), {"due_date": "2026-02-20"}).status == 200


def test_a_new_reference_leads_to_the_invoice_and_so_does_the_old_one(api, world, store):
    world.creditor(kid_formats=(KidFormat(10, "mod10"),))
    invoice = world.invoice().invoice_id
    for number in ("1234567", "7654321", "1234567"):
        value = make_kid(number, "mod10")
        reply = api.patch(at(invoice), {"payment_reference": {"type": "kid", "value": value}})
        assert reply.status == 200
    for number in ("1234567", "7654321"):
        for length in (8, 10):
            listing = Listing(things.REFERENCE, "holders_of", ("acme", make_kid(number, "mod10", length)))
            assert [holder.invoice_id for _, holder in store.page(listing).items] == [invoice]


def test_a_change_is_checked_like_a_registration(api, world, engine):
    world.creditor(kid_formats=(KidFormat(6, "mod10"),))
    invoice = world.invoice().invoice_id
    before = engine.everything()
    assert api.patch(at(invoice), {"due_date": "2026-01-01"}).faults == {
        "/due_date": "due_before_invoice_date"
    }
    assert api.patch(at(invoice), {"payment_reference": NINE["payment_reference"]}).faults == {
        "/payment_reference/value": "reference_too_long"
    }
    assert api.patch(at(invoice), {"due_date": None, "principal": "1"}).faults == {
        "/due_date": "missing",
        "/principal": "unknown_field",
    }
    assert engine.everything() == before


def test_a_change_of_what_has_changed_meanwhile_is_refused(api, world):
    invoice = world.invoice().invoice_id
    assert api.patch(at(invoice), {"payment_terms": "a"}, if_match='"1"').headers["etag"] == '"2"'
    assert api.patch(at(invoice), {"payment_terms": "b"}, if_match='"1"').status == 412


def test_the_warning_about_a_free_text_comes_and_goes_with_it(api, world):
    invoice = world.invoice().invoice_id
    free = api.patch(at(invoice), {"payment_reference": {"type": "free_text", "value": "Order 7"}})
    assert free.body["warnings"] == ["payment_reference_is_free_text"]
    kid = api.patch(at(invoice), {"payment_reference": NINE["payment_reference"]})
    assert kid.body["warnings"] == []
    assert api.patch(at(invoice), {"payment_reference": None}).body["payment_reference"] is None
