"""What a case offers works, what it does not is refused with a typed error: in every state, of any agency."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.actions import OPERATIONS
from fordring.domain.agency import ClosedReason, Operation
from fordring.domain.case_states import Processing
from fordring.domain.invoice import Release
from fordring.domain.questions import AgencyQuestion, QuestionKind

ALL = frozenset(Operation)
MESSAGES_ONLY = frozenset({Operation.REGISTER_REMINDER_CASE, Operation.SEND_MESSAGE})
NOTHING = frozenset({Operation.REGISTER_REMINDER_CASE})
AGENCIES = {
    "everything": ALL,
    "messages only": MESSAGES_ONLY,
    "nothing": NOTHING,
    "no messages": ALL - {Operation.SEND_MESSAGE},
    "no pauses": ALL - {Operation.PAUSE_CASE, Operation.RESUME_CASE},
    "no withdrawals": ALL - {Operation.WITHDRAW_CASE, Operation.WITHDRAW_INVOICE},
}

TYPED = ("action_not_available", "operation_not_offered", "not_administered", "not_found")
"""How what is not offered is refused; an answer to a question that was never asked is to nothing."""


@pytest.fixture
def case(world):
    """A case that the agency has registered."""
    world.ready()
    made = world.case()
    row = world.get(things.COMMAND(made.case_id, 1))
    world.put(things.COMMAND(made.case_id, 1), replace(row, attempts=1))
    invoice = world.get(things.INVOICE(made.members[0].invoice_id))
    world.put(things.INVOICE(invoice.invoice_id), replace(invoice, release=Release.REGISTERED))
    registered = replace(made, release=Release.REGISTERED, case_number="SV1")
    return world.put(things.CASE(made.case_id), registered)


def being(world, case, state):
    """Put the case into a state."""
    ref = things.CASE(case.case_id)
    match state:
        case "queued":
            world.put(ref, replace(case, release=Release.QUEUED, case_number=None))
        case "paused":
            world.put(ref, replace(case, processing=Processing.PAUSED))
        case "asked":
            question = AgencyQuestion(
                case.case_id,
                "qst_1",
                case.creditor_id,
                case.debtor_id,
                case.agency,
                "NO",
                QuestionKind.OTHER,
                "Well?",
                asked_at=case.opened_at,
                agency_question_id="Q1",
            )
            world.put(things.QUESTION(case.case_id, "qst_1"), question)
            world.put(ref, replace(case, open_questions=("qst_1",)))
        case "withdrawing":
            world.put(ref, replace(case, withdrawing=True))
        case "paid":
            world.close(case)
        case "given up":
            world.close(case)
            world.put(ref, replace(world.get(ref), closed_reason=ClosedReason.CREDIT_LOSS))
        case _:
            assert state == "open"


def requests(world, case):
    """What each action asks for, of the API."""
    path = f"/v1/cases/{case.case_id}"
    lead = case.members[0].invoice_id
    return {
        "send_message": (f"{path}/messages", {"text": "Hello."}),
        "withdraw": (f"{path}/withdraw", {}),
        "pause": (f"{path}/pause", {"until_date": "2026-03-20"}),
        "resume": (f"{path}/resume", {}),
        "answer_question": (f"{path}/questions/qst_1/answer", {"text": "Here it is."}),
        "add_invoice": (f"{path}/invoices", {"invoice_id": world.invoice().invoice_id}),
        "withdraw_invoice": (f"{path}/withdraw", {"invoice_id": lead}),
        "offer_invoice": (f"/v1/creditors/acme/invoices/{lead}/purchase-offer", {}),
        "acknowledge_closed": (f"{path}/acknowledge-closed", {"handling": "paid", "date": "2026-03-02"}),
    }


@pytest.mark.capability("BEY-11")
@pytest.mark.parametrize("agency", AGENCIES)
@pytest.mark.parametrize("state", ["open", "queued", "paused", "asked", "withdrawing", "paid", "given up"])
def test_what_is_offered_works_and_nothing_else_does(api, world, hub, monkeypatch, case, state, agency):
    capabilities = replace(hub.capabilities("svea"), operations=AGENCIES[agency])
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: capabilities)
    being(world, case, state)
    kept = list(world.engine.everything())
    offered = api.get(f"/v1/cases/{case.case_id}").body["available_actions"]

    wrong = []
    for action in OPERATIONS:
        path, body = requests(world, case)[action]
        reply = api.post(path, body)
        # Of a case with one invoice, taking that one back is taking the case back.
        works = action in offered or (action == "withdraw_invoice" and "withdraw" in offered)
        code = reply.code if reply.status >= 400 else "done"
        if works is not (code == "done"):
            wrong.append((action, "offered" if works else "not offered", reply.status, code))
        if not works and code not in TYPED:
            wrong.append((action, code))
        if code == "operation_not_offered" and set(OPERATIONS[action]) & AGENCIES[agency]:
            wrong.append((action, "is offered by the agency"))
        refill(world, kept)
    assert wrong == []


def refill(world, kept):
    """Put the table back into the state before an action."""
    from tests.story.stage import refill as put_back

    put_back(world.engine, kept)
