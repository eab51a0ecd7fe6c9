"""The order of an OCR giro file's records, and whether its totals agree with them."""

from dataclasses import field
from typing import Final

from netsgiro import AssignmentType, ServiceCode
from netsgiro.records import (
    AssignmentEnd,
    AssignmentStart,
    AvtaleGiroAgreement,
    Record,
    TransactionAmountItem1,
    TransactionAmountItem2,
    TransactionAmountItem3,
    TransmissionEnd,
    TransmissionStart,
)

from fordring.domain.errors import Fault
from fordring.domain.money import Money
from fordring.domain.values import dataclass
from fordring.formats.bank_file import BankLine, PaymentFile

REVERSALS: Final = frozenset({18, 20})
WITH_TEXT: Final = frozenset({20, 21})


@dataclass(frozen=True, slots=True)
class NumberedRecord:
    """A record, the number of its line, and the KID that stands there, if it is an amount."""

    number: int
    record: Record
    kid: str | None


@dataclass(slots=True)
class _Transaction:
    number: int
    kid: str | None
    first: TransactionAmountItem1
    second: TransactionAmountItem2 | None = None
    third: TransactionAmountItem3 | None = None

    @property
    def minor(self) -> int:
        """The amount in øre, negative when the money went back."""
        return -self.first.amount if self.reversal else self.first.amount

    @property
    def reversal(self) -> bool:
        return self.first.sign == "-" or self.first.transaction_type in REVERSALS


@dataclass(slots=True)
class _Assignment:
    start: AssignmentStart
    first_record: int
    transactions: dict[int, _Transaction] = field(default_factory=dict)
    agreements: int = 0

    @property
    def pays(self) -> bool:
        return self.start.service_code == ServiceCode.OCR_GIRO


class Walk:
    """Takes the records of a file one by one and notes what is out of order."""

    def __init__(self, digest: str) -> None:
        self.faults: list[Fault] = []
        self._digest = digest
        self._records = 0
        self._last_line = 0
        self._start: TransmissionStart | None = None
        self._end: TransmissionEnd | None = None
        self._assignments: dict[str, _Assignment] = {}
        self._open: _Assignment | None = None
        self._transaction: _Transaction | None = None
        self._totals: list[Fault] = []

    def take(self, numbered: NumberedRecord) -> None:
        """Take the next record."""
        self._records += 1
        self._last_line = numbered.number
        if self._end is not None or not self._fits(numbered):
            self._note("unexpected_record", "the record may not stand here")

    def finish(self) -> None:
        """Say what the end of the file leaves open. Totals are judged only when the order is right."""
        if self._end is None:
            self._note("truncated_file", "the file ends before its last record")
        self.faults = self.faults or self._totals

    def payment_file(self) -> PaymentFile:
        """Put the file together, when there are no faults."""
        start, end = self._start, self._end
        if start is None or end is None or end.nets_date is None:
            raise AssertionError("a file with faults has no payments")
        day = f"{end.nets_date:%Y%m%d}"
        file = f"{start.data_recipient}-{start.transmission_number}-{day}"
        return PaymentFile(
            file_id=f"{start.transmission_number}-{day}-{self._digest[:16]}",
            transmission_number=start.transmission_number,
            recipient=start.data_recipient,
            digest=self._digest,
            bank_date=end.nets_date,
            lines=tuple(
                _bank_line(file, assignment.start, transaction)
                for assignment in self._assignments.values()
                for transaction in assignment.transactions.values()
            ),
        )

    def _fits(self, numbered: NumberedRecord) -> bool:
        match numbered.record:
            case TransmissionStart() as start if self._start is None and self._records == 1:
                self._start = start
            case AssignmentStart() as start if self._start is not None and self._open is None:
                return self._begin(start)
            case TransactionAmountItem1() as first if self._takes_payments(first.service_code):
                return self._begin_transaction(numbered, first)
            case TransactionAmountItem2() as second if self._continues(second) and not self._complete:
                self._current.second = second
            case TransactionAmountItem3() as third if self._continues(third) and self._takes_text:
                self._current.third = third
            case AvtaleGiroAgreement() if self._open is not None and not self._open.pays:
                self._open.agreements += 1
            case AssignmentEnd() as end if self._open is not None and self._closes(end, self._open):
                self._check_assignment(end, self._open)
                self._open = self._transaction = None
            case TransmissionEnd() as end if self._start is not None and self._open is None:
                self._end = end
                self._check_transmission(end)
            case _:
                return False
        return True

    def _begin(self, start: AssignmentStart) -> bool:
        agreements = start.assignment_type == AssignmentType.AVTALEGIRO_AGREEMENTS
        if start.service_code != ServiceCode.OCR_GIRO and not agreements:
            return False
        self._open = _Assignment(start, self._records)
        self._transaction = None
        key = f"{start.service_code}-{start.assignment_number}"
        if key in self._assignments:
            self._note("duplicate_assignment", "the assignment number has stood in the file before")
        self._assignments[key] = self._open
        return True

    def _begin_transaction(self, numbered: NumberedRecord, first: TransactionAmountItem1) -> bool:
        if self._open is None:
            return False
        if first.transaction_number in self._open.transactions:
            self._note("duplicate_transaction", "the transaction number has stood in the assignment before")
        self._transaction = _Transaction(numbered.number, numbered.kid, first)
        self._open.transactions[first.transaction_number] = self._transaction
        return True

    @property
    def _current(self) -> _Transaction:
        if self._transaction is None:
            raise AssertionError("no transaction is open")
        return self._transaction

    @property
    def _complete(self) -> bool:
        """Whether no second amount record is outstanding."""
        return self._transaction is None or self._transaction.second is not None

    @property
    def _takes_text(self) -> bool:
        current = self._current
        return (
            current.second is not None
            and current.third is None
            and current.first.transaction_type in WITH_TEXT
        )

    def _takes_payments(self, service: ServiceCode) -> bool:
        return (
            self._open is not None and self._open.pays and service == ServiceCode.OCR_GIRO and self._complete
        )

    def _continues(self, record: TransactionAmountItem2 | TransactionAmountItem3) -> bool:
        first = self._transaction.first if self._transaction is not None else None
        return first is not None and (
            (record.service_code, record.transaction_type, record.transaction_number)
            == (first.service_code, first.transaction_type, first.transaction_number)
        )

    def _closes(self, end: AssignmentEnd, assignment: _Assignment) -> bool:
        start = assignment.start
        return self._complete and (
            (end.service_code, end.assignment_type) == (start.service_code, start.assignment_type)
        )

    def _check_assignment(self, end: AssignmentEnd, assignment: _Assignment) -> None:
        count = len(assignment.transactions) + assignment.agreements
        self._check_counts(end, count, self._records - assignment.first_record + 1)
        if assignment.pays:
            self._check_total(end.total_amount, [assignment])

    def _check_transmission(self, end: TransmissionEnd) -> None:
        assignments = list(self._assignments.values())
        count = sum(len(each.transactions) + each.agreements for each in assignments)
        self._check_counts(end, count, self._records)
        self._check_total(end.total_amount, assignments)
        if end.nets_date is None:
            self._disagree("missing_date", "the transmission has no date")

    def _check_counts(self, end: AssignmentEnd | TransmissionEnd, transactions: int, records: int) -> None:
        if end.num_transactions != transactions:
            self._disagree(
                "wrong_transaction_count", "the number of transactions is not what the record says"
            )
        if end.num_records != records:
            self._disagree("wrong_record_count", "the number of records is not what the record says")

    def _check_total(self, stated: int | None, assignments: list[_Assignment]) -> None:
        """Compare a total with the sum of the amounts as they stand, which is how reversals are counted.

        Some senders subtract reversals, so the sum with signs is taken too.
        """
        transactions = [each for assignment in assignments for each in assignment.transactions.values()]
        sums = {sum(each.first.amount for each in transactions), sum(each.minor for each in transactions)}
        if (stated or 0) not in sums:
            self._disagree("wrong_total", "the sum of the amounts is not what the record says")

    def _note(self, code: str, detail: str) -> None:
        self.faults.append(Fault(f"/lines/{self._last_line}", code, detail))

    def _disagree(self, code: str, detail: str) -> None:
        self._totals.append(Fault(f"/lines/{self._last_line}", code, detail))


def _bank_line(file: str, start: AssignmentStart, transaction: _Transaction) -> BankLine:
    first, second, third = transaction.first, transaction.second, transaction.third
    if second is None:
        raise AssertionError("a transaction without its second record is a fault")
    line_id = f"{file}-{start.assignment_number}-{first.transaction_number:07d}"
    return BankLine(
        line_id=line_id,
        line_number=transaction.number,
        kid=transaction.kid,
        amount=Money(transaction.minor, "NOK"),
        bank_date=first.nets_date,
        order_date=second.bank_date,
        transaction_type=f"{first.transaction_type:02d}",
        reversal=transaction.reversal,
        archive_reference=_given(second.reference),
        form_number=_given(second.form_number),
        settlement_reference=(
            f"{first.centre_id}-{first.day_code:02d}"
            f"-{first.partial_settlement_number}-{first.partial_settlement_serial_number}"
        ),
        payer_account=_given(second.debit_account),
        text=_printable(third.text) if third is not None and third.text else None,
        assignment_number=start.assignment_number,
        agreement_number=_given(start.agreement_id),
        account=start.assignment_account,
        channel="ocr_giro",
        machine_readable=transaction.kid is not None,
        # The archive reference is not unique, so the place in the file stands for the transaction.
        bank_transaction_id=line_id,
    )


def _given(digits: str | None) -> str | None:
    """Read a field of digits, where nothing but zeros means that there is nothing."""
    return digits if digits and digits.strip("0 ") else None


def _printable(text: str) -> str | None:
    return "".join(c if c.isprintable() else " " for c in text).strip() or None
