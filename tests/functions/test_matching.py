"""Unmatched payments: led to their invoice by hand, or set aside."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.usecases.lanes import lane_of
from fordring.usecases.paying import NewPayment, unmatched
from fordring.usecases.unmatched import attention_of_payment
from fordring.usecases.work import transact


def at(invoice_id: str) -> str:
    return f"/v1/creditors/acme/invoices/{invoice_id}"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


@pytest.fixture
def reported(hub):
    """What the agency will be told about a case, besides its registration."""

    def tell(case) -> list[CommandKind]:
        return [row.kind for row in lane_of(hub.desk, case.case_id)[1:]]

    return tell


@pytest.fixture
def stray(hub) -> Payment:
    """Money at the creditor that leads to no invoice."""
    new = NewPayment(Money.parse("1250.00", "NOK"), date(2026, 2, 20), payment_id="pay_STRAY")
    refs = (things.PAYMENT("pay_STRAY"), attention_of_payment("pay_STRAY"))
    return transact(hub.desk, refs, lambda work: unmatched(work, "acme", new, "unknown_reference"))


def test_an_unmatched_payment_is_led_to_its_invoice_by_hand(api, world, stray):
    invoice = world.invoice().invoice_id
    assert world.get(attention_of_payment(stray.payment_id)).resolved_at is None
    reply = api.post(f"/v1/payments/{stray.payment_id}/match", {"invoice_id": invoice})
    assert (reply.status, reply.body["match"], reply.body["invoice_id"]) == (200, "matched", invoice)
    assert api.get(at(invoice)).body["status"] == "paid"
    assert world.get(attention_of_payment(stray.payment_id)).resolution == "matched"
    again = api.post(f"/v1/payments/{stray.payment_id}/match", {"invoice_id": invoice})
    assert (again.status, again.code) == (409, "payment_already_matched")


@pytest.mark.capability("NET-25")
def test_led_to_a_transferred_invoice_its_origin_is_stated(api, world, stray, reported):
    case = world.case()
    body = {"invoice_id": case.members[0].invoice_id}
    refused = api.post(f"/v1/payments/{stray.payment_id}/match", body)
    assert (refused.status, refused.code) == (422, "origin_required")
    matched = api.post(f"/v1/payments/{stray.payment_id}/match", body | {"origin": "debtor"})
    assert matched.body["reported"] is True
    assert reported(case) == [CommandKind.REPORT_PAYMENT]


def test_an_unmatched_payment_is_set_aside(api, world, stray):
    reply = api.post(f"/v1/payments/{stray.payment_id}/match", {"method": "ignore"})
    assert (reply.status, reply.body["match"]) == (200, "ignored")
    assert world.get(attention_of_payment(stray.payment_id)).resolution == "ignored"


def test_a_decision_says_what_it_decides(api, stray):
    path = f"/v1/payments/{stray.payment_id}/match"
    assert api.post(path, {}).faults == {"": "invoice_id_missing"}
    both = {"method": "ignore", "invoice_id": "inv_00000000000000000000000000"}
    assert api.post(path, both).faults == {"": "nothing_to_match"}
    nobody = api.post(path, {"invoice_id": "inv_00000000000000000000000000"})
    assert (nobody.status, nobody.faults) == (422, {"/invoice_id": "unknown_invoice"})


def test_another_creditors_payment_and_invoice_are_not_there(api, world, stray):
    world.ready("other")
    theirs = world.invoice("other").invoice_id
    reply = api.post(f"/v1/payments/{stray.payment_id}/match", {"invoice_id": theirs})
    assert (reply.status, reply.code) == (422, "unknown_invoice")
    stranger = world.client(creditors=["other"])
    for path, body in (("match", {"method": "ignore"}), ("reverse", {"date": "2026-02-25"})):
        hidden = stranger.post(f"/v1/payments/{stray.payment_id}/{path}", body)
        missing = stranger.post(f"/v1/payments/pay_NONE/{path}", body)
        assert (hidden.status, hidden.problem) == (404, missing.problem)


def test_a_bank_line_that_took_money_back_is_no_payment(api, world, stray):
    reversal = replace(stray, reason="reversal_without_original")
    world.put(things.PAYMENT(stray.payment_id), reversal)
    body = {"invoice_id": world.invoice().invoice_id}
    reply = api.post(f"/v1/payments/{stray.payment_id}/match", body)
    assert (reply.status, reply.code) == (409, "payment_is_reversal")
    assert (stray.match, stray.origin) == (Match.UNMATCHED, Origin.DEBTOR)
