"""Offering an administered invoice for sale: on an approved check, or on one made before it is sent."""

from fordring.domain import things
from fordring.domain.administration import InvoiceService, service_of
from fordring.domain.agency import Capabilities, Level, Operation
from fordring.domain.agreement import Agreement
from fordring.domain.case import Case
from fordring.domain.command import CommandRow
from fordring.domain.credit import CreditCheck, CreditSubject, subject_of
from fordring.domain.creditor import Debtor
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.money import Money
from fordring.usecases.recording import epoch_of
from fordring.usecases.selling import not_offered, offer
from fordring.usecases.work import Work


def offer_if_approved(work: Work, case: Case, invoice: Invoice, debtor: Debtor, check_id: str | None) -> Case:
    """Offer an invoice on a check, or on one yet to be made; else note why it stays administered (SAN-15).

    Gives the case, which the caller writes.

    Raises
    ------
    Unprocessable
        ``unknown_credit_check``.
    """
    reason = _reason_against(work, invoice, debtor, check_id)
    if reason is not None:
        not_offered(work, case, invoice, reason)
        return case
    return offer(work, case, invoice, check_id, epoch_of(work))


def offer_by_agreement(
    work: Work, case: Case, invoice: Invoice, agreement: Agreement, capabilities: Capabilities
) -> Case:
    """Offer an invoice that goes to the agency after its registration, if it is to be sold (SAN-18).

    Gives the case, which is written. One that was for sale before is offered by hand.
    """
    wish = service_of(invoice.service, agreement.settings.service)
    sold = wish is InvoiceService.PURCHASE and Operation.PURCHASE_INVOICES in capabilities.operations
    if case.level is not Level.ADMINISTRATION or not sold or invoice.sale is not None:
        return case
    debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
    offered = offer_if_approved(work, case, work.get(things.INVOICE(invoice.invoice_id)), debtor, None)
    work.change(things.CASE(case.case_id), offered)
    return offered


def offer_by_hand(work: Work, invoice: Invoice, check_id: str | None, capabilities: Capabilities) -> Invoice:
    """Offer an invoice because the creditor asks for it, whatever its agreement says by default (SAN-18).

    The invoice's case, its debtor and the check must have been read, or can be.

    Raises
    ------
    Refused
        ``not_administered``, ``sale_under_way``, ``owned_by_agency``, ``disputed``, ``nothing_remaining``,
        ``operation_not_offered``, or what speaks against the credit.
    Unprocessable
        ``unknown_credit_check``.
    """
    case = work.get(things.CASE(invoice.case_id)) if invoice.case_id and invoice.release.live else None
    if case is None or case.level is not Level.ADMINISTRATION or not case.open or case.withdrawing:
        raise Refused("not_administered", "only an invoice that an agency administers can be sold")
    if Operation.PURCHASE_INVOICES not in capabilities.operations:
        raise Refused(
            "operation_not_offered",
            "the agency does not buy invoices",
            facts={"agency": case.agency, "operation": Operation.PURCHASE_INVOICES.value},
        )
    if invoice.owner == "agency":
        raise Refused("owned_by_agency", "the agency has bought it")
    if invoice.sale is not None and invoice.sale.under_way:
        raise Refused("sale_under_way", "the agency has not decided on the offer before")
    if invoice.disputed:
        raise Refused("disputed", "an objection to the invoice is open")
    if invoice.balance.owed_to_creditor <= 0:
        raise Refused("nothing_remaining", "nothing is owed on the invoice")
    debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
    reason = _reason_against(work, invoice, debtor, check_id)
    if reason is not None:
        raise Refused(reason, "the recipient's credit does not allow it")
    work.change(things.CASE(case.case_id), offer(work, case, invoice, check_id, epoch_of(work)))
    return work.get(things.INVOICE(invoice.invoice_id))


def wrong_to_offer(work: Work, row: CommandRow, case: Case) -> str | None:
    """Say what has become wrong with an offer since it was queued."""
    if not case.open:
        return "case_closed"
    invoice = work.get(things.INVOICE(row.subject_id or ""))
    if invoice.owner == "agency":
        return "owned_by_agency"
    if invoice.balance.owed_to_creditor <= 0:
        return "nothing_remaining"
    if invoice.disputed:
        return "disputed"
    debtor = work.get(things.DEBTOR(case.creditor_id, case.debtor_id))
    if invoice.sale is not None and invoice.sale.check_id is None and subject_of(debtor) is None:
        return "credit_not_checked"
    return None


def to_be_checked(work: Work, row: CommandRow, case: Case) -> CreditSubject | None:
    """Give whom to ask about before an offer is sent; nobody when it rests on a check that was made."""
    sale = work.get(things.INVOICE(row.subject_id or "")).sale
    if sale is None or sale.check_id is not None:
        return None
    return subject_of(work.get(things.DEBTOR(case.creditor_id, case.debtor_id)))


def _reason_against(work: Work, invoice: Invoice, debtor: Debtor, check_id: str | None) -> str | None:
    if check_id is None:
        return None if subject_of(debtor) is not None else "credit_not_checked"
    owed = Money(invoice.balance.owed_to_creditor, invoice.currency)
    return _check_of(work, invoice.creditor_id, check_id).reason_against(debtor, owed, work.now)


def _check_of(work: Work, creditor_id: str, check_id: str) -> CreditCheck:
    check = work.find(things.CREDIT_CHECK(creditor_id, check_id))
    if check is None:
        raise Unprocessable(
            "unknown_credit_check",
            "there is no such credit check",
            faults=[Fault("/credit_check_id", "unknown_credit_check", "make a check first")],
        )
    return check
