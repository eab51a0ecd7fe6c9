"""The main job with the network and the agency misbehaving: the end is the same."""

import pytest

from fordring.domain import things
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing
from fordring.usecases.paying import NewPayment, pay, refs_to_pay
from fordring.usecases.work import transact
from tests.story.stage import Stage

FAULTS = (
    None,
    "timeout_before",
    "timeout_after",
    "received_but_invisible_for",
    "error_500",
    "error_429",
    "malformed_answer",
    "duplicate_callback",
    "reorder_callbacks",
    "drop_callback",
    "bad_signature",
)


def pay_creditor(hub: Stage, invoice_id: str, amount: str) -> None:
    invoice = hub.world.get(things.INVOICE(invoice_id))
    new = NewPayment(Money.parse(amount, "NOK"), hub.hub.desk.read().now.date(), Origin.DEBTOR)
    transact(
        hub.hub.desk,
        refs_to_pay(invoice),
        lambda work: pay(work, work.get(things.INVOICE(invoice_id)), new),
    )
    hub.pump()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_no_case_twice_no_payment_lost_and_balances_equal(hub, fault):
    if fault:
        hub.control("POST", f"{hub.agency}/faults", {"kind": fault, "count": 3})
    invoices, cases = [], []
    for _ in range(4):
        invoice = hub.world.invoice()
        reply = hub.api.post(
            "/v1/creditors/acme/cases", {"agency": hub.agency, "invoice_id": invoice.invoice_id}
        )
        invoices.append(invoice.invoice_id)
        cases.append(reply.body["case_id"])
    hub.pump()
    hub.advance(hub.api, days=2)
    assert [hub.case(case_id).release for case_id in cases] == ["registered"] * 4

    # What is received but invisible is a registration; there is none in the second half.
    if fault and fault != "received_but_invisible_for":
        hub.control("POST", f"{hub.agency}/faults", {"kind": fault, "count": 3})
    pay_creditor(hub, invoices[0], "1250.00")
    pay_creditor(hub, invoices[1], "250.00")
    for position, amount in ((2, "1250.00"), (3, "1000.00")):
        hub.control(
            "POST",
            f"{hub.agency}/payments",
            {
                "case_number": hub.case(cases[position]).case_number,
                "amount": amount,
                "currency": "NOK",
                "date": "2026-03-04",
            },
        )
    hub.advance(hub.api, days=5)

    assert [each for each in hub.control("GET", f"{hub.agency}/faults")["items"] if each["remaining"]] == []
    theirs = hub.control("GET", f"{hub.agency}/cases")["items"]
    assert len(theirs) == 4
    remaining = [
        hub.world.get(things.INVOICE(invoice_id)).balance.owed_to_creditor for invoice_id in invoices
    ]
    assert remaining == [0, 100000, 0, 25000]
    by_number = {each["case_number"]: each for each in theirs}
    for case_id, owed in zip(cases, remaining, strict=True):
        case = hub.case(case_id)
        there = hub.control("GET", f"{hub.agency}/cases/{case.case_number}")
        assert Money.parse(there["principal"]["remaining"], "NOK").minor == owed, (fault, there)
        assert len(there["payments"]) == 1, there
        assert case.processing == ("closed" if owed == 0 else "open")
        assert case.unreported == 0
        assert case.waiting == 0
        assert by_number[case.case_number]
    assert [line.type for line in hub.events() if line.type == "ledger.drift"] == []
    received = [line for line in hub.events() if line.type == "payment.received"]
    assert len(received) == 4
    attention = hub.hub.store.page(Listing(things.ATTENTION, "attention_of", ("acme",), "open")).items
    assert [row.kind for _, row in attention] == []
