"""What an agency tells of an administered invoice: how it reached its recipient."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.administration import KEPT_ATTEMPTS, DeliveryAttempt
from fordring.domain.calendar import local_date
from fordring.domain.case import Case
from fordring.domain.events import EventType
from fordring.domain.facts import InvoiceDelivered, InvoiceDeliveryFailed
from fordring.domain.invoice import Invoice, split_external_id
from fordring.usecases.recording import tell_of_case
from fordring.usecases.work import Work


def invoice_in(work: Work, case: Case, invoice_external_id: str) -> Invoice | None:
    """Give the invoice of a case that the agency speaks of; ``None`` when the case has no such invoice.

    In a case of one invoice it is always that one: the agency may know it by an id of a time that the hub
    has lost.
    """
    parts = split_external_id(invoice_external_id)
    members = [member.invoice_id for member in case.members]
    if len(members) == 1:
        return work.get(things.INVOICE(members[0]))
    return work.find(things.INVOICE(parts[0])) if parts and parts[0] in members else None


def receive_delivery(work: Work, case: Case, fact: InvoiceDelivered | InvoiceDeliveryFailed) -> bool:
    """Note how an invoice was sent, or that it came back, once (SAN-2); tells whether it was news."""
    invoice = invoice_in(work, case, fact.invoice_external_id)
    if invoice is None:
        return False
    attempt = _attempt(fact, invoice.country)
    if any(
        (known.channel, known.occurred_at) == (attempt.channel, attempt.occurred_at)
        for known in invoice.deliveries
    ):
        return False
    attempts = sorted((*invoice.deliveries, attempt), key=lambda each: each.occurred_at)[-KEPT_ATTEMPTS:]
    work.change(
        things.INVOICE(invoice.invoice_id),
        replace(invoice, deliveries=tuple(attempts), updated_at=work.now, revision=invoice.revision + 1),
    )
    if attempt.delivered:
        tell_of_case(
            work,
            EventType.INVOICE_DELIVERED,
            case,
            invoice_id=invoice.invoice_id,
            channel=attempt.channel,
            delivered_date=attempt.attempted_date.isoformat(),
        )
    else:
        tell_of_case(
            work,
            EventType.INVOICE_DELIVERY_FAILED,
            case,
            invoice_id=invoice.invoice_id,
            channel=attempt.channel,
            reason=attempt.reason,
        )
    return True


def _attempt(fact: InvoiceDelivered | InvoiceDeliveryFailed, country: str) -> DeliveryAttempt:
    if isinstance(fact, InvoiceDelivered):
        return DeliveryAttempt(fact.channel, True, fact.delivered_date, fact.occurred_at)
    failed = local_date(fact.occurred_at, country)
    return DeliveryAttempt(fact.channel, False, failed, fact.occurred_at, fact.reason)
