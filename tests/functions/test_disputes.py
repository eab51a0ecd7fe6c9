"""Objections: they stop a transfer, and an agency that has the invoice hears of them."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind, Operation
from fordring.domain.refs import Listing
from fordring.usecases.lanes import lane_of


def at(invoice_id: str) -> str:
    return f"/v1/creditors/acme/invoices/{invoice_id}"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def test_a_disputed_invoice_is_not_transferred_until_the_objection_has_ended(api, world):
    invoice = world.invoice().invoice_id
    opened = api.post(f"{at(invoice)}/disputes", {"reason": "wrong_goods"})
    assert (opened.status, opened.body["opened_date"]) == (201, "2026-03-02")
    assert api.get(at(invoice)).body["dunning_status"] == "disputed"
    wanted = {"agency": "svea", "invoice_id": invoice}
    refused = api.post("/v1/creditors/acme/cases", wanted)
    assert [each["code"] for each in refused.body["errors"]] == ["disputed"]

    path = f"{at(invoice)}/disputes/{opened.body['dispute_id']}/resolve"
    resolved = api.post(path, {"resolution": "rejected"})
    assert (resolved.status, resolved.body["resolved_date"]) == (200, "2026-03-02")
    assert api.get(at(invoice)).body["disputes"] == [resolved.body]
    assert api.post("/v1/creditors/acme/cases", wanted).status == 202
    again = api.post(path, {"resolution": "rejected"})
    assert (again.status, again.code) == (409, "dispute_already_resolved")


@pytest.mark.capability("BEY-6")
def test_the_agency_is_told(api, world, hub):
    case = world.case()
    invoice = case.members[0].invoice_id
    opened = api.post(f"{at(invoice)}/disputes", {"reason": "wrong_goods", "opened_date": "2026-02-28"})
    api.post(f"{at(invoice)}/disputes/{opened.body['dispute_id']}/resolve", {"resolution": "rejected"})
    told = lane_of(hub.desk, case.case_id)[1:]
    assert [row.kind for row in told] == [CommandKind.DISPUTE_INVOICE, CommandKind.RESOLVE_DISPUTE]
    assert {row.subject_id for row in told} == {opened.body["dispute_id"]}
    assert {row.invoice_id for row in told} == {invoice}


@pytest.mark.capability("BEY-11", "BEY-6")
def test_an_agency_without_an_operation_for_objections_gets_a_message(api, hub, world, store, monkeypatch):
    case = world.case()
    invoice = case.members[0].invoice_id
    lacking = {Operation.DISPUTE_INVOICE, Operation.RESOLVE_DISPUTE}
    can = hub.capabilities("svea")
    monkeypatch.setattr(hub, "capabilities", lambda _: replace(can, operations=can.operations - lacking))
    opened = api.post(f"{at(invoice)}/disputes", {"reason": "wrong_goods", "opened_date": "2026-02-28"})
    api.post(f"{at(invoice)}/disputes/{opened.body['dispute_id']}/resolve", {"resolution": "rejected"})
    assert [row.kind for row in lane_of(hub.desk, case.case_id)][1:] == [CommandKind.SEND_MESSAGE] * 2
    messages = [each for _, each in store.page(Listing(things.MESSAGE, "messages_of", (case.case_id,))).items]
    assert {"wrong_goods" in each.text for each in messages} == {True, False}


def test_a_reason_is_a_code_and_never_a_text(api, world, engine):
    invoice = world.invoice().invoice_id
    before = engine.everything()
    reply = api.post(f"{at(invoice)}/disputes", {"reason": "Kari says no", "opened_date": "yesterday"})
    assert reply.faults == {"/reason": "malformed", "/opened_date": "malformed_date"}
    assert engine.everything() == before


def test_what_is_not_there_is_not_found(api, world):
    invoice = world.invoice().invoice_id
    assert api.post(f"{at(invoice)}/disputes/dis_NONE/resolve", {"resolution": "x"}).status == 404
    assert api.post(f"{at('inv_NONE')}/disputes", {"reason": "x"}).status == 404
    world.ready("other")
    assert api.post(f"{at(world.invoice('other').invoice_id)}/disputes", {"reason": "x"}).status == 404
