"""Changing an invoice: what nobody changes once it is at an agency, and what may be changed."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from fordring.domain import things
from fordring.domain.creditor import Creditor
from fordring.domain.errors import Fault, InvalidInput, Refused, Unprocessable
from fordring.domain.invoice import LOCKED_AFTER_TRANSFER, Invoice
from fordring.domain.references import Reference
from fordring.domain.refs import Ref
from fordring.domain.running import ReferenceHolder
from fordring.domain.values import dataclass
from fordring.usecases.invoicing import (
    FREE_TEXT,
    check_formats,
    refs_of_reference,
    refuse_agreed_with_consumer,
)
from fordring.usecases.looking_again import look_again
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class InvoiceChange:
    """What a PATCH changes: terms by field name; ``None`` for what stays as it is.

    ``currency`` can be given and never changed: it is compared only. ``agreed_interest`` is what it shall be
    where ``agrees`` says that it is given.
    """

    terms: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None
    excluded_from_dunning: bool | None = None
    metadata: Mapping[str, str] | None = None
    agrees: bool = False
    agreed_interest: int | None = None


def refs_to_change(creditor: Creditor, invoice_id: str, wanted: InvoiceChange) -> tuple[Ref[Any], ...]:
    """Name what ``change`` looks at, given the creditor as it was a moment ago."""
    reference = wanted.terms.get("payment_reference")
    return (
        things.CREDITOR(creditor.creditor_id),
        things.INVOICE(invoice_id),
        *refs_of_reference(creditor, reference, invoice_id),
    )


def change(work: Work, creditor: Creditor, invoice: Invoice, wanted: InvoiceChange) -> Invoice:
    """Change an invoice; once it is at an agency, nine fields are locked.

    Raises
    ------
    Refused
        ``fields_locked``, with ``locked_fields`` (NET-23).
    Unprocessable
        ``currency_fixed``: amounts were booked in the currency; ``consumer_debtor``: see
        ``refuse_agreed_with_consumer``.
    InvalidInput
        When the due date would be before the invoice's date, or a KID fits none of the creditor's formats.
    """
    differing = {name for name, value in wanted.terms.items() if getattr(invoice.terms, name) != value}
    if wanted.currency is not None and wanted.currency != invoice.currency:
        differing.add("currency")
    locked = [name for name in LOCKED_AFTER_TRANSFER if name in differing]
    if invoice.release.live and locked:
        raise Refused(
            "fields_locked",
            "these fields are locked while the invoice is at an agency",
            faults=[Fault(f"/{name}", "locked", "the invoice is at an agency") for name in locked],
            facts={"locked_fields": locked, "case_id": invoice.case_id},
        )
    if "currency" in differing:
        raise Unprocessable(
            "currency_fixed",
            "an invoice keeps the currency in which it was registered",
            faults=[Fault("/currency", "currency_fixed", "credit the invoice and register another one")],
        )
    terms = replace(invoice.terms, **wanted.terms)
    if terms.due_date < invoice.invoice_date:
        raise InvalidInput(
            faults=[Fault("/due_date", "due_before_invoice_date", "the invoice was made out after this date")]
        )
    if terms.payment_reference is not None and "payment_reference" in differing:
        check_formats(terms.payment_reference, creditor)
    if wanted.agreed_interest is not None:
        debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
        refuse_agreed_with_consumer(debtor, wanted.agreed_interest)
    changed = replace(
        invoice,
        terms=terms,
        agreed_interest=wanted.agreed_interest if wanted.agrees else invoice.agreed_interest,
        excluded_from_dunning=invoice.excluded_from_dunning
        if wanted.excluded_from_dunning is None
        else wanted.excluded_from_dunning,
        metadata=invoice.metadata if wanted.metadata is None else wanted.metadata,
        warnings=_warnings(invoice, terms.payment_reference),
    )
    if changed == invoice:
        return invoice
    changed = replace(changed, updated_at=work.now, revision=invoice.revision + 1)
    included = invoice.excluded_from_dunning and not changed.excluded_from_dunning
    if included or terms.due_date != invoice.terms.due_date:
        changed = look_again(changed, work.now)
    work.change(things.INVOICE(invoice.invoice_id), changed)
    if "payment_reference" in differing:
        # The old reference keeps leading here: a debtor may still pay with the first letter in hand.
        for ref in refs_of_reference(creditor, terms.payment_reference, invoice.invoice_id):
            if work.find(ref) is None:
                work.add(ref, ReferenceHolder(invoice.invoice_id))
    return changed


def _warnings(invoice: Invoice, reference: Reference | None) -> tuple[str, ...]:
    """Give the warnings with what the present reference deserves."""
    if reference == invoice.terms.payment_reference:
        return invoice.warnings
    others = tuple(each for each in invoice.warnings if each != FREE_TEXT)
    return (*others, FREE_TEXT) if reference is not None and reference.kind == "free_text" else others
