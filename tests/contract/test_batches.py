"""Agencies that take batches in and carry them out later: both steps, and how each goes wrong."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordring.agencies.registry import agency_names
from fordring.domain.agency import Accepted, InDoubt, Rejected, TryLater, Underway
from fordring.domain.agency_port import AnswersLater
from fordring.domain.facts import CaseClosed, CaseRegistered
from fordring.domain.instructions import Command, EarlierEntry, RegisterCase
from fordring.domain.ledger import EntryKind
from sandbox.agencies import SIMULATORS
from tests.contract.conftest import Stage
from tests.contract.stage import credit, invoice, nok, payment, real_now, registration, reversal

pytestmark = pytest.mark.parametrize(
    "stage", [name for name in agency_names() if SIMULATORS[name].routine.answers_later], indirect=True
)

COMMAND = registration()


def taken_in(stage: Stage, command: Command) -> str:
    """Send a command and give the ticket."""
    outcome = stage.agency.send(command, stage.client)
    assert isinstance(outcome, Underway)
    assert outcome.after > timedelta()
    return outcome.ticket


def result(stage: Stage, ticket: str) -> object:
    assert isinstance(stage.agency, AnswersLater)
    return stage.agency.result_of(ticket, stage.client)


def cases(stage: Stage) -> list[dict[str, object]]:
    found: list[dict[str, object]] = stage.control.get("cases")["items"]
    return found


def test_nothing_is_carried_out_before_the_result_is_there(stage: Stage) -> None:
    ticket = taken_in(stage, COMMAND)
    assert isinstance(result(stage, ticket), Underway)
    assert cases(stage) == []
    stage.catch_up()
    assert result(stage, ticket) == Accepted()
    assert result(stage, ticket) == Accepted()
    assert len(cases(stage)) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("timeout_before", "no_answer"),
        ("timeout_after", "no_answer"),
        ("error_500", "status_500"),
        ("error_429", "too_many_requests"),
        ("malformed_answer", "malformed_answer"),
    ],
)
def test_a_question_that_fails_concludes_nothing_and_is_asked_again(
    stage: Stage, fault: str, reason: str
) -> None:
    ticket = taken_in(stage, COMMAND)
    stage.catch_up()
    stage.control.post("faults", kind=fault, count=1, operation="batch_result")
    assert result(stage, ticket) == TryLater(reason)
    assert result(stage, ticket) == Accepted()
    assert len(cases(stage)) == 1


def test_a_batch_may_stay_queued_for_long(stage: Stage) -> None:
    stage.control.post("faults", kind="slow_batch", count=1, seconds=7200)
    ticket = taken_in(stage, COMMAND)
    stage.control.advance(minutes=119)
    assert isinstance(result(stage, ticket), Underway)
    looked_up = stage.agency.look_up(COMMAND, stage.client)
    assert isinstance(looked_up, Underway)
    assert looked_up.ticket == ticket
    stage.control.advance(minutes=2)
    assert result(stage, ticket) == Accepted()


def test_what_overtakes_a_slow_batch_is_known_again_when_that_is_carried_out(stage: Stage) -> None:
    stage.registered(COMMAND)
    stage.control.post("faults", kind="slow_batch", count=1, seconds=600)
    slow = taken_in(stage, payment(COMMAND, "250.00"))
    assert stage.send(payment(COMMAND, "250.00")) == Accepted()
    stage.control.advance(minutes=10)
    assert result(stage, slow) == Accepted(already_existed=True)
    assert cases(stage)[0]["principal"] == {
        "original": "1250.00",
        "remaining": "1000.00",
        "overpaid": "0.00",
    }


@pytest.mark.parametrize("processed", [True, False])
def test_a_batch_that_the_agency_has_lost_is_sent_again_and_done_once(stage: Stage, processed: bool) -> None:
    stage.control.post("faults", kind="forget_batch", count=1, processed=processed)
    ticket = taken_in(stage, COMMAND)
    stage.catch_up()
    assert result(stage, ticket) == InDoubt("unknown_batch")
    assert stage.send(COMMAND) == Accepted(already_existed=processed)
    assert len(cases(stage)) == 1


def test_another_clients_batch_does_not_exist(stage: Stage) -> None:
    ticket = taken_in(stage, COMMAND)
    stage.catch_up()
    assert isinstance(stage.agency, AnswersLater)
    assert stage.agency.result_of(ticket, stage.other_client) == InDoubt("unknown_batch")
    wrong = replace(stage.client, password="wrong")
    assert stage.agency.result_of(ticket, wrong) == TryLater("unauthorized")


def test_an_entry_that_failed_is_a_refusal_and_may_be_sent_again(stage: Stage) -> None:
    stage.registered(COMMAND)
    stage.control.post("faults", kind="fail_entries", count=1, reasons=["CLAIM_NOT_ACCEPTED"])
    outcome = stage.send(payment(COMMAND, "250.00"))
    assert isinstance(outcome, Rejected)
    assert outcome.reasons == ("claim_not_accepted",)
    assert stage.send(payment(COMMAND, "250.00")) == Accepted()


def with_history() -> RegisterCase:
    """A registration of an invoice on which something was booked before."""
    day = date(2026, 3, 10)
    earlier = (
        EarlierEntry("pay_a", EntryKind.PAYMENT, nok("-300.00"), day),
        EarlierEntry("crn_b", EntryKind.CREDIT, nok("-50.00"), day),
        EarlierEntry("pay_a-r", EntryKind.REVERSAL, nok("300.00"), day, "pay_a"),
        EarlierEntry("pay_c", EntryKind.PAYMENT, nok("-200.00"), day),
        EarlierEntry("entry-6", EntryKind.CHARGE, nok("35.00"), day),
    )
    return registration(replace(invoice(), remaining=nok("1035.00"), earlier=earlier))


@pytest.mark.capability("VIS-13")
def test_the_ledger_from_before_is_mirrored_entry_by_entry(stage: Stage) -> None:
    command = with_history()
    number = stage.registered(command)
    stage.send(payment(command, "100.00", key="pay_d"))
    stage.send(credit(command, "35.00", key="crn_e"))
    stage.send(reversal(command, "100.00", key="pay_d-r", of="pay_d"))
    # one from before bounces
    stage.send(reversal(command, "200.00", key="pay_c-r", of="pay_c"))
    theirs = stage.control.get(f"cases/{number}")
    assert [(line["key"].partition(":")[0], line["principal"]) for line in theirs["ledger"]] == [
        ("pay_a", "-300.00"),
        ("crn_b", "-50.00"),
        ("pay_a-r", "300.00"),
        ("pay_c", "-200.00"),
        ("entry-6", "35.00"),
        ("pay_d", "-100.00"),
        ("crn_e", "-35.00"),
        ("pay_d-r", "100.00"),
        ("pay_c-r", "200.00"),
    ]
    assert theirs["principal"]["remaining"] == "1200.00"


def test_a_ledger_that_does_not_add_up_is_refused(stage: Stage) -> None:
    command = with_history()
    wrong = replace(command, invoices=(replace(command.invoices[0], remaining=nok("1036.00")),))
    outcome = stage.send(wrong)
    assert isinstance(outcome, Rejected)
    assert outcome.reasons[0] == "balance_mismatch"
    assert cases(stage) == []


@pytest.mark.parametrize("fault", [None, "timeout_after", "error_500"])
def test_a_registration_of_which_a_part_failed_leaves_nothing_behind(stage: Stage, fault: str | None) -> None:
    stage.control.post("faults", kind="fail_entries", count=1, entries=1, reasons=["WRONG_SIGN"])
    ticket = taken_in(stage, with_history())
    stage.catch_up()
    if fault is not None:
        stage.control.post("faults", kind=fault, count=1, operation="withdraw_case")
        assert result(stage, ticket) == TryLater("part_not_taken_back")
    outcome = result(stage, ticket)
    assert isinstance(outcome, Rejected)
    assert outcome.reasons == ("invalid_field",)
    (case,) = cases(stage)
    assert (case["state"], case["closed_reason"]) == ("closed", "withdrawn")
    stage.control.advance(minutes=10)
    told = stage.all_changes()
    assert not any(isinstance(fact, CaseRegistered) for fact in told)
    assert any(isinstance(fact, CaseClosed) for fact in told)


def test_a_webhook_of_another_client_an_old_one_and_a_spoilt_one_are_refused(stage: Stage) -> None:
    stage.registered(COMMAND)
    one = stage.receiver.received[-1]
    check = stage.agency.verify_callback
    assert check(one.headers, one.body, [stage.client], real_now())
    assert not check(one.headers, one.body, [stage.other_client], real_now())
    assert not check(one.headers, one.body, [stage.client], real_now() + timedelta(seconds=303))
    assert not check(one.headers, one.body + b" ", [stage.client], real_now())
    # under another id it would be taken for another delivery
    assert not check({**one.headers, "x-webhook-id": "d-2"}, one.body, [stage.client], real_now())


@pytest.mark.capability("VIS-4")
def test_the_first_reminder_waits_for_fourteen_days_after_the_due_date(stage: Stage) -> None:
    due = date(2026, 3, 15)
    number = stage.registered(registration(invoice(due=due)))
    while not (letters := stage.control.get(f"cases/{number}")["letters"]):
        stage.control.advance(days=1)
    assert [(one["kind"], one["sent_date"]) for one in letters] == [("reminder", "2026-03-29")]
