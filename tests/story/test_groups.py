"""Cases of several invoices: handed over together, paid, disputed, added to and taken apart."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordring.domain import things
from fordring.domain.agreement_settings import Grouping
from fordring.domain.gathering import AT_A_TIME
from fordring.domain.ledger import Component
from fordring.domain.member import MOST_INVOICES
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    invoice_of,
    lane,
    money,
    pay_agency,
    pay_creditor,
    sent,
    there,
    told,
)
from tests.story.test_cases import at_once

FIRST_DUE = date(2026, 1, 10)


def grouping(hub, how="debtor"):
    """Let the agreement group, as its settings do."""
    agreement = hub.world.get(things.AGREEMENT("acme", hub.agency))
    settings = replace(agreement.settings, grouping=Grouping(how))
    hub.world.put(things.AGREEMENT("acme", hub.agency), replace(agreement, settings=settings))


def owing(hub, *amounts, **more):
    """Register invoices of the debtor, each due a day after the one before; gives their ids."""
    return [
        hub.world.invoice(
            amount=amount,
            due_date=FIRST_DUE + timedelta(days=day % 40),
            invoice_date=date(2025, 12, 20),
            **more,
        ).invoice_id
        for day, amount in enumerate(amounts)
    ]


def hand_over(hub, **body):
    reply = hub.api.post(f"{ACME}/cases", {"agency": "svea", **body})
    assert reply.status == 202, reply.text
    return reply.body


def grouped(hub, *amounts):
    """Hand a debtor's invoices over as one case and wait for its number; gives invoice ids and case id."""
    grouping(hub)
    invoices = owing(hub, *amounts)
    case = hand_over(hub, invoice_id=invoices[0])
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert hub.case(case["case_id"]).case_number
    return invoices, case["case_id"]


def remaining(hub, invoices):
    return [invoice_of(hub, each).balance.remaining for each in invoices]


@pytest.mark.capability("ZIR-21", "ZIR-22")
def test_one_entry_takes_the_debtors_other_entries_along(hub):
    grouping(hub)
    invoices = owing(hub, "100.00", "200.00", "300.00")
    other = hub.world.debtor(debtor_id="d-2") and hub.world.invoice(debtor_id="d-2").invoice_id
    blocked = hub.world.invoice(due_date=date(2026, 12, 24)).invoice_id
    case = hand_over(hub, invoice_id=invoices[1])
    hub.advance(hub.api, days=1)

    assert case["grouped"] is True
    assert {each["invoice_id"] for each in case["invoices"]} == set(invoices)
    assert case["left_out"] == [{"invoice_id": blocked, "reasons": ["not_overdue"]}]
    (at_agency,) = hub.control("GET", "svea/cases")["items"]
    assert len(at_agency["invoices"]) == 3
    assert at_agency["principal"]["original"] == "600.00"
    assert {invoice_of(hub, each).release for each in invoices} == {"registered"}
    assert {invoice_of(hub, each).case_number for each in invoices} == {at_agency["case_number"]}
    assert not invoice_of(hub, other).release.live
    assert not invoice_of(hub, blocked).release.live
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-21")
def test_without_grouping_each_entry_has_its_case(hub):
    invoices = owing(hub, "100.00", "200.00")
    case = hand_over(hub, invoice_id=invoices[0])
    hub.advance(hub.api, days=1)
    assert [each["invoice_id"] for each in case["invoices"]] == invoices[:1]
    assert not invoice_of(hub, invoices[1]).release.live
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-31")
def test_chosen_entries_make_a_case_and_the_others_are_named(hub):
    first, second, third = owing(hub, "100.00", "200.00", "300.00")
    hub.world.debtor(debtor_id="d-2")
    stranger = hub.world.invoice(debtor_id="d-2").invoice_id
    nobody = "inv_01KJPWD6M0YSK7TP4T5RW325BW"
    case = hand_over(hub, invoice_ids=[first, third, stranger, nobody])
    hub.advance(hub.api, days=1)

    assert [each["invoice_id"] for each in case["invoices"]] == [first, third]
    assert case["left_out"] == [
        {"invoice_id": stranger, "reasons": ["other_debtor"]},
        {"invoice_id": nobody, "reasons": ["unknown_invoice"]},
    ]
    assert not invoice_of(hub, second).release.live
    assert hub.case(case["case_id"]).release == "registered"
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-31")
def test_when_none_of_the_chosen_entries_can_go_every_reason_is_told(hub):
    late = [hub.world.invoice(due_date=date(2026, 12, 24)).invoice_id for _ in range(2)]
    reply = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_ids": late})
    assert reply.status == 422
    assert [(each["pointer"], each["code"]) for each in reply.body["errors"]] == [
        ("/invoice_ids/0", "not_overdue"),
        ("/invoice_ids/1", "not_overdue"),
    ]


@pytest.mark.capability("ZIR-22")
def test_many_entries_are_claimed_a_few_at_a_time_and_a_full_case_is_followed_by_another(hub):
    grouping(hub)
    count = MOST_INVOICES + AT_A_TIME + 5
    invoices = owing(hub, *["10.00"] * count)
    case = hand_over(hub, invoice_id=invoices[0])
    assert case["release"] == "assembling"
    assert len(case["invoices"]) == AT_A_TIME
    assert lane(hub, case["case_id"]) == []
    hub.advance(hub.api, days=1)

    at_agency = hub.control("GET", "svea/cases")["items"]
    assert sorted(len(each["invoices"]) for each in at_agency) == [AT_A_TIME + 5, MOST_INVOICES]
    assert {invoice_of(hub, each).release for each in invoices} == {"registered"}
    assert len(told(hub, "case.submitted")) == 2
    assert faults_of(hub) == []
    # A payment that pays them all, and the end of the case, fit into one transaction.
    pay_agency(hub, case["case_id"], f"{MOST_INVOICES * 10}.00")
    hub.advance(hub.api, days=1)
    assert hub.case(case["case_id"]).closed_reason == "paid"
    assert faults_of(hub) == []


def test_what_is_paid_while_a_case_is_put_together_is_not_handed_over(hub):
    grouping(hub)
    invoices = owing(hub, *["10.00"] * (AT_A_TIME + 5))
    case = hand_over(hub, invoice_id=invoices[0])
    pay_creditor(hub, invoices[1], "10.00")
    pay_creditor(hub, invoices[2], "4.00")
    hub.advance(hub.api, days=1)

    assert hub.case(case["case_id"]).remaining == 10_00 * (AT_A_TIME + 4) - 4_00
    assert not invoice_of(hub, invoices[1]).release.live
    assert there(hub, case["case_id"])["principal"]["remaining"] == "236.00"
    assert faults_of(hub) == []


def test_a_case_taken_back_before_it_was_whole_never_leaves(hub):
    grouping(hub)
    invoices = owing(hub, *["10.00"] * (AT_A_TIME + 5))
    case = hand_over(hub, invoice_id=invoices[0])
    assert case["available_actions"] == ["withdraw", "withdraw_invoice"]
    assert hub.api.post(f"/v1/cases/{case['case_id']}/withdraw", {}).status == 202
    hub.advance(hub.api, days=1)
    assert sent(hub, "register_case") == []
    assert not any(invoice_of(hub, each).release.live for each in invoices)
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-5", "ZIR-9")
def test_money_at_the_agency_pays_the_oldest_first(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00", "300.00")
    payment_id = pay_agency(hub, case_id, "250.00")
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [0, 50_00, 300_00]
    (event,) = told(hub, "payment.received")
    assert [(each["invoice_id"], each["amount"]["amount"]) for each in event["invoices"]] == [
        (invoices[0], "100.00"),
        (invoices[1], "150.00"),
    ]
    case = hub.case(case_id)
    assert (case.open, case.payment) == (True, "part_paid")
    theirs = there(hub, case_id)
    assert [each["remaining"] for each in theirs["invoices"]] == ["0.00", "50.00", "300.00"]
    assert faults_of(hub) == []

    hub.control("POST", f"svea/payments/{payment_id}/reverse")
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [100_00, 200_00, 300_00]
    assert hub.case(case_id).payment == "unpaid"
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-5")
@pytest.mark.parametrize(
    ("order", "left"),
    [("costs_first", [50_00, 200_00]), ("principal_first", [0, 180_00])],
)
def test_the_creditors_clearing_order_comes_before_the_age_of_invoices(hub, order, left):
    creditor = hub.world.get(things.CREDITOR("acme"))
    hub.world.put(things.CREDITOR("acme"), replace(creditor, clearing_order=order))
    grouping(hub)
    invoices = owing(hub, "100.00", "200.00")
    for each in invoices:
        reminder = {"kind": "reminder", "sent_date": "2026-02-20", "channel": "paper", "fee": money("35.00")}
        assert hub.api.post(f"{ACME}/invoices/{each}/reminders", reminder).status == 201
    case_id = hand_over(hub, invoice_id=invoices[0])["case_id"]
    hub.advance(hub.api, days=1)
    pay_agency(hub, case_id, "120.00")
    hub.advance(hub.api, days=1)

    # By costs first both fees are paid, and the rest goes to the oldest principal; else no fee is.
    first, second = (invoice_of(hub, each).balance for each in invoices)
    assert [first.part(Component.PRINCIPAL).remaining, second.part(Component.PRINCIPAL).remaining] == left
    fees = [first.part(Component.FEE).remaining, second.part(Component.FEE).remaining]
    assert fees == ([0, 0] if order == "costs_first" else [35_00, 35_00])
    entries = hub.api.get(f"{ACME}/invoices/{invoices[0]}/entries").body["items"]
    assert [each["clearing_order"] for each in entries if each["kind"] == "payment"] == [order]
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-7")
def test_a_group_is_reported_paid_only_when_all_of_it_is(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00")
    pay_creditor(hub, invoices[1], "200.00")
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).open
    assert there(hub, case_id)["state"] == "open"
    (first,) = sent(hub, "report_payment")
    assert first["body"]["Settles"] is False
    pay_creditor(hub, invoices[0], "100.00")
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).closed_reason == "paid"
    assert there(hub, case_id)["closed_reason"] == "paid"
    assert faults_of(hub) == []


def test_a_surplus_on_one_invoice_pays_no_other(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00")
    paid = pay_creditor(hub, invoices[0], "130.00")
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [0, 200_00]
    assert there(hub, case_id)["principal"]["remaining"] == "200.00"
    reply = hub.api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": "2026-03-02"})
    assert reply.status == 200, reply.text
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [100_00, 200_00]
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12")
def test_a_credit_note_on_one_invoice_of_a_group_reduces_that_one(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00")
    note = {
        "document_number": "C-1",
        "amount": money("200.00"),
        "credit_date": "2026-03-02",
        "invoice_id": invoices[1],
    }
    assert hub.api.post(f"{ACME}/credit-notes", note).status == 201
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [100_00, 0]
    assert there(hub, case_id)["state"] == "open"
    assert [each["remaining"] for each in there(hub, case_id)["invoices"]] == ["100.00", "0.00"]
    assert faults_of(hub) == []


def test_one_invoice_of_a_group_is_written_off_and_the_agency_claims_the_rest(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00")
    wanted = {"reason": "bankrupt", "date": "2026-03-02", "agency_asked": True}
    reply = hub.api.post(f"{ACME}/invoices/{invoices[0]}/write-off", wanted)
    assert reply.status in (200, 201), reply.text
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [0, 200_00]
    assert hub.case(case_id).open
    assert [each["remaining"] for each in there(hub, case_id)["invoices"]] == ["0.00", "200.00"]
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-10")
def test_a_difference_on_a_case_of_several_invoices_is_found(hub):
    _, case_id = grouped(hub, "100.00", "200.00")
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/adjust", {"case_number": number, "principal": "250.00"})
    hub.advance(hub.api, days=3)
    (drift,) = told(hub, "ledger.drift")
    assert drift["case_id"] == case_id
    assert drift["hub"]["principal"]["amount"] == "300.00"
    assert drift["at_agency"]["principal"]["amount"] == "250.00"


@pytest.mark.capability("ZIR-22")
def test_whoever_hands_over_at_the_same_moment_an_invoice_is_in_one_case(hub):
    grouping(hub)
    invoices = owing(hub, *["10.00"] * 30)

    def ask(which):
        body = {"agency": "svea", "invoice_id": invoices[which]}
        assert hub.world.client().post(f"{ACME}/cases", body).status in (202, 422, 503)

    chosen = iter([0, 7, 21, 29])
    at_once(lambda: ask(next(chosen)), 4)
    hub.advance(hub.api, days=1)
    held = [
        each["external_id"] for case in hub.control("GET", "svea/cases")["items"] for each in case["invoices"]
    ]
    assert sorted(held) == sorted(f"{each}-1" for each in invoices)
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-36")
def test_one_invoice_is_taken_back_and_the_case_goes_on(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00", "300.00")
    reply = hub.api.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": invoices[1]})
    assert reply.status == 202, reply.text
    assert [each["state"] for each in reply.body["invoices"]] == ["held", "leaving", "held"]
    hub.advance(hub.api, days=1)

    assert hub.case(case_id).open
    assert hub.case(case_id).remaining == 400_00
    assert there(hub, case_id)["principal"]["remaining"] == "400.00"
    assert not invoice_of(hub, invoices[1]).release.live
    (left,) = told(hub, "case.invoice_left")
    assert (left["invoice_id"], left["reason"]) == (invoices[1], "withdrawn")
    assert faults_of(hub) == []

    # It can be handed over again, by itself or into the same case.
    again = hub.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": invoices[1]})
    assert again.status == 202, again.text
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).remaining == 600_00
    assert faults_of(hub) == []

    for each in invoices:
        assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": each}).status == 202
        hub.pump()
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).closed_reason == "withdrawn"
    assert there(hub, case_id)["closed_reason"] == "withdrawn"
    assert faults_of(hub) == []


def test_an_invoice_taken_back_before_the_case_was_sent_is_never_told(hub):
    grouping(hub)
    invoices = owing(hub, "100.00", "200.00")
    case_id = hand_over(hub, invoice_id=invoices[0])["case_id"]
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": invoices[0]}).status == 202
    hub.advance(hub.api, days=1)
    (at_agency,) = hub.control("GET", "svea/cases")["items"]
    assert [each["external_id"] for each in at_agency["invoices"]] == [f"{invoices[1]}-1"]
    # The one that gave the case its name can go under the next one.
    hand_over(hub, invoice_ids=invoices[:1])
    hub.advance(hub.api, days=1)
    assert len(hub.control("GET", "svea/cases")["items"]) == 2
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-37")
def test_a_statement_tells_a_debtors_entries_open_and_archived_cases_and_history(hub):
    invoices, first = grouped(hub, "100.00", "200.00")
    assert hub.api.post(f"/v1/cases/{first}/withdraw", {}).status == 202
    hub.advance(hub.api, days=1)
    second = hand_over(hub, invoice_ids=invoices)["case_id"]
    hub.advance(hub.api, days=1)
    pay_agency(hub, second, "150.00")
    hub.advance(hub.api, days=1)

    statement = hub.api.get(f"{ACME}/debtors/d-1/statement").body
    by_invoice = {each["invoice"]["invoice_id"]: each for each in statement["items"]}
    assert set(by_invoice) == set(invoices)
    for each, left in zip(invoices, ("0.00", "150.00"), strict=True):
        item = by_invoice[each]
        assert item["invoice"]["remaining"]["amount"] == left
        told_cases = [(case["case_id"], case["processing"]) for case in item["cases"]]
        assert told_cases == [(first, "closed"), (second, "open")]
        assert [case["remaining"]["amount"] for case in item["cases"]][1] == "150.00"
        assert [entry["kind"] for entry in item["entries"]] == ["charge", "payment"]
    kinds = [event["type"] for event in statement["history"]]
    assert kinds.count("case.submitted") == kinds.count("case.registered") == 2
    assert kinds.count("invoice.registered") == 2
    assert (kinds.count("case.closed"), kinds.count("payment.received")) == (1, 1)
    positions = [event["position"] for event in statement["history"]]
    assert positions == sorted(positions)


def test_an_invoice_that_is_not_in_the_case_cannot_be_taken_back(hub):
    _, case_id = grouped(hub, "100.00", "200.00")
    stranger = hub.world.invoice().invoice_id
    reply = hub.api.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": stranger})
    assert reply.status == 422
    assert [(each["pointer"], each["code"]) for each in reply.body["errors"]] == [
        ("/invoice_id", "unknown_invoice")
    ]


def test_an_invoice_is_added_to_an_open_case(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00")
    late = hub.world.invoice(amount="50.00").invoice_id
    added = hub.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": late})
    assert added.status == 202, added.text
    assert invoice_of(hub, late).case_id == case_id
    hub.advance(hub.api, days=1)

    assert there(hub, case_id)["principal"]["remaining"] == "350.00"
    assert invoice_of(hub, late).case_number == hub.case(case_id).case_number
    assert [each["invoice_id"] for each in told(hub, "case.invoice_added")] == [late]
    pay_agency(hub, case_id, "350.00")
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).closed_reason == "paid"
    assert remaining(hub, [*invoices, late]) == [0, 0, 0]
    assert faults_of(hub) == []


def test_an_invoice_added_while_the_case_ends_is_a_candidate_again(hub):
    _, case_id = grouped(hub, "100.00")
    late = hub.world.invoice(amount="50.00").invoice_id
    hub.control("POST", "svea/faults", {"kind": "drop_callback", "count": 9})
    pay_agency(hub, case_id, "100.00")
    assert hub.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": late}).status == 202
    hub.pump()
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, late).release == "rejected"
    assert hub.case(case_id).closed_reason == "paid"
    assert [each.kind for each in attention(hub)] == ["command_rejected"]


@pytest.mark.parametrize("what", ["another debtor's", "not overdue", "there already"])
def test_an_invoice_that_cannot_go_is_not_added(hub, what):
    invoices, case_id = grouped(hub, "100.00")
    hub.world.debtor(debtor_id="d-2")
    wanted, code = {
        "another debtor's": (hub.world.invoice(debtor_id="d-2").invoice_id, "other_debtor"),
        "not overdue": (hub.world.invoice(due_date=date(2026, 12, 24)).invoice_id, "not_overdue"),
        "there already": (invoices[0], "already_transferred"),
    }[what]
    reply = hub.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": wanted})
    assert reply.status == 422
    assert [(each["pointer"], each["code"]) for each in reply.body["errors"]] == [("/invoice_id", code)]


@pytest.mark.capability("BEY-6")
def test_one_invoice_is_disputed_and_the_case_goes_on_with_the_rest(hub):
    invoices, case_id = grouped(hub, "100.00", "200.00")
    dispute = hub.api.post(f"{ACME}/invoices/{invoices[0]}/disputes", {"reason": "wrong_goods"})
    assert dispute.status == 201
    hub.pump()
    assert [each["disputed"] for each in there(hub, case_id)["invoices"]] == [True, False]
    assert hub.case(case_id).open
    letters = len(there(hub, case_id)["letters"])
    # Letters go on for the rest, and money pays that first.
    hub.advance(hub.api, days=3)
    assert len(there(hub, case_id)["letters"]) > letters
    pay_agency(hub, case_id, "200.00")
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [100_00, 0]
    # Nothing is left but what the debtor objects to: no more letters.
    letters = len(there(hub, case_id)["letters"])
    hub.advance(hub.api, days=40)
    assert len(there(hub, case_id)["letters"]) == letters

    dispute_id = dispute.body["dispute_id"]
    path = f"{ACME}/invoices/{invoices[0]}/disputes/{dispute_id}/resolve"
    assert hub.api.post(path, {"resolution": "rejected"}).status == 200
    hub.advance(hub.api, days=20)
    assert [each["disputed"] for each in there(hub, case_id)["invoices"]] == [False, False]
    assert len(there(hub, case_id)["letters"]) > letters
    assert faults_of(hub) == []


def test_an_invoice_that_becomes_disputed_before_the_case_is_sent_is_left_out(hub):
    grouping(hub)
    invoices = owing(hub, "100.00", "200.00")
    case_id = hand_over(hub, invoice_id=invoices[0])["case_id"]
    assert hub.api.post(f"{ACME}/invoices/{invoices[1]}/disputes", {"reason": "wrong_goods"}).status == 201
    hub.advance(hub.api, days=1)
    (at_agency,) = hub.control("GET", "svea/cases")["items"]
    assert [each["external_id"] for each in at_agency["invoices"]] == [f"{invoices[0]}-1"]
    (left,) = told(hub, "case.invoice_left")
    assert (left["invoice_id"], left["reason"]) == (invoices[1], "disputed")
    assert hub.case(case_id).remaining == 100_00
    assert faults_of(hub) == []


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "error_500", "error_429", "malformed_answer"]
)
@pytest.mark.parametrize(
    "operation", ["register_case", "add_invoice", "withdraw_invoice", "dispute_invoice", "resolve_dispute"]
)
def test_faults_on_a_group_leave_both_sides_even(hub, operation, kind):
    hub.control("POST", "svea/faults", {"kind": kind, "count": 2, "operation": operation})
    grouping(hub)
    invoices = owing(hub, "100.00", "200.00", "300.00")
    case_id = hand_over(hub, invoice_id=invoices[0])["case_id"]
    hub.advance(hub.api, days=1)
    late = hub.world.invoice(amount="50.00").invoice_id
    assert hub.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": late}).status == 202
    dispute = hub.api.post(f"{ACME}/invoices/{invoices[1]}/disputes", {"reason": "wrong_goods"}).body
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": invoices[2]}).status == 202
    pay_creditor(hub, invoices[0], "100.00")
    hub.advance(hub.api, days=1)
    path = f"{ACME}/invoices/{invoices[1]}/disputes/{dispute['dispute_id']}/resolve"
    assert hub.api.post(path, {"resolution": "rejected"}).status == 200
    hub.advance(hub.api, days=1)
    pay_agency(hub, case_id, "120.00")
    hub.advance(hub.api, days=1)

    assert remaining(hub, [*invoices, late]) == [0, 80_00, 300_00, 50_00]
    theirs = there(hub, case_id)
    assert theirs["principal"]["remaining"] == "130.00"
    assert sorted(each["remaining"] for each in theirs["invoices"]) == ["0.00", "0.00", "50.00", "80.00"]
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-22", "ZIR-7")
@pytest.mark.parametrize("hub", ["cloud_collect"], indirect=True)
def test_another_agency_that_takes_several_invoices_a_case_is_even_too(hub):
    grouping(hub)
    invoices = owing(hub, "100.00", "200.00", "300.00")
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_id": invoices[0]})
    assert reply.status == 202, reply.text
    case_id = reply.body["case_id"]
    hub.advance(hub.api, days=1)
    pay_creditor(hub, invoices[2], "300.00")
    pay_agency(hub, case_id, "150.00")
    hub.advance(hub.api, days=1)
    assert remaining(hub, invoices) == [0, 150_00, 0]
    assert faults_of(hub) == []

    more = hub.world.invoice(amount="50.00").invoice_id
    refused = hub.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": more})
    assert (refused.status, refused.code) == (409, "operation_not_offered")
    assert (refused.body["agency"], refused.body["operation"]) == (hub.agency, "add_invoice")
    taken = hub.api.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": invoices[1]})
    assert (taken.status, taken.code) == (409, "operation_not_offered")
    # Without an operation for it, the case handler reads of the objection.
    assert hub.api.post(f"{ACME}/invoices/{invoices[1]}/disputes", {"reason": "wrong_goods"}).status == 201
    hub.advance(hub.api, days=1)
    assert any("wrong_goods" in each["text"] for each in there(hub, case_id)["messages"])
    pay_agency(hub, case_id, "150.00")
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).closed_reason == "paid"
    assert faults_of(hub) == []
