"""The main job with the network and the agency misbehaving: the end is the same."""

import pytest

from fordring.agencies.registry import agency_names, capabilities
from fordring.domain import things
from fordring.domain.agency import Operation
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing
from fordring.usecases.paying import NewPayment, pay, refs_to_pay
from fordring.usecases.work import transact
from sandbox.agencies import SIMULATORS
from sandbox.faults import ON_BATCHES, ON_CALLBACKS
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
    "slow_batch",
    "forget_batch",
    "timeout_before batch_result",
    "error_500 batch_result",
    "error_429 batch_result",
    "malformed_answer batch_result",
)


def tries() -> list[tuple[str, str | None]]:
    """Each agency with each fault that can hit it."""
    return [(name, fault) for name in agency_names() for fault in FAULTS if _can_hit(name, fault)]


def _can_hit(name: str, fault: str | None) -> bool:
    if fault in ON_CALLBACKS:
        return Operation.RECEIVE_CALLBACKS in capabilities(name).operations
    of_batches = fault in ON_BATCHES or (fault or "").endswith("batch_result")
    return SIMULATORS[name].routine.answers_later or not of_batches


def plant(hub: Stage, fault: str, count: int = 3) -> None:
    """Ask for a fault several times over."""
    kind, _, operation = fault.partition(" ")
    aimed = {"operation": operation} if operation else {}
    hub.control("POST", f"{hub.agency}/faults", {"kind": kind, "count": count, **aimed})


def pay_creditor(hub: Stage, invoice_id: str, amount: str) -> None:
    invoice = hub.world.get(things.INVOICE(invoice_id))
    new = NewPayment(Money.parse(amount, "NOK"), hub.hub.desk.read().now.date(), Origin.DEBTOR)
    transact(
        hub.hub.desk,
        refs_to_pay(invoice),
        lambda work: pay(work, work.get(things.INVOICE(invoice_id)), new),
    )
    hub.pump()


@pytest.mark.parametrize(("hub", "fault"), tries(), indirect=["hub"], ids=str)
def test_no_case_twice_no_payment_lost_and_balances_equal(hub, fault):
    if fault:
        plant(hub, fault)
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
        # A batch that is slow is sent no second time, and only two payments are reported.
        plant(hub, fault, 2 if fault == "slow_batch" else 3)
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
