"""Svea's messages about invoices: as they are registered, and about one invoice of a case."""

from typing import Final

from fordring.domain.agency import CommandKind
from fordring.domain.instructions import (
    AddInvoice,
    DisputeInvoice,
    InvoiceDetails,
    ResolveDispute,
    WithdrawInvoice,
)

type AboutOneInvoice = AddInvoice | WithdrawInvoice | DisputeInvoice | ResolveDispute
type Json = str | bool | int | list["Json"] | list[str] | dict[str, "Json"] | None

INVOICE_PATHS: Final = {
    CommandKind.ADD_INVOICE: "/api/v1/case-invoices",
    CommandKind.WITHDRAW_INVOICE: "/api/v1/invoice-cancellations",
    CommandKind.DISPUTE_INVOICE: "/api/v1/disputes",
    CommandKind.RESOLVE_DISPUTE: "/api/v1/dispute-resolutions",
}


def about_invoice(command: AboutOneInvoice) -> dict[str, Json]:
    """The members of a message about one invoice, beside those that name the case."""
    if isinstance(command, AddInvoice):
        return {"Invoice": invoice_members(command.invoice)}
    named: dict[str, Json] = {"ClientInvoiceId": command.invoice_external_id}
    match command:
        case WithdrawInvoice():
            return named
        case DisputeInvoice():
            return named | {
                "DisputeId": command.dispute_id,
                "Reason": command.reason,
                "OpenedDate": command.opened_date.isoformat(),
            }
        case ResolveDispute():
            return named | {"DisputeId": command.dispute_id, "Resolution": command.resolution}


def invoice_members(invoice: InvoiceDetails) -> Json:
    """One invoice as it is handed over."""
    return {
        "ClientInvoiceId": invoice.external_id,
        "DocumentNumber": invoice.document_number,
        "SettlementKey": invoice.settlement_key or invoice.document_number,
        "InvoiceDate": invoice.invoice_date.isoformat(),
        "DueDate": invoice.due_date.isoformat(),
        "Amount": invoice.principal.text,
        "Remaining": invoice.remaining.text,
        "Currency": invoice.principal.currency,
        "PaymentReference": invoice.payment_reference,
        "BankAccount": invoice.creditor_bank_account,
    }
