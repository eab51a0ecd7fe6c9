"""Each fault of the sandbox, switched on, leads to the outcome that keeps the ledgers in step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fordring.domain.agency import (
    Accepted,
    CaseKey,
    ClosedReason,
    CommandKind,
    Doubt,
    InDoubt,
    MalformedAnswer,
    Operation,
    Rejected,
    TryLater,
)
from fordring.domain.facts import CaseClosed, CaseRejected
from fordring.domain.transport import TransportFailed
from tests.contract.conftest import Stage
from tests.contract.stage import invoice, payment, real_now, registration


def cases(stage: Stage) -> list[dict[str, Any]]:
    stage.catch_up()
    found: list[dict[str, Any]] = stage.control.get("cases")["items"]
    return found


@pytest.mark.capability("BEY-13")
def test_timeout_before_means_doubt_although_nothing_was_received(stage: Stage) -> None:
    stage.control.post("faults", kind="timeout_before", count=1)
    assert isinstance(stage.send(registration()), InDoubt)
    assert cases(stage) == []
    assert stage.agency.look_up(registration(), stage.client) is None


def test_timeout_after_means_doubt_and_a_look_up_ends_it(stage: Stage) -> None:
    stage.control.post("faults", kind="timeout_after", count=1)
    assert isinstance(stage.send(registration()), InDoubt)
    assert len(cases(stage)) == 1
    assert stage.agency.look_up(registration(), stage.client) == Accepted(already_existed=True)


def test_what_was_received_may_be_invisible_but_not_beyond_the_settling_time(stage: Stage) -> None:
    command = registration()
    stage.control.post("faults", kind="received_but_invisible_for", count=1, seconds=8 * 60)
    assert isinstance(stage.send(command), InDoubt)
    stage.control.advance(minutes=7, seconds=59)
    assert stage.agency.look_up(command, stage.client) is None
    assert stage.agency.open_cases(None, stage.client).cases == ()
    stage.control.advance(seconds=1)
    found = stage.agency.look_up(command, stage.client)
    assert isinstance(found, Accepted)
    assert found.case_number is not None
    rule = stage.agency.doubts[CommandKind.REGISTER_CASE]
    assert stage.knows_again or (rule.doubt, rule.settling > timedelta(minutes=8)) == (Doubt.LOOK_UP, True)


def test_what_was_received_is_known_again_also_while_it_is_invisible(stage: Stage) -> None:
    if not stage.knows_again:
        return
    stage.control.post("faults", kind="received_but_invisible_for", count=1, seconds=8 * 60)
    assert isinstance(stage.send(registration()), InDoubt)
    assert stage.send(registration()) == Accepted(already_existed=True)
    assert len(cases(stage)) == 1


def test_registering_twice_has_a_price_unless_the_agency_knows_it_again(stage: Stage) -> None:
    assert stage.send(registration()) == Accepted()
    assert stage.send(registration()) == Accepted(already_existed=stage.knows_again)
    assert len(cases(stage)) == (1 if stage.knows_again else 2)


@pytest.mark.parametrize("processed", [False, True])
def test_an_error_of_the_agencys_says_nothing_about_what_was_done(stage: Stage, processed: bool) -> None:
    stage.control.post("faults", kind="error_500", count=1, processed=processed)
    assert isinstance(stage.send(registration()), InDoubt)
    assert len(cases(stage)) == int(processed)


def test_unless_told_otherwise_every_second_error_has_done_it(stage: Stage) -> None:
    stage.control.post("faults", kind="error_500", count=4)
    for number in range(4):
        assert isinstance(stage.send(registration(invoice(number))), InDoubt)
    assert len(cases(stage)) == 2


def test_too_many_requests_is_certainly_not_carried_out_and_says_when_to_come_back(stage: Stage) -> None:
    stage.control.post("faults", kind="error_429", count=2, retry_after=90)
    assert stage.send(registration()) == TryLater("too_many_requests", timedelta(seconds=90))
    assert cases(stage) == []
    with pytest.raises(TransportFailed) as failed:
        stage.agency.changes_since(None, stage.client)
    assert failed.value.sent == "no"


def test_a_malformed_answer_leaves_a_command_in_doubt_and_a_question_unanswered(stage: Stage) -> None:
    stage.control.post("faults", kind="malformed_answer", count=1)
    assert isinstance(stage.send(registration()), InDoubt)
    assert len(cases(stage)) == 1
    stage.control.post("faults", kind="malformed_answer", count=4)
    questions: list[Callable[[], object]] = [
        lambda: stage.agency.changes_since(None, stage.client),
        lambda: stage.agency.open_cases(None, stage.client),
        lambda: stage.agency.look_up(registration(), stage.client),
        lambda: stage.agency.case(CaseKey("inv_0001-1"), stage.client),
    ]
    for ask in questions:
        with pytest.raises(MalformedAnswer):
            ask()


def test_a_fault_can_be_aimed_at_one_operation(stage: Stage) -> None:
    command = registration()
    stage.control.post("faults", kind="timeout_after", count=1, operation="report_payment")
    stage.registered(command)
    assert isinstance(stage.send(payment(command, "10.00")), InDoubt)
    # sending again is how a command with a natural key gets out of doubt
    again = stage.send(payment(command, "10.00"))
    assert again == Accepted(already_existed=True)
    assert cases(stage)[0]["principal"]["remaining"] == "1240.00"


def test_no_agency_at_all_means_certainly_not_sent(stage: Stage) -> None:
    stage.sandbox.stop()
    try:
        assert isinstance(stage.send(registration()), TryLater)
    finally:
        stage.sandbox = type(stage.sandbox)(stage.folder, stage.sandbox.port)
        stage.sandbox.start()


def test_a_case_may_be_refused_at_the_examination(stage: Stage) -> None:
    stage.control.post("faults", kind="reject_case", count=1, reasons=[stage.words.deceased])
    command = registration()
    assert stage.send(command) == Accepted()
    stage.control.advance(minutes=5)
    (fact,) = stage.all_changes()
    assert isinstance(fact, CaseRejected)
    assert (fact.case.external_id, fact.reasons) == (command.external_id, ("debtor_deceased",))
    assert stage.agency.look_up(command, stage.client) == Rejected(("debtor_deceased",))


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_a_duplicate_callback_has_the_same_id_and_content(stage: Stage) -> None:
    stage.control.post("faults", kind="duplicate_callback", count=1)
    stage.registered(registration())
    first, second = stage.deliveries()
    assert first == second


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_a_dropped_callback_is_still_in_the_list_of_changes(stage: Stage) -> None:
    stage.control.post("faults", kind="drop_callback", count=1)
    stage.registered(registration())
    assert stage.deliveries() == []
    assert len(stage.all_changes()) == 2
    assert stage.control.get("pending")["due"] == 0


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_callbacks_may_overtake_each_other(stage: Stage) -> None:
    stage.control.post("faults", kind="reorder_callbacks", count=1)
    number = stage.registered(registration())
    stage.control.post("close", case_number=number, reason="credit_loss")
    stage.control.advance(minutes=10)
    closed, registered = stage.deliveries()
    assert isinstance(closed.facts[0], CaseClosed)
    assert closed.facts[0].reason is ClosedReason.CREDIT_LOSS
    assert registered.facts[0].occurred_at < closed.facts[0].occurred_at


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_a_badly_signed_callback_is_refused_and_comes_again(stage: Stage) -> None:
    stage.control.post("faults", kind="bad_signature", count=1)
    stage.receiver.answers = [401]
    stage.registered(registration())
    (bad,) = stage.receiver.received
    assert not stage.agency.verify_callback(bad.headers, bad.body, [stage.client], real_now())
    stage.control.advance(minutes=1)
    good = stage.receiver.received[-1]
    assert good.body == bad.body
    assert stage.agency.verify_callback(good.headers, good.body, [stage.client], real_now())


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_a_callback_is_tried_again_on_the_agencys_clock_until_it_arrives(stage: Stage) -> None:
    stage.receiver.answers = [500, 302, 404]
    stage.registered(registration())
    attempts = [len(stage.receiver.received)]
    for minutes in (1, 4, 1, 29, 1):
        stage.control.advance(minutes=minutes)
        attempts.append(len(stage.receiver.received))
    assert attempts == [1, 2, 2, 3, 3, 4]
    assert len({one.body for one in stage.receiver.received}) == 1
    assert stage.control.get("pending") == {
        "due": 0,
        "scheduled": 0,
        "next_attempt_at": None,
        "given_up": 0,
    }


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_a_callback_that_never_arrives_is_given_up_after_eight_attempts(stage: Stage) -> None:
    stage.receiver.answers = [503] * 20
    stage.registered(registration())
    for _ in range(9):
        stage.control.advance(hours=24)
    mine = [body for body in stage.receiver.received if body.body == stage.receiver.received[0].body]
    assert len(mine) == 8
    assert stage.control.get("pending")["given_up"] >= 1
