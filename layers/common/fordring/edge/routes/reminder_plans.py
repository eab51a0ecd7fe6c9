"""Reminder plans: choosing one and switching it off; answered by ``manage_creditors``."""

from typing import Any

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import revision_of
from fordring.edge.routes.plan_answers import PLAN_PATH, ground_of, refs_of_plan, told_plan
from fordring.edge.schemas.reminder_plans import GivenPlan
from fordring.edge.schemas.told_plans import ToldPlan
from fordring.usecases.planning import end_plan, put_plan
from fordring.usecases.work import Work


def put_reminder_plan(call: Call) -> Answer:
    """Choose the creditor's reminder plan."""
    wish = call.given(GivenPlan).wish
    ground = ground_of(call, wish.agency)
    ref = things.REMINDER_PLAN(call.creditor_id)

    def decide(work: Work) -> dict[str, Any]:
        known = work.find(ref)
        call.match_revision(known.revision if known else None)
        return told_plan(work, put_plan(work, call.creditor_id, wish, ground))

    return call.transact(refs_of_plan(call.creditor_id), decide, lambda content: content, headers=revision_of)


def end_reminder_plan(call: Call) -> Answer:
    """Switch the creditor's reminder plan off."""
    ref = things.REMINDER_PLAN(call.creditor_id)

    def decide(work: Work) -> dict[str, Any]:
        call.match_revision(work.get(ref).revision)
        return told_plan(work, end_plan(work, call.creditor_id))

    return call.transact(refs_of_plan(call.creditor_id), decide, lambda content: content, headers=revision_of)


REMINDER_PLAN_ROUTES = (
    Route(
        "PUT",
        PLAN_PATH,
        put_reminder_plan,
        "Choose the reminder plan",
        "reminder plans",
        Scope.ADMIN,
        {200: ToldPlan},
        body=GivenPlan,
        description=(
            "Invoices that are registered from now on are followed up by it. Those under way go on by the "
            "plan that they started with, unless `move` says otherwise. What the law does not allow and what "
            "contradicts the agreement, is a 422 that names all, with the first lawful day. What is only "
            "missing is told in `preconditions`. The same again changes nothing."
        ),
    ),
    Route(
        "DELETE",
        PLAN_PATH,
        end_reminder_plan,
        "Switch the reminder plan off",
        "reminder plans",
        Scope.ADMIN,
        {200: ToldPlan},
        description="No invoice is followed up any more, also those under way.",
    ),
)
