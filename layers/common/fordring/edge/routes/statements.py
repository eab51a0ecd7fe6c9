"""What a debtor owes and owed, on one page; answered by ``poll_status``."""

from collections.abc import Iterator

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.creditor import Scope
from fordring.domain.events import Event
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Entry
from fordring.domain.refs import Listing
from fordring.edge.call import Call
from fordring.edge.listing import given_cursor, next_cursor
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import agreements_of, told_all
from fordring.edge.schemas.case_reads import tell_event
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.statements import StatementPaging, ToldStatement, tell_cases
from fordring.edge.schemas.told import instant
from fordring.edge.schemas.told_invoices import tell_entry


def read_statement(call: Call) -> Answer:
    """Tell a debtor's invoices, each with its ledger and its cases, and their history (ZIR-37)."""
    debtor_id = call.path["debtor_id"]
    debtor = things.DEBTOR(call.creditor_id, debtor_id)
    call.read(debtor).get(debtor)
    owed = Listing(things.DEBTOR_INVOICE, "invoices_of_debtor", (call.creditor_id, debtor_id))
    page = call.page(owed, limit=call.asked(Paging).size, after=given_cursor(call))
    refs = [things.INVOICE(row.invoice_id) for _, row in page.items]
    work = call.read(*refs, *agreements_of(call.creditor_id))
    invoices = [work.get(ref) for ref in refs]
    known = _cases_of(call, invoices)
    cases = {
        each.invoice_id: tell_cases(known[case_id] for case_id in each.case_ids if case_id in known)
        for each in invoices
    }
    items = [
        {
            "invoice": told,
            "entries": [tell_entry(entry) for entry in _ledger_of(call, invoice)],
            "cases": cases[invoice.invoice_id],
        }
        for invoice, told in zip(invoices, told_all(call.hub, work, invoices, known), strict=True)
    ]
    return Answer.of(
        200,
        {
            "debtor_id": debtor_id,
            "as_of": instant(work.now),
            "items": items,
            "history": [tell_event(event) for event in _history_of(call, invoices, cases)],
            "next_cursor": next_cursor(call, page.next),
        },
    )


def _cases_of(call: Call, invoices: list[Invoice]) -> dict[str, Case]:
    refs = {case_id: things.CASE(case_id) for each in invoices for case_id in each.case_ids}
    if not refs:
        return {}
    work = call.read(*refs.values())
    return {case_id: case for case_id, ref in refs.items() if (case := work.find(ref)) is not None}


def _history_of(
    call: Call, invoices: list[Invoice], cases: dict[str, list[dict[str, object]]]
) -> list[Event]:
    """Give the events of some invoices and of the cases that they were in, in the order of the feed."""
    case_ids = dict.fromkeys(str(each["case_id"]) for several in cases.values() for each in several)
    listings = [
        *(Listing(things.EVENT, "events_of_invoice", (each.invoice_id,)) for each in invoices),
        *(Listing(things.EVENT, "events_of_case", (case_id,)) for case_id in case_ids),
    ]
    found = [event for listing in listings for _, event in call.hub.desk.every(listing)]
    # What has no place in the feed yet is the latest.
    return sorted(found, key=lambda each: (each.position is None, each.position or 0, each.event_id))


def _ledger_of(call: Call, invoice: Invoice) -> Iterator[Entry]:
    listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
    return (entry for _, entry in call.hub.desk.every(listing))


STATEMENT_ROUTES = (
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/debtors/{debtor_id}/statement",
        read_statement,
        "Read a debtor's statement of account",
        "debtors",
        Scope.READ,
        {200: ToldStatement},
        query=StatementPaging,
        description="Every invoice of the debtor, the oldest registration first: as it stands now, with its "
        "whole ledger and the cases that it was in, and what has happened to them.",
    ),
)
