"""The transactions of a camt.054 entry: one line for each payment, with what the payer has said."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from fordring.domain.money import Money
from fordring.domain.values import dataclass
from fordring.formats.bank_file import BankLine
from fordring.formats.camt_054_reading import Place, Reader

NOT_PROVIDED: Final = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
"""What stands in an id's place where the payer gave none (EPC implementation guidelines)."""

_AMOUNTS: Final = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
_IDS: Final = ("Refs/AcctSvcrRef", "Refs/TxId", "Refs/ClrSysRef", "Refs/InstrId")
_NAMES: Final = ("RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm", "RltdPties/UltmtDbtr/Pty/Nm")
_ACCOUNTS: Final = ("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id")
_CODES: Final = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")


@dataclass(frozen=True, slots=True)
class Booking:
    """What an entry says of all its transactions."""

    account: str
    amount: Money
    credit: bool
    reversal: bool
    booked: bool
    bank_date: date
    booking_date: date | None
    reference: str | None


def lines_of(reader: Reader, totals: Reader, entry: Place, booking: Booking) -> Iterator[BankLine]:
    """Give the lines of an entry; an entry without details is one payment of which nothing more is known."""
    transactions = list(entry.every("NtryDtls/TxDtls"))
    amounts = [_amount(reader, each, booking, alone=len(transactions) == 1) for each in transactions]
    _check_batches(reader, totals, entry)
    if transactions and None not in amounts and not list(entry.every("Chrgs")):
        same = [each for each in amounts if each is not None and each.currency == booking.amount.currency]
        if len(same) == len(amounts) and sum(each.minor for each in same) != booking.amount.minor:
            # Where the bank has kept its charges the parts rightly make up another sum.
            totals.faults.add(f"{entry.path}/Amt", "wrong_total", "the transactions do not make up this sum")
    if not transactions:
        yield _line(entry, booking, booking.amount, entry, 1)
    for number, (transaction, amount) in enumerate(zip(transactions, amounts, strict=True), 1):
        if amount is not None:
            yield from _shares(reader, transaction, _line(transaction, booking, amount, entry, number))


def _amount(reader: Reader, transaction: Place, booking: Booking, *, alone: bool) -> Money | None:
    """Find what a transaction moved: version 02 has it among the details, and alone it is the entry's."""
    for path in _AMOUNTS:
        if transaction.first(path) is not None:
            return reader.money(transaction, path)
    if alone:
        return booking.amount
    reader.missing(transaction, "Amt")
    return None


def _check_batches(reader: Reader, totals: Reader, entry: Place) -> None:
    for details in entry.each("NtryDtls"):
        stated = reader.count(details, "Btch/NbOfTxs")
        found = len(list(details.each("TxDtls")))
        # A batch may be told without its transactions; told with them, it is told whole.
        if stated is not None and found and stated != found:
            totals.faults.add(
                f"{details.path}/Btch/NbOfTxs",
                "wrong_transaction_count",
                "there are more or fewer transactions",
            )


def _line(at: Place, booking: Booking, amount: Money, entry: Place, number: int) -> BankLine:
    returned = at is not entry and at.first("RtrInf") is not None
    direction = at.text("CdtDbtInd") if at is not entry else None
    credit = booking.credit if direction is None else direction == "CRDT"
    taken_back = booking.reversal or returned
    own = _id(at) if at is not entry else None
    bank_id = own or booking.reference
    structured = at.texts("RmtInf/Strd/CdtrRefInf/Ref")
    references = tuple(dict.fromkeys("".join(text.split()) for text in structured))
    return BankLine(
        line_id=_line_id(booking, at, own, number, amount),
        line_number=at.element.line,
        kid=references[0] if references else None,
        amount=amount if credit else -amount,
        bank_date=booking.bank_date,
        order_date=None,
        transaction_type="-".join(filter(None, (at.text(path) or entry.text(path) for path in _CODES))),
        reversal=taken_back and not credit,
        account=booking.account,
        channel="camt.054",
        machine_readable=bool(references),
        bank_transaction_id=bank_id or _line_id(booking, at, own, number, amount),
        booking_date=booking.booking_date,
        end_to_end_id=_said(at.text("Refs/EndToEndId")),
        more_references=references[1:],
        document_numbers=tuple(dict.fromkeys(at.texts("RmtInf/Strd/RfrdDocInf/Nb"))),
        payer_account=at.text(*_ACCOUNTS),
        payer_name=at.text(*_NAMES),
        text=" ".join(at.texts("RmtInf/Ustrd") + at.texts("RmtInf/Strd/AddtlRmtInf")) or None,
        passed_over=_passed_over(booking, credit=credit, taken_back=taken_back),
    )


def _passed_over(booking: Booking, *, credit: bool, taken_back: bool) -> str | None:
    if not booking.booked:
        return "not_booked"
    if credit and taken_back:
        return "outgoing_came_back"
    if not credit and not taken_back:
        return "money_went_out"
    return None


def _said(text: str | None) -> str | None:
    return None if text is None or text.upper() in NOT_PROVIDED else text


def _id(transaction: Place) -> str | None:
    """Find the bank's own id of a transaction."""
    return next((text for path in _IDS if (text := _said(transaction.text(path)))), None)


def _line_id(booking: Booking, at: Place, own: str | None, number: int, amount: Money) -> str:
    """Name a payment the same in every notification of it.

    By the bank's references where there are any; otherwise by what is said of it, because the ids of the
    message and of the notification change when the bank tells it again.
    """
    if own or booking.reference:
        parts: Sequence[str] = (booking.reference or "", own or str(number))
    else:
        said = [text for path in ("Refs/EndToEndId", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Ustrd")
                for text in at.texts(path)]  # fmt: skip
        parts = (booking.bank_date.isoformat(), str(amount.minor), amount.currency, *said)
    digest = hashlib.sha256("\x1f".join((booking.account, *parts)).encode()).hexdigest()
    direction = "C" if booking.credit else "D"
    return f"camt-{direction}{'R' if booking.reversal else ''}-{digest[:32]}"


def _shares(reader: Reader, transaction: Place, line: BankLine) -> Iterator[BankLine]:
    """Split a payment whose remittance says how much is for which reference, if that makes up the whole."""
    shares: list[tuple[str, Money, tuple[str, ...]]] = []
    for part in transaction.every("RmtInf/Strd"):
        reference = part.text("CdtrRefInf/Ref")
        amount = reader.money(part, "RfrdDocAmt/RmtdAmt") or reader.money(part, "RfrdDocAmt/DuePyblAmt")
        if reference is None or amount is None:
            break
        shares.append(("".join(reference.split()), amount, tuple(part.texts("RfrdDocInf/Nb"))))
    else:
        whole = abs(line.amount.minor)
        alike = all(amount.currency == line.amount.currency for _, amount, _ in shares)
        if len(shares) > 1 and alike and sum(amount.minor for _, amount, _ in shares) == whole:
            for number, (reference, amount, numbers) in enumerate(shares, 1):
                yield replace(
                    line,
                    line_id=f"{line.line_id}/{number}",
                    kid=reference,
                    more_references=(),
                    document_numbers=numbers,
                    amount=amount if line.amount.minor > 0 else -amount,
                )
            return
    yield line
