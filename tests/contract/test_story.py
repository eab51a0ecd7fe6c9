"""A case from registration to its end, as the hub sees it through an adapter."""

from datetime import date, timedelta

import pytest

from fordring.domain.agency import Accepted, CaseKey, ClosedReason, Level
from fordring.domain.agency import Stage as CaseStage
from fordring.domain.agency_answers import AgencyBalance
from fordring.domain.facts import (
    CaseRegistered,
    LetterDispatched,
    PaymentReceived,
    SettlementMade,
    StatusChanged,
)
from tests.contract.conftest import BEGINNING, Stage
from tests.contract.stage import invoice, nok, payment, registration


def balance(stage: Stage, external_id: str) -> AgencyBalance:
    found = stage.agency.case(CaseKey(external_id), stage.client)
    assert found is not None
    return found


@pytest.mark.capability("ZIR-32")
def test_the_case_number_follows_five_minutes_after_the_acknowledgement(stage: Stage) -> None:
    command = registration()
    assert stage.send(command) == Accepted()

    stage.control.clock(BEGINNING + timedelta(minutes=4, seconds=59))
    assert stage.agency.look_up(command, stage.client) == Accepted(None, already_existed=True)
    assert stage.all_changes() == []

    stage.control.advance(seconds=1)
    facts = stage.all_changes()
    assert isinstance(facts[0], CaseRegistered)
    number = facts[0].case_number
    key = CaseKey(command.external_id, number)
    assert facts == [
        CaseRegistered(key, number, BEGINNING + timedelta(minutes=5)),
        StatusChanged(key, stage.words.overdue, stage.words.stages[0], facts[1].occurred_at),
    ]
    assert facts[1].occurred_at > facts[0].occurred_at
    assert stage.agency.look_up(command, stage.client) == Accepted(number, already_existed=True)
    assert [list(delivery.facts) for delivery in stage.deliveries()] == ([facts] if stage.calls else [])


@pytest.mark.capability("ZIR-4", "BEY-13")
def test_letters_go_on_the_agencys_schedule_with_the_fees_of_the_law(stage: Stage) -> None:
    due = date(2026, 3, 15)
    number = stage.registered(registration(invoice(due=due)))
    stage.control.advance(days=60)
    letters = [fact for fact in stage.all_changes() if isinstance(fact, LetterDispatched)]
    first = due + timedelta(days=stage.words.first_reminder)
    # by law a letter costs nothing until two weeks after the due date, and one that does goes on paper
    free = stage.words.first_reminder < 14
    reminder = (None, "email") if free else (nok("38.00"), "letter")
    assert [(one.kind, one.sent_date, one.fee, one.channel) for one in letters] == [
        ("reminder", first, *reminder),
        ("notice_of_collection", first + timedelta(days=15), nok("38.00"), "letter"),
        ("demand", first + timedelta(days=30), nok("113.00"), "letter"),
    ]
    assert {one.deadline_date for one in letters} == {one.sent_date + timedelta(days=14) for one in letters}
    stages = [fact.stage for fact in stage.all_changes() if isinstance(fact, StatusChanged)]
    assert tuple(stages) == stage.words.stages
    assert stage.control.get(f"cases/{number}")["cost"]["remaining"] == ("151.00" if free else "189.00")


def test_a_payment_to_the_agency_comes_in_and_closes_the_case(stage: Stage) -> None:
    command = registration()
    number = stage.registered(command)
    stage.control.advance(days=20)
    stage.control.post("payments", case_number=number, amount="1250.00", currency="NOK", date="2026-04-05")

    facts, closed = stage.changes_and_end()
    paid = facts[-1]
    assert isinstance(paid, PaymentReceived)
    assert (paid.amount, paid.principal, paid.agency_cost) == (nok("1250.00"), nok("1250.00"), nok("0"))
    assert paid.paid_date == date(2026, 4, 5)
    assert paid.invoice_external_id == command.external_id
    assert paid.payment_reference == command.invoices[0].payment_reference
    if closed is not None:
        assert (closed.reason, closed.agency_status) == (ClosedReason.PAID, stage.words.paid)
    if stage.calls:
        assert stage.deliveries()[-1].facts == (paid, closed)

    after = balance(stage, command.external_id)
    assert (after.open, after.agency_status) == (False, stage.words.paid)
    assert (after.principal_remaining, after.cost_remaining, after.interest_remaining) == (nok("0"),) * 3


def test_a_payment_to_the_creditor_that_settles_closes_and_a_part_payment_never_does(stage: Stage) -> None:
    command = registration()
    stage.registered(command)
    assert stage.send(payment(command, "250.00", key="pay_1")) == Accepted()
    assert balance(stage, command.external_id).open
    assert balance(stage, command.external_id).agency_status == stage.words.part_paid
    assert balance(stage, command.external_id).principal_remaining == nok("1000.00")

    last = payment(command, "1000.00", key="pay_2", settles=True)
    assert stage.send(last) == Accepted()
    assert balance(stage, command.external_id).stage is CaseStage.CLOSED


def test_when_only_agency_cost_remains_the_agency_decides(stage: Stage) -> None:
    reminded, collected = invoice(1), invoice(2, due=date(2026, 2, 1))
    cases = {
        Level.REMINDER: registration(reminded),
        Level.COLLECTION: registration(collected, level=Level.COLLECTION),
    }
    for command in cases.values():
        stage.registered(command)
    stage.control.advance(days=60)
    for command in cases.values():
        done = payment(command, "1250.00", settles=True, key=f"pay_{command.external_id}")
        assert stage.send(done) == Accepted()

    waived = balance(stage, cases[Level.REMINDER].external_id)
    assert (waived.open, waived.cost_remaining) == (False, nok("0"))
    kept = balance(stage, cases[Level.COLLECTION].external_id)
    assert (kept.open, kept.principal_remaining) == (True, nok("0"))
    assert kept.cost_remaining == nok("113.00")

    assert kept.case.case_number is not None
    stage.control.post("payments", case_number=kept.case.case_number, amount="113.00", currency="NOK")
    assert not balance(stage, cases[Level.COLLECTION].external_id).open


def test_settlements_break_down_what_was_paid_to_the_agency(stage: Stage) -> None:
    first, second = registration(invoice(1)), registration(invoice(2, amount="99.90"))
    numbers = [stage.registered(first), stage.registered(second)]
    for number, amount in zip(numbers, ("1000.00", "99.90"), strict=True):
        stage.control.post("payments", case_number=number, amount=amount, currency="NOK", date="2026-03-16")
    stage.control.advance(days=8)
    settlements = [fact for fact in stage.all_changes() if isinstance(fact, SettlementMade)]
    assert [one.payout for one in settlements] == [nok("1099.90")]
    assert [line.payout for line in settlements[0].lines] == [nok("1000.00"), nok("99.90")]
    assert [line.case.case_number for line in settlements[0].lines] == numbers
    assert settlements[0].settled_date == date(2026, 3, 23)


def test_a_settlement_keeps_commission_with_its_vat_and_takes_reversed_payments_back(stage: Stage) -> None:
    stage.control.post(
        "clients",
        client_number=stage.client.customer_number,
        client_id=stage.client.user_name,
        secret=stage.client.password,
        commission_percent="2.5",
    )
    number = stage.registered(registration())
    paid = stage.control.post("payments", case_number=number, amount="500.00", currency="NOK")
    stage.control.advance(days=7)
    stage.control.post(f"payments/{paid['payment_id']}/reverse")
    stage.control.advance(days=7)
    settlements = [fact for fact in stage.all_changes() if isinstance(fact, SettlementMade)]
    lines = [line for one in settlements for line in one.lines]
    assert [(line.principal, line.commission, line.vat, line.payout) for line in lines] == [
        (nok("500.00"), nok("12.50"), nok("3.13"), nok("484.37")),
        (nok("-500.00"), nok("-12.50"), nok("-3.13"), nok("-484.37")),
    ]


def test_cost_that_the_debtor_paid_is_broken_out(stage: Stage) -> None:
    command = registration(invoice(due=date(2026, 2, 1)), level=Level.COLLECTION)
    number = stage.registered(command)
    stage.control.advance(days=1)
    stage.control.post("payments", case_number=number, amount="1300.00", currency="NOK")
    part = stage.all_changes()[-1]
    assert isinstance(part, PaymentReceived)
    assert (part.principal, part.agency_cost, part.amount) == (nok("1250.00"), nok("50.00"), nok("1300.00"))
    assert balance(stage, command.external_id).cost_remaining == nok("63.00")
    stage.control.advance(days=7)
    settlement = stage.all_changes()[-1]
    assert isinstance(settlement, SettlementMade)
    assert (settlement.payout, settlement.lines[0].fee) == (nok("1250.00"), nok("50.00"))


def test_the_reference_tells_which_invoice_of_a_case_is_paid(stage: Stage) -> None:
    grouped = registration(invoice(1), invoice(2, amount="300.00"))
    stage.registered(grouped)
    stage.control.post("payments", reference="0000000002", amount="300.00", currency="NOK")
    paid = next(fact for fact in stage.all_changes() if isinstance(fact, PaymentReceived))
    assert paid.case.external_id == grouped.external_id
    assert (paid.invoice_external_id, paid.payment_reference) == (
        grouped.invoices[1].external_id,
        "0000000002",
    )
    assert balance(stage, grouped.external_id).principal_remaining == nok("1250.00")
