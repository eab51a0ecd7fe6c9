"""Reports by API: what is owed by age, and what was recovered, as JSON and as CSV."""

import csv
import io
from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.facts import CaseRejected, LetterDispatched, PaymentReceived, PaymentReversed
from fordring.domain.money import Money
from fordring.domain.payment import Settlement, SettlementLine
from fordring.usecases import reporting
from fordring.usecases.synchronising import apply_one
from tests.functions.conftest import World

ACME = "/v1/creditors/acme"
AGEING = f"{ACME}/reports/ageing"
RECOVERY = f"{ACME}/reports/recovery"
SVEA = Teller("acme", "svea")


def nok(amount):
    return {"amount": amount, "currency": "NOK"}


def pay(api, invoice_id, amount, day):
    body = {"amount": nok(amount), "paid_date": day, "origin": "debtor"}
    reply = api.post(f"{ACME}/invoices/{invoice_id}/payments", body)
    assert reply.status == 201, reply.text
    return reply.body["payment_id"]


def table(reply):
    return list(csv.DictReader(io.StringIO(reply.text, newline="")))


@pytest.fixture
def aged(world):
    """Debts of every age on 2026-03-02, of two debtors in two currencies."""
    world.ready()
    world.debtor(debtor_id="d-2")
    for due, amount in (
        (date(2026, 3, 10), "100.00"),
        (date(2026, 3, 2), "10.00"),
        (date(2026, 3, 1), "200.00"),
        (date(2026, 1, 31), "300.00"),
        (date(2026, 1, 30), "30.00"),
        (date(2025, 12, 2), "400.00"),
        (date(2025, 12, 1), "500.00"),
    ):
        world.invoice(amount=amount, due_date=due, invoice_date=date(2025, 11, 1))
    world.invoice(debtor_id="d-2", amount="70.00", due_date=date(2026, 2, 1))
    world.invoice(debtor_id="d-2", amount="9.50", currency="EUR", due_date=date(2025, 6, 1))


@pytest.mark.capability("BEY-12")
def test_debt_is_told_by_age_for_each_debtor_and_in_total(api, aged):
    told = api.get(AGEING).body

    assert (told["creditor_id"], told["on"]) == ("acme", "2026-03-02")
    euros, kroner = told["currencies"]
    assert kroner["currency"] == "NOK"
    assert kroner["debtors"] == [
        {
            "debtor_id": "d-1",
            "not_due": "110.00",
            "days_1_30": "500.00",
            "days_31_60": "30.00",
            "days_61_90": "400.00",
            "over_90": "500.00",
            "total": "1540.00",
            "invoices": 7,
        },
        {
            "debtor_id": "d-2",
            "not_due": "0.00",
            "days_1_30": "70.00",
            "days_31_60": "0.00",
            "days_61_90": "0.00",
            "over_90": "0.00",
            "total": "70.00",
            "invoices": 1,
        },
    ]
    assert (kroner["total"]["total"], kroner["total"]["days_1_30"], kroner["total"]["invoices"]) == (
        "1610.00",
        "570.00",
        8,
    )
    assert (euros["currency"], euros["total"]["over_90"]) == ("EUR", "9.50")


@pytest.mark.capability("BEY-12")
def test_an_earlier_day_is_told_by_what_is_dated_until_then(api, world):
    world.ready()
    first, second = (world.invoice(amount="1000.00").invoice_id for _ in range(2))
    pay(api, first, "1000.00", "2026-02-20")
    payment = pay(api, second, "400.00", "2026-02-10")
    api.post(f"/v1/payments/{payment}/reverse", {"date": "2026-02-25"})

    def owed(day):
        currencies = api.get(f"{AGEING}?on={day}").body["currencies"]
        return currencies[0]["total"]["total"] if currencies else "0"

    assert owed("2026-01-14") == "0"  # before the invoices
    assert owed("2026-01-20") == "2000.00"
    assert owed("2026-02-10") == "1600.00"
    assert owed("2026-02-20") == "600.00"
    assert owed("2026-02-25") == "1000.00"
    assert owed("2026-03-02") == owed("2026-12-31") == "1000.00"


def test_what_an_agency_adds_or_has_bought_is_not_owed_to_the_creditor(api, world):
    world.ready()
    case = world.case(invoice_id=world.invoice(amount="1000.00").invoice_id)
    letter = LetterDispatched(
        CaseKey(case.external_id),
        "l-1",
        "reminder",
        "letter",
        date(2026, 3, 1),
        None,
        Money(7000, "NOK"),
        world.hub.wall.now(),
    )
    apply_one(world.hub.desk, letter, SVEA)
    bought = world.invoice(amount="500.00")
    world.put(things.INVOICE(bought.invoice_id), replaced(bought, owner="agency"))

    (kroner,) = api.get(AGEING).body["currencies"]

    assert kroner["total"]["total"] == "1000.00"


def replaced(value, **changes):
    from dataclasses import replace

    return replace(value, **changes)


@pytest.mark.capability("BEY-12")
def test_ageing_is_a_table_too(api, aged):
    reply = api.get(AGEING, accept="text/csv")

    assert reply.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert reply.headers["content-disposition"] == 'attachment; filename="ageing-2026-03-02.csv"'
    assert reply.text == api.get(f"{AGEING}?format=csv").text
    rows = table(reply)
    assert [(row["currency"], row["row"], row["debtor_id"], row["total"]) for row in rows] == [
        ("EUR", "debtor", "d-2", "9.50"),
        ("EUR", "total", "", "9.50"),
        ("NOK", "debtor", "d-1", "1540.00"),
        ("NOK", "debtor", "d-2", "70.00"),
        ("NOK", "total", "", "1610.00"),
    ]
    assert reply.text.endswith("\r\n")


def test_json_is_what_everybody_else_gets(api, aged):
    for accept in ("", "*/*", "application/json, text/csv"):
        assert api.get(AGEING, accept=accept).headers["content-type"] == "application/json"
    assert api.get(f"{AGEING}?format=json", accept="text/csv").headers["content-type"] == "application/json"


def test_a_report_is_asked_for_in_parts(api, aged, monkeypatch):
    whole = api.get(AGEING).body["currencies"]
    parts = [api.get(f"{AGEING}?due={year}").body["currencies"] for year in ("2025", "2026")]
    assert sum(part["total"]["invoices"] for each in parts for part in each) == sum(
        part["total"]["invoices"] for part in whole
    )
    assert api.get(f"{AGEING}?due=2026-02").body["currencies"][0]["total"]["total"] == "70.00"

    monkeypatch.setattr(reporting, "MOST", 5)
    reply = api.get(AGEING)
    assert (reply.status, reply.code, reply.body["narrow_by"]) == (422, "report_too_large", "due")
    assert api.get(f"{AGEING}?due=2026-02").status == 200


def test_the_query_is_checked(api, aged):
    reply = api.get(f"{AGEING}?on=yesterday&due=2026-13&format=xlsx&opened=2026")

    assert reply.status == 400
    assert set(reply.faults) == {"/query/on", "/query/due", "/query/format", "/query/opened"}


def test_another_creditors_report_is_as_missing_as_none(world):
    world.ready("globex")
    bound = world.client(creditors=["acme"])
    for path in ("ageing", "recovery"):
        assert bound.get(f"/v1/creditors/globex/reports/{path}").status == 404
        assert world.client().get(f"/v1/creditors/nobody/reports/{path}").status == 404


# --- recovery -------------------------------------------------------------------------------------------


def paid_to_agency(world, case, amount, day, payment_id="p-1", cost=0):
    minor = Money.parse(amount, "NOK").minor
    fact = PaymentReceived(
        CaseKey(case.external_id),
        payment_id,
        Money(minor + cost, "NOK"),
        Money(minor, "NOK"),
        Money(0, "NOK"),
        Money(cost, "NOK"),
        day,
        world.hub.wall.now(),
    )
    assert apply_one(world.hub.desk, fact, SVEA)


@pytest.fixture
def recovered(world: World, api, clock):
    """Two cases: one paid at the agency in collection, one in part at the creditor; and a letter's cost."""
    world.ready()
    first, second = (world.case(invoice_id=world.invoice(amount="1000.00").invoice_id) for _ in range(2))
    letter = LetterDispatched(
        CaseKey(first.external_id),
        "l-1",
        "reminder",
        "letter",
        date(2026, 3, 5),
        None,
        Money(7000, "NOK"),
        world.hub.wall.now(),
    )
    apply_one(world.hub.desk, letter, SVEA)
    world.put(things.CASE(first.case_id), replaced(world.get(things.CASE(first.case_id)), stage="collection"))
    paid_to_agency(world, first, "1000.00", date(2026, 3, 12), cost=7000)
    clock.advance(days=20)
    pay(api, second.members[0].invoice_id, "500.00", "2026-03-22")
    return first, second


@pytest.mark.capability("BEY-12")
def test_recovery_is_told_by_stage_with_days_and_cost(api, recovered, world):
    first, _ = recovered
    line = SettlementLine(first.case_id, None, 100000, 7000, 0, 5000, 1250, 93750)
    settlement = Settlement(
        "set_1", "acme", "svea", "S-1", date(2026, 3, 20), "NOK", 93750, (line,), world.hub.wall.now()
    )
    world.put(things.SETTLEMENT("set_1"), settlement)

    told = api.get(f"{RECOVERY}?on=2026-03-31").body

    assert told["currencies"] == [
        {
            "currency": "NOK",
            "cases": 2,
            "handed_over": "2000.00",
            "collected": "1500.00",
            "share": "0.7500",
            # 1000.00 after 10 days and 500.00 after 20
            "days_to_payment": "13.3",
            "stages": [
                {"stage": "received", "collected": "500.00", "share": "0.2500"},
                {"stage": "collection", "collected": "1000.00", "share": "0.5000"},
            ],
            "agency_cost": {"charged": "70.00", "paid": "70.00", "given_up": "0.00", "open": "0.00"},
            "kept_by_agency": {"commission": "50.00", "vat": "12.50"},
        }
    ]


def test_recovery_of_an_earlier_day(api, recovered):
    (early,) = api.get(f"{RECOVERY}?on=2026-03-11").body["currencies"]
    assert (early["collected"], early["share"], early["days_to_payment"]) == ("0.00", "0.0000", None)
    assert early["agency_cost"] == {"charged": "70.00", "paid": "0.00", "given_up": "0.00", "open": "70.00"}
    assert api.get(f"{RECOVERY}?on=2026-03-01").body["currencies"] == []


def test_what_did_not_stand_was_not_recovered(api, recovered, world):
    first, _ = recovered
    at = world.hub.wall.now().replace(month=3, day=25)
    assert apply_one(world.hub.desk, PaymentReversed(CaseKey(first.external_id), "p-1", "r-1", at), SVEA)

    (before,) = api.get(f"{RECOVERY}?on=2026-03-24").body["currencies"]
    (after,) = api.get(f"{RECOVERY}?on=2026-03-25").body["currencies"]

    assert (before["collected"], after["collected"]) == ("1500.00", "500.00")
    assert after["days_to_payment"] == "20.0"
    assert after["agency_cost"]["paid"] == "0.00"


def test_recovery_of_one_agency_and_one_period(api, recovered):
    assert api.get(f"{RECOVERY}?agency=intrum").body["currencies"] == []
    assert api.get(f"{RECOVERY}?opened=2025").body["currencies"] == []
    assert api.get(f"{RECOVERY}?opened=2026-03&agency=svea").body["currencies"][0]["cases"] == 2


@pytest.mark.capability("BEY-12")
def test_recovery_is_a_table_too(api, recovered):
    rows = table(api.get(f"{RECOVERY}?on=2026-03-31&format=csv"))

    assert [(row["stage"], row["collected"], row["share"]) for row in rows] == [
        ("received", "500.00", "0.2500"),
        ("collection", "1000.00", "0.5000"),
        ("all", "1500.00", "0.7500"),
    ]
    assert (rows[-1]["cases"], rows[-1]["days_to_payment"], rows[-1]["cost_charged"]) == (
        "2",
        "13.3",
        "70.00",
    )


def test_money_for_an_earlier_case_is_recovered_once(api, world):
    world.ready()
    earlier = world.case(invoice_id=world.invoice(amount="1000.00").invoice_id)
    world.close(earlier)
    world.case(invoice_id=earlier.members[0].invoice_id)

    paid_to_agency(world, earlier, "300.00", date(2026, 3, 12))

    (told,) = api.get(f"{RECOVERY}?on=2026-03-31").body["currencies"]
    assert (told["cases"], told["collected"]) == (2, "300.00")
    # The debt is one, though it was handed over twice.
    assert (told["handed_over"], told["share"]) == ("1000.00", "0.3000")


@pytest.mark.capability("BEY-12")
def test_what_no_agency_has_taken_is_not_counted_as_handed_over(api, recovered, world):
    refused, unsent = world.case(), world.case()
    fact = CaseRejected(CaseKey(refused.external_id), ("address_incomplete",), world.hub.wall.now())
    assert apply_one(world.hub.desk, fact, SVEA)
    world.close(unsent)

    (told,) = api.get(f"{RECOVERY}?on=2026-03-31").body["currencies"]
    assert (told["cases"], told["handed_over"], told["share"]) == (2, "2000.00", "0.7500")
