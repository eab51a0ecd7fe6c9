"""Reading the reminder plan; answered by ``poll_status``."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.edge.call import Call, etag
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.plan_answers import PLAN_PATH, refs_of_plan, told_plan
from fordring.edge.schemas.told_plans import ToldPlan


def read_plan(call: Call) -> Answer:
    """Read the creditor's reminder plan."""
    work = call.read(*refs_of_plan(call.creditor_id))
    plan = work.get(things.REMINDER_PLAN(call.creditor_id))
    return Answer.of(200, told_plan(work, plan), etag(plan.revision))


PLAN_READ_ROUTES = (
    Route(
        "GET",
        PLAN_PATH,
        read_plan,
        "Read the reminder plan",
        "reminder plans",
        Scope.READ,
        {200: ToldPlan},
    ),
)
