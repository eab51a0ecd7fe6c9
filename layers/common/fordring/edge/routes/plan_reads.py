"""Reading the reminder plan, and previewing what it does; answered by ``poll_status``."""

from typing import Any, Final

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.errors import Refused
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Listing
from fordring.domain.reminder_plan import ReminderPlan, Sender
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.edge.call import Call, etag
from fordring.edge.listing import answer_page
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.plan_answers import PLAN_PATH, ground_of, missing_for, refs_of_plan, told_plan
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.reminder_plans import PlanPreview
from fordring.edge.schemas.told_plans import ToldPlan, tell_preconditions
from fordring.edge.schemas.told_previews import ToldPreviews, tell_preview
from fordring.usecases.handing_over_ahead import blocked_ahead
from fordring.usecases.looking_ahead import Around
from fordring.usecases.planning import plan_as_wished
from fordring.usecases.submitting import invoice_of
from fordring.usecases.writing_ahead import written_ahead

MOST_WITH_LETTERS: Final = 25
"""How many invoices a page has whose letters may be told: an answer of a function holds 6 MB."""


def read_plan(call: Call) -> Answer:
    """Read the creditor's reminder plan."""
    work = call.read(*refs_of_plan(call.creditor_id))
    plan = work.get(things.REMINDER_PLAN(call.creditor_id))
    return Answer.of(200, told_plan(work, plan), etag(plan.revision))


def preview_plan(call: Call) -> Answer:
    """Tell what is to come for an invoice, or for the whole ledger, without doing anything."""
    asked = call.given(PlanPreview)
    named = (things.INVOICE(asked.invoice_id),) if asked.invoice_id else ()
    work = call.read(*refs_of_plan(call.creditor_id), *named)
    creditor = work.get(things.CREDITOR(call.creditor_id))
    tried: ReminderPlan | None = None
    if asked.plan is not None:
        wish = asked.plan.wish
        ground = ground_of(call, wish.agency, "/plan")
        tried = plan_as_wished(work, call.creditor_id, wish, ground)
    plan = tried or work.find(things.REMINDER_PLAN(call.creditor_id))
    if plan is None:
        raise Refused("no_reminder_plan", "the creditor has no reminder plan; give one to try")
    waits = {"preconditions": tell_preconditions(missing_for(work, plan))}
    calendar = HolidayCalendar()

    def tell(invoices: list[Invoice]) -> list[dict[str, Any]]:
        around = Around.read(call.hub.desk, call.creditor_id, invoices)
        told = []
        for each in invoices:
            found = around.preview(each, tried, calendar)
            debtor, agency = around.debtors[each.debtor_id], found.plan.agency
            letters = tuple(written_ahead(found, each, creditor, debtor))
            agreement = work.find(things.AGREEMENT(call.creditor_id, agency)) if agency else None
            capabilities = call.hub.capabilities(agency) if agency else None
            blocked = blocked_ahead(found, each, debtor, agreement, capabilities, around.today(each))
            told.append(tell_preview(around, each, found, letters, blocked, tried=tried is not None))
        return told

    if asked.invoice_id:
        invoice = invoice_of(work, call.creditor_id, asked.invoice_id)
        return Answer.of(200, {"items": tell([invoice]), "next_cursor": None, **waits})
    listing = Listing(things.INVOICE, "invoices_of", (call.creditor_id,), prefix="N#")
    # What is under way may follow an earlier plan, which another sender has.
    writes = plan.sender is Sender.HUB or (tried is None and plan.number > 1)
    writes = writes and call.hub.settings.mail_sender is not None
    return answer_page(call, listing, tell, extra=waits, at_most=MOST_WITH_LETTERS if writes else None)


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
    Route(
        "POST",
        f"{PLAN_PATH}/preview",
        preview_plan,
        "Preview what a reminder plan does",
        "reminder plans",
        Scope.READ,
        {200: ToldPreviews},
        body=PlanPreview,
        query=Paging,
        description=(
            "The dated steps that are to come, with what letters cost, the interest that they tell of, their "
            "deadlines, and why no step happens earlier: for one invoice, or for every one that is open and "
            "not at an agency, the earliest due date first. Letters that the hub sends are told word by "
            "word; then a page has at most 25 invoices. Nothing is done or written."
        ),
    ),
)
