"""Vouchers as CSV: a line for each line of a voucher, with the columns of SAF-T's general ledger entries.

The names are those of the elements of SAF-T Financial (Norwegian Tax Administration, version 1.30), section
GeneralLedgerEntries, so that what reads one can be taught to read the other.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fordring.domain.money import Money
from fordring.domain.vouchers import Account, Voucher
from fordring.formats.spreadsheet import Figure, write_csv

COLUMNS: Final = (
    "TransactionID",
    "Period",
    "PeriodYear",
    "TransactionDate",
    "TransactionType",
    "SystemEntryDate",
    "RecordID",
    "AccountID",
    "AccountRole",
    "SourceDocumentID",
    "CaseID",
    "PaymentID",
    "SettlementID",
    "ReferenceNumber",
    "DebitAmount",
    "CreditAmount",
    "CurrencyCode",
    "Status",
)

type NumberOf = Callable[[Voucher, Account], str]


def voucher_csv(vouchers: Iterable[Voucher], number_of: NumberOf) -> str:
    """Write vouchers, with the account numbers that somebody gives for the roles."""
    return write_csv(COLUMNS, _rows(vouchers, number_of))


def _rows(vouchers: Iterable[Voucher], number_of: NumberOf) -> Iterator[tuple[str | int, ...]]:
    for voucher in vouchers:
        for number, line in enumerate(voucher.lines, 1):
            yield (
                voucher.voucher_id,
                voucher.voucher_date.month,
                voucher.voucher_date.year,
                voucher.voucher_date.isoformat(),
                voucher.kind.value,
                voucher.created_at.date().isoformat(),
                number,
                number_of(voucher, line.account),
                line.account.value,
                line.invoice_id or "",
                line.case_id or "",
                voucher.payment_id or "",
                voucher.settlement_id or "",
                voucher.bank_transaction_id or "",
                Figure(Money(line.debit, voucher.currency).text),
                Figure(Money(line.credit, voucher.currency).text),
                voucher.currency,
                "voided" if voucher.voided_at else "proposed",
            )
