"""Cases, what belongs to them, and what could become one: the routes that read."""

from operator import attrgetter
from typing import Any

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.creditor import Scope
from fordring.domain.errors import NotFound
from fordring.domain.refs import Listing
from fordring.edge.call import Call
from fordring.edge.listing import answer_list, answer_page
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.one_case import case_in_path
from fordring.edge.schemas.case_reads import (
    CandidateQuery,
    CaseQuery,
    ToldCandidates,
    ToldCases,
    ToldDispatches,
    ToldEvents,
    ToldMessages,
    tell_candidate,
    tell_dispatch,
    tell_event,
)
from fordring.edge.schemas.cases import tell_case, tell_message
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.told import instant
from fordring.usecases.permitting import actions_of_all
from fordring.usecases.proposing import with_fresh_blocks
from fordring.usecases.requesting import refresh
from fordring.usecases.submitting import question_for
from fordring.usecases.work import Work


def read_owned(call: Call, creditor_id: str) -> Work:
    """Read a creditor that is named in the query string, and authorise the call for it."""
    work = call.read(things.CREDITOR(creditor_id))
    call.reach(creditor_id)
    work.get(things.CREDITOR(creditor_id))
    return work


def list_cases(call: Call) -> Answer:
    """List a creditor's cases, open ones and newer ones first."""
    asked = call.asked(CaseQuery)
    work = read_owned(call, asked.creditor_id)
    listing = Listing(things.CASE, "cases_of", (asked.creditor_id,), asked.prefix, newest_first=True)
    keep = None if asked.agency is None else lambda case: case.agency == asked.agency

    def tell(found: list[Case]) -> list[dict[str, Any]]:
        actions = actions_of_all(call.hub.desk, found, call.hub.capabilities)
        return [tell_case(case, actions[case.case_id]) for case in found]

    wanted = asked.refresh == "true"
    refreshing = refresh(call.hub.desk, asked.creditor_id, asked.agency) if wanted else []
    extra = {"as_of": instant(work.now), "refreshing": refreshing}
    return answer_page(call, listing, tell, keep=keep, extra=extra)


def list_case_events(call: Call) -> Answer:
    """List what has happened in a case."""
    case, _ = case_in_path(call)
    return answer_list(call, Listing(things.EVENT, "events_of_case", (case.case_id,)), tell_event)


def list_dispatches(call: Call) -> Answer:
    """List what the agency has sent to the debtor."""
    case, work = case_in_path(call)
    listing = Listing(things.DISPATCH, "dispatches_of", (case.case_id,))
    return answer_list(call, listing, lambda dispatch: tell_dispatch(dispatch, case.currency, work.now))


def list_messages(call: Call) -> Answer:
    """List the messages between the creditor and the case handler."""
    case, _ = case_in_path(call)
    listing = Listing(things.MESSAGE, "messages_of", (case.case_id,))
    # Either side's messages are kept in an order of their own; on a page they stand by time.
    return answer_list(call, listing, tell_message, arrange=lambda found: sorted(found, key=attrgetter("at")))


def list_candidates(call: Call) -> Answer:
    """List what is not at an agency: what could go to this one, and every reason against the rest."""
    asked = call.asked(CandidateQuery)
    creditor_ref = things.CREDITOR(call.creditor_id)
    agreement_ref = things.AGREEMENT(call.creditor_id, asked.agency)
    work = call.read(creditor_ref, agreement_ref)
    capabilities = call.hub.capabilities(asked.agency)
    creditor = work.find(creditor_ref)
    if creditor is None:
        raise NotFound
    question = question_for(capabilities, work.find(agreement_ref), asked.level, work, creditor.country)
    listing = Listing(things.INVOICE, "invoices_of", (call.creditor_id,), "N#")
    return answer_list(
        call,
        listing,
        lambda invoice: tell_candidate(invoice, question),
        keep=None
        if asked.settlement_key is None
        else lambda invoice: invoice.key_of_settlement == asked.settlement_key,
        arrange=lambda found: with_fresh_blocks(call.hub.desk, found),
        extra={"as_of": instant(work.now)},
    )


CASE_READ_ROUTES = (
    Route(
        "GET",
        "/v1/cases",
        list_cases,
        "List the cases of a creditor",
        "cases",
        Scope.READ,
        {200: ToldCases},
        query=CaseQuery,
    ),
    Route(
        "GET",
        "/v1/cases/{case_id}/events",
        list_case_events,
        "List what has happened in a case",
        "cases",
        Scope.READ,
        {200: ToldEvents},
        query=Paging,
    ),
    Route(
        "GET",
        "/v1/cases/{case_id}/dispatches",
        list_dispatches,
        "List what the agency has sent to the debtor",
        "cases",
        Scope.READ,
        {200: ToldDispatches},
        query=Paging,
    ),
    Route(
        "GET",
        "/v1/cases/{case_id}/messages",
        list_messages,
        "List the messages of a case",
        "cases",
        Scope.READ,
        {200: ToldMessages},
        query=Paging,
    ),
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/candidates",
        list_candidates,
        "List what could be handed over",
        "cases",
        Scope.READ,
        {200: ToldCandidates},
        query=CandidateQuery,
        description=(
            "Every invoice that is not at an agency and on which something is owed, by due date: whether it "
            "can be handed over now, and if not, every reason at once."
        ),
    ),
)
