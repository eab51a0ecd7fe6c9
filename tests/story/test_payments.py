"""Money on both sides: part payments, over-payments, reversals, credit notes, and money without a case."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fordring.domain import things
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.facts import PaymentReceived, PaymentReversed
from fordring.domain.money import Money
from fordring.domain.refs import Listing
from fordring.usecases.restoring import raise_epoch
from fordring.usecases.synchronising import apply_one
from tests.story.evenness import everything_of
from tests.story.stage import refill
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    hand_over,
    invoice_of,
    lane,
    money,
    pay_agency,
    pay_creditor,
    registered,
    sent,
    there,
    today,
    told,
)


def unmatched(hub):
    listing = Listing(things.PAYMENT, "payments_of", ("acme",))
    return [payment for payment in everything_of(hub.hub.store, listing) if payment.match == "unmatched"]


@pytest.mark.capability("ZIR-7", "VIS-7")
def test_a_part_payment_at_the_creditor_reduces_and_the_rest_closes(hub):
    invoice_id, case_id = registered(hub)
    pay_creditor(hub, invoice_id, "250.00")
    hub.advance(hub.api, days=1)
    assert there(hub, case_id)["principal"]["remaining"] == "1000.00"
    assert hub.case(case_id).payment == "part_paid"

    pay_creditor(hub, invoice_id, "1000.00")
    hub.advance(hub.api, days=1)

    assert hub.case(case_id).closed_reason == "paid"
    assert there(hub, case_id)["closed_reason"] == "paid"
    assert [request["body"]["Settles"] for request in told_payments(hub)] == [False, True]
    assert faults_of(hub) == []


def told_payments(hub):
    return sent(hub, "report_payment")


@pytest.mark.capability("ZIR-7", "ZIR-9")
def test_part_payments_on_both_sides_in_the_same_second_close_the_case_once(hub):
    invoice_id, case_id = registered(hub)
    pay_creditor(hub, invoice_id, "500.00")
    pay_agency(hub, case_id, "750.00")
    hub.pump()
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 0
    assert len(told(hub, "payment.received")) == 2
    assert len(told(hub, "case.closed")) == 1
    assert [each["amount"] for each in there(hub, case_id)["payments"]] == ["750.00", "500.00"]
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-9", "VIS-8")
def test_a_payment_at_the_agency_is_never_reported_back(hub):
    invoice_id, case_id = registered(hub)
    pay_agency(hub, case_id, "300.00")
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 95000
    assert [row.kind for row in lane(hub, case_id)] == ["register_case"]
    assert told_payments(hub) == []
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-9")
def test_a_payment_comes_once_by_callback_and_by_poll(hub):
    _, case_id = registered(hub)
    pay_agency(hub, case_id, "300.00")
    assert len(told_now(hub, "payment.received")) == 1
    for _ in range(3):
        hub.worker("clock").synchronise("acme", "svea")
    assert len(told_now(hub, "payment.received")) == 1
    assert faults_of(hub) == []


def told_now(hub, kind):
    hub.pump()
    return told(hub, kind)


@pytest.mark.parametrize("by_hand", [False, pytest.param(True, marks=pytest.mark.capability("SAN-10"))])
@pytest.mark.capability("ZIR-9", "SAN-9")
def test_a_payment_that_no_callback_told_comes_by_poll(hub, by_hand):
    _, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": "drop_callback", "count": 5})
    pay_agency(hub, case_id, "300.00")
    assert told_now(hub, "payment.received") == []

    if by_hand:
        assert hub.api.post(f"{ACME}/sync", {}).status == 202
        hub.pump()
    else:
        hub.advance_to(hub.api, hub.hub.desk.read().now + timedelta(hours=1), step="hour")

    assert len(told(hub, "payment.received")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("SAN-10")
def test_sync_now_runs_once_and_says_when(hub):
    registered(hub)
    before = len(sent(hub, "list_changes"))
    assert hub.api.post(f"{ACME}/sync", {}).status == 202
    hub.pump()
    assert len(sent(hub, "list_changes")) == before + 1
    assert hub.world.get(things.SYNC("acme", "svea")).last_finished_at is not None


def test_money_with_an_unknown_reference_is_kept_unmatched_and_listed(hub):
    registered(hub)
    hub.control("POST", "svea/payments", {"reference": "0000099", **money("80.00"), "date": today(hub)})
    hub.advance(hub.api, days=1)
    (payment,) = unmatched(hub)
    assert (payment.amount, payment.reference, payment.source) == (8000, "0000099", "agency")
    assert [asked.kind for asked in attention(hub)] == ["payment_unmatched"]
    assert len(told(hub, "payment.unmatched")) == 1
    reply = hub.api.get("/v1/payments?match=unmatched&creditor_id=acme")
    assert reply.status == 200, reply.text
    assert [each["payment_id"] for each in reply.body["items"]] == [payment.payment_id]


def known_by(hub, kid: str) -> str:
    """Register an invoice of 80.00 with a payment reference, and hand it to nobody."""
    body = {
        "debtor_id": "d-1",
        "document_number": f"F-{kid}",
        "principal": money("80.00"),
        "invoice_date": "2026-01-05",
        "due_date": "2026-01-19",
        "payment_reference": {"type": "kid", "value": kid},
    }
    reply = hub.api.post(f"{ACME}/invoices", body)
    assert reply.status == 201, reply.text
    return str(reply.body["invoice_id"])


@pytest.mark.capability("NET-26", "NET-27")
def test_money_at_the_agency_without_a_case_matches_by_reference_and_amount(hub):
    exact, above = known_by(hub, "12345674"), known_by(hub, "23456783")
    taken = [
        hub.control("POST", "svea/payments", {"reference": reference, **money(amount), "date": today(hub)})
        for reference, amount in (("12345674", "80.00"), ("23456783", "115.00"))
    ]
    hub.advance(hub.api, days=1)

    assert invoice_of(hub, exact).balance.remaining == 0
    assert invoice_of(hub, above).balance.remaining == 8000
    (payment,) = unmatched(hub)
    assert (payment.amount, payment.rule) == (11500, "interest_or_costs_above_principal")
    assert told_payments(hub) == []

    hub.control("POST", f"svea/payments/{taken[0]['payment_id']}/reverse")
    hub.pump()
    assert invoice_of(hub, exact).balance.remaining == 8000
    (reversed_,) = told(hub, "payment.reversed")
    assert (reversed_["invoice_id"], reversed_["case_id"]) == (exact, None)


@pytest.mark.capability("BEY-5")
@pytest.mark.parametrize(
    ("order", "fee_left", "principal_left"), [("costs_first", 0, 6500), ("principal_first", 3500, 3000)]
)
def test_money_at_the_agency_without_a_case_is_cleared_in_the_creditors_order(
    hub, order, fee_left, principal_left
):
    hub.world.creditor(clearing_order=order)
    invoice_id = known_by(hub, "12345674")
    fee = {"component": "fee", "amount": money("35.00"), "date": "2026-02-20"}
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/costs", fee).status == 201
    hub.control("POST", "svea/payments", {"reference": "12345674", **money("50.00"), "date": today(hub)})
    hub.advance(hub.api, days=1)

    balance = invoice_of(hub, invoice_id).balance
    assert (balance.part("fee").remaining, balance.part("principal").remaining) == (fee_left, principal_left)
    *_, entry = hub.api.get(f"{ACME}/invoices/{invoice_id}/entries").body["items"]
    assert (entry["source"], entry["clearing_order"]) == ("agency", order)


@pytest.mark.parametrize("lost", [False, True])
def test_money_without_a_case_that_the_agency_takes_back_is_gone(hub, lost):
    registered(hub)
    if lost:
        hub.control("POST", "svea/faults", {"kind": "drop_callback", "count": 9})
    paid = hub.control(
        "POST", "svea/payments", {"reference": "0000099", **money("80.00"), "date": today(hub)}
    )
    hub.advance(hub.api, days=1)
    (payment,) = unmatched(hub)
    hub.control("POST", f"svea/payments/{paid['payment_id']}/reverse")
    hub.advance(hub.api, days=1)

    assert hub.world.get(things.PAYMENT(payment.payment_id)).match == "reversed"
    assert attention(hub) == []
    (voucher,) = hub.api.get("/v1/vouchers?creditor_id=acme").body["items"]
    assert (voucher["kind"], voucher["status"]) == ("unmatched_payment", "voided")


def test_money_for_a_case_that_the_hub_has_lost_is_gone_when_the_agency_takes_it_back(hub):
    teller, case = Teller("acme", "svea"), CaseKey("inv_00000000000000000000000000-1", "SV9")
    now, zero, paid = hub.hub.desk.read().now, Money(0, "NOK"), Money(8000, "NOK")
    received = PaymentReceived(case, "P9", paid, paid, zero, zero, now.date(), now)
    taken_back = PaymentReversed(case, "P9", "P9-R", now)
    assert apply_one(hub.hub.desk, received, teller)
    assert [asked.kind for asked in attention(hub)] == ["payment_unmatched"]

    hub.world.ready("other")
    assert not apply_one(hub.hub.desk, taken_back, Teller("other", "svea"))
    assert apply_one(hub.hub.desk, taken_back, teller)
    assert not apply_one(hub.hub.desk, taken_back, teller)

    payment = hub.api.get("/v1/payments?creditor_id=acme").only
    assert payment["match"] == "reversed"
    assert attention(hub) == []
    assert hub.api.get("/v1/vouchers?creditor_id=acme").only["status"] == "voided"


def test_money_matched_by_hand_that_the_agency_takes_back_is_owed_on_the_case_again(hub):
    invoice_id, case_id = registered(hub)
    paid = hub.control(
        "POST", "svea/payments", {"reference": "0000099", **money("80.00"), "date": today(hub)}
    )
    hub.pump()
    (payment,) = unmatched(hub)
    body = {"invoice_id": invoice_id}
    reply = hub.api.post(f"/v1/payments/{payment.payment_id}/match", body)
    assert reply.status == 200, reply.text
    assert hub.case(case_id).remaining == 117_000
    hub.control("POST", f"svea/payments/{paid['payment_id']}/reverse")
    hub.advance(hub.api, days=1)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125_000
    assert (hub.case(case_id).remaining, hub.case(case_id).payment) == (125_000, "unpaid")
    (reversed_,) = told(hub, "payment.reversed")
    assert (reversed_["payment_id"], reversed_["case_id"]) == (payment.payment_id, case_id)
    assert reversed_["remaining"] == money("1250.00")
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-39", "VIS-6", "VIS-15", "BEY-8")
def test_what_the_agency_received_is_posted_and_cleared_by_its_settlement(hub):
    _, case_id = registered(hub)
    pay_agency(hub, case_id, "1000.00")
    hub.pump()
    items = hub.api.get("/v1/vouchers?creditor_id=acme").body["items"]
    claims = {each["role"]: each for each in items[0]["lines"]}
    assert [each["kind"] for each in items] == ["agency_payment"]
    assert (claims["agency_claims"]["account"], claims["agency_claims"]["debit"]["amount"]) == (
        "1510",
        "1000.00",
    )
    hub.advance(hub.api, days=8)

    (settlement,) = hub.api.get("/v1/settlements?creditor_id=acme").body["items"]
    checked = hub.api.get(f"/v1/settlements/{settlement['settlement_id']}").body
    assert checked["differences"] == []
    assert checked["lines"][0]["principal"]["amount"] == "1000.00"
    posted = hub.api.get("/v1/vouchers?creditor_id=acme").body["items"]
    assert [each["kind"] for each in posted] == ["agency_payment", "settlement"]
    owed = 0
    for voucher in posted:
        lines = voucher["lines"]
        amounts = [(Decimal(each["debit"]["amount"]), Decimal(each["credit"]["amount"])) for each in lines]
        assert sum(debit for debit, _ in amounts) == sum(credit for _, credit in amounts)
        owed += sum(
            Decimal(each["debit"]["amount"]) - Decimal(each["credit"]["amount"])
            for each in lines
            if each["role"] == "agency_claims"
        )
    assert owed == 0
    assert told_payments(hub) == []


@pytest.mark.capability("BEY-8", "VIS-15")
def test_a_payment_that_the_agency_takes_back_after_it_settled_leaves_no_difference(hub):
    _, case_id = registered(hub)
    paid = pay_agency(hub, case_id, "1000.00")
    hub.advance(hub.api, days=8)
    hub.control("POST", f"svea/payments/{paid}/reverse")
    hub.advance(hub.api, days=8)

    settlements = hub.api.get("/v1/settlements?creditor_id=acme").body["items"]
    checked = [hub.api.get(f"/v1/settlements/{each['settlement_id']}").body for each in settlements]
    assert [each["payout"]["amount"] for each in checked] == ["-1000.00", "1000.00"]
    assert [each["differences"] for each in checked] == [[], []]
    posted = hub.api.get("/v1/vouchers?creditor_id=acme").body["items"]
    for role in ("agency_claims", "bank", "receivable"):
        lines = [line for each in posted for line in each["lines"] if line["role"] == role]
        debits, credits = (
            sum(Decimal(line[side]["amount"]) for line in lines) for side in ("debit", "credit")
        )
        assert debits == credits > 0


def test_a_payment_on_a_closed_case_is_booked_or_kept_as_surplus(hub):
    invoice_id, case_id = registered(hub)
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202
    hub.pump()
    assert not hub.case(case_id).open
    pay_agency(hub, case_id, "1500.00")
    hub.advance(hub.api, days=1)

    invoice = invoice_of(hub, invoice_id)
    assert invoice.balance.owed_to_creditor == 0
    listing = Listing(things.PAYMENT, "payments_of", ("acme",))
    (listed,) = everything_of(hub.hub.store, listing)
    payment = hub.world.get(things.PAYMENT(listed.payment_id))
    assert (payment.amount, payment.surplus) == (150000, 25000)
    assert faults_of(hub) == []


def test_an_over_payment_at_the_creditor_leaves_a_surplus_and_closes_the_case(hub):
    invoice_id, case_id = registered(hub)
    paid = pay_creditor(hub, invoice_id, "1300.00")
    hub.advance(hub.api, days=2)

    assert hub.world.get(things.PAYMENT(paid["payment_id"])).surplus == 5000
    assert hub.case(case_id).closed_reason == "paid"
    assert there(hub, case_id)["principal"]["overpaid"] == "50.00"
    assert faults_of(hub) == []


def test_an_over_payment_at_the_agency_is_the_agencys_to_repay(hub):
    invoice_id, case_id = registered(hub)
    pay_agency(hub, case_id, "1300.00")
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 0
    assert hub.case(case_id).closed_reason == "paid"
    assert faults_of(hub) == []


def test_a_reversal_at_the_creditor_is_told_to_the_agency(hub):
    invoice_id, case_id = registered(hub)
    paid = pay_creditor(hub, invoice_id, "250.00")
    hub.pump()
    reply = hub.api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": today(hub)})
    assert reply.status == 200, reply.text
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125000
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"
    assert [row.kind for row in lane(hub, case_id)] == ["register_case", "report_payment", "reverse_payment"]
    assert faults_of(hub) == []


def test_what_was_paid_too_much_pays_the_debt_that_a_reversal_brings_back(hub):
    invoice_id, case_id = registered(hub)
    first = pay_creditor(hub, invoice_id, "250.00")
    second = pay_creditor(hub, invoice_id, "1040.00")
    assert hub.world.get(things.PAYMENT(second["payment_id"])).surplus == 4000
    reply = hub.api.post(f"/v1/payments/{first['payment_id']}/reverse", {"date": today(hub)})
    assert reply.status == 200, reply.text
    hub.advance(hub.api, days=3)

    assert hub.world.get(things.PAYMENT(second["payment_id"])).surplus == 0
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 21000
    assert there(hub, case_id)["principal"]["remaining"] == "210.00"
    assert faults_of(hub) == []


def test_what_came_twice_pays_the_debt_when_the_agency_takes_its_part_back(hub):
    invoice_id, case_id = registered(hub)
    paid = pay_creditor(hub, invoice_id, "1000.00")
    payment = pay_agency(hub, case_id, "1250.00")
    hub.pump()
    reply = hub.api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": today(hub)})
    assert reply.status == 200, reply.text
    hub.advance(hub.api, days=1)
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 0
    hub.control("POST", f"svea/payments/{payment}/reverse")
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125000
    assert told(hub, "ledger.drift") == []


def test_a_reversal_at_the_agency_brings_the_debt_back(hub):
    invoice_id, case_id = registered(hub)
    payment = pay_agency(hub, case_id, "250.00")
    hub.pump()
    hub.control("POST", f"svea/payments/{payment}/reverse")
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125000
    assert len(told(hub, "payment.reversed")) == 1
    assert len(lane(hub, case_id)) == 1
    assert faults_of(hub) == []


def test_a_reversal_that_overtakes_its_payment_is_applied_all_the_same(hub):
    invoice_id, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": "reorder_callbacks", "count": 1})
    payment = pay_agency(hub, case_id, "250.00")
    hub.control("POST", f"svea/payments/{payment}/reverse")
    hub.advance(hub.api, days=2)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125000
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12")
def test_a_credit_note_matched_to_an_invoice_goes_to_the_agency(hub):
    invoice_id, case_id = registered(hub)
    body = {
        "document_number": "C-1",
        "amount": money("50.00"),
        "credit_date": today(hub),
        "invoice_id": invoice_id,
    }
    assert hub.api.post(f"{ACME}/credit-notes", body).status == 201
    hub.advance(hub.api, days=2)

    assert [each["amount"] for each in there(hub, case_id)["credits"]] == ["50.00"]
    assert there(hub, case_id)["principal"]["remaining"] == "1200.00"
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12")
def test_a_credit_note_for_all_of_it_closes_the_case_as_credited(hub):
    invoice_id, case_id = registered(hub)
    body = {
        "document_number": "C-1",
        "amount": money("1250.00"),
        "credit_date": today(hub),
        "invoice_id": invoice_id,
    }
    assert hub.api.post(f"{ACME}/credit-notes", body).status == 201
    hub.advance(hub.api, days=2)

    assert hub.case(case_id).closed_reason == "credited"
    assert there(hub, case_id)["closed_reason"] == "credited"
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12")
def test_a_credit_note_without_an_invoice_stays_here_until_it_is_matched(hub):
    invoice_id, case_id = registered(hub)
    body = {"document_number": "C-1", "amount": money("50.00"), "credit_date": today(hub)}
    note = hub.api.post(f"{ACME}/credit-notes", body).body
    hub.advance(hub.api, days=1)
    assert sent(hub, "report_credit") == []

    matched = hub.api.post(f"{ACME}/credit-notes/{note['credit_note_id']}/match", {"invoice_id": invoice_id})
    assert matched.status == 200, matched.text
    hub.advance(hub.api, days=1)
    assert len(there(hub, case_id)["credits"]) == 1
    assert faults_of(hub) == []


def test_a_payment_before_the_case_is_sent_leaves_nothing_to_send(hub):
    invoice_id, case_id = hand_over(hub)
    pay_creditor(hub, invoice_id, "1250.00")
    hub.advance(hub.api, days=1)

    assert sent(hub, "register_case") == []
    assert hub.case(case_id).closed_reason == "paid"
    assert [row.state for row in lane(hub, case_id)] == ["cancelled", "cancelled"]
    assert faults_of(hub) == []


@pytest.mark.capability("NET-36")
def test_a_write_off_is_told_to_the_agency_and_ends_the_case_as_a_loss(hub):
    invoice_id, case_id = registered(hub)
    body = {"date": today(hub), "amount": money("250.00"), "agency_asked": True}
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/write-off", body).status == 201
    hub.advance(hub.api, days=1)
    assert there(hub, case_id)["principal"]["remaining"] == "1000.00"
    body = {"date": today(hub), "agency_asked": True}
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/write-off", body).status == 201
    hub.advance(hub.api, days=2)

    assert hub.case(case_id).closed_reason == "credit_loss"
    assert there(hub, case_id)["closed_reason"] == "credit_loss"
    assert faults_of(hub) == []


@pytest.mark.capability("NET-36")
def test_a_write_off_that_is_asked_for_again_after_a_restore_is_counted_once(hub):
    """Whatever else comes into the ledger before it the second time, the agency recognises it."""
    invoice_id, case_id = registered(hub)
    kept = hub.engine.everything()
    part = {"date": today(hub), "amount": money("250.00"), "agency_asked": True}

    def give_up() -> None:
        path = f"{ACME}/invoices/{invoice_id}/write-off"
        assert hub.api.post(path, part, idempotency_key="once").status == 201
        hub.pump()

    pay_agency(hub, case_id, "400.00")
    hub.wait_for_news(hub.api)
    give_up()
    refill(hub.engine, kept)
    raise_epoch(hub.hub.desk)
    give_up()
    hub.advance(hub.api, days=3)

    assert there(hub, case_id)["principal"]["remaining"] == "600.00"
    assert faults_of(hub) == []
