"""Handing over, and what a creditor does with a case: the routes of ``submit_case``."""

from collections.abc import Iterable
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Capabilities
from fordring.domain.case import Case
from fordring.domain.command import CommandRow
from fordring.domain.correspondence import Message
from fordring.domain.creditor import Scope
from fordring.domain.refs import Listing, Ref
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Group, Route, Routes
from fordring.edge.routes.acting import agency_of, case_of, on_case
from fordring.edge.schemas.cases import (
    ToldCase,
    ToldNewMessage,
    ToldSyncRequests,
    tell_new_message,
    tell_sync_requests,
)
from fordring.edge.schemas.common import Empty
from fordring.edge.schemas.given_cases import NewCase, NewMessage, Withdrawal
from fordring.usecases.debtors import FreshDebtor
from fordring.usecases.lanes import lane_of
from fordring.usecases.requesting import request_sync
from fordring.usecases.submitting import (
    Submission,
    refs_to_submit,
    submit,
    takes_whole_debtor,
    withdraw,
    write_message,
)
from fordring.usecases.work import Work


def submit_case(call: Call) -> Answer:
    """Hand an invoice over, with the rest of its debtor's where the agreement groups them."""
    body = call.given(NewCase)
    named = body.named
    capabilities = call.hub.capabilities(body.agency)
    if body.invoice_ids is not None:
        return _hand_over_group(call, body, capabilities, whole_debtor=False)
    wanted = Submission(call.creditor_id, body.agency, named[0], body.chosen_level)
    debtor = FreshDebtor(call.creditor_id, wanted.invoice_id)

    def decide(work: Work) -> Case:
        if takes_whole_debtor(work, wanted):
            raise _WholeDebtor
        debtor.refresh(work)
        return submit(work, wanted, capabilities)

    refs = lambda: (*refs_to_submit(wanted), *debtor.refs())  # noqa: E731 - named again at every attempt
    try:
        return on_case(call, refs, decide)
    except _WholeDebtor:
        return _hand_over_group(call, body, capabilities, whole_debtor=True)


class _WholeDebtor(Exception):
    """The agreement hands over all that a debtor owes, which takes another look."""


def _hand_over_group(call: Call, body: NewCase, capabilities: Capabilities, *, whole_debtor: bool) -> Answer:
    # Loaded when somebody groups: a submission of one invoice does without it.
    from fordring.edge.routes.case_invoices import hand_over_group

    return hand_over_group(call, body, capabilities, whole_debtor=whole_debtor)


def message_case(call: Call) -> Answer:
    """Write to the case handler."""
    body = call.given(NewMessage)
    refs = (things.CASE(call.path["case_id"]), things.EPOCH())

    def decide(work: Work) -> Message:
        case = case_of(call, work)
        return write_message(work, case, agency_of(call, case), body.text)

    return call.transact(refs, decide, tell_new_message, status=202)


def withdraw_case(call: Call) -> Answer:
    """Take a case back, or one invoice of it."""
    case_id = call.path["case_id"]
    body = call.given(Withdrawal)
    invoice_id, confirmed = body.invoice_id, body.confirm_cost.money if body.confirm_cost else None
    lane: list[CommandRow] = []
    seen = call.read(things.CASE(case_id))
    capabilities = call.hub.capabilities(case_of(call, seen).agency)

    def refs() -> Iterable[Ref[Any]]:
        lane[:] = lane_of(call.hub.desk, case_id)
        return (
            things.CASE(case_id),
            things.EPOCH(),
            *(things.INVOICE(member.invoice_id) for member in case_of(call, seen).members),
            *(things.COMMAND(case_id, row.seq) for row in lane),
        )

    def decide(work: Work) -> Case:
        case = case_of(call, work)
        if invoice_id is None:
            return withdraw(work, case, lane, capabilities, confirmed)
        from fordring.usecases.regrouping import withdraw_invoice

        return withdraw_invoice(work, case, invoice_id, lane, capabilities, confirmed)

    return on_case(call, refs, decide)


def synchronise_now(call: Call) -> Answer:
    """Ask for the hourly run of the creditor's agreements now (SAN-10)."""
    listing = Listing(things.AGREEMENT, "agreements_of", (call.creditor_id,))
    call.read(things.CREDITOR(call.creditor_id)).get(things.CREDITOR(call.creditor_id))
    agencies = [agreement.agency for _, agreement in call.page(listing, limit=100, after=None).items]
    refs = [things.AGREEMENT(call.creditor_id, agency) for agency in agencies]
    return call.transact(
        refs, lambda work: request_sync(work, call.creditor_id, agencies), tell_sync_requests, status=202
    )


def _case_actions() -> tuple[Route, ...]:
    from fordring.edge.routes.case_actions import CASE_ACTION_ROUTES

    return CASE_ACTION_ROUTES


def _case_invoices() -> tuple[Route, ...]:
    from fordring.edge.routes.case_invoices import CASE_INVOICE_ROUTES

    return CASE_INVOICE_ROUTES


def _vouchers() -> tuple[Route, ...]:
    from fordring.edge.routes.vouchers import VOUCHER_ROUTES

    return VOUCHER_ROUTES


def _settlements() -> tuple[Route, ...]:
    from fordring.edge.routes.settlements import SETTLEMENT_ROUTES

    return SETTLEMENT_ROUTES


def _matching() -> tuple[Route, ...]:
    from fordring.edge.routes.matching import MATCHING_ROUTES

    return MATCHING_ROUTES


ROUTES = Routes(
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/cases",
        submit_case,
        "Hand an invoice over to an agency",
        "cases",
        Scope.WRITE,
        {202: ToldCase},
        body=NewCase,
        claims=True,
        description="With grouping `debtor` in the agreement, all of the debtor's eligible entries go along "
        "into one case; with `invoice_ids`, exactly those of them that can go. `left_out` names the others "
        "and every reason. A case of more than 20 invoices is `assembling` until all are in it, and one of "
        "more than 40 is followed by another.",
    ),
    Route(
        "POST",
        "/v1/cases/{case_id}/messages",
        message_case,
        "Write to the case handler",
        "cases",
        Scope.WRITE,
        {202: ToldNewMessage},
        body=NewMessage,
        claims=True,
    ),
    Route(
        "POST",
        "/v1/cases/{case_id}/withdraw",
        withdraw_case,
        "Take a case back, or one invoice of it",
        "cases",
        Scope.WRITE,
        {202: ToldCase},
        body=Withdrawal,
        claims=True,
    ),
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/sync",
        synchronise_now,
        "Pull payments and statuses now",
        "sync",
        Scope.WRITE,
        {202: ToldSyncRequests},
        body=Empty,
        claims=True,
    ),
    Group(_case_invoices, "POST /v1/cases/{case_id}/invoices"),
    Group(
        _case_actions,
        "POST /v1/cases/{case_id}/pause",
        "POST /v1/cases/{case_id}/resume",
        "POST /v1/cases/{case_id}/acknowledge-closed",
        "POST /v1/cases/{case_id}/questions/{question_id}/answer",
        "POST /v1/cases/{case_id}/messages/{message_id}/seen",
    ),
    Group(_vouchers, "POST /v1/vouchers/{voucher_id}/bank-link"),
    Group(_settlements, "POST /v1/settlements/{settlement_id}/bookkept"),
    Group(
        _matching,
        "POST /v1/payments/{payment_id}/match",
        "POST /v1/payments/{payment_id}/reverse",
    ),
)
