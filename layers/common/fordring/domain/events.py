"""Events: what the hub tells billing products, in webhooks and in the feed.

An event carries ids, amounts and codes, never personal data. Its type is versioned by name; a change
that a reader could trip over is a new type.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from fordring.domain.values import dataclass


class EventType(StrEnum):
    """Everything that can be told. ``docs/events.md`` has an example of each."""

    AGREEMENT_ACTIVATED = "agreement.activated"
    AGREEMENT_CONTRACT_CHANGED = "agreement.contract_changed"
    INVOICE_REGISTERED = "invoice.registered"
    INVOICE_DISPUTED = "invoice.disputed"
    INVOICE_WRITTEN_OFF = "invoice.written_off"
    INVOICE_COST_ADDED = "invoice.cost_added"
    INVOICE_DELIVERED = "invoice.delivered"
    INVOICE_DELIVERY_FAILED = "invoice.delivery_failed"
    INVOICE_OFFERED = "invoice.offered"
    INVOICE_PURCHASED = "invoice.purchased"
    INVOICE_PURCHASE_REFUSED = "invoice.purchase_refused"
    INVOICE_PAID_OUT = "invoice.paid_out"
    INVOICE_RECOURSED = "invoice.recoursed"
    INVOICE_REMINDER_DUE = "invoice.reminder_due"
    INVOICE_REMINDER_SENT = "invoice.reminder_sent"
    INVOICE_REMINDER_BOUNCED = "invoice.reminder_bounced"
    CASE_SUBMITTED = "case.submitted"
    CASE_REGISTERED = "case.registered"
    CASE_REJECTED = "case.rejected"
    CASE_STATUS_CHANGED = "case.status_changed"
    CASE_DISPATCH = "case.dispatch"
    CASE_MESSAGE = "case.message"
    CASE_INVOICE_ADDED = "case.invoice_added"
    CASE_INVOICE_LEFT = "case.invoice_left"
    CASE_CLOSED = "case.closed"
    CASE_ACKNOWLEDGED = "case.acknowledged"
    CASE_PAUSED = "case.paused"
    CASE_RESUMED = "case.resumed"
    QUESTION_ASKED = "question.asked"
    QUESTION_ANSWERED = "question.answered"
    QUESTION_WITHDRAWN = "question.withdrawn"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_REVERSED = "payment.reversed"
    PAYMENT_UNMATCHED = "payment.unmatched"
    CREDIT_NOTE_APPLIED = "credit_note.applied"
    SETTLEMENT_RECEIVED = "settlement.received"
    LEDGER_DRIFT = "ledger.drift"
    ATTENTION_RAISED = "attention.raised"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, written in the transaction in which it happened.

    Parameters
    ----------
    parent
        Kind and id of what it happened to: ``("case", …)``, ``("invoice", …)``, ``("creditor", …)``.
    position
        Its place in the creditor's feed, given in commit order when it is fanned out; ``None`` until then.
    fan_out_at
        When it is due to be fanned out; ``None`` once it has been.
    """

    event_id: str
    type: EventType
    creditor_id: str
    parent: tuple[str, str]
    data: Mapping[str, object]
    occurred_at: datetime
    fan_out_at: datetime | None
    position: int | None = None
