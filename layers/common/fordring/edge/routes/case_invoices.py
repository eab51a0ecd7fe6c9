"""Cases of several invoices: handed over together, and one more for a case that is open."""

from collections.abc import Iterable
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Capabilities
from fordring.domain.case import Case
from fordring.domain.creditor import Scope
from fordring.domain.errors import NotFound
from fordring.domain.refs import Ref
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.acting import on_case
from fordring.edge.schemas.cases import ToldCase
from fordring.edge.schemas.given_cases import MoreInvoice, NewCase
from fordring.usecases.entries import Entries
from fordring.usecases.gathering import submit_group
from fordring.usecases.regrouping import add_invoice
from fordring.usecases.submitting import Submission, invoice_of, refs_to_submit
from fordring.usecases.work import Work


def hand_over_group(call: Call, body: NewCase, capabilities: Capabilities, *, whole_debtor: bool) -> Answer:
    """Hand several invoices of a debtor over as one case."""
    entries = Entries(call.hub.desk, call.creditor_id, body.named, whole_debtor)
    wanted = Submission(call.creditor_id, body.agency, body.named[0], body.chosen_level)
    return on_case(
        call,
        lambda: (*refs_to_submit(wanted), *entries.refs()),
        lambda work: submit_group(work, entries, body.agency, body.chosen_level, capabilities),
    )


def add_to_case(call: Call) -> Answer:
    """Hand one more invoice over into an open case."""
    invoice_id = call.given(MoreInvoice).invoice_id
    case_ref = things.CASE(call.path["case_id"])
    seen = _own(call, call.read(case_ref))
    capabilities = call.hub.capabilities(seen.agency)

    def refs() -> Iterable[Ref[Any]]:
        return (
            case_ref,
            things.EPOCH(),
            things.CREDITOR(seen.creditor_id),
            things.AGREEMENT(seen.creditor_id, seen.agency),
            things.DEBTOR(seen.creditor_id, seen.debtor_id),
            things.INVOICE(invoice_id),
        )

    def decide(work: Work) -> Case:
        case = _own(call, work)
        return add_invoice(work, case, invoice_of(work, case.creditor_id, invoice_id), capabilities)

    return on_case(call, refs, decide)


def _own(call: Call, work: Work) -> Case:
    case = work.find(things.CASE(call.path["case_id"]))
    if case is None:
        raise NotFound
    call.reach(case.creditor_id)
    return case


CASE_INVOICE_ROUTES = (
    Route(
        "POST",
        "/v1/cases/{case_id}/invoices",
        add_to_case,
        "Hand one more invoice over into an open case",
        "cases",
        Scope.WRITE,
        {202: ToldCase},
        body=MoreInvoice,
        claims=True,
        description="The agency is told; until it has answered, the invoice is in the case and on its way. "
        "Where the agency has no operation for it, this is refused with `operation_not_offered`.",
    ),
)
