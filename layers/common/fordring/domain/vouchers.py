"""Vouchers: what bookkeeping is proposed to book when money moves, by the role of each account.

A voucher says roles, not numbers: the numbers are those of the creditor's settings when it is read. Every
voucher balances. Invoices and credit notes themselves are booked by the billing product (VIS-10).
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.ledger import Component
from fordring.domain.values import dataclass


class Account(StrEnum):
    """What an account is for."""

    RECEIVABLE = "receivable"
    """What debtors owe the creditor."""
    BANK = "bank"
    AGENCY_CLAIMS = "agency_claims"
    """What an agency owes: received and not settled yet (VIS-15), or bought and not paid."""
    COLLECTION_COST = "collection_cost"
    """What agencies keep, less the collection fees that customers paid to the creditor (NET-29)."""
    INTEREST_INCOME = "interest_income"
    FEE_INCOME = "fee_income"
    VAT = "vat"
    LOSS = "loss"
    UNMATCHED = "unmatched"
    """Money that came and leads to no invoice yet."""
    SURPLUS = "surplus"
    """Money that was paid too much, and that the creditor owes back."""


DEFAULTS: Final[Mapping[Account, str]] = {
    Account.RECEIVABLE: "1500",
    Account.BANK: "1920",
    Account.AGENCY_CLAIMS: "1510",
    Account.COLLECTION_COST: "6790",
    Account.INTEREST_INCOME: "8050",
    Account.FEE_INCOME: "3900",
    Account.VAT: "2710",
    Account.LOSS: "7830",
    Account.UNMATCHED: "2990",
    Account.SURPLUS: "2900",
}
"""The numbers in the Norwegian standard chart of accounts (NS 4102), where the creditor has chosen none."""

INCOME: Final[Mapping[Component, Account]] = {
    Component.INTEREST: Account.INTEREST_INCOME,
    Component.FEE: Account.FEE_INCOME,
    Component.COMPENSATION: Account.FEE_INCOME,
    Component.AGENCY_COST: Account.COLLECTION_COST,
}
"""Where a component is booked when it is charged, or paid without having been charged."""


class VoucherKind(StrEnum):
    """What happened."""

    PAYMENT = "payment"
    AGENCY_PAYMENT = "agency_payment"
    UNMATCHED_PAYMENT = "unmatched_payment"
    PAYMENT_REVERSED = "payment_reversed"
    SURPLUS_USED = "surplus_used"
    COST_CHARGED = "cost_charged"
    WRITE_OFF = "write_off"
    SETTLEMENT = "settlement"
    PURCHASE = "purchase"
    PAYOUT = "payout"
    RECOURSE = "recourse"
    PAYBACK = "payback"
    CREDIT_ON_SOLD = "credit_on_sold"
    """A credit note on an invoice that the agency owns: what it takes off the debt is owed to the agency."""


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One line: minor units on one side, the other is zero."""

    account: Account
    debit: int = 0
    credit: int = 0
    invoice_id: str | None = None
    case_id: str | None = None


class Unbalanced(ValueError):
    """Debit and credit differ: nothing of the kind is ever kept."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A proposal for bookkeeping.

    Parameters
    ----------
    voucher_date
        The bookkeeping date: of the payment, the write-off, the settlement.
    agency
        Whose agreement has the accounts' numbers; ``None``: the creditor's first one.
    machine_readable
        Whether it is of a payment whose reference a machine has read: the bank links it (NET-34).
    bank_transaction_id, bank_account
        The transaction on the bank statement that it is, where it is known.
    voided_at
        Since when it stands for nothing: the payment was set aside (NET-32).
    bookkeeping_id
        The number that the creditor's bookkeeping has given it, once acknowledged.
    """

    voucher_id: str
    creditor_id: str
    kind: VoucherKind
    currency: str
    voucher_date: date
    lines: tuple[VoucherLine, ...]
    created_at: datetime
    agency: str | None = None
    invoice_id: str | None = None
    case_id: str | None = None
    payment_id: str | None = None
    settlement_id: str | None = None
    machine_readable: bool = False
    bank_transaction_id: str | None = None
    bank_account: str | None = None
    voided_at: datetime | None = None
    bookkeeping_id: str | None = None
    revision: int = 1

    @property
    def balance(self) -> int:
        """Debit less credit: zero."""
        return sum(line.debit - line.credit for line in self.lines)

    def on(self, account: Account) -> int:
        """Debit less credit on one account, nothing once it is voided."""
        if self.voided_at is not None:
            return 0
        return sum(line.debit - line.credit for line in self.lines if line.account is account)


@dataclass(slots=True)
class Posting:
    """Lines that are being put together: debits are positive, credits negative."""

    invoice_id: str | None = None
    case_id: str | None = None
    lines: list[VoucherLine] = field(default_factory=list)

    def of(self, invoice_id: str | None) -> "Posting":
        """Let what follows be of an invoice."""
        self.invoice_id = invoice_id
        return self

    def debit(self, account: Account, amount: int) -> "Posting":
        """Add a debit, or a credit of a negative amount."""
        if amount > 0:
            self.lines.append(VoucherLine(account, amount, 0, self.invoice_id, self.case_id))
        elif amount < 0:
            self.lines.append(VoucherLine(account, 0, -amount, self.invoice_id, self.case_id))
        return self

    def credit(self, account: Account, amount: int) -> "Posting":
        """Add a credit, or a debit of a negative amount."""
        return self.debit(account, -amount)

    def income(self, amounts: Mapping[Component, int]) -> "Posting":
        """Credit what was charged, or paid without having been charged, where it belongs."""
        for component, amount in amounts.items():
            self.credit(INCOME[component], amount)
        return self

    def balanced(self) -> tuple[VoucherLine, ...]:
        """Give the lines.

        Raises
        ------
        Unbalanced
            When debit and credit differ.
        """
        if sum(line.debit - line.credit for line in self.lines):
            message = "debit and credit of a voucher differ"
            raise Unbalanced(message)
        return tuple(self.lines)
