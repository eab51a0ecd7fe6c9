"""Reading one case: what is asked for most often, and needs no model to start with."""

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.creditor import Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.cases import ToldCaseAsOf, tell_case
from fordring.edge.schemas.told import instant
from fordring.usecases.permitting import actions_of_all
from fordring.usecases.work import Work


def case_in_path(call: Call) -> tuple[Case, Work]:
    """Read the case in the path, if the key acts for its creditor."""
    ref = things.CASE(call.path["case_id"])
    work = call.read(ref)
    case = work.get(ref)
    call.reach(case.creditor_id)
    return case, work


def read_case(call: Call) -> Answer:
    """Tell a case."""
    case, work = case_in_path(call)
    actions = actions_of_all(call.hub.desk, [case], call.hub.capabilities)
    return Answer.of(200, {**tell_case(case, actions[case.case_id]), "as_of": instant(work.now)})


ONE_CASE_ROUTES = (
    Route("GET", "/v1/cases/{case_id}", read_case, "Read a case", "cases", Scope.READ, {200: ToldCaseAsOf}),
)
