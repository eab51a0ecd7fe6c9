"""Payments at the agency whose parts do not add up: taken by the amount, and nothing waits for them."""

from dataclasses import replace

import pytest

from fordring.domain import things
from tests.story.telling import attention, faults_of, invoice_of, pay_agency, registered, there, told

AGENCIES = ["svea", "cloud_collect", "intrum"]


@pytest.mark.capability("VIS-8", "BEY-5", "BEY-13")
@pytest.mark.parametrize("hub", AGENCIES, indirect=True)
@pytest.mark.parametrize("by", ["callback", "poll"])
def test_a_payment_that_does_not_add_up_is_taken_by_its_amount_and_nothing_waits_for_it(hub, by):
    invoice_id, case_id = registered(hub)
    if by == "poll":
        hub.control("POST", f"{hub.agency}/faults", {"kind": "drop_callback", "count": 10})
    first = pay_agency(hub, case_id, "100.00", told_principal="90.00", case_number=number(hub, case_id))
    second = pay_agency(hub, case_id, "50.00")
    hub.control("POST", f"{hub.agency}/messages", {"case_number": number(hub, case_id), "text": "Paid."})
    applied = hub.agency != "intrum" and by == "callback"
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == (1100_00 if applied else 1250_00)
    hub.advance(hub.api, days=1)

    received = sorted(event["amount"]["amount"] for event in told(hub, "payment.received"))
    assert received == ["100.00", "50.00"]
    assert len(told(hub, "case.message")) == 1
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 1100_00
    assert there(hub, case_id)["principal"]["remaining"] == "1100.00"
    (asked,) = attention(hub)
    assert (asked.kind, asked.reason) == ("payment_uneven", "parts_do_not_add_up")
    assert payment(hub, asked).agency_payment_id == first != second
    at = f"/v1/attention/{asked.attention_id}/resolve"
    assert hub.api.post(at, {"resolution": "acknowledged"}).status == 202
    hub.advance(hub.api, days=1)
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-5", "VIS-8")
@pytest.mark.parametrize(("order", "cost_left"), [("costs_first", False), ("principal_first", True)])
def test_its_amount_is_spread_by_the_creditors_clearing_order(hub, order, cost_left):
    hub.world.put(
        things.CREDITOR("acme"), replace(hub.world.get(things.CREDITOR("acme")), clearing_order=order)
    )
    invoice_id, case_id = registered(hub)
    while not (cost := hub.case(case_id).costs.remaining):
        hub.advance(hub.api, days=7)
    pay_agency(hub, case_id, "100.00", told_principal="1.00", case_number=number(hub, case_id))
    hub.advance(hub.api, days=1)

    (event,) = told(hub, "payment.received")
    left = 1250_00 - 100_00 + (0 if cost_left else cost)
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == left
    assert hub.case(case_id).costs.remaining == (cost if cost_left else 0)
    parts = [event[part]["amount"] for part in ("principal", "interest", "agency_cost")]
    taken = 0 if cost_left else cost
    assert [float(part) for part in parts] == [(100_00 - taken) / 100, 0, taken / 100]


@pytest.mark.capability("VIS-8")
def test_a_payment_of_nothing_is_only_put_before_a_person(hub, monkeypatch):
    from fordring.agencies.svea import facts as told_by_svea

    invoice_id, case_id = registered(hub)
    read = told_by_svea._READERS["PaymentReceived"]

    def of_nothing(change, case, at):
        fact = read(change, case, at)
        return replace(fact, amount=fact.amount - fact.amount)

    readers = dict(told_by_svea._READERS) | {"PaymentReceived": of_nothing}
    monkeypatch.setattr(told_by_svea, "_READERS", readers)
    paid = pay_agency(hub, case_id, "100.00")
    hub.advance(hub.api, days=2)

    assert told(hub, "payment.received") == []
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 1250_00
    asked = [each for each in attention(hub) if each.kind == "payment_uneven"]
    assert [(each.subject, each.reason) for each in asked] == [
        (("agency_payment", "svea", paid), "amount_not_positive")
    ]


def number(hub, case_id):
    return hub.case(case_id).case_number


def payment(hub, asked):
    return hub.world.get(things.PAYMENT(asked.subject[1]))
