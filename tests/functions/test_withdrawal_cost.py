"""What using an agency costs the creditor, where an agreement says so: shown, and confirmed first."""

from dataclasses import replace

import pytest

from fordring.domain import things

ACME = "/v1/creditors/acme"
COST = {"amount": "250.00", "currency": "NOK"}
OTHER = {"amount": "25.00", "currency": "NOK"}


@pytest.fixture
def costly(api, world):
    """An agreement under which withdrawals cost something, and a case that has left the hub."""
    world.ready()
    settings = {"commission_percent": "9.5", "withdrawal_cost": COST}
    reply = api.put(f"{ACME}/agreements/svea", settings)
    assert reply.status == 200, reply.text
    return reply.body["settings"]


def sent_case(world):
    """A case whose registration has been attempted."""
    case = world.case()
    row = world.get(things.COMMAND(case.case_id, 1))
    world.put(things.COMMAND(case.case_id, 1), replace(row, attempts=1))
    return case.case_id


@pytest.mark.capability("ZIR-3")
def test_commission_and_withdrawal_cost_are_shown_on_agreement_and_case(api, world, costly):
    assert (costly["commission_percent"], costly["withdrawal_cost"]) == ("9.50", COST)
    case = api.get(f"/v1/cases/{world.case().case_id}").body
    assert (case["commission_percent"], case["withdrawal_cost"]) == ("9.50", COST)
    listed = api.get("/v1/cases?creditor_id=acme").body["items"][0]
    assert listed["withdrawal_cost"] == COST


@pytest.mark.capability("ZIR-3")
def test_without_an_agreement_on_cost_nothing_costs_anything(api, world):
    world.ready()
    case_id = sent_case(world)
    case = api.get(f"/v1/cases/{case_id}").body

    assert (case["commission_percent"], case["withdrawal_cost"]) == (None, None)
    assert api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202


@pytest.mark.capability("ZIR-3")
def test_a_withdrawal_that_costs_something_is_confirmed_with_its_cost(api, world, costly):
    case_id = sent_case(world)
    refused = api.post(f"/v1/cases/{case_id}/withdraw", {})
    wrong = api.post(f"/v1/cases/{case_id}/withdraw", {"confirm_cost": OTHER})

    for reply in (refused, wrong):
        assert (reply.status, reply.code) == (409, "withdrawal_cost_not_confirmed")
        assert reply.body["withdrawal_cost"] == COST
    assert not world.get(things.CASE(case_id)).withdrawing

    taken = api.post(f"/v1/cases/{case_id}/withdraw", {"confirm_cost": COST})
    assert taken.status == 202
    assert taken.body["cost_confirmed_at"] is not None
    assert world.get(things.CASE(case_id)).withdrawing


@pytest.mark.capability("ZIR-3")
def test_the_cost_is_that_of_the_agreement_when_the_case_was_made(api, world, costly):
    case_id = sent_case(world)
    api.put(f"{ACME}/agreements/svea", {"withdrawal_cost": OTHER})

    assert api.post(f"/v1/cases/{case_id}/withdraw", {"confirm_cost": OTHER}).status == 409
    assert api.post(f"/v1/cases/{case_id}/withdraw", {"confirm_cost": COST}).status == 202


def test_a_case_that_never_left_costs_nothing(api, world, costly):
    case = world.case()

    reply = api.post(f"/v1/cases/{case.case_id}/withdraw", {})
    assert (reply.status, reply.body["processing"]) == (202, "closed")
    assert reply.body["cost_confirmed_at"] is None


def test_a_cost_that_nobody_charges_is_not_confirmed(api, world):
    world.ready()
    case_id = sent_case(world)
    reply = api.post(f"/v1/cases/{case_id}/withdraw", {"confirm_cost": COST})

    assert (reply.status, reply.body["withdrawal_cost"]) == (409, None)


@pytest.mark.parametrize("percent", ["101", "9.555", "-1", "nine", "", "09"])
def test_a_commission_is_a_percentage(api, world, percent):
    world.ready()
    reply = api.put(f"{ACME}/agreements/svea", {"commission_percent": percent})

    assert reply.status == 400
    assert set(reply.faults) == {"/commission_percent"}


@pytest.mark.parametrize(("given", "told"), [("0", "0.00"), ("9.5", "9.50"), ("12.25", "12.25")])
def test_a_commission_is_told_with_two_decimals(api, world, given, told):
    world.ready()
    reply = api.put(f"{ACME}/agreements/svea", {"commission_percent": given})

    assert reply.body["settings"]["commission_percent"] == told
