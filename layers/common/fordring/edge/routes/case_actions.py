"""What a creditor does with an open case besides writing and withdrawing: routes of ``submit_case``."""

from collections.abc import Iterable
from typing import Any

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.command import CommandRow
from fordring.domain.correspondence import Message
from fordring.domain.creditor import Scope
from fordring.domain.questions import AgencyQuestion
from fordring.domain.refs import Ref
from fordring.edge.call import Call
from fordring.edge.listing import caller
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.acting import agency_of, case_of, on_case
from fordring.edge.schemas.case_actions import Acknowledgement, Pause, Resumption, ToldSeen, tell_seen
from fordring.edge.schemas.cases import ToldCase
from fordring.edge.schemas.common import Empty
from fordring.edge.schemas.questions import NewAnswer, ToldAnswer, tell_answer
from fordring.usecases.acknowledging import acknowledge
from fordring.usecases.corresponding import see
from fordring.usecases.lanes import lane_of
from fordring.usecases.pausing import pause, refs_to_rest, resume
from fordring.usecases.questioning import answer
from fordring.usecases.work import Work


def pause_case(call: Call) -> Answer:
    """Let a case rest until a date."""
    body = call.given(Pause)

    def decide(work: Work) -> Case:
        case = case_of(call, work)
        return pause(work, case, agency_of(call, case), body.until_date, body.reason)

    return on_case(call, refs_to_rest(call.path["case_id"]), decide)


def resume_case(call: Call) -> Answer:
    """Go on with a case that rests."""

    def decide(work: Work) -> Case:
        case = case_of(call, work)
        return resume(work, case, agency_of(call, case))

    return on_case(call, refs_to_rest(call.path["case_id"]), decide)


def answer_question(call: Call) -> Answer:
    """Answer a question of the agency."""
    body = call.given(NewAnswer)
    case_id, question_id = call.path["case_id"], call.path["question_id"]
    lane: list[CommandRow] = []

    def refs() -> Iterable[Ref[Any]]:
        if body.proceed:
            # Leave is given only when everything that was paid is known there.
            lane[:] = lane_of(call.hub.desk, case_id)
        return things.CASE(case_id), things.QUESTION(case_id, question_id), things.EPOCH()

    def decide(work: Work) -> AgencyQuestion:
        case = case_of(call, work)
        return answer(work, case, question_id, body.proceed, body.text, agency_of(call, case), lane)

    return call.transact(refs, decide, tell_answer, status=202)


def see_message(call: Call) -> Answer:
    """Mark a message of the case handler as seen."""
    case_id, message_id = call.path["case_id"], call.path["message_id"]

    def decide(work: Work) -> Message:
        return see(work, case_of(call, work), message_id, caller(call).key_id)

    return call.transact((things.CASE(case_id), things.MESSAGE(case_id, message_id)), decide, tell_seen)


def acknowledge_closed(call: Call) -> Answer:
    """Say what has become of a case that the agency has ended."""
    body = call.given(Acknowledgement)
    refs = (things.CASE(call.path["case_id"]), things.EPOCH())

    def decide(work: Work) -> Case:
        case = case_of(call, work)
        return acknowledge(work, case, body.handling, body.date, agency_of(call, case))

    return on_case(call, refs, decide, status=200)


CASE_ACTION_ROUTES = (
    Route(
        "POST",
        "/v1/cases/{case_id}/pause",
        pause_case,
        "Let a case rest until a date",
        "cases",
        Scope.WRITE,
        {202: ToldCase},
        body=Pause,
        claims=True,
        description=(
            "Pausing a case that rests gives it the new date. An agency without pauses is asked in a message."
        ),
    ),
    Route(
        "POST",
        "/v1/cases/{case_id}/resume",
        resume_case,
        "Go on with a case that rests",
        "cases",
        Scope.WRITE,
        {202: ToldCase},
        body=Resumption,
        claims=True,
    ),
    Route(
        "POST",
        "/v1/cases/{case_id}/acknowledge-closed",
        acknowledge_closed,
        "Say what has become of a case that the agency has ended",
        "cases",
        Scope.WRITE,
        {200: ToldCase},
        body=Acknowledgement,
        claims=True,
        description=(
            "An agency may end a case without an account of it. `paid` books what is left as paid to you, "
            "`written_off` as lost, `taken_back` that it is owed as before. Nothing is told to the agency."
        ),
    ),
    Route(
        "POST",
        "/v1/cases/{case_id}/questions/{question_id}/answer",
        answer_question,
        "Answer a question of the agency",
        "cases",
        Scope.WRITE,
        {202: ToldAnswer},
        body=NewAnswer,
        claims=True,
        description=(
            "Leave for a demand with threat of publication (`before_tratta`) is refused as "
            "`not_clear_for_tratta` while a payment or credit is not reported to the agency, an objection is "
            "open, or the debtor is no business."
        ),
    ),
    Route(
        "POST",
        "/v1/cases/{case_id}/messages/{message_id}/seen",
        see_message,
        "Mark a message as seen",
        "cases",
        Scope.WRITE,
        {200: ToldSeen},
        body=Empty,
        claims=True,
    ),
)
