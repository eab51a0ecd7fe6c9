"""The hub's commands, written as Intrum's messages."""

import json
from typing import Final

from fordring.domain.agency import CommandKind, Credentials, Level
from fordring.domain.instructions import (
    Command,
    ContactDetails,
    DebtorDetails,
    InvoiceDetails,
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReversePayment,
    SendMessage,
)

type Json = str | int | bool | list["Json"] | list[str] | dict[str, "Json"] | None

PATHS: Final = {
    CommandKind.REGISTER_CASE: "/collection/v1/cases",
    CommandKind.REPORT_PAYMENT: "/collection/v1/payments",
    CommandKind.REVERSE_PAYMENT: "/collection/v1/payment-cancellations",
    CommandKind.REPORT_CREDIT: "/collection/v1/credits",
    CommandKind.SEND_MESSAGE: "/collection/v1/messages",
    CommandKind.WITHDRAW_CASE: "/collection/v1/withdrawals",
}

_LEVELS: Final = {Level.REMINDER: "reminder", Level.COLLECTION: "collection"}


def body_of(command: Command, credentials: Credentials) -> bytes:
    """The bytes to send for a command, the same for every attempt."""
    members: dict[str, Json] = {"contractNumber": credentials.customer_number, **_members(command)}
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def _members(command: Command) -> dict[str, Json]:
    if isinstance(command, RegisterCase):
        return _registration(command)
    members: dict[str, Json] = {"case": {"externalId": command.external_id, "number": command.case_number}}
    match command:
        case ReportPayment():
            return members | {
                "externalId": command.payment_id,
                "invoiceExternalId": command.invoice_external_id,
                "amount": command.amount.minor,
                "currency": command.amount.currency,
                "paymentDate": command.paid_date.isoformat(),
                "settles": command.settles,
            }
        case ReversePayment():
            return members | {
                "externalId": command.reversal_id,
                "paymentExternalId": command.payment_id,
                "invoiceExternalId": command.invoice_external_id,
                "amount": command.amount.minor,
                "currency": command.amount.currency,
            }
        case ReportCredit():
            return members | {
                "externalId": command.credit_note_id,
                "creditNoteNumber": command.document_number,
                "invoiceExternalId": command.invoice_external_id,
                "amount": command.amount.minor,
                "currency": command.amount.currency,
                "creditDate": command.credit_date.isoformat(),
                "settles": command.settles,
            }
        case SendMessage():
            return members | {"externalId": command.message_id, "text": command.text}
        case _:
            return members


def _registration(command: RegisterCase) -> dict[str, Json]:
    return {
        "externalId": command.external_id,
        "level": _LEVELS[command.level],
        "creditor": {
            "name": command.creditor_name,
            "businessId": command.creditor_organisation_number,
        },
        "debtor": _debtor(command.debtor),
        "invoices": [_invoice(invoice) for invoice in command.invoices],
    }


def _debtor(debtor: DebtorDetails) -> dict[str, Json]:
    return {
        "externalId": debtor.debtor_id,
        "type": debtor.kind,
        "name": debtor.name,
        "businessId": debtor.organisation_number,
        "address": {
            "lines": list(debtor.address.lines),
            "postalCode": debtor.address.postal_code,
            "city": debtor.address.city,
            "country": debtor.address.country,
        },
        "email": debtor.email,
        "phone": debtor.phone,
        "language": debtor.language,
        "contactPerson": _contact(debtor.contact),
    }


def _contact(person: ContactDetails | None) -> Json:
    if person is None:
        return None
    return {"name": person.name, "email": person.email, "phone": person.phone}


def _invoice(invoice: InvoiceDetails) -> Json:
    return {
        "externalId": invoice.external_id,
        "invoiceNumber": invoice.document_number,
        "invoiceDate": invoice.invoice_date.isoformat(),
        "dueDate": invoice.due_date.isoformat(),
        "amount": invoice.principal.minor,
        "remaining": invoice.remaining.minor,
        "currency": invoice.principal.currency,
        "reference": invoice.payment_reference,
        "bankAccount": invoice.creditor_bank_account,
    }
