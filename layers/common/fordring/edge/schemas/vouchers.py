"""Vouchers and what is done with them: what is asked and told."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.accounts import Accounts
from fordring.domain.vouchers import DEFAULTS, Account, Voucher, VoucherKind
from fordring.edge.schemas.common import ChosenId, Given, GivenInstant, Paging, Text
from fordring.edge.schemas.told import Instant, Told, ToldMoney, day, instant, money


class VoucherQuery(Paging):
    """Which vouchers, and how."""

    creditor_id: ChosenId
    since: Annotated[
        GivenInstant | None,
        Field(
            description="Only those made at this instant or later. Overlap a little, and go by `voucher_id`."
        ),
    ] = None
    format: Annotated[
        Literal["json", "csv"],
        Field(
            description="`csv`: a line for each line of a voucher, in the columns of SAF-T's ledger entries."
        ),
    ] = "json"


class BankLink(Given):
    """To which transaction on the bank statement a voucher belongs."""

    bank_transaction_id: Text


class Bookkept(Given):
    """Under which number the creditor's bookkeeping has it."""

    bookkeeping_id: Text


class ToldVoucherLine(Told):
    """One line of a voucher; one of the two amounts is zero."""

    account: str
    role: Account
    debit: ToldMoney
    credit: ToldMoney
    invoice_id: str | None
    case_id: str | None


class ToldVoucher(Told):
    """What bookkeeping is proposed to book; debit and credit make up the same sum."""

    voucher_id: str
    creditor_id: str
    kind: VoucherKind
    status: Literal["proposed", "voided"]
    voucher_date: str
    currency: str
    lines: list[ToldVoucherLine]
    agency: str | None
    invoice_id: str | None
    case_id: str | None
    payment_id: str | None
    settlement_id: str | None
    machine_readable: bool
    bank_transaction_id: str | None
    bank_account: str | None
    bookkeeping_id: str | None
    voided_at: Instant | None
    created_at: Instant


class ToldVouchers(Told):
    """A page of vouchers, the oldest first."""

    items: list[ToldVoucher]
    next_cursor: str | None


class Chart:
    """The account numbers of a creditor.

    Those of the voucher's agency, as its agreement says; where that says nothing, those of the creditor's
    other agreements in the order of their names; where none says anything, the standard chart's. What an
    agency owes is never booked on another agency's account. What leads nowhere yet is of no agency, so the
    money is on one account when it comes and when it is led to an invoice, whichever agency has that.
    """

    def __init__(self, by_agency: Mapping[str, Accounts]) -> None:
        self._by_agency = by_agency

    def number_of(self, voucher: Voucher, account: Account) -> str:
        """Give the number for a role in a voucher."""
        own = self._by_agency.get(voucher.agency or "", Accounts())
        if account is Account.AGENCY_CLAIMS and voucher.agency is not None:
            several = [own]
        elif account is Account.UNMATCHED:
            several = list(self._by_agency.values())
        else:
            several = [own, *self._by_agency.values()]
        chosen = (getattr(each, account.value) for each in several)
        return next((number for number in chosen if number is not None), DEFAULTS[account])


def tell_voucher(voucher: Voucher, chart: Chart) -> dict[str, Any]:
    """Tell a voucher with the account numbers of a chart."""
    currency = voucher.currency
    return {
        "voucher_id": voucher.voucher_id,
        "creditor_id": voucher.creditor_id,
        "kind": voucher.kind.value,
        "status": "voided" if voucher.voided_at else "proposed",
        "voucher_date": day(voucher.voucher_date),
        "currency": currency,
        "lines": [
            {
                "account": chart.number_of(voucher, line.account),
                "role": line.account.value,
                "debit": money(line.debit, currency),
                "credit": money(line.credit, currency),
                "invoice_id": line.invoice_id,
                "case_id": line.case_id,
            }
            for line in voucher.lines
        ],
        "agency": voucher.agency,
        "invoice_id": voucher.invoice_id,
        "case_id": voucher.case_id,
        "payment_id": voucher.payment_id,
        "settlement_id": voucher.settlement_id,
        "machine_readable": voucher.machine_readable,
        "bank_transaction_id": voucher.bank_transaction_id,
        "bank_account": voucher.bank_account,
        "bookkeeping_id": voucher.bookkeeping_id,
        "voided_at": instant(voucher.voided_at),
        "created_at": instant(voucher.created_at),
    }
