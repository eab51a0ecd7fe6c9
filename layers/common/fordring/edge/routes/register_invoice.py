"""Debtors, invoices, and what happens to them: the routes of ``register_invoice``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fordring.domain import things
from fordring.domain.creditor import Creditor, Scope
from fordring.domain.refs import Ref
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Group, Route, Routes
from fordring.edge.routes.follow_ups import refs_ahead
from fordring.edge.routes.invoice_answers import agreements_of, headers_of, revision_of, told
from fordring.edge.schemas.invoices import GivenInvoice, InvoicePatch, XmlOptions
from fordring.edge.schemas.told_invoices import ToldInvoice
from fordring.usecases.changing import change, refs_to_change
from fordring.usecases.invoicing import refs_to_register, register
from fordring.usecases.store_port import Conflict
from fordring.usecases.submitting import invoice_of
from fordring.usecases.work import Work

if TYPE_CHECKING:
    from fordring.edge.route import Answers


def register_document(call: Call) -> Answer:
    """Register an invoice, or an electronic invoice or credit note."""
    if call.body is None:
        # Only some creditors send XML; a start for everybody else does without its reader.
        from fordring.edge.routes.einvoices import register_einvoice

        return register_einvoice(call)
    new = call.given(GivenInvoice).new
    return call.transact(
        (
            *refs_to_register(call.creditor_id, new, call.hub.administrators),
            *agreements_of(call.creditor_id),
        ),
        lambda work: told(call.hub, work, register(work, call.creditor_id, new, call.hub.administrators)),
        lambda content: content,
        status=201,
        headers=headers_of,
    )


def _documents() -> "Answers":
    """Give the models of a registration's answers, which are needed for the description only."""
    from fordring.edge.schemas.documents import ToldDocument

    return {201: ToldDocument}


def change_invoice(call: Call) -> Answer:
    """Change what an invoice says."""
    wanted = call.given(InvoicePatch).change
    invoice_id = call.path["invoice_id"]
    seen: list[Creditor] = []

    def refs() -> Iterable[Ref[Any]]:
        ref = things.CREDITOR(call.creditor_id)
        also = agreements_of(call.creditor_id)
        if wanted.terms.get("payment_reference") is None:
            return (ref, things.INVOICE(invoice_id), *also)
        # Under which forms a reference is kept depends on the creditor.
        creditor = call.hub.desk.read(ref).find(ref)
        seen[:] = [creditor] if creditor else []
        return (*refs_to_change(creditor, invoice_id, wanted), *also) if creditor else (ref,)

    def decide(work: Work) -> dict[str, Any]:
        creditor = work.get(things.CREDITOR(call.creditor_id))
        if seen and seen[0].kid_formats != creditor.kid_formats:
            raise Conflict
        invoice = invoice_of(work, call.creditor_id, invoice_id)
        call.match_revision(invoice.revision)
        if invoice.follow_up is not None:
            # What it changes moves the plan's steps: they are told anew.
            work.seek_all(refs_ahead(invoice))
        return told(call.hub, work, change(work, creditor, invoice, wanted))

    return call.transact(refs, decide, lambda content: content, headers=revision_of)


def _debtors() -> tuple[Route, ...]:
    from fordring.edge.routes.debtors import DEBTOR_ROUTES

    return DEBTOR_ROUTES


def _erasure() -> tuple[Route, ...]:
    from fordring.edge.routes.erasure import ERASURE_ROUTES

    return ERASURE_ROUTES


def _batches() -> tuple[Route, ...]:
    from fordring.edge.routes.batches import BATCH_ROUTES

    return BATCH_ROUTES


def _on_invoices() -> tuple[Route, ...]:
    from fordring.edge.routes.on_invoices import ON_INVOICE_ROUTES

    return ON_INVOICE_ROUTES


def _enrolment() -> tuple[Route, ...]:
    from fordring.edge.routes.enrolment import ENROLMENT_ROUTES

    return ENROLMENT_ROUTES


def _credit_notes() -> tuple[Route, ...]:
    from fordring.edge.routes.credit_notes import CREDIT_NOTE_ROUTES

    return CREDIT_NOTE_ROUTES


def _credit_checks() -> tuple[Route, ...]:
    from fordring.edge.routes.credit_checks import CREDIT_ROUTES

    return CREDIT_ROUTES


def _payment_files() -> tuple[Route, ...]:
    from fordring.edge.routes.payment_files import PAYMENT_FILE_ROUTES

    return PAYMENT_FILE_ROUTES


ROUTES = Routes(
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/invoices",
        register_document,
        "Register an invoice",
        "invoices",
        Scope.WRITE,
        _documents,
        body=GivenInvoice,
        query=XmlOptions,
        media=("application/json", "application/xml", "text/xml"),
        claims=True,
        description="As JSON, or as `application/xml`: an invoice or credit note in EHF or Peppol BIS "
        "Billing 3. With XML, a debtor that is not known yet is registered too.",
    ),
    Route(
        "PATCH",
        "/v1/creditors/{creditor_id}/invoices/{invoice_id}",
        change_invoice,
        "Change an invoice",
        "invoices",
        Scope.WRITE,
        {200: ToldInvoice},
        body=InvoicePatch,
        description="While the invoice is at an agency, its nine locked fields answer 409 `fields_locked`.",
    ),
    Group(_debtors, "PUT /v1/creditors/{creditor_id}/debtors/{debtor_id}"),
    Group(
        _credit_checks,
        "POST /v1/creditors/{creditor_id}/credit-checks",
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/purchase-offer",
    ),
    Group(
        _erasure,
        "POST /v1/creditors/{creditor_id}/debtors/{debtor_id}/erase",
    ),
    Group(
        _batches,
        "POST /v1/creditors/{creditor_id}/invoices/batch",
    ),
    Group(
        _on_invoices,
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/payments",
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/reminders",
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/write-off",
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/costs",
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/disputes",
        "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/disputes/{dispute_id}/resolve",
    ),
    Group(_enrolment, "POST /v1/creditors/{creditor_id}/invoices/{invoice_id}/enrol"),
    Group(
        _credit_notes,
        "POST /v1/creditors/{creditor_id}/credit-notes",
        "POST /v1/creditors/{creditor_id}/credit-notes/{credit_note_id}/match",
    ),
    Group(
        _payment_files,
        "POST /v1/creditors/{creditor_id}/payment-files",
    ),
)
