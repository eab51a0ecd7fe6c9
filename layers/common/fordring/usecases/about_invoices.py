"""Commands about one invoice of a case: put together immediately before they are sent."""

from dataclasses import replace
from typing import Final

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.agreement import Agreement
from fordring.domain.case import Case
from fordring.domain.command import CommandRow
from fordring.domain.creditor import Creditor
from fordring.domain.instructions import (
    AddInvoice,
    Command,
    DisputeInvoice,
    InvoiceDetails,
    ResolveDispute,
    WithdrawInvoice,
)
from fordring.domain.invoice import Dispute, Invoice
from fordring.domain.member import Member
from fordring.domain.money import Money
from fordring.usecases.mirroring import entries_before
from fordring.usecases.work import Desk, Work

ABOUT_ONE_INVOICE: Final = frozenset(
    {
        CommandKind.ADD_INVOICE,
        CommandKind.WITHDRAW_INVOICE,
        CommandKind.DISPUTE_INVOICE,
        CommandKind.RESOLVE_DISPUTE,
    }
)
_OF_A_PART: Final = ABOUT_ONE_INVOICE | {
    CommandKind.REPORT_PAYMENT,
    CommandKind.REVERSE_PAYMENT,
    CommandKind.REPORT_CREDIT,
    CommandKind.REPORT_WRITE_OFF,
}


def wrong_about_member(work: Work, row: CommandRow, case: Case, member: Member) -> str | None:
    """Say what has become wrong with a command about an invoice since it was queued."""
    if row.kind not in _OF_A_PART:
        return None
    if row.kind in ABOUT_ONE_INVOICE and not case.open:
        return "case_closed"
    if not member.inside:
        return "invoice_has_left"
    if row.kind is CommandKind.ADD_INVOICE:
        return wrong_to_hand_over(work.get(things.INVOICE(member.invoice_id)))
    return None


def wrong_to_hand_over(invoice: Invoice) -> str | None:
    """Say why an invoice that was about to be told to an agency must not be told any more."""
    if invoice.balance.owed_to_creditor <= 0:
        return "nothing_remaining"
    if invoice.excluded_from_dunning:
        return "excluded_from_dunning"
    if invoice.disputed:
        return "disputed"
    return None


def about_one_invoice(
    desk: Desk, work: Work, row: CommandRow, case: Case, member: Member, agreement: Agreement
) -> Command:
    """Put a command about one invoice of a case together."""
    invoice = work.get(things.INVOICE(member.invoice_id))
    if row.kind is CommandKind.ADD_INVOICE:
        creditor = work.get(things.CREDITOR(case.creditor_id))
        details = details_of(invoice, member, creditor, agreement)
        return AddInvoice(
            case.external_id, case.case_number, replace(details, earlier=entries_before(desk, member))
        )
    if row.kind is CommandKind.WITHDRAW_INVOICE:
        return WithdrawInvoice(case.external_id, case.case_number, member.external_id)
    dispute = _dispute(invoice, row.subject_id)
    if row.kind is CommandKind.DISPUTE_INVOICE:
        return DisputeInvoice(
            external_id=case.external_id,
            case_number=case.case_number,
            invoice_external_id=member.external_id,
            dispute_id=dispute.dispute_id,
            reason=dispute.reason,
            opened_date=dispute.opened_date,
        )
    return ResolveDispute(
        external_id=case.external_id,
        case_number=case.case_number,
        invoice_external_id=member.external_id,
        dispute_id=dispute.dispute_id,
        resolution=dispute.resolution or "resolved",
    )


def _dispute(invoice: Invoice, dispute_id: str | None) -> Dispute:
    return next(dispute for dispute in invoice.disputes if dispute.dispute_id == dispute_id)


def details_of(invoice: Invoice, member: Member, creditor: Creditor, agreement: Agreement) -> InvoiceDetails:
    """Tell an invoice as an agency gets it."""
    reference = invoice.terms.payment_reference
    text = reference.value if reference and reference.kind != "free_text" else None
    length = agreement.settings.kid_length
    if text and length and reference and reference.kind == "kid":
        # Leading zeros do not change the check digit, so a lost one would never be noticed (ZIR-20).
        text = text.zfill(length)
    return InvoiceDetails(
        external_id=member.external_id,
        document_number=invoice.document_number,
        invoice_date=invoice.invoice_date,
        due_date=invoice.terms.due_date,
        principal=Money(invoice.principal, invoice.currency),
        # What was handed over, not what remains now: later payments follow in the same lane.
        remaining=Money(member.principal, invoice.currency),
        payment_reference=text,
        creditor_bank_account=creditor.bank_account,
        settlement_key=invoice.key_of_settlement,
    )
