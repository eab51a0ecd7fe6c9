"""The case that somebody acts on, and what its agency can do."""

from fordring.domain import things
from fordring.domain.agency import Capabilities
from fordring.domain.case import Case
from fordring.edge.call import Call
from fordring.usecases.work import Work


def case_of(call: Call, work: Work) -> Case:
    """Give the case in the path, if the key acts for its creditor."""
    case = work.get(things.CASE(call.path["case_id"]))
    call.reach(case.creditor_id)
    return case


def agency_of(call: Call, case: Case) -> Capabilities:
    """Tell what the agency of a case can do."""
    return call.hub.capabilities(case.agency)
