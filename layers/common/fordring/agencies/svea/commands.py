"""The hub's commands, written as Svea's messages."""

import json
from typing import Final

from fordring.agencies.svea.administration import DISTRIBUTION
from fordring.agencies.svea.invoices import INVOICE_PATHS, Json, about_invoice, invoice_members
from fordring.domain.agency import CommandKind, Credentials, Level
from fordring.domain.instructions import (
    AddInvoice,
    AnswerQuestion,
    Command,
    ContactDetails,
    DebtorDetails,
    DisputeInvoice,
    OfferInvoice,
    PauseCase,
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReportWriteOff,
    ResolveDispute,
    ReversePayment,
    SendMessage,
    WithdrawInvoice,
)

PATHS: Final = {
    CommandKind.REGISTER_CASE: "/api/v1/cases",
    CommandKind.REPORT_PAYMENT: "/api/v1/payments",
    CommandKind.REVERSE_PAYMENT: "/api/v1/payment-reversals",
    CommandKind.REPORT_CREDIT: "/api/v1/credits",
    CommandKind.REPORT_WRITE_OFF: "/api/v1/credit-losses",
    CommandKind.SEND_MESSAGE: "/api/v1/messages",
    CommandKind.WITHDRAW_CASE: "/api/v1/cancellations",
    CommandKind.PAUSE_CASE: "/api/v1/pauses",
    CommandKind.RESUME_CASE: "/api/v1/resumptions",
    CommandKind.ANSWER_QUESTION: "/api/v1/answers",
    CommandKind.OFFER_INVOICE: "/api/v1/offers",
    **INVOICE_PATHS,
}

_LEVELS: Final = {
    Level.REMINDER: "Reminder",
    Level.COLLECTION: "Collection",
    Level.ADMINISTRATION: "Administration",
}


def body_of(command: Command, credentials: Credentials) -> bytes:
    """The bytes to sign and to send for a command."""
    members: dict[str, Json] = {
        "ClientId": credentials.customer_number,
        "ClientOrderId": command.external_id,
        **_members(command),
    }
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def _members(command: Command) -> dict[str, Json]:
    if isinstance(command, RegisterCase):
        return _registration(command)
    members: dict[str, Json] = {"CaseNumber": command.case_number}
    match command:
        case ReportPayment():
            return members | {
                "PaymentId": command.payment_id,
                "ClientInvoiceId": command.invoice_external_id,
                "Amount": command.amount.text,
                "Currency": command.amount.currency,
                "PaidDate": command.paid_date.isoformat(),
                "Settles": command.settles,
            }
        case ReversePayment():
            return members | {
                "ReversalId": command.reversal_id,
                "PaymentId": command.payment_id,
                "ClientInvoiceId": command.invoice_external_id,
                "Amount": command.amount.text,
                "Currency": command.amount.currency,
            }
        case ReportCredit():
            return members | {
                "CreditNoteId": command.credit_note_id,
                "DocumentNumber": command.document_number,
                "ClientInvoiceId": command.invoice_external_id,
                "Amount": command.amount.text,
                "Currency": command.amount.currency,
                "CreditDate": command.credit_date.isoformat(),
                "Settles": command.settles,
            }
        case ReportWriteOff():
            return members | {
                "CreditLossId": command.write_off_id,
                "ClientInvoiceId": command.invoice_external_id,
                "Amount": command.amount.text,
                "Currency": command.amount.currency,
                "LossDate": command.write_off_date.isoformat(),
                "Settles": command.settles,
            }
        case OfferInvoice():
            return members | {
                "ClientInvoiceId": command.invoice_external_id,
                "OfferNumber": command.number,
                "Amount": command.amount.text,
                "Currency": command.amount.currency,
            }
        case SendMessage():
            return members | {"MessageId": command.message_id, "Text": command.text}
        case PauseCase():
            return members | {"UntilDate": command.until_date.isoformat()}
        case AnswerQuestion():
            return members | {
                "QuestionId": command.question_id,
                "Proceed": command.proceed,
                "Text": command.text or None,
            }
        case AddInvoice() | WithdrawInvoice() | DisputeInvoice() | ResolveDispute():
            return members | about_invoice(command)
        case _:
            return members


def _registration(command: RegisterCase) -> dict[str, Json]:
    return {
        "Level": _LEVELS[command.level],
        "Creditor": {
            "Name": command.creditor_name,
            "OrganisationNumber": command.creditor_organisation_number,
        },
        "Debtor": _debtor(command.debtor),
        "Invoices": [invoice_members(invoice) for invoice in command.invoices],
        "Distribution": [DISTRIBUTION[channel] for channel in command.channels] or None,
    }


def _contact(person: ContactDetails | None) -> Json:
    if person is None:
        return None
    return {"Name": person.name, "Email": person.email, "Phone": person.phone}


def _debtor(debtor: DebtorDetails) -> dict[str, Json]:
    return {
        "ClientDebtorId": debtor.debtor_id,
        "Kind": debtor.kind,
        "Name": debtor.name,
        "OrganisationNumber": debtor.organisation_number,
        "Address": {
            "Lines": list(debtor.address.lines),
            "PostalCode": debtor.address.postal_code,
            "City": debtor.address.city,
            "CountryCode": debtor.address.country,
        },
        "Email": debtor.email,
        "Phone": debtor.phone,
        "Language": debtor.language,
        "Contact": _contact(debtor.contact),
    }
