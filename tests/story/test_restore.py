"""The table goes back in time while the agency keeps its ledger: the end is the same.

What the billing product asked for in the lost time it asks for again: with the same idempotency keys, or,
when it has forgotten those too, as new requests about the same documents.
"""

from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.refs import Listing
from fordring.usecases.restoring import raise_epoch
from tests.story.evenness import everything_of, faults_between, faults_of_the_hub
from tests.story.stage import Stage, refill

ACME = "/v1/creditors/acme"

pytestmark = pytest.mark.parametrize("hub", ["svea", "intrum"], indirect=True)


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "NOK"}


class Product:
    """A billing product that asks for things, and can ask for all of them again."""

    def __init__(self, hub: Stage) -> None:
        self.hub = hub
        self.keys = 0
        self.again = 0
        """How often everything has been forgotten: whoever forgets his keys makes new ones."""

    def post(self, path: str, body: dict[str, Any]) -> Any:
        self.keys += 1
        key = f"key-{self.again}-{self.keys}"
        reply = self.hub.api.post(path, body, idempotency_key=key)
        assert reply.status in (200, 201, 202), reply.text
        return reply.body

    def invoice(self, number: str) -> str:
        body = {
            "debtor_id": "d-1",
            "document_number": number,
            "principal": money("1250.00"),
            "invoice_date": "2026-01-15",
            "due_date": "2026-01-29",
        }
        return str(self.post(f"{ACME}/invoices", body)["invoice_id"])

    def hand_over(self, invoice_id: str) -> str:
        return str(
            self.post(f"{ACME}/cases", {"agency": self.hub.agency, "invoice_id": invoice_id})["case_id"]
        )

    def paid(self, invoice_id: str, amount: str) -> None:
        body = {"amount": money(amount), "paid_date": "2026-03-02", "origin": "debtor"}
        self.post(f"{ACME}/invoices/{invoice_id}/payments", body)

    def credited(self, invoice_id: str, number: str, amount: str) -> None:
        body = {
            "document_number": number,
            "amount": money(amount),
            "credit_date": "2026-03-02",
            "invoice_id": invoice_id,
        }
        self.post(f"{ACME}/credit-notes", body)


def paid_at_agency(hub: Stage, document: str, amount: str) -> None:
    (there,) = [
        case
        for case in hub.control("GET", f"{hub.agency}/cases")["items"]
        if case["invoices"][0]["document_number"] == document
    ]
    paid = money(amount) | {"case_number": there["case_number"], "date": "2026-03-02"}
    hub.control("POST", f"{hub.agency}/payments", paid)


def faults_of(hub: Stage) -> list[str]:
    now = hub.hub.desk.read().now
    theirs = hub.control("GET", f"{hub.agency}/cases")["items"]
    wrong = [*faults_of_the_hub(hub.hub.store, now), *faults_between(hub.hub.store, theirs)]
    wrong += [line.type for line in hub.events() if line.type == "ledger.drift"]
    asked = everything_of(hub.hub.store, Listing(things.ATTENTION, "attention_of", ("acme",), "open"))
    return wrong + [f"attention: {each.kind} {each.reason} {each.subject}" for each in asked]


@pytest.mark.capability("ZIR-32", "ZIR-33", "ZIR-9", "BEY-10")
@pytest.mark.parametrize("forgotten", [False, True], ids=["same_keys", "new_keys"])
@pytest.mark.parametrize("lost", [0, 6, 60 * 26], ids=["seconds", "minutes", "more_than_a_day"])
@pytest.mark.parametrize("poll_first", [False, True], ids=["asked_first", "polled_first"])
def test_what_was_lost_is_found_again_and_nothing_is_twice(hub, forgotten, lost, poll_first):
    product = Product(hub)
    known = {name: product.invoice(name) for name in ("A-1", "A-2", "A-3", "A-4")}
    cases = {name: product.hand_over(known[name]) for name in ("A-1", "A-2", "A-3")}
    hub.pump()
    hub.wait_for_news(hub.api)
    assert [hub.case(case_id).release for case_id in cases.values()] == ["registered"] * 3
    kept, number = hub.engine.everything(), product.keys

    def ask() -> None:
        """Ask for everything of the lost time."""
        product.hand_over(known["A-4"])
        lost_invoice = product.invoice("B-1")
        product.hand_over(lost_invoice)
        product.hand_over(product.invoice("B-2"))
        hub.pump()

    def ask_for_money() -> None:
        if not forgotten:
            # Money is only ever told once: who has forgotten the key asks what is there first.
            product.paid(known["A-1"], "250.00")
        product.credited(known["A-3"], "C-1", "50.00")
        hub.pump()

    ask()
    ask_for_money()
    paid_at_agency(hub, "A-2", "1250.00")
    if lost:
        hub.advance(hub.api, minutes=lost)
        paid_at_agency(hub, "B-1", "400.00")
        paid_at_agency(hub, "B-2", "1250.00")
        hub.pump()

    refill(hub.engine, kept)
    raise_epoch(hub.hub.desk)
    product.keys, product.again = number, product.again + forgotten
    if poll_first:
        hub.advance(hub.api, hours=2)
    ask()
    ask_for_money()
    hub.advance(hub.api, days=3)
    hub.advance(hub.api, days=2)

    theirs = hub.control("GET", f"{hub.agency}/cases")["items"]
    assert len(theirs) == 6
    wrong = faults_of(hub)
    if poll_first:
        # While nobody had asked for them again, the hub told of cases and callbacks that it did not know.
        told = [line.data for line in hub.events() if line.type == "ledger.drift"]
        assert all(data["hub"] is None for data in told)
        wrong = [each for each in wrong if each != "ledger.drift" and "callback_parked" not in each]
    assert wrong == []
    paid = {case["invoices"][0]["document_number"]: case["payments"] for case in theirs}
    counted = {name: [each["amount"] for each in payments] for name, payments in paid.items() if payments}
    expected = {"A-2": ["1250.00"]} | ({} if forgotten else {"A-1": ["250.00"]})
    assert counted == expected | ({"B-1": ["400.00"], "B-2": ["1250.00"]} if lost else {})


def test_a_case_that_was_sent_in_the_lost_time_and_is_withdrawn_ends_at_the_agency_too(hub):
    product = Product(hub)
    case_id = product.hand_over(product.invoice("A-1"))
    kept = hub.engine.everything()
    hub.pump()
    hub.advance(hub.api, minutes=30)
    assert len(hub.control("GET", f"{hub.agency}/cases")["items"]) == 1

    refill(hub.engine, kept)
    raise_epoch(hub.hub.desk)
    product.post(f"/v1/cases/{case_id}/withdraw", {})
    hub.advance(hub.api, days=3)

    assert hub.case(case_id).closed_reason == "withdrawn"
    (there,) = hub.control("GET", f"{hub.agency}/cases")["items"]
    assert there["state"] == "closed"
    assert faults_of(hub) == []


def test_an_old_snapshot_makes_no_second_case(hub):
    product = Product(hub)
    cases = [product.hand_over(product.invoice(f"A-{number}")) for number in range(3)]
    kept = hub.engine.everything()
    hub.pump()
    hub.advance(hub.api, days=2)

    refill(hub.engine, kept)
    raise_epoch(hub.hub.desk)
    hub.advance(hub.api, days=3)

    assert [hub.case(case_id).release for case_id in cases] == ["registered"] * 3
    assert len(hub.control("GET", f"{hub.agency}/cases")["items"]) == 3
    # whoever knows a registration again is sent it again, everybody else is asked
    sent = hub.control("GET", f"{hub.agency}/requests?operation=register_case")["items"]
    assert len(sent) == {"intrum": 6, "svea": 3}[hub.agency]
    assert faults_of(hub) == []


def test_what_is_told_before_the_number_comes_reaches_the_case_of_the_lost_time(hub):
    product = Product(hub)
    kept = hub.engine.everything()
    product.hand_over(product.invoice("A-1"))
    hub.pump()
    (there,) = hub.control("GET", f"{hub.agency}/cases")["items"]

    refill(hub.engine, kept)
    raise_epoch(hub.hub.desk)
    product.again += 1
    case_id = product.hand_over(invoice_id := product.invoice("A-1"))
    assert hub.case(case_id).external_id != there["external_id"]
    product.credited(invoice_id, "C-1", "50.00")
    hub.pump()
    product.credited(invoice_id, "C-2", "1200.00")
    hub.pump()
    hub.advance(hub.api, days=2)

    (there,) = hub.control("GET", f"{hub.agency}/cases")["items"]
    assert there["state"] == "closed"
    assert hub.case(case_id).case_number == there["case_number"]
    assert faults_of(hub) == []
