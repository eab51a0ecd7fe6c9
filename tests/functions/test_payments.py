"""Payments at the creditor: what they settle, what the agency is told, and what is refused."""

import pytest

from fordring.domain import things
from fordring.domain.agency import ClosedReason, CommandKind
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Balance
from fordring.domain.refs import Listing
from fordring.usecases.lanes import lane_of
from fordring.usecases.submitting import end
from fordring.usecases.work import transact

PAID = {"amount": {"amount": "1250.00", "currency": "NOK"}, "paid_date": "2026-02-20"}


def nok(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "NOK"}


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


def consistent(store, invoice: Invoice) -> bool:
    listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
    entries = [entry for _, entry in store.page(listing).items]
    return Balance.of(invoice.currency, entries) == invoice.balance


def test_a_payment_settles_its_invoice(api, world, store):
    invoice = world.invoice().invoice_id
    reply = api.post(f"{at(invoice)}/payments", PAID)
    assert reply.status == 201
    assert (reply.body["match"], reply.body["origin"], reply.body["surplus"]) == (
        "matched",
        "debtor",
        nok("0.00"),
    )
    read = api.get(at(invoice)).body
    assert (read["status"], read["remaining"], read["dunning_status"]) == ("paid", nok("0.00"), "settled")
    assert consistent(store, world.get(things.INVOICE(invoice)))


def test_part_payments_and_a_surplus(api, world, store):
    invoice = world.invoice().invoice_id
    first = api.post(f"{at(invoice)}/payments", PAID | {"amount": nok("1000.00")})
    assert (first.body["surplus"], api.get(at(invoice)).body["status"]) == (nok("0.00"), "partly_paid")
    second = api.post(f"{at(invoice)}/payments", PAID | {"amount": nok("300.00")})
    assert second.body["surplus"] == nok("50.00")
    third = api.post(f"{at(invoice)}/payments", PAID | {"amount": nok("10.00")})
    assert third.body["surplus"] == nok("10.00")
    read = api.get(at(invoice)).body
    assert (read["remaining"], read["balance"]["principal"]["paid"]) == (nok("0.00"), nok("1250.00"))
    assert consistent(store, world.get(things.INVOICE(invoice)))


@pytest.mark.capability("BEY-5")
@pytest.mark.parametrize(
    ("order", "principal", "fee"),
    [("costs_first", "1185.00", "0.00"), ("principal_first", "1150.00", "35.00")],
)
def test_the_clearing_order_is_the_creditors(api, world, order, principal, fee):
    world.creditor(clearing_order=order)
    invoice = world.invoice().invoice_id
    letter = {"kind": "reminder", "sent_date": "2026-02-01", "channel": "email", "fee": nok("35.00")}
    api.post(f"{at(invoice)}/reminders", letter)
    api.post(f"{at(invoice)}/payments", PAID | {"amount": nok("100.00")})
    balance = api.get(at(invoice)).body["balance"]
    assert balance["principal"]["remaining"] == nok(principal)
    assert balance["fee"]["remaining"] == nok(fee)


@pytest.mark.capability("BEY-3")
def test_each_component_has_its_own_original_paid_credited_and_remaining(api, world):
    invoice = world.invoice().invoice_id
    letter = {"kind": "reminder", "sent_date": "2026-02-01", "channel": "email", "fee": nok("35.00")}
    api.post(f"{at(invoice)}/reminders", letter)
    api.post(
        f"{at(invoice)}/payments",
        PAID | {"amount": nok("210.00"), "parts": {"principal": nok("200.00"), "fee": nok("10.00")}},
    )
    note = {"document_number": "K-1", "amount": nok("50.00"), "credit_date": "2026-02-21"}
    api.post("/v1/creditors/acme/credit-notes", note | {"invoice_id": invoice})
    balance = api.get(at(invoice)).body["balance"]
    assert balance == {
        "principal": {
            "original": nok("1250.00"),
            "paid": nok("200.00"),
            "credited": nok("50.00"),
            "written_off": nok("0.00"),
            "remaining": nok("1000.00"),
        },
        "fee": {
            "original": nok("35.00"),
            "paid": nok("10.00"),
            "credited": nok("0.00"),
            "written_off": nok("0.00"),
            "remaining": nok("25.00"),
        },
    }


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ({"principal": nok("1.00")}, "wrong_sum", "/parts"),
        ({"principal": nok("1200.00"), "fee": nok("50.00")}, "part_exceeds_remaining", "/parts/fee"),
    ],
)
def test_parts_must_add_up_and_be_owed(api, world, engine, parts, code, pointer):
    invoice = world.invoice().invoice_id
    kept = {item.kind for item in engine.everything()}
    reply = api.post(f"{at(invoice)}/payments", PAID | {"parts": parts})
    assert (reply.status, reply.code, reply.faults) == (422, code, {pointer: code})
    assert {item.kind for item in engine.everything()} - kept == {"claim"}


@pytest.mark.capability("NET-25", "BEY-2")
def test_on_a_transferred_invoice_the_origin_is_stated_and_only_the_debtors_money_is_reported(
    api, world, reported
):
    case = world.case()
    invoice = case.members[0].invoice_id
    refused = api.post(f"{at(invoice)}/payments", PAID)
    assert (refused.status, refused.code, refused.faults) == (
        422,
        "origin_required",
        {"/origin": "origin_required"},
    )
    settled = api.post(f"{at(invoice)}/payments", PAID | {"origin": "agency_settlement"})
    assert (settled.status, settled.body["match"], settled.body["reported"]) == (201, "settlement", False)
    assert api.get(at(invoice)).body["remaining"] == nok("1250.00")
    assert reported(case) == []

    paid = api.post(f"{at(invoice)}/payments", PAID | {"origin": "debtor"})
    assert (paid.body["match"], paid.body["reported"], paid.body["case_id"]) == (
        "matched",
        True,
        case.case_id,
    )
    assert reported(case) == [CommandKind.REPORT_PAYMENT]
    assert world.get(things.CASE(case.case_id)).remaining == 0


def test_no_agency_settles_what_none_ever_had(api, world):
    reply = api.post(f"{at(world.invoice().invoice_id)}/payments", PAID | {"origin": "agency_settlement"})
    assert (reply.status, reply.code) == (422, "never_transferred")


def test_a_payment_for_a_closed_case_is_the_creditors_own(api, world, hub, reported):
    case = world.case()

    refs = (things.CASE(case.case_id), things.INVOICE(case.members[0].invoice_id))

    def close(work):
        work.change(refs[0], end(work, work.get(refs[0]), ClosedReason.WITHDRAWN))

    transact(hub.desk, refs, close)
    reply = api.post(f"{at(case.members[0].invoice_id)}/payments", PAID)
    assert (reply.status, reply.body["case_id"], reply.body["reported"]) == (201, None, False)
    assert reported(case) == []


@pytest.mark.parametrize(
    ("change", "status", "faults"),
    [
        ({"amount": {"amount": "10.00", "currency": "SEK"}}, 422, {"/amount/currency": "wrong_currency"}),
        ({"amount": nok("0.00")}, 400, {"/amount": "amount_not_positive"}),
        ({"amount": {"amount": 10.5, "currency": "NOK"}}, 400, {"/amount/amount": "wrong_type"}),
        ({"amount": nok("10.001")}, 400, {"/amount": "too_many_decimals"}),
        ({"origin": "bank", "note": "x"}, 400, {"/origin": "unknown_value", "/note": "unknown_field"}),
    ],
)
def test_a_payment_that_is_none_books_nothing(api, world, change, status, faults):
    invoice = world.invoice().invoice_id
    before = world.get(things.INVOICE(invoice))
    reply = api.post(f"{at(invoice)}/payments", PAID | change)
    assert (reply.status, reply.faults) == (status, faults)
    assert world.get(things.INVOICE(invoice)) == before


def test_the_same_payment_again_books_nothing(api, world, engine):
    invoice = world.invoice().invoice_id
    first = api.post(f"{at(invoice)}/payments", PAID, idempotency_key="p")
    before = engine.everything()
    again = api.post(f"{at(invoice)}/payments", PAID, idempotency_key="p")
    assert (again.text, again.headers["idempotent-replayed"]) == (first.text, "true")
    assert engine.everything() == before


def test_a_payment_that_bounced_is_reversed_and_the_agency_told(api, world, store, reported):
    case = world.case()
    invoice = case.members[0].invoice_id
    paid = api.post(f"{at(invoice)}/payments", PAID | {"origin": "debtor"}).body["payment_id"]
    reply = api.post(f"/v1/payments/{paid}/reverse", {"date": "2026-02-25"})
    assert (reply.status, reply.body["match"], reply.body["reversed_date"]) == (
        200,
        "reversed",
        "2026-02-25",
    )
    read = api.get(at(invoice)).body
    assert (read["remaining"], read["status"]) == (nok("1250.00"), "open")
    assert reported(case) == [CommandKind.REPORT_PAYMENT, CommandKind.REVERSE_PAYMENT]
    after = world.get(things.CASE(case.case_id))
    assert (after.remaining, after.unreported) == (125000, 0)
    assert consistent(store, world.get(things.INVOICE(invoice)))
    twice = api.post(f"/v1/payments/{paid}/reverse", {"date": "2026-02-25"})
    assert (twice.status, twice.code) == (409, "payment_not_reversible")


def test_a_payment_is_not_taken_back_before_it_came(api, world):
    invoice = world.invoice().invoice_id
    paid = api.post(f"{at(invoice)}/payments", PAID).body["payment_id"]
    early = api.post(f"/v1/payments/{paid}/reverse", {"date": "2026-02-19"})
    assert (early.status, early.faults) == (422, {"/date": "reversed_before_paid"})
    assert api.get(at(invoice)).body["remaining"] == nok("0.00")
    assert api.post(f"/v1/payments/{paid}/reverse", {"date": "2026-02-20"}).status == 200


def test_a_payment_from_before_the_transfer_that_bounced_is_on_the_case_again(api, world, reported):
    invoice = world.invoice().invoice_id
    paid = api.post(f"{at(invoice)}/payments", PAID | {"amount": nok("250.00")}).body["payment_id"]
    case = world.case(invoice_id=invoice)
    assert api.post(f"/v1/payments/{paid}/reverse", {"date": "2026-02-25"}).status == 200
    assert world.get(things.CASE(case.case_id)).remaining == 125000
    assert reported(case) == []


def test_what_the_agency_settled_or_took_is_not_reversed_here(api, world):
    invoice = world.case().members[0].invoice_id
    settled = api.post(f"{at(invoice)}/payments", PAID | {"origin": "agency_settlement"}).body["payment_id"]
    reply = api.post(f"/v1/payments/{settled}/reverse", {"date": "2026-02-25"})
    assert (reply.status, reply.code) == (409, "payment_not_reversible")
