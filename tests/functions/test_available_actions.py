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
    "whole cases": ALL - {Operation.WITHDRAW_INVOICE},
}

TYPED = ("action_not_available", "operation_not_offered", "not_administered", "not_found", "not_transferable")
"""How what is not offered is refused; an answer to a question that was never asked is to nothing."""

STATES = [
    "open",
    "unsent",
    "queued",
    "paused",
    "asked",
    "withdrawing",
    "agreement ended",
    "paid",
    "given up",
]


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
        case "unsent" | "assembling":
            row = world.get(things.COMMAND(case.case_id, 1))
            world.put(things.COMMAND(case.case_id, 1), replace(row, attempts=0))
            release = Release.QUEUED if state == "unsent" else Release.ASSEMBLING
            world.put(ref, replace(case, release=release, case_number=None))
        case "agreement ended":
            agreement = world.get(things.AGREEMENT("acme", "svea"))
            world.put(things.AGREEMENT("acme", "svea"), agreement.ended(case.opened_at))
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
@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_works_and_nothing_else_does(api, world, hub, monkeypatch, case, state, agency):
    capabilities = replace(hub.capabilities("svea"), operations=AGENCIES[agency])
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: capabilities)
    being(world, case, state)
    assert wrong_answers(api, world, case, AGENCIES[agency]) == []


@pytest.mark.capability("BEY-11")
@pytest.mark.parametrize("agency", AGENCIES)
@pytest.mark.parametrize("state", ["assembling", *STATES])
def test_of_a_case_of_several_invoices_the_same_is_true(api, world, hub, monkeypatch, case, state, agency):
    capabilities = replace(hub.capabilities("svea"), operations=AGENCIES[agency])
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: capabilities)
    second = world.invoice()
    release = Release.REGISTERED
    world.put(
        things.INVOICE(second.invoice_id),
        replace(second, release=release, submission=1, case_id=case.case_id, agency="svea"),
    )
    more = replace(case.members[0], invoice_id=second.invoice_id, external_id=f"{second.invoice_id}-1")
    several = world.put(things.CASE(case.case_id), replace(case, members=(*case.members, more), grouped=True))
    being(world, several, state)
    assert wrong_answers(api, world, several, AGENCIES[agency]) == []


def wrong_answers(api, world, case, operations):
    """Find what is offered and does not work, works and is not offered, or is refused without a reason."""
    kept = list(world.engine.everything())
    shown = api.get(f"/v1/cases/{case.case_id}").body
    offered = shown["available_actions"]
    (listed,) = api.get("/v1/cases?creditor_id=acme").body["items"]
    assert listed["available_actions"] == offered
    wrong = []
    for action in OPERATIONS:
        path, body = requests(world, case)[action]
        reply = api.post(path, body)
        # Of a case with one invoice, taking that one back is taking the case back.
        alone = len(case.members) == 1
        works = action in offered or (action == "withdraw_invoice" and alone and "withdraw" in offered)
        code = reply.code if reply.status >= 400 else "done"
        if works is not (code == "done"):
            wrong.append((action, "offered" if works else "not offered", reply.status, code))
        if not works and code not in TYPED:
            wrong.append((action, code))
        if code == "operation_not_offered" and set(OPERATIONS[action]) & operations:
            wrong.append((action, "is offered by the agency"))
        if code == "action_not_available" and reply.body["available_actions"] != offered:
            wrong.append((action, "is refused with other actions than are read"))
        if action == "withdraw_invoice":
            if code == "done":
                assert "withdraw" not in of_invoice(api, case), "it is on its way back, or has left"
            refill(world, kept)
            if ("withdraw" in of_invoice(api, case)) is not works:
                wrong.append(("withdraw", "of the invoice"))
        refill(world, kept)
    return wrong


def of_invoice(api, case):
    """Read what may be done with the first invoice of a case, alone and in the list."""
    invoice_id = case.members[0].invoice_id
    alone = api.get(f"/v1/creditors/acme/invoices/{invoice_id}").body["available_actions"]
    listed = {
        each["invoice_id"]: each["available_actions"]
        for each in api.get("/v1/creditors/acme/invoices").body["items"]
    }
    assert listed[invoice_id] == alone
    return alone


def refill(world, kept):
    """Put the table back into the state before an action."""
    from tests.story.stage import refill as put_back

    put_back(world.engine, kept)
