"""Money for an earlier case of an invoice that is in another one by now."""

import pytest

from fordring.domain import things
from tests.story.telling import ACME, attention, invoice_of, pay_agency, registered, there, told

pytestmark = pytest.mark.parametrize("hub", ["svea", "intrum"], indirect=True)


def again(hub, invoice_id: str) -> str:
    """Hand an invoice over once more and wait for the case number."""
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_id": invoice_id})
    assert reply.status == 202, reply.text
    hub.pump()
    hub.wait_for_news(hub.api)
    return reply.body["case_id"]


def test_both_cases_and_the_invoice_agree_and_a_person_is_asked(hub):
    invoice_id, first = registered(hub)
    hub.api.post(f"/v1/cases/{first}/withdraw", {})
    hub.pump()
    hub.wait_for_news(hub.api)
    assert hub.case(first).closed_reason == "withdrawn"
    second = again(hub, invoice_id)

    pay_agency(hub, first, "500.00")
    hub.pump()
    hub.advance(hub.api, days=3)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 75_000
    assert hub.case(second).remaining == 75_000
    assert hub.case(second).payment == "part_paid"
    assert there(hub, second)["principal"]["remaining"] == "1250.00"
    assert [data["case_id"] for data in told(hub, "ledger.drift")] == [second]
    assert [(each.kind, each.subject) for each in attention(hub)] == [("ledger_drift", ("case", second))]


def test_a_reversal_of_it_makes_all_of_it_undone(hub):
    invoice_id, first = registered(hub)
    hub.api.post(f"/v1/cases/{first}/withdraw", {})
    hub.pump()
    hub.wait_for_news(hub.api)
    second = again(hub, invoice_id)
    paid = pay_agency(hub, first, "500.00")
    hub.pump()

    hub.control("POST", f"{hub.agency}/payments/{paid}/reverse")
    hub.advance(hub.api, days=3)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125_000
    assert hub.case(second).remaining == 125_000
    assert told(hub, "ledger.drift") == []
    assert hub.world.get(things.CASE(first)).processing == "closed"
