"""Vouchers through the API: what bookkeeping is proposed to book, as JSON and as CSV, and what is linked."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fordring.domain import things
from fordring.domain.accounts import Accounts
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.agreement_settings import Settings
from fordring.domain.facts import SettlementLine as Told
from fordring.domain.facts import SettlementMade
from fordring.domain.ledger import Source
from fordring.domain.money import Money
from fordring.domain.payment import Settlement, SettlementLine
from fordring.domain.running import CaseNumber
from fordring.usecases.paying import NewPayment, unmatched
from fordring.usecases.synchronising import apply_one
from fordring.usecases.unmatched import attention_of_payment
from fordring.usecases.vouchering import vouch_settlement
from fordring.usecases.work import transact

AT = "/v1/vouchers?creditor_id=acme"
NOK = {"currency": "NOK"}


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def pay(api, invoice_id: str, amount: str, **more):
    body = {"amount": {"amount": amount, **NOK}, "paid_date": "2026-02-20", "origin": "debtor", **more}
    reply = api.post(f"/v1/creditors/acme/invoices/{invoice_id}/payments", body)
    assert reply.status == 201, reply.text
    return reply.body


def booked(voucher) -> dict[str, tuple[str, str]]:
    return {each["role"]: (each["debit"]["amount"], each["credit"]["amount"]) for each in voucher["lines"]}


def vouchers(api, query: str = "") -> list[dict]:
    reply = api.get(AT + query)
    assert reply.status == 200, reply.text
    return reply.body["items"]


def machine_payment(hub, payment_id: str = "pay_MACHINE"):
    new = NewPayment(
        Money.parse("1320.00", "NOK"),
        date(2026, 2, 20),
        source=Source.BANK_FILE,
        reference="12345674",
        bank_transaction_id="B-1",
        machine_readable=True,
        channel="ocr_giro",
        payment_id=payment_id,
    )
    refs = (things.PAYMENT(payment_id), attention_of_payment(payment_id))
    return transact(hub.desk, refs, lambda work: unmatched(work, "acme", new, "interest_or_costs"))


@pytest.mark.capability("VIS-14")
def test_a_payment_at_the_creditor_is_proposed_on_its_bank_account(api, world):
    paid = pay(api, world.invoice().invoice_id, "1300.00")
    (voucher,) = vouchers(api)
    assert booked(voucher) == {
        "bank": ("1300.00", "0.00"),
        "receivable": ("0.00", "1250.00"),
        "surplus": ("0.00", "50.00"),
    }
    assert (voucher["payment_id"], voucher["status"], voucher["voucher_date"]) == (
        paid["payment_id"],
        "proposed",
        "2026-02-20",
    )
    assert {each["role"]: each["account"] for each in voucher["lines"]} == {
        "bank": "1920",
        "receivable": "1500",
        "surplus": "2900",
    }


def test_the_account_numbers_are_the_agreement_s(api, world):
    world.agreement(settings=Settings(accounts=Accounts(receivable="1501", bank="1925")))
    pay(api, world.invoice().invoice_id, "1250.00")
    (voucher,) = vouchers(api)
    assert [each["account"] for each in voucher["lines"]] == ["1925", "1501"]


def test_each_account_of_the_creditor_is_cleared_whichever_agency_has_the_invoice(api, world, hub):
    """Of two agreements that name other accounts, each payment is on those of its invoice's, all the way."""
    first = Accounts(bank="1925", agency_claims="1511", unmatched="2991")
    world.agreement(agency="intrum", settings=Settings(accounts=first))
    world.agreement(settings=Settings(accounts=Accounts(receivable="1501", bank="1926", unmatched="2992")))
    invoice = world.case().members[0].invoice_id
    payment = machine_payment(hub)
    body = {"invoice_id": invoice, "origin": "debtor"}
    assert api.post(f"/v1/payments/{payment.payment_id}/match", body).status == 200
    paid = pay(api, invoice, "10.00")
    assert api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": "2026-02-25"}).status == 200
    lines = [(line["account"], Decimal(line["debit"]["amount"]) - Decimal(line["credit"]["amount"]))
             for voucher in vouchers(api) for line in voucher["lines"]]  # fmt: skip
    on = {account: sum(amount for name, amount in lines if name == account) for account, _ in lines}
    assert on == {"1925": 1320, "2991": 0, "1501": -1250, "2900": -70, "1926": 0}


def test_what_an_agency_owes_is_never_on_another_agencys_account(api, world, hub):
    world.agreement(
        agency="intrum", settings=Settings(accounts=Accounts(receivable="1501", agency_claims="1511"))
    )
    lines = (SettlementLine(None, "SV-1", 5000, 0, 0, 0, 0, 5000),)
    made = Settlement("set_2", "acme", "svea", "S-2", date(2026, 3, 2), "NOK", 5000, lines, hub.wall.now())
    transact(hub.desk, (), lambda work: vouch_settlement(work, made))
    pay(api, world.invoice().invoice_id, "10.00")
    accounts = {each["role"]: each["account"] for voucher in vouchers(api) for each in voucher["lines"]}
    assert accounts == {"agency_claims": "1510", "bank": "1920", "receivable": "1501"}


@pytest.mark.capability("NET-28", "NET-29", "NET-30", "NET-31")
def test_a_collection_fee_is_corrected_in_the_bookkeeping_too(api, world, hub):
    invoice = world.case().members[0].invoice_id
    machine_payment(hub)
    body = {"method": "collection", "invoice_id": invoice}
    assert api.post("/v1/payments/pay_MACHINE/match", body).status == 200
    matched = next(each for each in vouchers(api) if each["kind"] == "payment")
    assert booked(matched) == {
        "unmatched": ("1320.00", "0.00"),
        "receivable": ("0.00", "1250.00"),
        "collection_cost": ("0.00", "70.00"),
    }


@pytest.mark.capability("NET-32", "NET-33")
def test_do_not_match_voids_the_voucher_and_a_manual_payment_makes_another(api, world, hub):
    invoice = world.case().members[0].invoice_id
    machine_payment(hub)
    (created,) = vouchers(api)
    assert (created["kind"], created["status"]) == ("unmatched_payment", "proposed")
    assert api.post("/v1/payments/pay_MACHINE/match", {"method": "ignore"}).status == 200
    (voided,) = vouchers(api)
    assert (voided["voucher_id"], voided["status"]) == (created["voucher_id"], "voided")
    parts = {"principal": {"amount": "1250.00", **NOK}, "interest": {"amount": "70.00", **NOK}}
    pay(api, invoice, "1320.00", parts=parts, replaces="pay_MACHINE", bank_account="1503 24 56789")
    manual = next(each for each in vouchers(api) if each["kind"] == "payment")
    assert booked(manual) == {
        "bank": ("1320.00", "0.00"),
        "receivable": ("0.00", "1250.00"),
        "interest_income": ("0.00", "70.00"),
    }
    assert (manual["bank_account"], manual["machine_readable"]) == ("1503 24 56789", False)


@pytest.mark.capability("NET-34")
def test_the_voucher_of_a_reference_payment_is_not_linked_by_hand(api, hub):
    machine_payment(hub)
    (voucher,) = vouchers(api)
    path = f"/v1/vouchers/{voucher['voucher_id']}/bank-link"
    refused = api.post(path, {"bank_transaction_id": "STATEMENT-7"})
    assert (refused.status, refused.code) == (409, "reference_payment_not_linkable")
    assert vouchers(api) == [voucher]


@pytest.mark.capability("NET-35")
def test_the_voucher_of_a_payment_without_a_reference_is_linked_to_the_statement(api, world):
    pay(api, world.invoice().invoice_id, "1250.00")
    (voucher,) = vouchers(api)
    path = f"/v1/vouchers/{voucher['voucher_id']}/bank-link"
    linked = api.post(path, {"bank_transaction_id": "STATEMENT-7"})
    assert (linked.status, linked.body["bank_transaction_id"]) == (200, "STATEMENT-7")
    assert api.post(path, {"bank_transaction_id": "STATEMENT-7"}).status == 200
    other = api.post(path, {"bank_transaction_id": "STATEMENT-8"})
    assert (other.status, other.code) == (409, "already_linked")
    written = world.invoice().invoice_id
    gone = api.post(f"/v1/creditors/acme/invoices/{written}/write-off", {"date": "2026-03-01"})
    assert gone.status == 201
    loss = next(each for each in vouchers(api) if each["kind"] == "write_off")
    refused = api.post(f"/v1/vouchers/{loss['voucher_id']}/bank-link", {"bank_transaction_id": "S"})
    assert (refused.status, refused.code) == (409, "no_bank_line")


def test_a_voided_voucher_is_not_linked(api, hub, world):
    payment = machine_payment(hub)
    world.put(things.PAYMENT(payment.payment_id), replace(payment, machine_readable=False))
    assert api.post("/v1/payments/pay_MACHINE/match", {"method": "ignore"}).status == 200
    (voucher,) = vouchers(api)
    world.put(
        things.VOUCHER(voucher["voucher_id"]),
        replace(world.get(things.VOUCHER(voucher["voucher_id"])), machine_readable=False),
    )
    path = f"/v1/vouchers/{voucher['voucher_id']}/bank-link"
    assert api.post(path, {"bank_transaction_id": "S"}).code == "voucher_voided"


def test_fees_and_write_offs_are_proposed(api, world):
    invoice = world.invoice().invoice_id
    at = f"/v1/creditors/acme/invoices/{invoice}"
    letter = {"kind": "reminder", "sent_date": "2026-02-20", "channel": "email"}
    assert api.post(f"{at}/reminders", letter | {"fee": {"amount": "35.00", **NOK}}).status == 201
    assert api.post(f"{at}/write-off", {"date": "2026-03-01"}).status == 201
    found = {each["kind"]: booked(each) for each in vouchers(api)}
    assert found == {
        "cost_charged": {"receivable": ("35.00", "0.00"), "fee_income": ("0.00", "35.00")},
        "write_off": {"loss": ("1285.00", "0.00"), "receivable": ("0.00", "1285.00")},
    }


def test_only_what_is_new_is_read_and_page_by_page(api, world, clock):
    for _ in range(3):
        pay(api, world.invoice().invoice_id, "10.00")
    later = clock.advance(hours=1)
    pay(api, world.invoice().invoice_id, "20.00")
    since = later.isoformat().replace("+00:00", "Z")
    (new,) = vouchers(api, f"&since={since}")
    assert booked(new)["bank"] == ("20.00", "0.00")
    first = api.get(f"{AT}&limit=3").body
    rest = api.get(f"{AT}&limit=3&cursor={first['next_cursor']}").body
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 1, None)
    assert api.get(f"{AT}&since=yesterday").status == 400


def test_as_csv_each_line_has_the_columns_of_saf_t(api, world):
    pay(api, world.invoice().invoice_id, "1250.00", bank_transaction_id="=1+1")
    reply = api.get(f"{AT}&format=csv")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [(each["AccountID"], each["DebitAmount"], each["CreditAmount"]) for each in rows] == [
        ("1920", "1250.00", "0.00"),
        ("1500", "0.00", "1250.00"),
    ]
    assert rows[0]["ReferenceNumber"] == "'=1+1"
    assert {each["TransactionID"] for each in rows} == {vouchers(api)[0]["voucher_id"]}
    assert (rows[0]["Period"], rows[0]["PeriodYear"], rows[0]["Status"]) == ("2", "2026", "proposed")


def test_another_creditors_vouchers_and_settlements_are_not_there(api, world, settlement):
    pay(api, world.invoice().invoice_id, "10.00")
    world.ready("other")
    stranger = world.client(creditors=["other"])
    assert stranger.get(AT).status == 404
    name = vouchers(api)[0]["voucher_id"]
    for hidden, missing in (
        (f"/v1/vouchers/{name}/bank-link", "/v1/vouchers/vou_NONE/bank-link"),
        (f"/v1/settlements/{settlement}/bookkept", "/v1/settlements/set_NONE/bookkept"),
    ):
        body = {"bank_transaction_id": "S"} if "vouchers" in hidden else {"bookkeeping_id": "B"}
        assert stranger.post(hidden, body).problem == stranger.post(missing, body).problem
    assert stranger.get(f"/v1/settlements/{settlement}").status == 404


@pytest.fixture
def settlement(world, hub) -> str:
    """A settlement of a case of which the agency has told no payment, twice, and of one that nobody knows."""
    case = world.case()
    lines = (
        SettlementLine(case.case_id, None, 100000, 0, 500, 1000, 250, 99250),
        SettlementLine(None, "SV-X", 5000, 0, 0, 0, 0, 4900),
        SettlementLine(case.case_id, None, 0, 0, 0, 0, 0, 0),
    )
    made = Settlement("set_1", "acme", "svea", "S-1", date(2026, 3, 2), "NOK", 104000, lines, hub.wall.now())

    def write(work) -> None:
        work.add(things.SETTLEMENT("set_1"), made)
        vouch_settlement(work, made)

    transact(hub.desk, (), write)
    return "set_1"


@pytest.mark.capability("BEY-8")
def test_a_settlement_is_checked_against_itself_and_the_payments(api, settlement):
    told = api.get(f"/v1/settlements/{settlement}").body
    assert [(each["kind"], each["amount"]["amount"]) for each in told["differences"]] == [
        ("lines_differ_from_payout", "-1.50"),
        ("more_than_received", "1000.00"),
        ("does_not_add_up", "-1.00"),
        ("unknown_case", "50.00"),
    ]
    assert told["lines"][0]["commission"]["amount"] == "10.00"


@pytest.mark.capability("BEY-8")
def test_a_settlement_that_names_cases_by_number_or_a_lost_id_is_led_to_them(api, world, hub):
    one, other = world.case(), world.case()
    lost = "inv_00000000000000000000000000-1"
    for name, case in (("SV-1", one), (lost, other)):
        world.put(things.CASE_NUMBER("svea", "acme", name), CaseNumber(case.case_id))
    nok = lambda minor: Money(minor, "NOK")  # noqa: E731
    rest = (nok(0), nok(0), nok(0), nok(0))
    lines = (
        Told(CaseKey(None, "SV-1"), nok(5000), *rest, nok(5000)),
        Told(CaseKey(lost, "SV-2"), nok(7000), *rest, nok(6999)),
        Told(CaseKey(None, "SV-3"), nok(100), *rest, nok(100)),
    )
    made = SettlementMade("S-9", date(2026, 3, 2), nok(12098), lines, hub.wall.now())
    assert apply_one(hub.desk, made, Teller("acme", "svea"))
    settlement = api.get("/v1/settlements?creditor_id=acme").only["settlement_id"]
    told = api.get(f"/v1/settlements/{settlement}").body
    assert [each["case_id"] for each in told["lines"]] == [one.case_id, other.case_id, None]
    assert [(each["kind"], each["amount"]["amount"]) for each in told["differences"]] == [
        ("lines_differ_from_payout", "-0.01"),
        ("more_than_received", "50.00"),
        ("does_not_add_up", "-0.01"),
        ("more_than_received", "70.00"),
        ("unknown_case", "1.00"),
    ]
    (voucher,) = vouchers(api)
    # One line for the bank, as it is on the statement.
    bank = [each["debit"]["amount"] for each in voucher["lines"] if each["role"] == "bank"]
    assert bank == ["120.98"]
    on = [each for each in voucher["lines"] if each["role"] == "agency_claims"]
    assert [(each["case_id"], each["credit"]["amount"]) for each in on][:3] == [
        (one.case_id, "50.00"),
        (other.case_id, "69.99"),
        (None, "1.00"),
    ]


def test_a_settlement_of_thousands_of_cases_is_checked_in_few_reads(api, world, hub, meter):
    known = [world.case() for _ in range(3)]
    lines = tuple(
        SettlementLine(case.case_id, None, 1000, 0, 0, 0, 0, 1000)
        for case in (*known, *(replace(known[0], case_id=f"case_{number}-1") for number in range(2000)))
    )
    payout = 1000 * len(lines)
    made = Settlement("set_3", "acme", "svea", "S-3", date(2026, 3, 2), "NOK", payout, lines, hub.wall.now())
    world.put(things.SETTLEMENT("set_3"), made)
    meter.clear()
    told = api.get("/v1/settlements/set_3").body
    assert len(told["lines"]) == len(lines)
    assert [each["kind"] for each in told["differences"]].count("unknown_case") == 2000
    assert [each["kind"] for each in told["differences"]].count("more_than_received") == len(known)
    assert len(meter.calls) < 30, "a hundred cases in a read"


@pytest.mark.capability("BEY-8")
def test_a_settlement_is_acknowledged_with_the_bookkeeping_s_number(api, settlement):
    path = f"/v1/settlements/{settlement}/bookkept"
    kept = api.post(path, {"bookkeeping_id": "2026-117"})
    assert (kept.status, kept.body["bookkeeping_id"]) == (200, "2026-117")
    assert api.post(path, {"bookkeeping_id": "2026-117"}).status == 200
    other = api.post(path, {"bookkeeping_id": "2026-118"})
    assert (other.status, other.code, other.body["bookkeeping_id"]) == (409, "already_bookkept", "2026-117")
    (voucher,) = vouchers(api)
    assert (voucher["kind"], voucher["bookkeeping_id"]) == ("settlement", "2026-117")
    assert api.get("/v1/settlements?creditor_id=acme").body["items"][0]["bookkeeping_id"] == "2026-117"
