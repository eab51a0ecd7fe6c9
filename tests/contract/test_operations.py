"""What the hub can ask of an agency, and what asking twice does."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain.agency import (
    Accepted,
    CaseKey,
    ClosedReason,
    Credentials,
    Level,
    Operation,
    Rejected,
    TryLater,
)
from fordring.domain.agency import Stage as CaseStage
from fordring.domain.agency_answers import AgencyBalance
from fordring.domain.facts import MessageReceived, PaymentReceived, PaymentReversed, StatusChanged
from fordring.domain.instructions import Command, RegisterCase
from fordring.domain.transport import TransportFailed
from tests.contract.conftest import Stage
from tests.contract.stage import (
    credit,
    invoice,
    message,
    nok,
    payment,
    registration,
    reversal,
    withdrawal,
    write_off,
)

COMMAND = registration()


def balance(stage: Stage, external_id: str = COMMAND.external_id) -> AgencyBalance:
    found = stage.agency.case(CaseKey(external_id), stage.client)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "command",
    [payment(COMMAND, "10.00"), credit(COMMAND, "10.00"), message(COMMAND), withdrawal(COMMAND)],
    ids=lambda command: command.kind.value,
)
@pytest.mark.parametrize("numbered", [False, True], ids=["by external id", "by case number"])
def test_repeating_a_command_with_a_natural_key_does_nothing(
    stage: Stage, command: Command, numbered: bool
) -> None:
    number = stage.registered(COMMAND)
    if numbered:
        assert not isinstance(command, RegisterCase)
        command = replace(command, case_number=number)
    assert stage.send(command) == Accepted()
    before = stage.control.get(f"cases/{number}")
    assert stage.send(command) == Accepted(already_existed=True)
    assert stage.control.get(f"cases/{number}") == before
    assert stage.agency.look_up(command, stage.client) is None


def test_the_same_key_with_another_amount_is_a_conflict(stage: Stage) -> None:
    stage.registered(COMMAND)
    assert stage.send(payment(COMMAND, "10.00")) == Accepted()
    outcome = stage.send(payment(COMMAND, "11.00"))
    assert isinstance(outcome, Rejected)
    assert outcome.reasons == ("conflicting_repetition",)
    assert balance(stage).principal_remaining == nok("1240.00")


def test_one_payment_may_be_spread_over_the_invoices_of_a_case(stage: Stage) -> None:
    grouped = registration(invoice(1), invoice(2, amount="300.00"))
    stage.registered(grouped)
    first = payment(grouped, "1250.00")
    second = replace(payment(grouped, "300.00"), invoice_external_id=grouped.invoices[1].external_id)
    assert stage.send(first) == Accepted()
    assert stage.send(second) == Accepted()
    assert balance(stage).principal_remaining == nok("0.00")


def test_a_reported_payment_can_be_taken_back_once(stage: Stage) -> None:
    stage.registered(COMMAND)
    unknown = stage.send(reversal(COMMAND, "400.00"))
    assert isinstance(unknown, Rejected)
    assert unknown.reasons == ("unknown_payment",)
    assert stage.send(payment(COMMAND, "400.00")) == Accepted()
    assert stage.send(reversal(COMMAND, "400.00")) == Accepted()
    assert stage.send(reversal(COMMAND, "400.00")) == Accepted(already_existed=True)
    assert balance(stage).principal_remaining == nok("1250.00")


def test_a_credit_that_settles_ends_the_case_as_credited(stage: Stage) -> None:
    stage.registered(COMMAND)
    assert stage.send(credit(COMMAND, "1250.00", settles=True)) == Accepted()
    _, closed = stage.changes_and_end()
    if closed is not None:
        assert (closed.reason, closed.agency_status) == (ClosedReason.CREDITED, stage.words.credited)
    assert (balance(stage).open, balance(stage).agency_status) == (False, stage.words.credited)


@pytest.mark.needs(Operation.REPORT_WRITE_OFF)
def test_a_write_off_is_booked_once_and_ends_the_case_as_a_loss(stage: Stage) -> None:
    stage.registered(COMMAND)
    assert stage.send(write_off(COMMAND, "250.00")) == Accepted()
    assert stage.send(write_off(COMMAND, "250.00")) == Accepted(already_existed=True)
    assert balance(stage).principal_remaining == nok("1000.00")
    other = stage.send(write_off(COMMAND, "251.00"))
    assert isinstance(other, Rejected)
    assert stage.send(write_off(COMMAND, "1000.00", settles=True, key="w3")) == Accepted()
    _, closed = stage.changes_and_end()
    assert closed is None or closed.reason is ClosedReason.CREDIT_LOSS
    assert not balance(stage).open


def test_a_claim_of_being_settled_does_not_end_a_case_with_principal_left(stage: Stage) -> None:
    stage.registered(COMMAND)
    assert stage.send(payment(COMMAND, "1249.99", settles=True)) == Accepted()
    assert balance(stage).open


def test_principal_paid_without_settling_leaves_the_case_open(stage: Stage) -> None:
    stage.registered(COMMAND)
    assert stage.send(payment(COMMAND, "1250.00", settles=False)) == Accepted()
    assert (balance(stage).open, balance(stage).principal_remaining) == (True, nok("0.00"))


def test_a_message_reaches_the_case_handler_who_answers(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    assert stage.send(message(COMMAND, text="Ring før tolv: «æøå»")) == Accepted()
    stage.control.advance(minutes=30)
    answer = stage.all_changes()[-1]
    assert isinstance(answer, MessageReceived)
    if stage.calls:
        assert answer in stage.deliveries()[-1].facts
    told = stage.control.get(f"cases/{number}")["messages"]
    assert [(one["direction"], one["message_id"]) for one in told] == [
        ("from_client", "msg_1"),
        ("to_client", answer.message_id),
    ]
    assert told[0]["text"] == "Ring før tolv: «æøå»"
    assert answer.text == told[1]["text"]


@pytest.mark.parametrize("numbered", [False, True])
def test_a_withdrawal_ends_the_case_also_before_it_has_a_number(stage: Stage, numbered: bool) -> None:
    if numbered:
        stage.registered(COMMAND)
    else:
        stage.send(COMMAND)
    assert stage.send(withdrawal(COMMAND)) == Accepted()
    stage.control.advance(days=40)
    _, closed = stage.changes_and_end()
    if closed is not None:
        assert closed.reason is ClosedReason.WITHDRAWN
    assert stage.agency.open_cases(None, stage.client).cases == ()
    (ledger,) = stage.control.get("cases")["items"]
    assert ledger["letters"] == []


def test_after_a_withdrawal_the_next_submission_is_a_case_of_its_own(stage: Stage) -> None:
    stage.registered(COMMAND)
    stage.send(withdrawal(COMMAND))
    again = replace(COMMAND, external_id="inv_0001-2")
    # the document number leads to the earlier case only while that one is open
    assert stage.agency.look_up(again, stage.client) is None
    number = stage.registered(again)
    assert stage.agency.look_up(again, stage.client) == Accepted(number, already_existed=True)


def test_a_hub_that_has_forgotten_a_case_finds_it_by_its_document_number(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    forgotten = replace(COMMAND, external_id="inv_9999-1")
    known = Accepted(number, True, COMMAND.external_id)
    if stage.looks_up:
        assert stage.agency.look_up(forgotten, stage.client) == known
    else:
        assert stage.send(forgotten) == known
    # and can serve it by its number, under the invoice's new name
    paid = replace(
        payment(COMMAND, "250.00"),
        external_id="inv_9999-1",
        invoice_external_id="inv_9999-1",
        case_number=number,
    )
    assert stage.send(paid) == Accepted()
    assert stage.send(paid) == Accepted(already_existed=True)
    assert balance(stage).principal_remaining == nok("1000.00")


def test_a_refusal_names_every_reason(stage: Stage) -> None:
    broken = replace(
        COMMAND,
        debtor=replace(COMMAND.debtor, address=replace(COMMAND.debtor.address, lines=(), country="BR")),
        invoices=(replace(COMMAND.invoices[0], remaining=nok("0")),),
    )
    outcome = stage.send(broken)
    assert isinstance(outcome, Rejected)
    assert set(outcome.reasons) == {"address_missing", "country_not_supported", "amount_not_positive"}
    assert all(outcome.texts)
    assert stage.control.get("cases")["items"] == []


@pytest.mark.parametrize(
    "command", [payment(COMMAND, "1.00"), message(COMMAND), withdrawal(COMMAND)], ids=lambda one: one.kind
)
def test_a_command_on_an_unknown_case_is_refused(stage: Stage, command: Command) -> None:
    outcome = stage.send(command)
    assert isinstance(outcome, Rejected)
    assert outcome.reasons == ("unknown_case",)


def test_wrong_credentials_are_never_processed_and_may_be_put_right(stage: Stage) -> None:
    for wrong in (
        replace(stage.client, password="wrong"),
        Credentials("79021", "nobody", "secret word"),
    ):
        assert stage.send(COMMAND, wrong) == TryLater("unauthorized")
        with pytest.raises(TransportFailed):
            stage.agency.changes_since(None, wrong)
    assert stage.control.get("cases")["items"] == []
    requests = stage.control.get("requests")["items"]
    assert {one["status"] for one in requests} == {401}
    assert all("authorization" not in one["headers"] for one in requests)


def test_another_clients_cases_do_not_exist(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    other = stage.other_client
    assert stage.agency.case(CaseKey(case_number=number), other) is None
    assert stage.agency.look_up(COMMAND, other) is None
    assert stage.agency.open_cases(None, other).cases == ()
    assert stage.agency.changes_since(None, other).facts == ()
    outcome = stage.send(withdrawal(COMMAND), other)
    assert isinstance(outcome, Rejected)
    assert outcome.reasons == ("unknown_case",)


@pytest.mark.capability("ZIR-4")
def test_a_collection_case_begins_with_the_demand(stage: Stage) -> None:
    command = registration(invoice(due=date(2026, 2, 1)), level=Level.COLLECTION)
    stage.registered(command)
    stage.control.advance(days=1)
    assert balance(stage).stage is CaseStage.COLLECTION
    assert balance(stage).cost_remaining == nok("113.00")


def test_a_claim_that_is_not_due_yet_is_only_administered(stage: Stage) -> None:
    command = registration(invoice(due=date(2026, 3, 31)))
    stage.registered(command)
    assert balance(stage).agency_status == stage.words.sent
    stage.control.clock(stage.control.now().replace(month=4, day=1, hour=5))
    assert balance(stage).agency_status == stage.words.sent
    stage.control.advance(hours=1)
    assert balance(stage).agency_status == stage.words.overdue
    stage.control.advance(days=stage.words.first_reminder - 1)
    assert balance(stage).stage is stage.words.stages[-2]


def test_a_part_payment_to_the_agency_and_what_is_over(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    pay = {"case_number": number, "currency": "NOK", "date": "2026-03-16"}
    stage.control.post("payments", amount="1000.00", **pay)
    part = [fact for fact in stage.all_changes() if isinstance(fact, PaymentReceived)][-1]
    assert (part.amount, part.principal) == (nok("1000.00"), nok("1000.00"))
    status = [fact for fact in stage.all_changes() if isinstance(fact, StatusChanged)][-1]
    assert status.agency_status == stage.words.part_paid
    stage.control.post("payments", amount="260.00", interest="7.00", **pay)
    facts, _ = stage.changes_and_end()
    rest = facts[-1]
    assert isinstance(rest, PaymentReceived)
    assert (rest.amount, rest.principal, rest.interest) == (nok("257.00"), nok("250.00"), nok("7.00"))
    assert not balance(stage).open
    ledger = stage.control.get(f"cases/{number}")
    assert [one["surplus"] for one in ledger["payments"]] == ["0.00", "3.00"]


def test_a_payment_for_a_case_that_has_ended_goes_on_to_the_creditor(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    stage.send(withdrawal(COMMAND))
    stage.control.post("payments", reference="0000000001", amount="1250.00", currency="NOK")
    paid = stage.all_changes()[-1]
    assert isinstance(paid, PaymentReceived)
    assert (paid.case.case_number, paid.principal) == (number, nok("1250.00"))


def test_a_payment_with_a_reference_that_nobody_knows_has_no_case(stage: Stage) -> None:
    stage.control.post("payments", reference="404", amount="17.50", currency="NOK", client_number="79021")
    (paid,) = stage.all_changes()
    assert isinstance(paid, PaymentReceived)
    assert (paid.case, paid.payment_reference, paid.amount) == (CaseKey(), "404", nok("17.50"))


def test_a_payment_to_the_agency_that_did_not_stand(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    paid = stage.control.post("payments", case_number=number, amount="100.00", currency="NOK")
    stage.control.post(f"payments/{paid['payment_id']}/reverse")
    undone = stage.all_changes()[-1]
    assert isinstance(undone, PaymentReversed)
    assert undone.agency_payment_id == paid["payment_id"]
    assert balance(stage).principal_remaining == nok("1250.00")


def test_an_unknown_status_keeps_its_text(stage: Stage) -> None:
    number = stage.registered(COMMAND)
    stage.control.post("status", case_number=number, status="Venter på tingretten")
    changed = stage.all_changes()[-1]
    assert isinstance(changed, StatusChanged)
    assert (changed.agency_status, changed.stage) == ("Venter på tingretten", CaseStage.UNKNOWN)
    assert balance(stage).stage is CaseStage.UNKNOWN
