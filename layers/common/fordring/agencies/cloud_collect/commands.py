"""The hub's commands, written as Cloud Collect's ledger entries, messages and withdrawals.

What adds to the debt is positive, what takes off it is negative.
"""

import json
from typing import Final

from fordring.agencies.cloud_collect.values import written
from fordring.domain.agency import CommandKind, Level
from fordring.domain.instructions import (
    Command,
    DebtorDetails,
    EarlierEntry,
    InvoiceDetails,
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReversePayment,
    SendMessage,
)
from fordring.domain.ledger import EntryKind

type Json = str | bool | list["Json"] | list[str] | dict[str, "Json"] | None

RESOURCES: Final = {
    CommandKind.REGISTER_CASE: "entries",
    CommandKind.REPORT_PAYMENT: "entries",
    CommandKind.REVERSE_PAYMENT: "entries",
    CommandKind.REPORT_CREDIT: "entries",
    CommandKind.SEND_MESSAGE: "messages",
    CommandKind.WITHDRAW_CASE: "withdrawals",
}
"""Where each command goes; entries are taken in as a batch."""

_FOLLOW_UP: Final = {Level.REMINDER: "REMINDER", Level.COLLECTION: "COLLECTION"}
_TYPES: Final = {
    EntryKind.PAYMENT: "PAYMENT",
    EntryKind.CREDIT: "CREDIT_NOTE",
    EntryKind.WRITE_OFF: "WRITE_OFF",
    EntryKind.CHARGE: "CHARGE",
    EntryKind.REVERSAL: "REVERSAL",
}


def body_of(command: Command) -> bytes:
    """The bytes of a command; an entry's id is the same however often it is sent."""
    return json.dumps(_members(command), ensure_ascii=False, separators=(",", ":")).encode()


def withdrawal_of(reference: str) -> bytes:
    """The bytes that take back what was mirrored under a reference."""
    return json.dumps({"caseReference": reference, "caseNumber": None}).encode()


def _members(command: Command) -> dict[str, Json]:
    members: dict[str, Json] = {
        "caseReference": command.external_id,
        "caseNumber": None if isinstance(command, RegisterCase) else command.case_number,
    }
    match command:
        case RegisterCase():
            return members | _registration(command)
        case SendMessage():
            return members | {"messageId": command.message_id, "text": command.text}
        case ReportPayment() | ReportCredit() | ReversePayment():
            return members | {"entries": [_entry(command)]}
        case _:
            return members


def _entry(command: ReportPayment | ReportCredit | ReversePayment) -> Json:
    invoice = command.invoice_external_id
    entry: dict[str, Json] = {"matchedEntryId": invoice, "currency": command.amount.currency}
    match command:
        case ReportPayment():
            return entry | {
                "entryId": _entry_id(command.payment_id, invoice),
                "type": "PAYMENT",
                "amount": (-command.amount).text,
                "date": written(command.paid_date),
                "settles": command.settles,
            }
        case ReportCredit():
            return entry | {
                "entryId": _entry_id(command.credit_note_id, invoice),
                "type": "CREDIT_NOTE",
                "documentNumber": command.document_number,
                "amount": (-command.amount).text,
                "date": written(command.credit_date),
                "settles": command.settles,
            }
        case ReversePayment():
            return entry | {
                "entryId": _entry_id(command.reversal_id, invoice),
                "type": "REVERSAL",
                "reversedEntryId": _entry_id(command.payment_id, invoice),
                "amount": command.amount.text,
            }


def _entry_id(name: str, invoice: str) -> str:
    """One payment may be spread over several invoices: each part is an entry of its own."""
    return f"{name}:{invoice}"


def _registration(command: RegisterCase) -> dict[str, Json]:
    entries: list[Json] = []
    for invoice in command.invoices:
        entries += [_invoice(invoice), *(_earlier(each, invoice) for each in invoice.earlier)]
    return {
        "registration": {
            "followUp": _FOLLOW_UP[command.level],
            "creditor": {
                "name": command.creditor_name,
                "organisationNumber": command.creditor_organisation_number,
            },
            "debtor": _debtor(command.debtor),
        },
        "entries": entries,
    }


def _debtor(debtor: DebtorDetails) -> Json:
    return {
        "debtorId": debtor.debtor_id,
        "kind": debtor.kind,
        "name": debtor.name,
        "organisationNumber": debtor.organisation_number,
        "address": {
            "lines": list(debtor.address.lines),
            "postalCode": debtor.address.postal_code,
            "city": debtor.address.city,
            "country": debtor.address.country,
        },
        "email": debtor.email,
        "phone": debtor.phone,
        "language": debtor.language,
    }


def _invoice(invoice: InvoiceDetails) -> Json:
    return {
        "entryId": invoice.external_id,
        "type": "INVOICE",
        "documentNumber": invoice.document_number,
        "documentDate": written(invoice.invoice_date),
        "dueDate": written(invoice.due_date),
        "currency": invoice.principal.currency,
        "amount": invoice.principal.text,
        "openAmount": invoice.remaining.text,
        "paymentReference": invoice.payment_reference,
        "payTo": invoice.creditor_bank_account,
    }


def _earlier(entry: EarlierEntry, invoice: InvoiceDetails) -> Json:
    outside = invoice.external_id
    return {
        "entryId": _entry_id(entry.entry_id, outside),
        "type": _TYPES[entry.kind],
        "matchedEntryId": outside,
        "reversedEntryId": _entry_id(entry.reverses, outside) if entry.reverses else None,
        "currency": entry.amount.currency,
        "amount": entry.amount.text,
        "date": written(entry.entry_date),
    }
