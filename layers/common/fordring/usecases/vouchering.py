"""Keeping a voucher beside what it is of: in the same transaction, so that neither is without the other."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from fordring.domain import things
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, Entry, EntryKind, Source
from fordring.domain.payment import Payment, Settlement, SettlementLine
from fordring.domain.refs import Ref
from fordring.domain.vouchers import Account, Posting, Voucher, VoucherKind
from fordring.usecases.recording import derived_id
from fordring.usecases.work import Work


def unmatched_voucher(payment_id: str) -> Ref[Voucher]:
    """Name the voucher of a payment as long as it leads to no invoice."""
    return things.VOUCHER(derived_id("vou", payment_id, "unmatched"))


def voucher_of_settlement(settlement_id: str) -> Ref[Voucher]:
    """Name the voucher of a settlement."""
    return things.VOUCHER(derived_id("vou", settlement_id, "settlement"))


def debit_of(payment: Payment, *, was_unmatched: bool) -> Account:
    """Say where the money of a payment stands: unmatched, at the agency, or in the creditor's bank."""
    if was_unmatched:
        return Account.UNMATCHED
    return Account.AGENCY_CLAIMS if payment.source is Source.AGENCY else Account.BANK


def settled_on(owner: str, source: Source) -> Account | None:
    """Say what a payment of the debtor settles for the creditor, by who owns the debt.

    Of a debt that was sold, what the debtor pays to the creditor is owed to the agency; what it pays to the
    agency is the agency's own business: ``None``.
    """
    if owner != "agency":
        return Account.RECEIVABLE
    return None if source is Source.AGENCY else Account.AGENCY_CLAIMS


def vouch_payment(
    work: Work,
    payment: Payment,
    lead: Invoice,
    paid: Iterable[tuple[Invoice, int]],
    collected: Mapping[Component, int],
    *,
    was_unmatched: bool = False,
) -> None:
    """Keep the voucher of a payment: what it settled by invoice, what came with it, what is left over."""
    posting = Posting(lead.invoice_id, payment.case_id)
    surplus = payment.surplus if settled_on(lead.owner, payment.source) else 0
    whole = sum(collected.values()) + surplus
    settled: list[tuple[str, Account, int]] = []
    for invoice, amount in paid:
        account = settled_on(invoice.owner, payment.source)
        if account is not None:
            settled.append((invoice.invoice_id, account, amount))
            whole += amount
    posting.debit(debit_of(payment, was_unmatched=was_unmatched), whole)
    for invoice_id, account, amount in settled:
        posting.of(invoice_id).credit(account, amount)
    posting.of(lead.invoice_id).income(collected).credit(Account.SURPLUS, surplus)
    kind = VoucherKind.AGENCY_PAYMENT if payment.source is Source.AGENCY else VoucherKind.PAYMENT
    _keep_of_payment(work, payment, kind, posting, payment.paid_date, lead)


def vouch_unmatched(work: Work, payment: Payment, *, went_back: bool) -> None:
    """Keep the voucher of money that leads nowhere; it is voided when the payment is set aside (NET-32)."""
    amount = -payment.amount if went_back else payment.amount
    posting = Posting().debit(debit_of(payment, was_unmatched=False), amount)
    posting.credit(Account.UNMATCHED, amount)
    _keep_of_payment(work, payment, VoucherKind.UNMATCHED_PAYMENT, posting, payment.paid_date)


def void_unmatched(work: Work, payment: Payment) -> None:
    """Void the voucher of a payment that is set aside (NET-32)."""
    ref = unmatched_voucher(payment.payment_id)
    if (voucher := work.seek(ref)) is not None:
        work.change(ref, replace(voucher, voided_at=work.now, revision=voucher.revision + 1))


def vouch_reversal(
    work: Work,
    payment: Payment,
    undone: Iterable[tuple[str, Entry]],
    reversed_date: date,
    owner: str = "creditor",
    lead: Invoice | None = None,
) -> None:
    """Keep the voucher of a payment that did not stand: all of it goes back, its surplus too.

    ``owner`` is whose the invoice was that holds the surplus; ``lead`` the invoice of a payment at the
    creditor, whose agreement's accounts it was booked on.
    """
    posting = Posting(payment.invoice_id, payment.case_id)
    surplus = payment.surplus if settled_on(owner, payment.source) else 0
    whole = surplus
    for invoice_id, entry in undone:
        account = settled_on(entry.owner, payment.source)
        if entry.kind is not EntryKind.PAYMENT:
            posting.of(invoice_id).income({part: -minor for part, minor in entry.amounts.items()})
            whole += entry.total
        elif account is not None:
            posting.of(invoice_id).debit(account, entry.total)
            whole += entry.total
    posting.of(payment.invoice_id).debit(Account.SURPLUS, surplus)
    posting.credit(debit_of(payment, was_unmatched=False), whole)
    _keep_of_payment(work, payment, VoucherKind.PAYMENT_REVERSED, posting, reversed_date, lead)


def vouch_use_of_surplus(work: Work, payment: Payment, invoice: Invoice, used: int) -> None:
    """Keep the voucher of money paid too much that pays a debt which is back."""
    account = settled_on(invoice.owner, payment.source)
    if account is None:
        return
    posting = Posting(invoice.invoice_id, payment.case_id)
    posting.debit(Account.SURPLUS, used).credit(account, used)
    _keep_of_payment(work, payment, VoucherKind.SURPLUS_USED, posting, payment.paid_date, invoice)


def vouch_sale(work: Work, invoice: Invoice, entry: Entry) -> None:
    """Keep the voucher of an entry between creditor and agency about an invoice that was sold.

    Sold, what is left of the receivable is a claim on the agency; the payout clears it, less the agency's
    fee; recourse gives the receivable back, and the creditor owes the agency for it until that is paid.
    """
    fee = entry.amounts.get(Component.AGENCY_COST, 0)
    rest = entry.total - fee
    posting = Posting(invoice.invoice_id, invoice.case_id)
    match entry.kind:
        case EntryKind.PURCHASE:
            posting.debit(Account.AGENCY_CLAIMS, entry.total).credit(Account.RECEIVABLE, entry.total)
        case EntryKind.PAYOUT:
            posting.debit(Account.BANK, rest).debit(Account.COLLECTION_COST, fee)
            posting.credit(Account.AGENCY_CLAIMS, entry.total)
        case EntryKind.RECOURSE:
            posting.debit(Account.RECEIVABLE, rest).debit(Account.COLLECTION_COST, fee)
            posting.credit(Account.AGENCY_CLAIMS, entry.total)
        case EntryKind.PAYBACK:
            posting.debit(Account.AGENCY_CLAIMS, entry.total)
            posting.credit(Account.BANK, rest).credit(Account.COLLECTION_COST, fee)
        case _:
            # The billing product books the credit note on the receivable, which is the agency's claim now.
            posting.debit(Account.RECEIVABLE, entry.total).credit(Account.AGENCY_CLAIMS, entry.total)
    _keep(work, invoice, _SALES.get(entry.kind, VoucherKind.CREDIT_ON_SOLD), posting, entry.entry_date)


_SALES: Final = {
    EntryKind.PURCHASE: VoucherKind.PURCHASE,
    EntryKind.PAYOUT: VoucherKind.PAYOUT,
    EntryKind.RECOURSE: VoucherKind.RECOURSE,
    EntryKind.PAYBACK: VoucherKind.PAYBACK,
}


def vouch_charge(work: Work, invoice: Invoice, amounts: Mapping[Component, int], charged_date: date) -> None:
    """Keep the voucher of a fee, interest or compensation that is added to an invoice."""
    posting = Posting(invoice.invoice_id).debit(Account.RECEIVABLE, sum(amounts.values())).income(amounts)
    _keep(work, invoice, VoucherKind.COST_CHARGED, posting, charged_date)


def vouch_write_off(work: Work, invoice: Invoice, amount: int, written_off_date: date) -> None:
    """Keep the voucher of a write-off."""
    posting = Posting(invoice.invoice_id).debit(Account.LOSS, amount).credit(Account.RECEIVABLE, amount)
    _keep(work, invoice, VoucherKind.WRITE_OFF, posting, written_off_date)


def difference_of(line: SettlementLine) -> int:
    """Tell by how much the parts of a settlement's line do not make up its payout, minor units.

    A fee of the agency's own letters stays with the agency, unless it is paid out: then it belongs to the
    parts.
    """
    without_fee = line.principal + line.interest - line.commission - line.vat
    if line.payout == without_fee + line.fee:
        return 0
    return line.payout - without_fee


def vouch_settlement(work: Work, settlement: Settlement) -> None:
    """Keep the voucher of a settlement: it clears what the agency owed (VIS-15).

    The payout is one line, as it is on the bank statement. What does not add up stays on the agency's balance
    account, and is told as a difference.
    """
    posting = Posting().debit(Account.BANK, settlement.payout)
    for line in settlement.lines:
        posting.case_id = line.case_id
        posting.debit(Account.COLLECTION_COST, line.commission).debit(Account.VAT, line.vat)
        posting.credit(Account.INTEREST_INCOME, line.interest)
        difference = difference_of(line)
        if not difference:
            posting.credit(
                Account.FEE_INCOME,
                line.payout - line.principal - line.interest + line.commission + line.vat,
            )
        posting.credit(Account.AGENCY_CLAIMS, line.principal + difference)
    posting.case_id = None
    posting.credit(Account.AGENCY_CLAIMS, settlement.payout - sum(line.payout for line in settlement.lines))
    ref = voucher_of_settlement(settlement.settlement_id)
    work.add(
        ref,
        Voucher(
            voucher_id=ref.ids[0],
            creditor_id=settlement.creditor_id,
            kind=VoucherKind.SETTLEMENT,
            currency=settlement.currency,
            voucher_date=settlement.settled_date,
            lines=posting.balanced(),
            created_at=work.now,
            agency=settlement.agency,
            settlement_id=settlement.settlement_id,
        ),
    )


def _keep(work: Work, invoice: Invoice, kind: VoucherKind, posting: Posting, voucher_date: date) -> None:
    lines = posting.balanced()
    if not lines:
        return
    voucher_id = work.new_id("vou")
    work.add(
        things.VOUCHER(voucher_id),
        Voucher(
            voucher_id=voucher_id,
            creditor_id=invoice.creditor_id,
            kind=kind,
            currency=invoice.currency,
            voucher_date=voucher_date,
            lines=lines,
            created_at=work.now,
            agency=invoice.agency,
            invoice_id=invoice.invoice_id,
            case_id=invoice.case_id if invoice.release.live else None,
        ),
    )


def _keep_of_payment(
    work: Work,
    payment: Payment,
    kind: VoucherKind,
    posting: Posting,
    voucher_date: date,
    invoice: Invoice | None = None,
) -> None:
    lines = posting.balanced()
    if not lines:
        return
    unmatched = kind is VoucherKind.UNMATCHED_PAYMENT
    ref = unmatched_voucher(payment.payment_id) if unmatched else things.VOUCHER(work.new_id("vou"))
    work.add(
        ref,
        Voucher(
            voucher_id=ref.ids[0],
            creditor_id=payment.creditor_id,
            kind=kind,
            currency=payment.currency,
            voucher_date=voucher_date,
            lines=lines,
            created_at=work.now,
            agency=payment.agency or (invoice.agency if invoice else None),
            invoice_id=invoice.invoice_id if invoice else payment.invoice_id,
            case_id=payment.case_id,
            payment_id=payment.payment_id,
            machine_readable=payment.machine_readable,
            bank_transaction_id=payment.bank_transaction_id,
            bank_account=payment.bank_account,
        ),
    )
