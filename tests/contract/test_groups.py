"""One invoice of a case of several: added, taken back, disputed, each once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fordring.domain.agency import Accepted, CaseKey, Operation, Rejected
from fordring.domain.instructions import AddInvoice, DisputeInvoice, ResolveDispute, WithdrawInvoice
from tests.contract.conftest import Stage
from tests.contract.stage import invoice, nok, payment, registration

GROUP = registration(invoice(1), invoice(2, amount="300.00"))
FIRST, SECOND = GROUP.invoices
MORE = invoice(3, amount="50.00")

ADD = AddInvoice(GROUP.external_id, None, MORE)
TAKE_BACK = WithdrawInvoice(GROUP.external_id, None, SECOND.external_id)
DISPUTE = DisputeInvoice(
    GROUP.external_id, None, SECOND.external_id, "dis_1", "wrong_goods", date(2026, 3, 31)
)
RESOLVE = ResolveDispute(GROUP.external_id, None, SECOND.external_id, "dis_1", "rejected")


def claims(stage: Stage, number: str) -> dict[str, tuple[str, bool, bool]]:
    """What the agency claims of each invoice: what is left, whether disputed, whether withdrawn."""
    case: Any = stage.control.get(f"cases/{number}")
    return {
        each["external_id"]: (each["remaining"], each["disputed"], each["withdrawn"])
        for each in case["invoices"]
    }


def remaining(stage: Stage) -> Any:
    found = stage.agency.case(CaseKey(GROUP.external_id), stage.client)
    assert found is not None
    return found.principal_remaining


@pytest.mark.needs(Operation.ADD_INVOICE)
def test_an_invoice_is_added_once(stage: Stage) -> None:
    number = stage.registered(GROUP)
    assert stage.send(ADD) == Accepted()
    assert stage.send(replace(ADD, case_number=number)) == Accepted(already_existed=True)
    assert remaining(stage) == nok("1600.00")
    assert claims(stage, number)[MORE.external_id] == ("50.00", False, False)
    other = stage.send(replace(ADD, invoice=replace(MORE, remaining=nok("49.00"))))
    assert isinstance(other, Rejected)
    assert other.reasons == ("conflicting_repetition",)


@pytest.mark.needs(Operation.ADD_INVOICE)
def test_a_case_that_has_ended_takes_no_more(stage: Stage) -> None:
    number = stage.registered(GROUP)
    stage.control.post("close", case_number=number, reason="cancelled")
    refused = stage.send(ADD)
    assert isinstance(refused, Rejected)
    assert refused.reasons == ("case_closed",)


@pytest.mark.needs(Operation.WITHDRAW_INVOICE)
def test_an_invoice_is_taken_back_once_and_the_case_goes_on(stage: Stage) -> None:
    number = stage.registered(GROUP)
    assert stage.send(TAKE_BACK) == Accepted()
    assert stage.send(TAKE_BACK) == Accepted(already_existed=True)
    assert remaining(stage) == nok("1250.00")
    assert claims(stage, number)[SECOND.external_id][2]
    late = stage.send(replace(payment(GROUP, "1.00"), invoice_external_id=SECOND.external_id))
    assert isinstance(late, Rejected)
    assert late.reasons == ("unknown_invoice",)
    # Whoever looks for the document finds the case that holds it, and not the one that held it.
    again = registration(replace(SECOND, external_id="inv_again-2"))
    assert stage.agency.look_up(again, stage.client) is None


@pytest.mark.needs(Operation.DISPUTE_INVOICE)
def test_an_objection_is_told_and_ended_once(stage: Stage) -> None:
    number = stage.registered(GROUP)
    early = stage.send(RESOLVE)
    assert isinstance(early, Rejected)
    assert early.reasons == ("unknown_dispute",)
    assert stage.send(DISPUTE) == Accepted()
    assert stage.send(DISPUTE) == Accepted()
    assert claims(stage, number)[SECOND.external_id] == ("300.00", True, False)
    assert claims(stage, number)[FIRST.external_id] == ("1250.00", False, False)
    assert stage.send(RESOLVE) == Accepted()
    assert stage.send(RESOLVE) == Accepted()
    assert claims(stage, number)[SECOND.external_id] == ("300.00", False, False)


@pytest.mark.needs(Operation.WITHDRAW_INVOICE)
@pytest.mark.parametrize("command", [TAKE_BACK, DISPUTE], ids=lambda command: command.kind.value)
def test_an_invoice_that_the_case_does_not_have_is_refused(stage: Stage, command: Any) -> None:
    stage.registered(GROUP)
    refused = stage.send(replace(command, invoice_external_id="inv_other-1"))
    assert isinstance(refused, Rejected)
    assert refused.reasons == ("unknown_invoice",)
