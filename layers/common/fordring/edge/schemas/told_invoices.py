"""Invoices: what is told."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fordring.domain.administration import InvoiceService
from fordring.domain.agreement_settings import TRANSFER_STATUSES
from fordring.domain.dunning import available_actions, dunning_status
from fordring.domain.invoice import Dispute, Invoice, Release, Reminder
from fordring.domain.ledger import Component, Entry, EntryKind
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, day, instant, money, percent
from fordring.edge.schemas.told_administration import (
    ToldInvoiceDelivery,
    ToldRemainingByOwner,
    ToldSale,
    tell_by_owner,
    tell_delivery,
    tell_sale,
)
from fordring.edge.schemas.told_follow_ups import ToldFollowUp


class ToldReference(Told):
    """A payment reference."""

    type: Literal["kid", "ocr", "viitenumero", "rf", "free_text"]
    value: str


class ToldPart(Told):
    """One component of a debt."""

    original: ToldMoney
    paid: ToldMoney
    credited: ToldMoney
    written_off: ToldMoney
    remaining: ToldMoney


class ToldDispute(Told):
    """An objection; open while it has no ``resolved_date``."""

    dispute_id: str
    reason: str
    opened_date: str
    resolved_date: str | None
    resolution: str | None


class ToldReminder(Told):
    """A letter that the creditor has sent."""

    letter_id: Annotated[
        str | None,
        About("Of a reminder plan's letter, as in `GET …/reminders/{letter_id}`; `null`: of no plan's."),
    ]
    kind: str
    sent_date: str
    channel: str
    deadline_date: str | None
    fee: ToldMoney


class ToldCollection(Told):
    """Where the invoice stands at an agency, apart from its own status."""

    agency: str
    case_id: str
    case_number: str | None
    release: Release
    agency_status: str | None


class ToldInvoice(Told):
    """An invoice: what it says, what is left of it, where it stands, and what may be done now."""

    invoice_id: str
    creditor_id: str
    debtor_id: str
    document_number: str
    settlement_key: str
    principal: ToldMoney
    invoice_date: str
    due_date: str
    accounting_date: str | None
    value_date: str | None
    payment_terms: str | None
    delivery_date: str | None
    delivery_terms: str | None
    delivery_method: str | None
    payment_reference: ToldReference | None
    agreed_interest_percent: Annotated[
        str | None, About("The rate of late interest that was agreed, per cent a year; `null`: the law's.")
    ]
    status: Literal["open", "partly_paid", "paid", "credited", "written_off"]
    owner: Literal["creditor", "agency"]
    remaining: ToldMoney
    balance: Annotated[dict[str, ToldPart], About("By component.")]
    remaining_by_owner: ToldRemainingByOwner
    agency_account: Annotated[
        ToldMoney,
        About(
            "What the agency owes the creditor for having bought the invoice; negative: what the creditor "
            "owes the agency."
        ),
    ]
    service: Annotated[InvoiceService | None, About("`null`: the agreement's default.")]
    delivery: ToldInvoiceDelivery | None
    sale: ToldSale | None
    dunning_status: str
    excluded_from_dunning: bool
    available_actions: list[str]
    collection: ToldCollection | None
    case_number: str | None
    disputes: list[ToldDispute]
    reminders: list[ToldReminder]
    follow_up: Annotated[ToldFollowUp | None, About("`null`: it follows no reminder plan.")]
    warnings: list[str]
    source: str
    metadata: dict[str, str]
    created_at: Instant
    updated_at: Instant
    revision: int


class ToldInvoices(Told):
    """A page of invoices."""

    items: list[ToldInvoice]
    next_cursor: str | None


class ToldElement(Told):
    """What became of one element of a batch, as if it had been sent by itself."""

    index: int
    status: int
    body: dict[str, Any]


class ToldBatch(Told):
    """What became of each element."""

    items: list[ToldElement]


class ToldEntry(Told):
    """One line of an invoice's ledger; never changed, only followed by others."""

    seq: int
    kind: EntryKind
    amounts: dict[str, ToldMoney]
    entry_date: str
    source: str
    owner: Annotated[Literal["creditor", "agency"], About("Whose claim it was booked on.")]
    payment_id: str | None
    credit_note_id: str | None
    reverses: int | None
    clearing_order: str | None
    note: str | None
    at: Instant


class ToldEntries(Told):
    """A page of a ledger."""

    items: list[ToldEntry]
    next_cursor: str | None


def tell_invoice(
    invoice: Invoice,
    today: date,
    transfer_statuses: Sequence[str] = TRANSFER_STATUSES[:1],
    *,
    leaves: bool,
    follow_up: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Tell an invoice; ``today`` is the local date of its country.

    See ``available_actions`` for ``transfer_statuses`` and ``leaves``, ``tell_follow_up`` for ``follow_up``.
    """
    currency, terms = invoice.currency, invoice.terms
    reference = terms.payment_reference
    return {
        "invoice_id": invoice.invoice_id,
        "creditor_id": invoice.creditor_id,
        "debtor_id": invoice.debtor_id,
        "document_number": invoice.document_number,
        "settlement_key": invoice.key_of_settlement,
        "principal": money(invoice.principal, currency),
        "invoice_date": day(invoice.invoice_date),
        "due_date": day(terms.due_date),
        "accounting_date": day(terms.accounting_date),
        "value_date": day(terms.value_date),
        "payment_terms": terms.payment_terms,
        "delivery_date": day(terms.delivery_date),
        "delivery_terms": terms.delivery_terms,
        "delivery_method": terms.delivery_method,
        "payment_reference": {"type": reference.kind, "value": reference.value} if reference else None,
        "agreed_interest_percent": percent(invoice.agreed_interest),
        "status": invoice.status,
        "owner": invoice.owner,
        "remaining": money(invoice.balance.remaining, currency),
        "remaining_by_owner": tell_by_owner(invoice),
        "agency_account": money(invoice.balance.agency_account, currency),
        "service": invoice.service.value if invoice.service else None,
        "delivery": tell_delivery(invoice),
        "sale": tell_sale(invoice),
        "balance": _tell_balance(invoice),
        "dunning_status": dunning_status(invoice, today),
        "excluded_from_dunning": invoice.excluded_from_dunning,
        "available_actions": list(available_actions(invoice, today, transfer_statuses, leaves=leaves)),
        "collection": {
            "agency": invoice.agency,
            "case_id": invoice.case_id,
            "case_number": invoice.case_number,
            "release": invoice.release.value,
            "agency_status": invoice.agency_status,
        }
        if invoice.case_id
        else None,
        "case_number": invoice.case_number,
        "disputes": [tell_dispute(each) for each in invoice.disputes],
        "reminders": [_tell_reminder(each, currency) for each in invoice.reminders],
        "follow_up": follow_up,
        "warnings": list(invoice.warnings),
        "source": invoice.source,
        "metadata": dict(invoice.metadata),
        "created_at": instant(invoice.created_at),
        "updated_at": instant(invoice.updated_at),
        "revision": invoice.revision,
    }


def tell_dispute(dispute: Dispute) -> dict[str, Any]:
    """Tell an objection."""
    return {
        "dispute_id": dispute.dispute_id,
        "reason": dispute.reason,
        "opened_date": day(dispute.opened_date),
        "resolved_date": day(dispute.resolved_date),
        "resolution": dispute.resolution,
    }


def tell_entry(entry: Entry) -> dict[str, Any]:
    """Tell a line of a ledger."""
    return {
        "seq": entry.seq,
        "kind": entry.kind.value,
        "amounts": _tell_amounts(entry.amounts, entry.currency),
        "entry_date": day(entry.entry_date),
        "source": entry.source.value,
        "owner": entry.owner,
        "payment_id": entry.payment_id,
        "credit_note_id": entry.credit_note_id,
        "reverses": entry.reverses,
        "clearing_order": entry.clearing_order,
        "note": entry.note,
        "at": instant(entry.at),
    }


def _tell_balance(invoice: Invoice) -> dict[str, Any]:
    return {
        component.value: {
            "original": money(part.original, invoice.currency),
            "paid": money(part.paid, invoice.currency),
            "credited": money(part.credited, invoice.currency),
            "written_off": money(part.written_off, invoice.currency),
            "remaining": money(part.remaining, invoice.currency),
        }
        for component, part in invoice.balance.parts.items()
    }


def _tell_amounts(amounts: Mapping[Component, int], currency: str) -> dict[str, Any]:
    return {component.value: money(minor, currency) for component, minor in amounts.items()}


def _tell_reminder(reminder: Reminder, currency: str) -> dict[str, Any]:
    return {
        "letter_id": reminder.letter_id,
        "kind": reminder.kind,
        "sent_date": day(reminder.sent_date),
        "channel": reminder.channel,
        "deadline_date": day(reminder.deadline_date),
        "fee": money(reminder.fee, currency),
    }
