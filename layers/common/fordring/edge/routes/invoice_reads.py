"""Reading debtors, invoices, credit notes and jobs; answered by ``poll_status``."""

from typing import Any

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.errors import NotFound
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Listing
from fordring.edge.call import Call, etag
from fordring.edge.listing import answer_list, answer_page
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import agreements_of, note_of, told_all
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.credit_notes import (
    CreditNoteList,
    ToldCreditNote,
    ToldCreditNotes,
    tell_credit_note,
)
from fordring.edge.schemas.debtors import ToldDebtor, ToldDebtors, tell_debtor
from fordring.edge.schemas.files import ToldJob, tell_job
from fordring.edge.schemas.invoices import InvoiceList
from fordring.edge.schemas.told_invoices import ToldEntries, ToldInvoices, tell_entry
from fordring.usecases.submitting import invoice_of

_CREDITOR = "/v1/creditors/{creditor_id}"


def read_debtor(call: Call) -> Answer:
    """Read a debtor."""
    ref = things.DEBTOR(call.creditor_id, call.path["debtor_id"])
    debtor = call.read(ref).get(ref)
    return Answer.of(200, tell_debtor(debtor), etag(debtor.revision))


def list_debtors(call: Call) -> Answer:
    """List a creditor's debtors."""
    call.read(things.CREDITOR(call.creditor_id)).get(things.CREDITOR(call.creditor_id))
    return answer_list(call, Listing(things.DEBTOR, "debtors_of", (call.creditor_id,)), tell_debtor)


def list_invoices(call: Call) -> Answer:
    """List a creditor's invoices, by due date among those that are open and those at an agency."""
    asked = call.asked(InvoiceList)
    work = call.read(things.CREDITOR(call.creditor_id), *agreements_of(call.creditor_id))
    work.get(things.CREDITOR(call.creditor_id))
    transferred = {"true": True, "false": False, None: None}[asked.transferred]
    excluded = {"true": True, "false": False, None: None}[asked.excluded]

    def keep(invoice: Invoice) -> bool:
        return (transferred is None or invoice.release.live == transferred) and (
            excluded is None or invoice.excluded_from_dunning == excluded
        )

    listing = Listing(things.INVOICE, "invoices_of", (call.creditor_id,), prefix="T#" if transferred else "")
    filtered = transferred is not None or excluded is not None

    def tell(found: list[Invoice]) -> list[dict[str, Any]]:
        return told_all(call.hub, work, found)

    return answer_page(call, listing, tell, keep=keep if filtered else None)


def list_entries(call: Call) -> Answer:
    """List an invoice's ledger."""
    invoice_id = call.path["invoice_id"]
    invoice_of(call.read(things.INVOICE(invoice_id)), call.creditor_id, invoice_id)
    return answer_list(call, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,)), tell_entry)


def read_note(call: Call) -> Answer:
    """Read a credit note."""
    note = note_of(call, call.read(things.CREDIT_NOTE(call.path["credit_note_id"])))
    return Answer.of(200, tell_credit_note(note))


def list_notes(call: Call) -> Answer:
    """List a creditor's credit notes."""
    match = call.asked(CreditNoteList).match
    call.read(things.CREDITOR(call.creditor_id)).get(things.CREDITOR(call.creditor_id))
    listing = Listing(
        things.CREDIT_NOTE, "credit_notes_of", (call.creditor_id,), prefix=f"{match}#" if match else ""
    )
    return answer_list(call, listing, tell_credit_note)


def read_job(call: Call) -> Answer:
    """Read a job."""
    ref = things.JOB(call.path["job_id"])
    job = call.read(ref).find(ref)
    if job is None:
        raise NotFound
    call.reach(job.creditor_id)
    return Answer.of(200, tell_job(job))


INVOICE_READ_ROUTES = (
    Route(
        "GET",
        f"{_CREDITOR}/debtors/{{debtor_id}}",
        read_debtor,
        "Read a debtor",
        "debtors",
        Scope.READ,
        {200: ToldDebtor},
    ),
    Route(
        "GET",
        f"{_CREDITOR}/debtors",
        list_debtors,
        "List debtors",
        "debtors",
        Scope.READ,
        {200: ToldDebtors},
        query=Paging,
    ),
    Route(
        "GET",
        f"{_CREDITOR}/invoices",
        list_invoices,
        "List invoices",
        "invoices",
        Scope.READ,
        {200: ToldInvoices},
        query=InvoiceList,
        description="A page of a filtered list may hold fewer than `limit`: only a `next_cursor` of `null` "
        "is the end.",
    ),
    Route(
        "GET",
        f"{_CREDITOR}/invoices/{{invoice_id}}/entries",
        list_entries,
        "List an invoice's ledger",
        "invoices",
        Scope.READ,
        {200: ToldEntries},
        query=Paging,
    ),
    Route(
        "GET",
        f"{_CREDITOR}/credit-notes/{{credit_note_id}}",
        read_note,
        "Read a credit note",
        "credit notes",
        Scope.READ,
        {200: ToldCreditNote},
    ),
    Route(
        "GET",
        f"{_CREDITOR}/credit-notes",
        list_notes,
        "List credit notes",
        "credit notes",
        Scope.READ,
        {200: ToldCreditNotes},
        query=CreditNoteList,
    ),
    Route(
        "GET",
        "/v1/jobs/{job_id}",
        read_job,
        "Read what became of a payment file",
        "payments",
        Scope.READ,
        {200: ToldJob},
    ),
)
