"""What the routes about reminder plans have in common: what they read, and how a plan is told."""

from collections.abc import Iterable
from typing import Any, Final

from fordring.domain import things
from fordring.domain.errors import Fault, NotFound, Unprocessable
from fordring.domain.plan_fit import preconditions
from fordring.domain.refs import Ref
from fordring.domain.reminder_plan import ReminderPlan
from fordring.edge.call import Call
from fordring.edge.routes.invoice_answers import agreements_of
from fordring.edge.schemas.told_plans import tell_plan
from fordring.usecases.planning import Ground
from fordring.usecases.work import Work

PLAN_PATH: Final = "/v1/creditors/{creditor_id}/reminder-plan"


def refs_of_plan(creditor_id: str) -> tuple[Ref[Any], ...]:
    """Name what a plan is told with, and tried against."""
    return (
        things.CREDITOR(creditor_id),
        things.REMINDER_PLAN(creditor_id),
        *agreements_of(creditor_id),
    )


def told_plan(work: Work, plan: ReminderPlan) -> dict[str, Any]:
    """Tell a plan with what it waits for; see ``refs_of_plan``."""
    return tell_plan(plan, missing_for(work, plan))


def missing_for(work: Work, plan: ReminderPlan) -> Iterable[str]:
    """Name what a plan waits for; see ``refs_of_plan``."""
    creditor = work.get(things.CREDITOR(plan.creditor_id))
    agreement = work.find(things.AGREEMENT(plan.creditor_id, plan.agency)) if plan.agency else None
    return preconditions(plan, creditor, agreement)


def ground_of(call: Call, agency: str | None, prefix: str = "") -> Ground:
    """Give what a plan for an agency is tried against.

    Raises
    ------
    Unprocessable
        ``unknown_agency``, at the member ``agency`` of the plan, which stands at ``prefix``.
    """
    try:
        capabilities = call.hub.capabilities(agency) if agency else None
    except NotFound:
        detail = "there is no such agency"
        raise Unprocessable(
            "unknown_agency", detail, faults=[Fault(f"{prefix}/agency", "unknown_agency", detail)]
        ) from None
    return Ground(capabilities, hub_sends=call.hub.settings.mail_sender is not None, at=prefix)
