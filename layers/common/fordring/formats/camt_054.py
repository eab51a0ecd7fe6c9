"""camt.054: the ISO 20022 notification by which a bank tells what it has credited and debited.

Versions 02 and 08. A notification is about one account and has entries; an entry is one booking, alone or a
batch of transactions, each of which is one payment here. Entries that are pending or for information only
move no money and are passed over, as is money that the creditor itself has sent.

Sources: ISO 20022, Bank-to-Customer Cash Management, message definition report (camt.054.001.02 of 2009,
camt.054.001.08 of 2019); Finance Norway, implementation guideline ISO 20022 camt.054 for KID payments.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NoReturn

from fordring.domain.errors import Fault, InvalidInput
from fordring.formats.bank_file import BankLine, PaymentFile
from fordring.formats.camt_054_reading import NOTHING, Place, Reader
from fordring.formats.camt_054_transactions import Booking, lines_of
from fordring.formats.safe_xml import read_xml

LARGEST_BYTES: Final = 5_000_000
MOST_ELEMENTS: Final = 500_000
MOST_FAULTS: Final = 100
NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.054.001."
VERSIONS: Final = ("02", "08")
CREDIT, DEBIT = "CRDT", "DBIT"


def parse_camt_054(content: bytes, *, largest_bytes: int = LARGEST_BYTES) -> PaymentFile:
    """Read a notification of debits and credits.

    Raises
    ------
    InvalidInput
        With every fault and the path of the element: ``unsupported_document``, ``missing``,
        ``malformed_amount``, ``too_many_decimals``, ``amount_too_large``, ``unknown_currency``,
        ``wrong_currency``, ``malformed_date``, ``malformed_number``, ``malformed_indicator``,
        ``unknown_code``; when all values can be read, ``wrong_transaction_count``, ``wrong_total`` and
        ``wrong_entry_count``; and the faults of ``read_xml``.
    """
    root = Place(read_xml(content, largest_bytes=largest_bytes, most_elements=MOST_ELEMENTS), "/Document")
    version = root.element.namespace.removeprefix(NAMESPACE)
    if root.element.name != "Document" or version not in VERSIONS:
        _refuse([Fault("/Document", "unsupported_document", "this takes camt.054.001.02 and .08")])
    reader, totals = Reader(), Reader()
    message = reader.required(root, "BkToCstmrDbtCdtNtfctn")
    lines: list[BankLine] = []
    message_id, bank_date, recipient = "", NOTHING, ""
    if message is not None:
        message_id = reader.required_text(message, "GrpHdr/MsgId")
        header = reader.required(message, "GrpHdr")
        bank_date = _created(reader, header) if header else NOTHING
        recipient = message.text("GrpHdr/MsgRcpt/Nm") or ""
        found = list(message.each("Ntfctn"))
        if not found:
            reader.missing(message, "Ntfctn")
        for notification in found:
            lines.extend(_notification(reader, totals, notification))
    faults = reader.faults.found or totals.faults.found
    if faults:
        _refuse(list(dict.fromkeys(faults)))
    digest = hashlib.sha256(content).hexdigest()
    return PaymentFile(
        file_id=f"{message_id}-{bank_date:%Y%m%d}-{digest[:16]}",
        transmission_number=message_id,
        recipient=recipient,
        digest=digest,
        bank_date=bank_date,
        lines=tuple(_told_apart(lines)),
    )


def _created(reader: Reader, header: Place) -> date:
    text = reader.required_text(header, "CreDtTm")
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        if text:
            reader.faults.add(f"{header.path}/CreDtTm", "malformed_date", "an instant is required")
        return NOTHING


def _notification(reader: Reader, totals: Reader, notification: Place) -> Iterator[BankLine]:
    account = notification.text("Acct/Id/IBAN", "Acct/Id/Othr/Id")
    if account is None:
        reader.missing(notification, "Acct/Id")
    sums = {CREDIT: 0, DEBIT: 0}
    counts = {CREDIT: 0, DEBIT: 0}
    for entry in notification.each("Ntry"):
        direction = reader.one_of(entry, "CdtDbtInd", (CREDIT, DEBIT))
        amount = reader.money(entry, "Amt")
        if entry.first("Amt") is None:
            reader.missing(entry, "Amt")
        booked = reader.day(entry, "BookgDt")
        valued = reader.day(entry, "ValDt")
        if booked is None and valued is None:
            reader.missing(entry, "BookgDt")
        if amount is None or direction not in counts:
            continue
        counts[direction] += 1
        sums[direction] += amount.minor
        status = entry.text("Sts/Cd", "Sts/Prtry", "Sts")
        booking = Booking(
            account=(account or "").replace(" ", ""),
            amount=amount,
            credit=direction == CREDIT,
            reversal=reader.truth(entry, "RvslInd"),
            booked=status == "BOOK",
            bank_date=valued or booked or NOTHING,
            booking_date=booked,
            reference=entry.text("AcctSvcrRef"),
        )
        yield from lines_of(reader, totals, entry, booking)
        if status is None:
            reader.missing(entry, "Sts")
    for name, direction in (("TtlCdtNtries", CREDIT), ("TtlDbtNtries", DEBIT)):
        _check_summary(reader, totals, notification, name, counts[direction], sums[direction])


def _check_summary(
    reader: Reader, totals: Reader, notification: Place, name: str, count: int, total: int
) -> None:
    summary = notification.first(f"TxsSummry/{name}")
    if summary is None:
        return
    stated = reader.count(summary, "NbOfNtries")
    if stated is not None and stated != count:
        totals.faults.add(
            f"{summary.path}/NbOfNtries", "wrong_entry_count", "there are more or fewer entries"
        )
    amount = summary.first("Sum")
    currencies = {entry.element.attributes.get("Ccy", "") for entry in notification.every("Ntry/Amt")}
    if amount is None or len(currencies) != 1:
        return
    stated_sum = reader.money_of(amount, currencies.pop())
    if stated_sum is not None and stated_sum.minor != total:
        totals.faults.add(amount.path, "wrong_total", "the entries do not make up this sum")


def _told_apart(lines: list[BankLine]) -> Iterator[BankLine]:
    """Number payments to which the bank has given one and the same reference."""
    seen: dict[str, int] = {}
    for line in lines:
        number = seen[line.line_id] = seen.get(line.line_id, 0) + 1
        yield line if number == 1 else replace(line, line_id=f"{line.line_id}-{number}")


def _refuse(faults: list[Fault]) -> NoReturn:
    raise InvalidInput("the payment file cannot be read", faults=faults[:MOST_FAULTS])
