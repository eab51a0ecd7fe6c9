"""Unmatched payments: led to their invoice by hand, or set aside."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.agency import CaseKey, CommandKind
from fordring.domain.agency_answers import Teller
from fordring.domain.facts import PaymentReceived
from fordring.domain.ledger import Source
from fordring.domain.matching import Rule
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.usecases.lanes import lane_of
from fordring.usecases.naming import refs_of_facts
from fordring.usecases.paying import NewPayment, unmatched
from fordring.usecases.receiving_payments import agency_payment_id, receive_payment
from fordring.usecases.synchronising import apply_one
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


@pytest.fixture
def reference_payment(hub) -> Payment:
    """More than is owed on an invoice at an agency, by its reference: left to a person."""
    new = NewPayment(
        Money.parse("1320.00", "NOK"),
        date(2026, 2, 20),
        source=Source.BANK_FILE,
        reference="12345674",
        bank_transaction_id="B-1",
        machine_readable=True,
        channel="ocr_giro",
        rule=Rule.ABOVE_PRINCIPAL,
        payment_id="pay_MACHINE",
    )
    refs = (things.PAYMENT("pay_MACHINE"), attention_of_payment("pay_MACHINE"))
    return transact(hub.desk, refs, lambda work: unmatched(work, "acme", new, new.rule.value))


def entries(api, invoice_id: str) -> list[tuple[str, dict[str, str], str | None]]:
    items = api.get(f"{at(invoice_id)}/entries").body["items"]
    return [
        (each["kind"], {name: money["amount"] for name, money in each["amounts"].items()}, each["note"])
        for each in items
    ]


@pytest.mark.capability("NET-28", "NET-29", "NET-30", "NET-31")
def test_matched_in_full_the_cost_is_a_collection_fee_and_never_on_the_principal(
    api, world, hub, reference_payment, reported
):
    case = world.case()
    invoice = case.members[0].invoice_id
    path = f"/v1/payments/{reference_payment.payment_id}/match"
    reply = api.post(path, {"method": "collection", "invoice_id": invoice})
    assert (reply.status, reply.body["match"], reply.body["rule"]) == (200, "matched", "collection")
    assert (reply.body["collected"]["amount"], reply.body["surplus"]["amount"]) == ("70.00", "0.00")
    assert entries(api, invoice) == [
        ("charge", {"principal": "1250.00"}, None),
        ("payment", {"principal": "1250.00"}, None),
        ("collected", {"agency_cost": "70.00"}, "customer_paid_collection_fee"),
    ]
    told = api.get(at(invoice)).body
    assert (told["remaining"]["amount"], told["principal"]["amount"]) == ("0.00", "1250.00")
    assert told["balance"]["principal"]["original"]["amount"] == "1250.00"
    assert reported(case) == [CommandKind.REPORT_PAYMENT]
    assert world.get(things.CASE(case.case_id)).remaining == 0


def test_taken_back_the_fee_is_gone_with_the_principal(api, world, hub, reference_payment):
    case = world.case()
    invoice = case.members[0].invoice_id
    path = f"/v1/payments/{reference_payment.payment_id}"
    assert api.post(f"{path}/match", {"method": "collection", "invoice_id": invoice}).status == 200
    assert api.post(f"{path}/reverse", {"date": "2026-02-25"}).status == 200
    told = api.get(at(invoice)).body
    assert told["remaining"]["amount"] == "1250.00"
    assert told["balance"]["agency_cost"]["paid"]["amount"] == "0.00"
    assert [kind for kind, _, _ in entries(api, invoice)][-2:] == ["reversal", "reversal"]


def test_a_collection_fee_is_above_the_principal_of_an_invoice_that_an_agency_had(
    api, world, reference_payment
):
    path = f"/v1/payments/{reference_payment.payment_id}/match"
    never = world.invoice().invoice_id
    refused = api.post(path, {"method": "collection", "invoice_id": never})
    assert (refused.status, refused.code) == (422, "never_transferred")
    large = world.case(invoice_id=world.invoice(amount="5000.00").invoice_id).members[0].invoice_id
    refused = api.post(path, {"method": "collection", "invoice_id": large})
    assert (refused.status, refused.code) == (422, "nothing_above_principal")
    said = api.post(path, {"method": "collection", "invoice_id": large, "origin": "debtor"})
    assert said.faults == {"": "matched_in_full"}


@pytest.mark.capability("NET-40")
def test_a_machine_readable_payment_is_not_split(api, world, reference_payment):
    invoice = world.case().members[0].invoice_id
    parts = {
        "principal": {"amount": "1250.00", "currency": "NOK"},
        "interest": {"amount": "70.00", "currency": "NOK"},
    }
    path = f"/v1/payments/{reference_payment.payment_id}/match"
    split = api.post(path, {"invoice_id": invoice, "origin": "debtor", "parts": parts})
    assert (split.status, split.code) == (409, "payment_cannot_be_split")
    by_hand = {
        "amount": {"amount": "1320.00", "currency": "NOK"},
        "paid_date": "2026-02-20",
        "origin": "debtor",
        "parts": parts,
        "replaces": reference_payment.payment_id,
    }
    early = api.post(f"{at(invoice)}/payments", by_hand)
    assert (early.status, early.code) == (409, "set_aside_first")
    assert entries(api, invoice) == [("charge", {"principal": "1250.00"}, None)]


@pytest.mark.capability("NET-34", "NET-40")
def test_a_reference_payment_may_come_by_the_api_too(api, world):
    invoice = world.invoice().invoice_id
    paid = {
        "amount": {"amount": "1250.00", "currency": "NOK"},
        "paid_date": "2026-02-20",
        "reference": "12345674",
        "bank_transaction_id": "B-1",
        "machine_readable": True,
    }
    split = paid | {"parts": {"principal": {"amount": "1250.00", "currency": "NOK"}}}
    assert api.post(f"{at(invoice)}/payments", split).faults == {"": "payment_cannot_be_split"}
    told = api.post(f"{at(invoice)}/payments", paid).body
    assert (told["machine_readable"], told["bank_transaction_id"]) == (True, "B-1")
    (voucher,) = api.get("/v1/vouchers?creditor_id=acme").body["items"]
    link = api.post(f"/v1/vouchers/{voucher['voucher_id']}/bank-link", {"bank_transaction_id": "B-2"})
    assert (link.status, link.code) == (409, "reference_payment_not_linkable")


@pytest.mark.capability("NET-32", "NET-33")
def test_set_aside_it_is_registered_by_hand_with_its_parts(api, world, reference_payment, reported):
    case = world.case()
    invoice = case.members[0].invoice_id
    path = f"/v1/payments/{reference_payment.payment_id}/match"
    assert api.post(path, {"method": "ignore"}).body["match"] == "ignored"
    by_hand = {
        "amount": {"amount": "1320.00", "currency": "NOK"},
        "paid_date": "2026-02-20",
        "origin": "debtor",
        "handling": "normal",
        "bank_account": "1503 24 56789",
        "parts": {
            "principal": {"amount": "1250.00", "currency": "NOK"},
            "interest": {"amount": "70.00", "currency": "NOK"},
        },
        "replaces": reference_payment.payment_id,
    }
    paid = api.post(f"{at(invoice)}/payments", by_hand)
    assert (paid.status, paid.body["bank_transaction_id"], paid.body["bank_account"]) == (
        201,
        "B-1",
        "1503 24 56789",
    )
    assert entries(api, invoice)[1:] == [
        ("payment", {"principal": "1250.00"}, None),
        ("collected", {"interest": "70.00"}, "interest_paid"),
    ]
    assert reported(case) == [CommandKind.REPORT_PAYMENT]
    again = api.post(f"{at(invoice)}/payments", by_hand)
    assert (again.status, again.code) == (409, "payment_already_replaced")


def test_what_replaces_a_payment_is_of_its_amount_and_creditor(api, world, reference_payment):
    invoice = world.invoice().invoice_id
    assert api.post(f"/v1/payments/{reference_payment.payment_id}/match", {"method": "ignore"}).status == 200
    body = {"amount": {"amount": "10.00", "currency": "NOK"}, "paid_date": "2026-02-20"}
    wrong = api.post(f"{at(invoice)}/payments", body | {"replaces": reference_payment.payment_id})
    assert (wrong.status, wrong.faults) == (422, {"/amount": "wrong_amount"})
    missing = api.post(f"{at(invoice)}/payments", body | {"replaces": "pay_NONE"})
    assert (missing.status, missing.faults) == (422, {"/replaces": "unknown_payment"})


@pytest.mark.capability("NET-35")
def test_a_payment_without_a_reference_is_registered_with_the_statement_s_transaction(api, world):
    invoice = world.case().members[0].invoice_id
    body = {
        "amount": {"amount": "1300.00", "currency": "NOK"},
        "paid_date": "2026-02-20",
        "origin": "debtor",
        "bank_transaction_id": "STATEMENT-7",
        "parts": {
            "principal": {"amount": "1250.00", "currency": "NOK"},
            "interest": {"amount": "30.00", "currency": "NOK"},
            "cost": {"amount": "20.00", "currency": "NOK"},
        },
    }
    paid = api.post(f"{at(invoice)}/payments", body)
    assert (paid.status, paid.body["bank_transaction_id"], paid.body["machine_readable"]) == (
        201,
        "STATEMENT-7",
        False,
    )
    assert paid.body["collected"]["amount"] == "50.00"
    assert api.get(at(invoice)).body["remaining"]["amount"] == "0.00"


def test_an_unmatched_payment_that_a_person_wrote_is_split_by_hand(api, world, stray):
    invoice = world.invoice(amount="1200.00").invoice_id
    parts = {
        "principal": {"amount": "1200.00", "currency": "NOK"},
        "interest": {"amount": "50.00", "currency": "NOK"},
    }
    reply = api.post(f"/v1/payments/{stray.payment_id}/match", {"invoice_id": invoice, "parts": parts})
    assert (reply.status, reply.body["collected"]["amount"]) == (200, "50.00")


def test_the_parts_are_in_the_currency_of_the_payment(api, world, stray):
    invoice = world.invoice(amount="1250.00").invoice_id
    parts = {"principal": {"amount": "1250.00", "currency": "EUR"}}
    path = f"/v1/payments/{stray.payment_id}/match"
    refused = api.post(path, {"invoice_id": invoice, "parts": parts})
    assert (refused.status, refused.faults) == (422, {"/parts": "wrong_currency"})
    assert api.get(at(invoice)).body["remaining"]["amount"] == "1250.00"


@pytest.mark.parametrize("source", Source)
def test_money_in_another_currency_settles_no_invoice(api, world, stray, source):
    invoice = world.case().members[0].invoice_id
    world.put(things.PAYMENT(stray.payment_id), replace(stray, source=source, currency="EUR"))
    path = f"/v1/payments/{stray.payment_id}/match"
    refused = api.post(path, {"invoice_id": invoice, "origin": "debtor"})
    assert (refused.status, refused.code) == (422, "wrong_currency")
    assert api.get(at(invoice)).body["remaining"]["amount"] == "1250.00"


def test_money_in_another_currency_stays_unmatched_when_its_case_is_found(hub, world):
    case, teller = world.case(), Teller("acme", "svea")
    euro = Money(5000, "EUR")
    nothing = Money(0, "EUR")
    fact = PaymentReceived(
        CaseKey(case.external_id), "P-1", euro, euro, nothing, nothing, date(2026, 2, 20), hub.wall.now()
    )
    refs = refs_of_facts([fact], teller)
    assert transact(hub.desk, refs, lambda work: receive_payment(work, fact, teller, None))

    assert not apply_one(hub.desk, fact, teller)
    payment_id = agency_payment_id(fact, teller)
    assert payment_id is not None
    assert world.get(things.PAYMENT(payment_id)).match is Match.UNMATCHED


@pytest.mark.capability("BEY-2")
def test_what_the_agency_took_is_the_debtors_whatever_is_said(api, world, stray):
    invoice = world.case().members[0].invoice_id
    world.put(things.PAYMENT(stray.payment_id), replace(stray, source=Source.AGENCY, agency="svea"))
    path = f"/v1/payments/{stray.payment_id}/match"
    refused = api.post(path, {"invoice_id": invoice, "origin": "agency_settlement"})
    assert (refused.status, refused.faults) == (422, {"/origin": "wrong_origin"})
    matched = api.post(path, {"invoice_id": invoice})
    assert (matched.status, matched.body["origin"], matched.body["reported"]) == (200, "debtor", False)


@pytest.mark.capability("BEY-5")
@pytest.mark.parametrize("order", ["costs_first", "principal_first"])
def test_the_clearing_order_is_shown_on_the_entry(api, world, order):
    world.creditor(clearing_order=order)
    invoice = world.invoice().invoice_id
    body = {"amount": {"amount": "10.00", "currency": "NOK"}, "paid_date": "2026-02-20"}
    assert api.post(f"{at(invoice)}/payments", body).status == 201
    assert [each["clearing_order"] for each in api.get(f"{at(invoice)}/entries").body["items"]] == [
        None,
        order,
    ]
