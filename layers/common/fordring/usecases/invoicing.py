"""Invoices: registering them, changing what may be changed, objections to them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.calendar import local_date
from fordring.domain.correspondence import Message
from fordring.domain.errors import Fault, NotFound, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import LOCKED_AFTER_TRANSFER, Dispute, Invoice, Reminder, Terms
from fordring.domain.ledger import Balance, Component, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.refs import Ref
from fordring.domain.running import DocumentClaim, ReferenceHolder
from fordring.usecases.booking import book
from fordring.usecases.recording import command, tell
from fordring.usecases.work import Work


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

    @property
    def digest(self) -> str:
        """Of everything that the document itself says: what makes two registrations the same."""
        said = asdict(self)
        for aside in ("warnings", "source", "metadata"):
            del said[aside]
        return content_digest(said)


def content_digest(content: Mapping[str, Any]) -> str:
    """Digest what a document says, whatever the order in which it says it."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def refs_to_register(creditor_id: str, new: NewInvoice) -> tuple[Ref[Any], ...]:
    """Name what ``register`` looks at."""
    return (
        things.CREDITOR(creditor_id),
        things.DEBTOR(creditor_id, new.debtor_id),
        things.DOCUMENT(creditor_id, new.document_number),
    )


def register(work: Work, creditor_id: str, new: NewInvoice) -> Invoice:
    """Register an invoice.

    Raises
    ------
    NotFound
        When the creditor does not exist.
    Unprocessable
        ``unknown_debtor``: the debtor was never registered.
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
    refuse_taken_number(work, creditor_id, new.document_number, new.digest)
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
        revision=0,
    )
    work.add(things.INVOICE(invoice_id), unbooked)
    invoice, _ = book(
        work,
        unbooked,
        EntryKind.CHARGE,
        {Component.PRINCIPAL: new.principal.minor},
        new.invoice_date,
        Source.CREDITOR,
    )
    work.add(
        things.DOCUMENT(creditor_id, new.document_number), DocumentClaim("invoice", invoice_id, new.digest)
    )
    reference = new.terms.payment_reference
    if reference is not None and reference.kind != "free_text":
        work.add(things.REFERENCE(creditor_id, reference.value, invoice_id), ReferenceHolder(invoice_id))
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
    return invoice


def refuse_taken_number(work: Work, creditor_id: str, document_number: str, digest: str) -> None:
    """Refuse a document number that the creditor has used before.

    Raises
    ------
    Refused
        ``document_number_taken``.
    """
    claim = work.find(things.DOCUMENT(creditor_id, document_number))
    if claim is None:
        return
    same = claim.content_digest == digest
    raise Refused(
        "document_number_taken",
        "this document number was registered before" + ("" if same else ", with other content"),
        facts={f"{claim.kind}_id": claim.holder_id, "same_content": same},
    )


@dataclass(frozen=True, slots=True)
class InvoiceChange:
    """What a PATCH changes: terms by field name, and whether the invoice is excluded from dunning."""

    terms: Mapping[str, Any] = field(default_factory=dict)
    excluded_from_dunning: bool | None = None
    reminders: tuple[Reminder, ...] | None = None
    metadata: Mapping[str, str] | None = None


def change(work: Work, invoice: Invoice, wanted: InvoiceChange) -> Invoice:
    """Change an invoice; once it is at an agency, nine fields are locked.

    Raises
    ------
    Refused
        ``fields_locked``, with ``locked_fields`` (NET-23).
    """
    present = {name: getattr(invoice.terms, name, None) for name in wanted.terms}
    differing = [name for name, value in wanted.terms.items() if present[name] != value]
    locked = [name for name in LOCKED_AFTER_TRANSFER if name in differing]
    if invoice.release.live and locked:
        raise Refused(
            "fields_locked",
            "these fields are locked while the invoice is at an agency",
            facts={"locked_fields": locked, "case_id": invoice.case_id},
        )
    terms = replace(invoice.terms, **wanted.terms)
    excluded = invoice.excluded_from_dunning
    changed = replace(
        invoice,
        terms=terms,
        excluded_from_dunning=excluded
        if wanted.excluded_from_dunning is None
        else wanted.excluded_from_dunning,
        reminders=invoice.reminders if wanted.reminders is None else wanted.reminders,
        metadata=invoice.metadata if wanted.metadata is None else wanted.metadata,
        updated_at=work.now,
        revision=invoice.revision + 1,
    )
    work.change(things.INVOICE(invoice.invoice_id), changed)
    _move_reference(work, invoice, changed)
    return changed


def _move_reference(work: Work, before: Invoice, after: Invoice) -> None:
    old, new = before.terms.payment_reference, after.terms.payment_reference
    if new == old:
        return
    if new is not None and new.kind != "free_text":
        ref = things.REFERENCE(after.creditor_id, new.value, after.invoice_id)
        # The old reference keeps leading here: a debtor may still pay with the first letter in hand.
        work.put(ref, ReferenceHolder(after.invoice_id))


def refs_to_change(invoice: Invoice, wanted: InvoiceChange) -> tuple[Ref[Any], ...]:
    """Name what ``change`` looks at."""
    refs: tuple[Ref[Any], ...] = (things.INVOICE(invoice.invoice_id),)
    reference = wanted.terms.get("payment_reference")
    if reference is not None:
        refs += (things.REFERENCE(invoice.creditor_id, reference.value, invoice.invoice_id),)
    return refs


def record_reminder(work: Work, invoice: Invoice, reminder: Reminder) -> Invoice:
    """Record a letter that the creditor has sent, with its fee (NET-15).

    Raises
    ------
    Refused
        ``already_transferred``: costs are not added to an invoice that is at an agency (NET-37).
    """
    if invoice.release.live:
        raise Refused("already_transferred", "the agency sends the letters for this invoice")
    noted = replace(
        invoice, reminders=(*invoice.reminders, reminder), updated_at=work.now, revision=invoice.revision + 1
    )
    if not reminder.fee:
        work.change(things.INVOICE(invoice.invoice_id), noted)
        return noted
    booked, _ = book(
        work, noted, EntryKind.CHARGE, {Component.FEE: reminder.fee}, reminder.sent_date, Source.CREDITOR
    )
    return booked


def open_dispute(
    work: Work, invoice: Invoice, reason: str, epoch: int, opened_date: date | None = None
) -> Dispute:
    """Register the debtor's objection; an agency that has the invoice is told by a message.

    The invoice's case, where there is a live one, must have been read.
    """
    dispute = Dispute(
        dispute_id=work.new_id("dis"),
        reason=reason,
        opened_date=opened_date or local_date(work.now, invoice.country),
    )
    changed = replace(
        invoice,
        disputes=(*invoice.disputes, dispute),
        updated_at=work.now,
        revision=invoice.revision + 1,
    )
    work.change(things.INVOICE(invoice.invoice_id), changed)
    tell(
        work,
        EventType.INVOICE_DISPUTED,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {"invoice_id": invoice.invoice_id, "dispute_id": dispute.dispute_id, "reason": reason, "open": True},
    )
    text = f"The debtor objects to invoice {invoice.document_number} ({reason}). Please pause."
    _tell_case_handler(work, invoice, text, epoch)
    return dispute


def resolve_dispute(work: Work, invoice: Invoice, dispute_id: str, resolution: str, epoch: int) -> Dispute:
    """End an objection.

    Raises
    ------
    NotFound
        When the invoice has no such dispute.
    Refused
        ``dispute_already_resolved``.
    """
    found = find_dispute(invoice.disputes, dispute_id)
    if found.resolved_date is not None:
        raise Refused("dispute_already_resolved", "the dispute has been resolved before")
    resolved = replace(found, resolved_date=local_date(work.now, invoice.country), resolution=resolution)
    changed = replace(
        invoice,
        disputes=tuple(resolved if each.dispute_id == dispute_id else each for each in invoice.disputes),
        updated_at=work.now,
        revision=invoice.revision + 1,
    )
    work.change(things.INVOICE(invoice.invoice_id), changed)
    tell(
        work,
        EventType.INVOICE_DISPUTED,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            "invoice_id": invoice.invoice_id,
            "dispute_id": dispute_id,
            "reason": found.reason,
            "open": False,
            "resolution": resolution,
        },
    )
    text = f"The objection to invoice {invoice.document_number} is resolved ({resolution})."
    _tell_case_handler(work, invoice, text, epoch)
    return resolved


def find_dispute(disputes: Iterable[Dispute], dispute_id: str) -> Dispute:
    """Find one dispute.

    Raises
    ------
    NotFound
        When there is none of that id.
    """
    for dispute in disputes:
        if dispute.dispute_id == dispute_id:
            return dispute
    raise NotFound


def _tell_case_handler(work: Work, invoice: Invoice, text: str, epoch: int) -> None:
    if not invoice.release.live or invoice.case_id is None:
        return
    case = work.get(things.CASE(invoice.case_id))
    if not case.open:
        return
    message_id = work.new_id("msg")
    message = Message(case_id=case.case_id, message_id=message_id, direction="out", text=text, at=work.now)
    work.add(things.MESSAGE(case.case_id, message_id), message)
    queued = command(work, case, CommandKind.SEND_MESSAGE, epoch=epoch, subject_id=message_id)
    work.change(things.CASE(case.case_id), queued.touched(work.now))
