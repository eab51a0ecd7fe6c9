"""Registering invoices, each document number once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import date
from typing import Any, Final

from fordring.domain import things
from fordring.domain.administration import InvoiceService
from fordring.domain.creditor import Creditor, Debtor
from fordring.domain.errors import Fault, InvalidInput, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice, Reminder, Terms
from fordring.domain.ledger import Balance, Component, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.references import BadReference, Reference, check_reference, kid_forms
from fordring.domain.refs import Ref
from fordring.domain.running import DebtorInvoice, DocumentClaim, ReferenceHolder
from fordring.domain.values import dataclass
from fordring.usecases.booking import book
from fordring.usecases.recording import tell
from fordring.usecases.transmitting import NO_ADMINISTRATORS, Administrators, transmit
from fordring.usecases.vouchering import vouch_charge
from fordring.usecases.work import Work

FREE_TEXT: Final = "payment_reference_is_free_text"
"""The warning that no payment will find its invoice by this reference."""


_ASIDE: Final = (
    "warnings",
    "source",
    "metadata",
    "service",
    "credit_check_id",
    "settlement_key",
    "agreed_interest",
)
"""What the creditor says beside the document."""


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """An invoice as somebody hands it over for registration."""

    debtor_id: str
    document_number: str
    principal: Money
    invoice_date: date
    terms: Terms
    excluded_from_dunning: bool = False
    reminders: tuple[Reminder, ...] = ()
    warnings: tuple[str, ...] = ()
    source: str = "api"
    metadata: Mapping[str, str] = field(default_factory=dict)
    service: InvoiceService | None = None
    credit_check_id: str | None = None
    settlement_key: str | None = None
    agreed_interest: int | None = None

    @property
    def digest(self) -> str:
        """Of everything that the document itself says: what makes two registrations the same."""
        said = asdict(self)
        for aside in _ASIDE:
            del said[aside]
        return content_digest(said)


def content_digest(content: Mapping[str, Any]) -> str:
    """Digest what a document says, whatever the order in which it says it."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def refs_to_register(
    creditor_id: str, new: NewInvoice, administrators: Administrators = NO_ADMINISTRATORS
) -> tuple[Ref[Any], ...]:
    """Name what ``register`` looks at."""
    check = (things.CREDIT_CHECK(creditor_id, new.credit_check_id),) if new.credit_check_id else ()
    return (
        *administrators.refs(creditor_id),
        *check,
        things.CREDITOR(creditor_id),
        things.DEBTOR(creditor_id, new.debtor_id),
        things.REMINDER_PLAN(creditor_id),
        document_ref(creditor_id, "invoice", new.document_number),
    )


def document_ref(creditor_id: str, kind: str, document_number: str) -> Ref[DocumentClaim]:
    """Name the claim on a document number.

    Invoices and credit notes have claims of their own: a credit note may carry the number of the invoice
    that it corrects, as the examples of Peppol BIS Billing 3 do. A ``#`` parts the ids of a key, so it is
    spelt otherwise here.
    """
    spelt = document_number.replace("%", "%25").replace("#", "%23")
    return things.DOCUMENT(creditor_id, f"{kind}:{spelt}")


def register(
    work: Work, creditor_id: str, new: NewInvoice, administrators: Administrators = NO_ADMINISTRATORS
) -> Invoice:
    """Register an invoice, in one transaction with what follows from that.

    One that an agency administers is handed over (SAN-1); one that the creditor's reminder plan takes is
    followed up from now on (FIK-1).

    Raises
    ------
    NotFound
        When the creditor does not exist.
    Unprocessable
        ``unknown_debtor``: the debtor was never registered; ``service_not_agreed``: no agreement has the
        service that is wanted for this invoice; ``consumer_debtor``: see ``refuse_agreed_with_consumer``.
    Refused
        ``document_number_taken``: the creditor has registered this number before, with this content or
        with another; ``facts`` name the invoice that holds it and whether the content is the same.
    """
    creditor = work.get(things.CREDITOR(creditor_id))
    debtor = work.find(things.DEBTOR(creditor_id, new.debtor_id))
    if debtor is None:
        raise Unprocessable(
            "unknown_debtor",
            "register the debtor before the invoice",
            faults=[Fault("/debtor_id", "unknown_debtor", "there is no such debtor")],
        )
    refuse_agreed_with_consumer(debtor, new.agreed_interest)
    refuse_taken_number(work, creditor_id, "invoice", new.document_number, new.digest)
    reference = new.terms.payment_reference
    if reference is not None:
        check_formats(reference, creditor)
    invoice_id = work.new_id("inv")
    unbooked = Invoice(
        invoice_id=invoice_id,
        creditor_id=creditor_id,
        debtor_id=new.debtor_id,
        document_number=new.document_number,
        country=creditor.country,
        currency=new.principal.currency,
        principal=new.principal.minor,
        invoice_date=new.invoice_date,
        terms=new.terms,
        content_digest=new.digest,
        balance=Balance(new.principal.currency),
        created_at=work.now,
        updated_at=work.now,
        debtor_blocks=debtor.blocks,
        excluded_from_dunning=new.excluded_from_dunning,
        reminders=new.reminders,
        warnings=new.warnings,
        source=new.source,
        metadata=new.metadata,
        service=new.service,
        settlement_key=new.settlement_key,
        agreed_interest=new.agreed_interest,
        revision=0,
    )
    work.add(things.INVOICE(invoice_id), unbooked)
    work.add(
        things.DEBTOR_INVOICE(creditor_id, new.debtor_id, invoice_id), DebtorInvoice(invoice_id, work.now)
    )
    invoice, _ = book(
        work,
        unbooked,
        EntryKind.CHARGE,
        {Component.PRINCIPAL: new.principal.minor},
        new.invoice_date,
        Source.CREDITOR,
    )
    for letter in new.reminders:
        if letter.fee:
            fee = {Component.FEE: letter.fee}
            invoice, _ = book(work, invoice, EntryKind.CHARGE, fee, letter.sent_date, Source.CREDITOR)
            vouch_charge(work, invoice, fee, letter.sent_date)
    work.add(
        document_ref(creditor_id, "invoice", new.document_number),
        DocumentClaim("invoice", invoice_id, new.digest),
    )
    for ref in refs_of_reference(creditor, reference, invoice_id):
        work.add(ref, ReferenceHolder(invoice_id))
    tell(
        work,
        EventType.INVOICE_REGISTERED,
        creditor_id,
        ("invoice", invoice_id),
        {
            "invoice_id": invoice_id,
            "creditor_id": creditor_id,
            "debtor_id": new.debtor_id,
            "document_number": new.document_number,
            "principal": {"amount": new.principal.text, "currency": new.principal.currency},
        },
    )
    registered = transmit(work, invoice, debtor, administrators, new.credit_check_id)
    plan = work.find(things.REMINDER_PLAN(creditor_id))
    if plan is None:
        return registered
    # Not every creditor has a plan: the law is loaded for those that have one.
    from fordring.usecases.enrolling import follow

    return follow(work, registered, plan, debtor)


def refuse_agreed_with_consumer(debtor: Debtor, agreed_interest: int | None) -> None:
    """Refuse a rate of late interest that is said to be agreed with a consumer.

    Raises
    ------
    Unprocessable
        ``consumer_debtor``.
    """
    if agreed_interest is not None and debtor.kind != "business":
        raise Unprocessable(
            "consumer_debtor",
            "late interest is agreed with businesses only: the debtor is a private person",
            faults=[Fault("/agreed_interest_percent", "consumer_debtor", "a consumer owes the law's rate")],
        )


def check_formats(reference: Reference, creditor: Creditor) -> None:
    """Refuse a KID that none of the creditor's agreements with its bank allows.

    Raises
    ------
    InvalidInput
        With the reason at ``/payment_reference/value``.
    """
    if reference.kind != "kid" or not creditor.kid_formats:
        return
    try:
        check_reference(reference.value, "kid", creditor.kid_formats)
    except BadReference as error:
        raise InvalidInput(faults=[Fault("/payment_reference/value", error.reason, str(error))]) from None


def refs_of_reference(
    creditor: Creditor, reference: Reference | None, invoice_id: str
) -> tuple[Ref[ReferenceHolder], ...]:
    """Name the rows by which a payment finds its invoice: one for each form that the bank may tell.

    A bank tells a KID in its full length. A free text leads nowhere.
    """
    if reference is None or reference.kind == "free_text":
        return ()
    forms: tuple[str, ...] = (reference.value,)
    if reference.kind == "kid":
        forms = kid_forms(reference.value, creditor.kid_formats)
    return tuple(things.REFERENCE(creditor.creditor_id, form, invoice_id) for form in forms)


def refuse_taken_number(work: Work, creditor_id: str, kind: str, document_number: str, digest: str) -> None:
    """Refuse a document number that the creditor has used before.

    Raises
    ------
    Refused
        ``document_number_taken``.
    """
    claim = work.find(document_ref(creditor_id, kind, document_number))
    if claim is None:
        return
    same = claim.content_digest == digest
    raise Refused(
        "document_number_taken",
        "this document number was registered before" + ("" if same else ", with other content"),
        facts={f"{claim.kind}_id": claim.holder_id, "same_content": same},
    )
