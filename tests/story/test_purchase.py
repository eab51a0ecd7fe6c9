"""Selling invoices: the check, the offer, the decision, the money, and the way back."""

import pytest

from fordring.domain import things
from fordring.domain.ledger import Balance
from fordring.domain.refs import Listing
from tests.story.administering import administered, agreed, new_invoice, register, shown
from tests.story.evenness import everything_of
from tests.story.telling import ACME, attention, faults_of, lane, money, pay_agency, pay_creditor, sent, told

COMPANY = {
    "kind": "business",
    "name": "Nordre Brygge AS",
    "organisation_number": "974760673",
    "credit_check": True,
}


def bought(hub, **more):
    """Register an invoice of a company that is to be checked, and wait until the agency has bought it."""
    agreed(hub, "purchase")
    hub.world.debtor(**COMPANY)
    invoice_id, case_id = administered(hub, **more)
    assert shown(hub, invoice_id)["sale"]["state"] == "purchased"
    return invoice_id, case_id


def entries(hub, invoice_id):
    return everything_of(hub.hub.store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,)))


def account(hub, invoice_id):
    """Give what the agency owes, by the invoice, which must be what its entries sum up to."""
    invoice = hub.world.get(things.INVOICE(invoice_id))
    assert Balance.of(invoice.currency, entries(hub, invoice_id)) == invoice.balance
    return shown(hub, invoice_id)["agency_account"]["amount"]


def number(hub, case_id):
    return hub.case(case_id).case_number


@pytest.mark.capability("SAN-12", "SAN-14", "SAN-5")
def test_an_invoice_of_an_approved_company_is_bought(hub):
    invoice_id, case_id = bought(hub)

    assert [row.kind for row in lane(hub, case_id)] == ["register_case", "offer_invoice"]
    (check,), (offer,) = sent(hub, "credit_check"), sent(hub, "offer_invoice")
    assert check["body"]["OrganisationNumber"] == "974760673"
    assert check["id"] < offer["id"]
    found = shown(hub, invoice_id)
    assert (found["owner"], found["status"]) == ("agency", "open")
    assert found["remaining_by_owner"] == {"creditor": money("0.00"), "agency": money("1000.00")}
    assert found["sale"]["price"] == money("1000.00")
    assert account(hub, invoice_id) == "1000.00"
    assert [event["invoice_id"] for event in told(hub, "invoice.offered")] == [invoice_id]
    (event,) = told(hub, "invoice.purchased")
    assert (event["price"], event["agency_account"]) == (money("1000.00"), money("1000.00"))


@pytest.mark.capability("SAN-16")
def test_it_is_paid_out_on_the_first_bank_day_after(hub):
    # Monday 2 March; Maundy Thursday is 2 April 2026, so that nothing moves until Tuesday the 7th.
    for day, expected in (("2026-03-06", "2026-03-09"), ("2026-04-01", "2026-04-07")):
        from datetime import datetime

        hub.advance_to(hub.api, datetime.fromisoformat(f"{day}T09:00:00Z"))
        agreed(hub, "purchase")
        hub.world.debtor(**COMPANY)
        dated = {"invoice_date": day, "due_date": "2026-05-20"}
        invoice_id, _ = administered(hub, number=f"F-{day}", **dated)
        assert shown(hub, invoice_id)["sale"]["payout_due_date"] == expected
        hub.advance_to(hub.api, datetime.fromisoformat(f"{expected}T06:00:00Z"))
        assert shown(hub, invoice_id)["sale"]["paid_out_date"] is None
        hub.advance(hub.api, hours=2)
        found = shown(hub, invoice_id)
        assert found["sale"]["paid_out_date"] == expected
        # The payout clears the claim on the agency and leaves what the debtor owes alone.
        assert account(hub, invoice_id) == "0.00"
        assert (found["status"], found["remaining"]) == ("open", money("1000.00"))
    assert [event["amount"] for event in told(hub, "invoice.paid_out")] == [money("1000.00")] * 2


@pytest.mark.capability("SAN-15")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"decision": "refused"}, "credit_refused"),
        ({"decision": "limited", "limit": "999.99"}, "credit_limit_exceeded"),
    ],
)
def test_what_is_not_approved_is_administered(hub, answer, reason):
    agreed(hub, "purchase")
    hub.world.debtor(**COMPANY)
    hub.control("POST", "svea/credit-answers", answer)
    invoice_id, case_id = administered(hub)
    found = shown(hub, invoice_id)
    assert (found["owner"], found["sale"]["state"], found["sale"]["reason"]) == (
        "creditor",
        "refused",
        reason,
    )
    assert hub.case(case_id).stage == "administered"
    assert sent(hub, "offer_invoice") == []
    assert [event["reason"] for event in told(hub, "invoice.purchase_refused")] == [reason]
    assert attention(hub) == []


@pytest.mark.capability("SAN-15")
def test_a_check_that_gets_no_answer_means_administration(hub):
    agreed(hub, "purchase")
    hub.world.debtor(**COMPANY)
    hub.control("POST", "svea/faults", {"kind": "error_500", "count": 1, "operation": "credit_check"})
    invoice_id, _ = administered(hub)
    assert shown(hub, invoice_id)["sale"]["reason"] == "credit_check_unavailable"
    assert shown(hub, invoice_id)["delivery"]["channel"] == "email"


@pytest.mark.capability("SAN-15")
def test_an_agency_that_does_not_buy_goes_on_administering(hub):
    agreed(hub, "purchase")
    hub.world.debtor(**COMPANY)
    hub.control("POST", "svea/purchase-decisions", {"approve": False, "reason": "LimitExceeded"})
    invoice_id, case_id = administered(hub)
    found = shown(hub, invoice_id)
    assert (found["owner"], found["sale"]["reason"]) == ("creditor", "credit_limit_exceeded")
    assert hub.case(case_id).stage == "administered"
    # It may be offered again, which the creditor asks for by hand.
    hub.control("POST", "svea/purchase-decisions", {"approve": True})
    again = hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {})
    assert (again.status, again.body["sale"]["state"]) == (202, "queued")
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert shown(hub, invoice_id)["owner"] == "agency"


@pytest.mark.capability("SAN-6", "SAN-15")
@pytest.mark.parametrize(
    "debtor",
    [
        {"kind": "private"},
        {"kind": "private", "credit_check": True},
        COMPANY | {"credit_check": False},
    ],
    ids=["private", "private-flagged", "unflagged"],
)
def test_in_a_batch_only_flagged_companies_are_checked(hub, debtor):
    agreed(hub, "purchase")
    hub.world.debtor(**debtor)
    hub.world.debtor(debtor_id="d-2", **COMPANY)
    batch = [new_invoice("F-1"), new_invoice("F-2", debtor_id="d-2")]
    reply = hub.api.post(f"{ACME}/invoices/batch", {"invoices": batch})
    assert sent(hub, "credit_check") == []  # never in the request
    hub.pump()
    hub.advance(hub.api, minutes=10)
    unchecked, checked = (shown(hub, each["body"]["invoice_id"]) for each in reply.body["items"])
    assert len(sent(hub, "credit_check")) == 1
    assert (unchecked["sale"]["state"], unchecked["sale"]["reason"]) == ("refused", "credit_not_checked")
    assert unchecked["collection"]["release"] == "registered"
    assert checked["owner"] == "agency"


@pytest.mark.capability("SAN-18")
def test_the_creditor_chooses_per_invoice_whether_to_sell(hub):
    agreed(hub, "purchase")
    hub.world.debtor(**COMPANY)
    kept, _ = administered(hub, number="F-1", service="administration")
    agreed(hub, "administration")
    sold, _ = administered(hub, number="F-2", service="purchase")
    assert (shown(hub, kept)["sale"], shown(hub, sold)["owner"]) == (None, "agency")


@pytest.mark.capability("SAN-14", "SAN-18")
def test_what_is_handed_over_later_is_sold_as_well(hub):
    agreed(hub, "purchase")
    address = hub.world.get(things.DEBTOR("acme", "d-1")).address
    hub.world.debtor(**COMPANY | {"address": None})
    invoice_id = register(hub)["invoice_id"]
    hub.world.debtor(**COMPANY, address=address)
    assert hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id}).status == 202
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert shown(hub, invoice_id)["owner"] == "agency"


@pytest.mark.capability("SAN-19")
def test_the_agency_reminds_and_collects_what_it_has_bought(hub):
    invoice_id, case_id = bought(hub)
    hub.advance(hub.api, days=20)
    assert hub.case(case_id).stage == "reminder"
    hub.advance(hub.api, days=35)
    assert (hub.case(case_id).stage, shown(hub, invoice_id)["owner"]) == ("collection", "agency")
    kinds = [each["kind"] for each in hub.api.get(f"/v1/cases/{case_id}/dispatches").body["items"]]
    assert {"reminder", "demand"} <= set(kinds)
    assert shown(hub, invoice_id)["dunning_status"] == "transferred"
    assert faults_of(hub) == []


def test_what_the_debtor_pays_to_the_agency_is_the_agencys(hub):
    invoice_id, case_id = bought(hub)
    hub.advance(hub.api, days=2)
    pay_agency(hub, case_id, "1000.00")
    hub.pump()
    hub.advance(hub.api, days=8)
    found = shown(hub, invoice_id)
    assert (found["status"], account(hub, invoice_id)) == ("paid", "0.00")
    assert told(hub, "settlement.received") == []
    assert faults_of(hub) == []


def test_what_the_debtor_pays_to_the_creditor_is_owed_to_the_agency(hub):
    invoice_id, case_id = bought(hub)
    hub.advance(hub.api, days=2)
    paid = pay_creditor(hub, invoice_id, "400.00")
    assert account(hub, invoice_id) == "-400.00"
    hub.pump()
    assert [each["body"]["Amount"] for each in sent(hub, "report_payment")] == ["400.00"]
    hub.advance(hub.api, days=2)
    # The agency withholds it, and the two are even; the debtor has paid a part.
    assert account(hub, invoice_id) == "0.00"
    assert shown(hub, invoice_id)["remaining_by_owner"]["agency"] == money("600.00")
    assert [event["amount"] for event in told(hub, "invoice.paid_out")] == [
        money("1000.00"),
        money("-400.00"),
    ]
    hub.api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": "2026-03-06"})
    assert account(hub, invoice_id) == "400.00"
    hub.pump()
    hub.advance(hub.api, days=4)
    assert account(hub, invoice_id) == "0.00"
    assert number(hub, case_id)
    assert faults_of(hub) == []


@pytest.mark.parametrize("paid_out", [True, False])
def test_recourse_gives_the_debt_back_to_the_creditor(hub, paid_out):
    invoice_id, case_id = bought(hub)
    if paid_out:
        hub.advance(hub.api, days=2)
    hub.control("POST", "svea/recourses", {"case_number": number(hub, case_id), "fee": "50.00"})
    hub.pump()
    found = shown(hub, invoice_id)
    assert (found["owner"], found["sale"]["state"]) == ("creditor", "recoursed")
    assert found["remaining_by_owner"]["creditor"] == money("1000.00")
    assert account(hub, invoice_id) == ("-1050.00" if paid_out else "-50.00")
    (event,) = told(hub, "invoice.recoursed")
    assert (event["capital"], event["fee"]) == (money("1000.00"), money("50.00"))
    hub.advance(hub.api, days=3)
    assert account(hub, invoice_id) == "0.00"
    pay_agency(hub, case_id, "1000.00")
    hub.pump()
    assert shown(hub, invoice_id)["status"] == "paid"
    hub.advance(hub.api, days=8)
    # What comes after is the creditor's again, and is settled.
    assert [event["payout"] for event in told(hub, "settlement.received")] == [money("1000.00")]


def test_a_credit_note_on_a_bought_invoice_is_owed_to_the_agency(hub):
    invoice_id, _ = bought(hub)
    note = {
        "document_number": "C-1",
        "amount": money("250.00"),
        "credit_date": "2026-03-02",
        "invoice_id": invoice_id,
    }
    assert hub.api.post(f"{ACME}/credit-notes", note).status == 201
    assert account(hub, invoice_id) == "750.00"
    hub.pump()
    hub.advance(hub.api, days=3)
    assert account(hub, invoice_id) == "0.00"


def test_what_was_sold_cannot_be_taken_back_nor_sold_again(hub):
    invoice_id, case_id = bought(hub)
    withdrawn = hub.api.post(f"/v1/cases/{case_id}/withdraw", {})
    assert (withdrawn.status, withdrawn.code) == (409, "action_not_available")
    again = hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {})
    assert (again.status, again.code) == (409, "owned_by_agency")
    given_up = {"date": "2026-03-02", "reason": "goodwill", "agency_asked": True}
    lost = hub.api.post(f"{ACME}/invoices/{invoice_id}/write-off", given_up)
    assert (lost.status, lost.code) == (409, "owned_by_agency")


def test_what_may_be_done_is_told_before_it_is_tried(hub):
    agreed(hub)
    hub.world.debtor(**COMPANY)
    invoice_id, case_id = administered(hub)

    def available():
        case = hub.api.get(f"/v1/cases/{case_id}").body["available_actions"]
        return {"withdraw", "offer_invoice"} & set(case)

    assert available() == {"withdraw", "offer_invoice"}
    assert "withdraw" in shown(hub, invoice_id)["available_actions"]
    objection = hub.api.post(f"{ACME}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"}).body
    assert available() == {"withdraw"}
    ended = f"{ACME}/invoices/{invoice_id}/disputes/{objection['dispute_id']}/resolve"
    assert hub.api.post(ended, {"resolution": "rejected"}).status == 200
    hub.control("POST", "svea/credit-answers", {"decision": "refused"})
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {}).status == 202
    assert available() == {"withdraw"}  # it is offered, and nobody has decided
    hub.pump()
    assert available() == {"withdraw", "offer_invoice"}  # not bought: it may be offered again
    hub.control("POST", "svea/credit-answers", {"decision": "approved"})
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {}).status == 202
    hub.pump()
    assert available() == {"withdraw"}
    hub.advance(hub.api, minutes=10)
    assert available() == set()
    assert "withdraw" not in shown(hub, invoice_id)["available_actions"]
    hub.control("POST", "svea/recourses", {"case_number": number(hub, case_id)})
    hub.pump()
    assert available() == {"withdraw", "offer_invoice"}
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after", "operation": "offer_invoice"},
        {"kind": "timeout_before", "operation": "offer_invoice"},
        {"kind": "error_500", "operation": "offer_invoice", "count": 2},
        {"kind": "error_429", "operation": "offer_invoice"},
        {"kind": "drop_callback", "count": 10},
        {"kind": "duplicate_callback", "count": 10},
        {"kind": "reorder_callbacks", "count": 2},
    ],
    ids=lambda fault: fault["kind"],
)
def test_over_a_bad_network_an_invoice_is_bought_and_paid_once(hub, fault):
    agreed(hub, "purchase")
    hub.world.debtor(**COMPANY)
    hub.control("POST", "svea/faults", {"count": 1, **fault})
    invoice_id = register(hub)["invoice_id"]
    hub.pump()
    hub.advance(hub.api, days=4)
    assert account(hub, invoice_id) == "0.00"
    assert [each for each in faults_of(hub) if "callback_parked" not in each] == []
    kinds = [str(entry.kind) for entry in entries(hub, invoice_id)]
    assert kinds == ["charge", "purchase", "payout"]
    assert shown(hub, invoice_id)["owner"] == "agency"
    assert len(told(hub, "invoice.purchased")) == len(told(hub, "invoice.paid_out")) == 1


def test_a_sale_and_its_payout_are_proposed_to_bookkeeping(hub):
    bought(hub)
    hub.advance(hub.api, days=2)

    items = hub.api.get("/v1/vouchers?creditor_id=acme").body["items"]
    found = {
        each["kind"]: {
            line["role"]: (line["debit"]["amount"], line["credit"]["amount"]) for line in each["lines"]
        }
        for each in items
    }
    assert found == {
        "purchase": {"agency_claims": ("1000.00", "0.00"), "receivable": ("0.00", "1000.00")},
        "payout": {"bank": ("1000.00", "0.00"), "agency_claims": ("0.00", "1000.00")},
    }
    assert faults_of(hub) == []
