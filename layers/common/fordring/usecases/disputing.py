"""The debtor's objections to an invoice, and what the agency is told of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from fordring.domain import things
from fordring.domain.agency import Capabilities, CommandKind, Operation
from fordring.domain.calendar import local_date, refuse_day_to_come
from fordring.domain.correspondence import Message
from fordring.domain.errors import NotFound, Refused
from fordring.domain.events import EventType
from fordring.domain.invoice import Dispute, Invoice
from fordring.domain.wording import Topic, worded
from fordring.usecases.looking_again import look_again
from fordring.usecases.membership import mark_disputed
from fordring.usecases.recording import command, tell
from fordring.usecases.work import Work

type CapabilitiesOf = Callable[[str], Capabilities]


def open_dispute(
    work: Work,
    invoice: Invoice,
    reason: str,
    epoch: int,
    capabilities_of: CapabilitiesOf,
    opened_date: date | None = None,
) -> Dispute:
    """Register the debtor's objection, and tell an agency that has the invoice (BEY-6).

    The case goes on with its other invoices. An agency without an operation for it gets a message. The
    invoice's case, where there is a live one, must have been read.

    Raises
    ------
    InvalidInput
        When its day is still to come.
    """
    if opened_date is not None:
        refuse_day_to_come(opened_date, work.now, invoice.country, "/opened_date")
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
    text = worded(Topic.DISPUTED, invoice.country, invoice=invoice.document_number, reason=reason)
    _tell_agency(work, changed, CommandKind.DISPUTE_INVOICE, dispute, text, epoch, capabilities_of)
    return dispute


def resolve_dispute(
    work: Work,
    invoice: Invoice,
    dispute_id: str,
    resolution: str,
    epoch: int,
    capabilities_of: CapabilitiesOf,
) -> Dispute:
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
        look_again(invoice, work.now),
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
    text = worded(Topic.RESOLVED, invoice.country, invoice=invoice.document_number, reason=resolution)
    _tell_agency(work, changed, CommandKind.RESOLVE_DISPUTE, resolved, text, epoch, capabilities_of)
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


def _tell_agency(
    work: Work,
    invoice: Invoice,
    kind: CommandKind,
    dispute: Dispute,
    text: str,
    epoch: int,
    capabilities_of: CapabilitiesOf,
) -> None:
    """Tell an agency that has the invoice of an objection, or of its end; the case must have been read."""
    if not invoice.release.live or invoice.case_id is None:
        return
    ref = things.CASE(invoice.case_id)
    case = work.get(ref)
    if not case.open:
        return
    marked = mark_disputed(case, invoice, work)
    if marked.assembling:
        # It will be left out before anything is told.
        work.change(ref, marked)
        return
    if Operation(kind.value) in capabilities_of(case.agency).operations:
        told = command(
            work, marked, kind, epoch=epoch, subject_id=dispute.dispute_id, invoice_id=invoice.invoice_id
        )
        work.change(ref, told)
        return
    work.change(ref, marked)
    tell_case_handler(work, invoice, text, epoch)


def tell_case_handler(work: Work, invoice: Invoice, text: str, epoch: int) -> None:
    """Write to the case handler of an invoice that is at an agency; its case must have been read."""
    if not invoice.release.live or invoice.case_id is None:
        return
    case = work.get(things.CASE(invoice.case_id))
    if not case.open or case.assembling:
        return
    message_id = work.new_id("msg")
    message = Message(case_id=case.case_id, message_id=message_id, direction="out", text=text, at=work.now)
    work.add(things.MESSAGE(case.case_id, message_id), message)
    queued = command(work, case, CommandKind.SEND_MESSAGE, epoch=epoch, subject_id=message_id)
    work.change(things.CASE(case.case_id), queued.touched(work.now))
