"""Taking in electronic documents: the debtor, and the invoice or the credit note, in one transaction."""

import re
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import date
from typing import Any, Final, Literal

from fordring.domain import things
from fordring.domain.administration import InvoiceService
from fordring.domain.creditor import Creditor
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.invoice import Invoice, Terms
from fordring.domain.money import Money
from fordring.domain.payment import CreditNote
from fordring.domain.references import Reference, recognise
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.crediting import NewCreditNote, register_credit_note
from fordring.usecases.debtors import DebtorDetails, put_debtor
from fordring.usecases.invoicing import FREE_TEXT, NewInvoice, document_ref, register
from fordring.usecases.paying import Target
from fordring.usecases.transmitting import NO_ADMINISTRATORS, Administrators
from fordring.usecases.work import Desk, Work

_VAT_NUMBERS: Final = (
    re.compile(r"(?:NO)?([0-9]{9})MVA", re.ASCII),
    re.compile(r"NO([0-9]{9})", re.ASCII),
    re.compile(r"SE([0-9]{10})(?:01)?", re.ASCII),
    re.compile(r"(?:FI|DK)([0-9]{8})", re.ASCII),
)


@dataclass(frozen=True, slots=True)
class Document:
    """An electronic invoice or credit note in the hub's own terms.

    Parameters
    ----------
    supplier_numbers
        The numbers by which the document names its supplier, as written; the first one is the strongest.
    accepted_supplier
        The number that the caller accepts although it is not the creditor's.
    supplier_at, issue_date_at
        Where the supplier's number and the date of issue stand, for faults.
    payment_reference
        As written; what it is depends on the creditor.
    corrects
        For a credit note, the numbers of the invoices that it corrects.
    """

    kind: Literal["invoice", "credit_note"]
    document_number: str
    amount: Money
    issue_date: date
    due_date: date | None
    supplier_numbers: tuple[str, ...]
    accepted_supplier: str | None
    supplier_at: str
    issue_date_at: str
    debtor_id: str
    customer: DebtorDetails
    payment_reference: str | None = None
    payment_terms: str | None = None
    delivery_date: date | None = None
    corrects: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Import:
    """A document that is to be taken in, with what it concerns found anew at every attempt."""

    desk: Desk
    creditor_id: str
    document: Document
    administrators: Administrators = NO_ADMINISTRATORS
    service: InvoiceService | None = None
    agreed_interest: int | None = None
    _target: Target | None = field(default=None, init=False)

    def refs(self) -> Iterable[Ref[Any]]:
        """Name what taking it in looks at."""
        document = self.document
        refs: tuple[Ref[Any], ...] = (
            things.CREDITOR(self.creditor_id),
            things.DEBTOR(self.creditor_id, document.debtor_id),
            document_ref(self.creditor_id, document.kind, document.document_number),
            things.EPOCH(),
            *(
                (things.REMINDER_PLAN(self.creditor_id), *self.administrators.refs(self.creditor_id))
                if document.kind == "invoice"
                else ()
            ),
        )
        self._target = None
        if document.kind == "credit_note" and len(document.corrects) == 1:
            ref = document_ref(self.creditor_id, "invoice", document.corrects[0])
            claim = self.desk.read(ref).find(ref)
            if claim is not None:
                self._target = Target(self.desk, self.creditor_id, claim.holder_id)
                return (*refs, *self._target.refs())
        return refs

    def carry_out(self, work: Work) -> Invoice | CreditNote:
        """Register the document.

        A debtor that is not known yet is registered with it; a known one stays as it is. A credit note
        is matched to the one invoice that it names, if the hub has that in the same currency.

        Raises
        ------
        NotFound
            When the creditor does not exist.
        Unprocessable
            ``supplier_is_not_creditor``.
        Refused
            ``document_number_taken``.
        """
        document = self.document
        creditor = work.get(things.CREDITOR(self.creditor_id))
        warnings = document.warnings + _check_supplier(creditor, document)
        if document.kind == "credit_note":
            invoice = self._target.invoice(work) if self._target else None
            if invoice is not None and invoice.currency != document.amount.currency:
                invoice = None
            note = NewCreditNote(
                document.document_number,
                document.amount,
                document.issue_date,
                source="einvoice",
                date_at=document.issue_date_at,
            )
            return register_credit_note(work, self.creditor_id, note, invoice)
        if work.find(things.DEBTOR(self.creditor_id, document.debtor_id)) is None:
            put_debtor(work, self.creditor_id, document.debtor_id, document.customer)
        new = replace(
            _new_invoice(document, creditor, warnings),
            service=self.service,
            agreed_interest=self.agreed_interest,
        )
        return register(work, self.creditor_id, new, self.administrators)


def _new_invoice(document: Document, creditor: Creditor, warnings: tuple[str, ...]) -> NewInvoice:
    text = document.payment_reference
    reference = recognise(text, creditor.country, creditor.kid_formats) if text else None
    if text and reference is None:
        reference = Reference("free_text", text)
        warnings = (*warnings, FREE_TEXT)
    new = NewInvoice(
        debtor_id=document.debtor_id,
        document_number=document.document_number,
        principal=document.amount,
        invoice_date=document.issue_date,
        terms=Terms(
            due_date=document.due_date or document.issue_date,
            payment_terms=document.payment_terms,
            delivery_date=document.delivery_date,
            payment_reference=reference,
        ),
        source="einvoice",
    )
    return replace(new, warnings=tuple(dict.fromkeys(warnings)))


def _check_supplier(creditor: Creditor, document: Document) -> tuple[str, ...]:
    """Refuse somebody else's document; gives a warning for one that the caller has accepted by name."""
    numbers = document.supplier_numbers
    if numbers and identity_of(numbers[0]) == identity_of(creditor.organisation_number):
        return ()
    if document.accepted_supplier is not None and document.accepted_supplier in numbers:
        return ("supplier_accepted_by_caller",)
    raise Unprocessable(
        "supplier_is_not_creditor",
        "the document's supplier is not this creditor; accept_supplier takes it all the same",
        faults=[Fault(document.supplier_at, "supplier_is_not_creditor", "not the creditor's number")],
    )


def identity_of(number: str) -> str:
    """Write an organisation's number so that its VAT number and its registration compare equal."""
    compact = "".join(character for character in number.upper() if character.isalnum())
    for pattern in _VAT_NUMBERS:
        match = pattern.fullmatch(compact)
        if match:
            return match[1]
    return compact
