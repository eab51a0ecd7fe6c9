"""Write-offs and costs by hand: at an agency, only after it was asked, and it is told."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind, Operation
from fordring.usecases.giving_up import WriteOff, write_off
from fordring.usecases.lanes import lane_of
from fordring.usecases.paying import Target
from fordring.usecases.work import transact

NOK = {"currency": "NOK"}


def at(invoice_id: str) -> str:
    return f"/v1/creditors/acme/invoices/{invoice_id}"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def kinds(hub, case) -> list[CommandKind]:
    return [row.kind for row in lane_of(hub.desk, case.case_id)[1:]]


def test_a_write_off_settles_an_invoice_as_written_off(api, world):
    invoice = world.invoice().invoice_id
    reply = api.post(f"{at(invoice)}/write-off", {"date": "2026-03-01", "reason": "small_amount"})
    assert (reply.status, reply.body["status"], reply.body["remaining"]["amount"]) == (
        201,
        "written_off",
        "0.00",
    )
    [_, entry] = api.get(f"{at(invoice)}/entries").body["items"]
    assert (entry["kind"], entry["note"], entry["amounts"]["principal"]["amount"]) == (
        "write_off",
        "small_amount",
        "1250.00",
    )
    again = api.post(f"{at(invoice)}/write-off", {"date": "2026-03-01"})
    assert (again.status, again.code) == (409, "nothing_remaining")


@pytest.mark.capability("NET-36")
def test_at_an_agency_a_write_off_is_refused_until_it_was_asked_and_then_told(api, world, hub):
    case = world.case()
    invoice = case.members[0].invoice_id
    refused = api.post(f"{at(invoice)}/write-off", {"date": "2026-03-01"})
    assert (refused.status, refused.code, refused.body["agency"]) == (409, "agency_not_asked", "svea")
    assert refused.faults == {"/agency_asked": "agency_not_asked"}
    assert api.get(at(invoice)).body["remaining"]["amount"] == "1250.00"
    assert kinds(hub, case) == []
    reply = api.post(f"{at(invoice)}/write-off", {"date": "2026-03-01", "agency_asked": True})
    assert reply.status == 201
    assert kinds(hub, case) == [CommandKind.REPORT_WRITE_OFF]
    assert world.get(things.CASE(case.case_id)).remaining == 0


@pytest.mark.capability("NET-36")
def test_an_agency_that_takes_no_write_offs_is_told_in_a_message(world, hub):
    case = world.case()
    target = Target(hub.desk, "acme", case.members[0].invoice_id)
    offered = hub.capabilities("svea")
    without = replace(offered, operations=offered.operations - {Operation.REPORT_WRITE_OFF})
    wanted = WriteOff(hub.wall.now().date(), "credit_loss", agency_asked=True)
    transact(hub.desk, target.refs, lambda work: write_off(work, target.invoice(work), wanted, without))
    assert kinds(hub, case) == [CommandKind.SEND_MESSAGE]
    row = lane_of(hub.desk, case.case_id)[1]
    text = world.get(things.MESSAGE(case.case_id, row.subject_id)).text
    assert "1250.00 NOK" in text and "avskrevet" in text


def test_a_part_is_written_off_costs_first(api, world):
    invoice = world.invoice().invoice_id
    fee = {"component": "fee", "amount": {"amount": "35.00", **NOK}, "date": "2026-03-01"}
    assert api.post(f"{at(invoice)}/costs", fee).body["remaining"]["amount"] == "1285.00"
    part = {"date": "2026-03-01", "amount": {"amount": "50.00", **NOK}}
    told = api.post(f"{at(invoice)}/write-off", part).body
    assert told["balance"]["fee"]["written_off"]["amount"] == "35.00"
    assert told["balance"]["principal"]["written_off"]["amount"] == "15.00"
    much = api.post(f"{at(invoice)}/write-off", part | {"amount": {"amount": "5000.00", **NOK}})
    assert (much.status, much.faults) == (422, {"/amount/amount": "amount_exceeds_remaining"})
    euro = api.post(f"{at(invoice)}/write-off", part | {"amount": {"amount": "1.00", "currency": "EUR"}})
    assert (euro.status, euro.faults) == (422, {"/amount/currency": "wrong_currency"})


def test_an_objection_stops_costs_by_hand_and_not_interest(api, world):
    invoice = world.invoice().invoice_id
    opened = api.post(f"{at(invoice)}/disputes", {"reason": "wrong_amount", "opened_date": "2026-02-20"})
    assert opened.status == 201
    cost = {"amount": {"amount": "35.00", **NOK}, "date": "2026-02-25"}
    for component in ("fee", "compensation"):
        refused = api.post(f"{at(invoice)}/costs", cost | {"component": component})
        assert (refused.status, refused.code) == (422, "cost_not_allowed")
        assert refused.faults == {"/date": "disputed"}
    assert api.get(at(invoice)).body["remaining"]["amount"] == "1250.00"
    before = cost | {"component": "fee", "date": "2026-02-19"}
    assert api.post(f"{at(invoice)}/costs", before).body["remaining"]["amount"] == "1285.00"
    interest = cost | {"component": "interest"}
    assert api.post(f"{at(invoice)}/costs", interest).body["remaining"]["amount"] == "1320.00"


@pytest.mark.capability("NET-37")
def test_costs_by_hand_are_refused_at_an_agency_until_it_was_asked(api, world, hub):
    case = world.case()
    invoice = case.members[0].invoice_id
    fee = {"component": "fee", "amount": {"amount": "35.00", **NOK}, "date": "2026-03-01"}
    refused = api.post(f"{at(invoice)}/costs", fee)
    assert (refused.status, refused.code) == (409, "agency_not_asked")
    assert api.get(at(invoice)).body["remaining"]["amount"] == "1250.00"
    added = api.post(f"{at(invoice)}/costs", fee | {"agency_asked": True})
    assert (added.status, added.body["remaining"]["amount"]) == (201, "1285.00")
    assert added.body["principal"]["amount"] == "1250.00"
    assert kinds(hub, case) == [CommandKind.SEND_MESSAGE]
    letter = {
        "kind": "reminder",
        "sent_date": "2026-03-01",
        "channel": "email",
        "fee": {"amount": "35.00", **NOK},
    }
    assert api.post(f"{at(invoice)}/reminders", letter).code == "already_transferred"
