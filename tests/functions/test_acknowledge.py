"""Saying what became of a case that the agency has ended: who may, and when not."""

import pytest

from fordring.domain import things
from fordring.domain.agency import ClosedReason
from fordring.usecases.case_facts import number
from fordring.usecases.submitting import end
from fordring.usecases.work import transact

HANDLED = {"handling": "written_off", "date": "2026-03-02"}


def ended(world, hub, reason, *, numbered=True):
    world.ready()
    case = world.case()
    ref = things.CASE(case.case_id)
    refs = [ref, *(things.INVOICE(member.invoice_id) for member in case.members)]

    def decide(work):
        if numbered:
            number(work, work.get(ref), "SV1")
        work.change(ref, end(work, work.get(ref), reason, "Ended"))

    transact(hub.desk, refs, decide)
    return case


def acknowledge(api, case, body=HANDLED):
    return api.post(f"/v1/cases/{case.case_id}/acknowledge-closed", body)


@pytest.mark.capability("NET-18")
@pytest.mark.parametrize("reason", [ClosedReason.OTHER, ClosedReason.CREDIT_LOSS, ClosedReason.CANCELLED])
def test_what_ended_without_account_is_acknowledged_once(api, world, hub, reason):
    case = ended(world, hub, reason)
    assert api.get(f"/v1/cases/{case.case_id}").body["available_actions"] == ["acknowledge_closed"]
    for _ in range(2):
        reply = acknowledge(api, case)
        assert (reply.status, reply.body["handling"]) == (200, "written_off")
    [invoice] = api.get("/v1/creditors/acme/invoices").body["items"]
    assert invoice["remaining"]["amount"] == "0.00"


@pytest.mark.parametrize("reason", [ClosedReason.PAID, ClosedReason.CREDITED, ClosedReason.WITHDRAWN])
def test_what_ended_for_a_known_reason_needs_no_account(api, world, hub, reason):
    case = ended(world, hub, reason)
    assert acknowledge(api, case).code == "action_not_available"
    assert api.get(f"/v1/cases/{case.case_id}").body["available_actions"] == []


def test_a_case_that_the_agency_never_had_needs_no_account(api, world, hub):
    case = ended(world, hub, ClosedReason.CANCELLED, numbered=False)
    assert acknowledge(api, case).code == "action_not_available"


def test_an_open_case_is_not_acknowledged(api, world):
    world.ready()
    reply = acknowledge(api, world.case())
    assert (reply.status, reply.code) == (409, "action_not_available")


def test_what_is_not_owed_any_more_is_not_booked(api, world, hub):
    case = ended(world, hub, ClosedReason.OTHER)
    invoice_id = case.members[0].invoice_id
    paid = {"amount": {"amount": "1250.00", "currency": "NOK"}, "paid_date": "2026-03-02"}
    assert api.post(f"/v1/creditors/acme/invoices/{invoice_id}/payments", paid).status == 201
    assert acknowledge(api, case).status == 200
    assert world.get(things.INVOICE(invoice_id)).balance.owed_to_creditor == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/handling"),
        (HANDLED | {"handling": "lost"}, "/handling"),
        (HANDLED | {"date": "2.3.2026"}, "/date"),
        (HANDLED | {"amount": "1"}, "/amount"),
    ],
    ids=str,
)
def test_every_fault_is_named(api, world, hub, body, pointer):
    case = ended(world, hub, ClosedReason.OTHER)
    reply = acknowledge(api, case, body)
    assert reply.status == 400
    assert pointer in [each["pointer"] for each in reply.body["errors"]]
    assert world.get(things.CASE(case.case_id)).handling is None


def test_another_creditors_case_does_not_exist(world, hub):
    case = ended(world, hub, ClosedReason.OTHER)
    world.creditor("globex")
    assert acknowledge(world.client("write", ["globex"]), case).status == 404
    assert acknowledge(world.client("read", ["acme"]), case).status == 403


def test_what_is_acknowledged_has_happened(api, world, hub):
    case = ended(world, hub, ClosedReason.OTHER)
    reply = acknowledge(api, case, HANDLED | {"date": "2026-03-03"})
    assert (reply.status, reply.faults) == (400, {"/date": "in_future"})
    assert "acknowledge_closed" in api.get(f"/v1/cases/{case.case_id}").body["available_actions"]
