"""The case that somebody acts on, what its agency can do, and the answer with the case as it is then."""

from collections.abc import Callable
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Capabilities
from fordring.domain.case import Case
from fordring.edge.call import Call, Refs
from fordring.edge.problem import Answer
from fordring.edge.schemas.cases import tell_case
from fordring.usecases.permitting import actions_of
from fordring.usecases.work import Work


def case_of(call: Call, work: Work) -> Case:
    """Give the case in the path, if the key acts for its creditor."""
    case = work.get(things.CASE(call.path["case_id"]))
    call.reach(case.creditor_id)
    return case


def agency_of(call: Call, case: Case) -> Capabilities:
    """Tell what the agency of a case can do."""
    return call.hub.capabilities(case.agency)


def on_case(call: Call, refs: Refs, decide: Callable[[Work], Case], *, status: int = 202) -> Answer:
    """Carry out a command on a case, and answer with the case and what may be done with it then."""

    def carry_out(work: Work) -> dict[str, Any]:
        case = decide(work)
        return tell_case(case, actions_of(work, case, agency_of(call, case)))

    return call.transact(refs, carry_out, lambda told: told, status=status)
