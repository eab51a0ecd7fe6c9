"""What a creditor does with an open case besides writing and withdrawing: routes of ``submit_case``."""

from fordring.domain.case import Case
from fordring.domain.creditor import Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.acting import agency_of, case_of
from fordring.edge.schemas.case_actions import Pause, Resumption
from fordring.edge.schemas.cases import ToldCase, case_teller
from fordring.usecases.pausing import pause, refs_to_rest, resume
from fordring.usecases.work import Work


def pause_case(call: Call) -> Answer:
    """Let a case rest until a date."""
    body = call.given(Pause)

    def decide(work: Work) -> Case:
        case = case_of(call, work)
        return pause(work, case, agency_of(call, case), body.until_date, body.reason)

    return call.transact(refs_to_rest(call.path["case_id"]), decide, case_teller(call.hub), status=202)


def resume_case(call: Call) -> Answer:
    """Go on with a case that rests."""

    def decide(work: Work) -> Case:
        case = case_of(call, work)
        return resume(work, case, agency_of(call, case))

    return call.transact(refs_to_rest(call.path["case_id"]), decide, case_teller(call.hub), status=202)


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
)
