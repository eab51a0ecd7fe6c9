"""Selling invoices to an agency: the offer, the decision, the money, and the way back (SAN-14 to SAN-16)."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.calendar import local_date
from fordring.domain.case import Case
from fordring.domain.events import EventType
from fordring.domain.facts import InvoicePaidOut, InvoiceRecoursed, PurchaseDecided
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CREDITORS_OWN, Component, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.sale import Sale, SaleState
from fordring.usecases.administered import invoice_in
from fordring.usecases.booking import book
from fordring.usecases.recording import command, tell_of_case
from fordring.usecases.unmatched import said
from fordring.usecases.vouchering import vouch_sale
from fordring.usecases.work import Work


def offer(work: Work, case: Case, invoice: Invoice, check_id: str | None, epoch: int) -> Case:
    """Queue the offer of an administered invoice; gives the case, which the caller writes.

    Parameters
    ----------
    check_id
        The approved credit check on which it rests; ``None``: the agency is asked when the offer is sent.
    """
    number = invoice.sale.number + 1 if invoice.sale else 1
    for_sale = _keep(work, replace(invoice, sale=Sale(SaleState.QUEUED, number, check_id)))
    marked = _marked(work, case, for_sale)
    return command(work, marked, CommandKind.OFFER_INVOICE, epoch=epoch, subject_id=invoice.invoice_id)


def offered(work: Work, case: Case, invoice_id: str) -> None:
    """Note that the agency has the offer, unless it has decided already."""
    invoice = work.get(things.INVOICE(invoice_id))
    if invoice.sale is None or invoice.sale.state is not SaleState.QUEUED:
        return
    _keep(work, replace(invoice, sale=replace(invoice.sale, state=SaleState.OFFERED)))
    _tell_offered(work, case, invoice)


def not_bought(work: Work, case: Case, invoice_id: str, reason: str) -> None:
    """Note that an offer has come to nothing: the invoice stays administered (SAN-15)."""
    invoice = work.get(things.INVOICE(invoice_id))
    if invoice.sale is None or not invoice.sale.under_way:
        return
    _refuse(work, case, invoice, invoice.sale, reason)


def not_offered(work: Work, case: Case, invoice: Invoice, reason: str) -> None:
    """Note that an invoice that should be sold cannot be offered: it stays administered (SAN-15)."""
    number = invoice.sale.number if invoice.sale else 0
    _refuse(work, case, invoice, Sale(SaleState.QUEUED, number), reason)


def receive_decision(work: Work, case: Case, fact: PurchaseDecided) -> bool:
    """Apply the agency's decision, once: bought, what is left becomes a claim on the agency."""
    invoice = invoice_in(work, case, fact.invoice_external_id)
    if invoice is None:
        return False
    sale = invoice.sale or Sale(SaleState.QUEUED)
    if sale.knows("decided", fact.occurred_at):
        return False
    if sale.state is SaleState.QUEUED:
        # The decision has overtaken the answer to the offer.
        _tell_offered(work, case, invoice)
    known = sale.with_known("decided", fact.occurred_at)
    if not fact.approved:
        if sale.under_way:
            _refuse(work, case, invoice, known, fact.reason or "not_approved")
        else:
            _keep(work, replace(invoice, sale=known))
        return True
    price = {
        part: invoice.balance.part(part).remaining
        for part in CREDITORS_OWN
        if invoice.balance.part(part).remaining > 0
    }
    today = local_date(fact.occurred_at, invoice.country)
    given_back = sale.recoursed_at is not None and fact.occurred_at <= sale.recoursed_at
    bought = replace(
        known,
        state=sale.state if given_back else SaleState.PURCHASED,
        purchased_date=today,
        price=sum(price.values()),
        reason=None,
    )
    changed = replace(invoice, sale=bought)
    if price:
        _keep(work, changed)
        changed, entry = book(work, changed, EntryKind.PURCHASE, price, today, Source.AGENCY)
        vouch_sale(work, changed, entry)
    # Given back before the hub learned that it was bought: the creditor's it is.
    changed = _keep(work, replace(changed, owner="creditor" if given_back else "agency"))
    _mark(work, case, changed)
    tell_of_case(
        work,
        EventType.INVOICE_PURCHASED,
        case,
        **_about(changed),
        purchased_date=today.isoformat(),
        price=said(Money(bought.price, invoice.currency)),
    )
    return True


def receive_payout(work: Work, case: Case, fact: InvoicePaidOut) -> bool:
    """Book money between agency and creditor for a bought invoice, once; the debtor's side stays as it is."""
    invoice = invoice_in(work, case, fact.invoice_external_id)
    if invoice is None or fact.amount.currency != invoice.currency:
        return False
    sale = invoice.sale or Sale(SaleState.QUEUED)
    if sale.knows("paid_out", fact.occurred_at):
        return False
    back = fact.amount.minor < 0
    known = sale.with_known(
        "paid_out",
        fact.occurred_at,
        paid_out_date=sale.paid_out_date if back else fact.paid_out_date,
    )
    changed = replace(invoice, sale=known)
    amounts = {Component.PRINCIPAL: abs(fact.amount.minor)} | (
        {Component.AGENCY_COST: fact.fee.minor} if fact.fee.minor else {}
    )
    kind = EntryKind.PAYBACK if back else EntryKind.PAYOUT
    _keep(work, changed)
    changed, entry = book(work, changed, kind, amounts, fact.paid_out_date, Source.AGENCY)
    vouch_sale(work, changed, entry)
    tell_of_case(
        work,
        EventType.INVOICE_PAID_OUT,
        case,
        **_about(changed),
        paid_out_date=fact.paid_out_date.isoformat(),
        amount=said(fact.amount),
        fee=said(fact.fee),
    )
    return True


def receive_recourse(work: Work, case: Case, fact: InvoiceRecoursed) -> bool:
    """Take a bought invoice back, once: the debt is the creditor's again, and it owes the agency for it."""
    invoice = invoice_in(work, case, fact.invoice_external_id)
    if invoice is None or fact.capital.currency != invoice.currency:
        return False
    sale = invoice.sale or Sale(SaleState.QUEUED)
    if sale.knows("recoursed", fact.occurred_at):
        return False
    given_back = sale.with_known(
        "recoursed",
        fact.occurred_at,
        state=SaleState.RECOURSED,
        recoursed_date=fact.recourse_date,
        recoursed_at=fact.occurred_at,
    )
    changed = replace(invoice, sale=given_back)
    amounts = {
        part: amount.minor
        for part, amount in ((Component.PRINCIPAL, fact.capital), (Component.AGENCY_COST, fact.fee))
        if amount.minor
    }
    if amounts:
        _keep(work, changed)
        changed, entry = book(work, changed, EntryKind.RECOURSE, amounts, fact.recourse_date, Source.AGENCY)
        vouch_sale(work, changed, entry)
    changed = _keep(work, replace(changed, owner="creditor"))
    _mark(work, case, changed)
    tell_of_case(
        work,
        EventType.INVOICE_RECOURSED,
        case,
        **_about(changed),
        recourse_date=fact.recourse_date.isoformat(),
        capital=said(fact.capital),
        fee=said(fact.fee),
    )
    return True


def _refuse(work: Work, case: Case, invoice: Invoice, sale: Sale, reason: str) -> None:
    changed = _keep(work, replace(invoice, sale=replace(sale, state=SaleState.REFUSED, reason=reason)))
    _mark(work, case, changed)
    tell_of_case(work, EventType.INVOICE_PURCHASE_REFUSED, case, **_about(changed), reason=reason)


def _tell_offered(work: Work, case: Case, invoice: Invoice) -> None:
    tell_of_case(
        work,
        EventType.INVOICE_OFFERED,
        case,
        **_about(invoice),
        amount=said(Money(invoice.balance.owed_to_creditor, invoice.currency)),
    )


def _about(invoice: Invoice) -> dict[str, object]:
    return {
        "invoice_id": invoice.invoice_id,
        "owner": invoice.owner,
        "agency_account": said(Money(invoice.balance.agency_account, invoice.currency)),
    }


def _mark(work: Work, case: Case, invoice: Invoice) -> None:
    """Write into the case whose an invoice of it is: what may be done with the case depends on it."""
    marked = _marked(work, case, invoice)
    if marked is not case:
        work.change(things.CASE(case.case_id), marked)


def _marked(work: Work, case: Case, invoice: Invoice) -> Case:
    """Give the case with what its invoice says of a sale."""
    sold = invoice.owner == "agency"
    offered = invoice.sale is not None and invoice.sale.under_way
    members = tuple(
        replace(member, sold=sold, offered=offered) if member.invoice_id == invoice.invoice_id else member
        for member in case.members
    )
    return case if members == case.members else case.touched(work.now, members=members)


def _keep(work: Work, invoice: Invoice) -> Invoice:
    """Note a changed invoice."""
    changed = replace(invoice, updated_at=work.now, revision=invoice.revision + 1)
    work.change(things.INVOICE(invoice.invoice_id), changed)
    return changed
