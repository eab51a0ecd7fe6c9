"""OCR giro: the file in which a Norwegian bank tells a creditor who has paid, by KID.

A file is one transmission of assignments, and an assignment is the payments to one account. Lines have 80
characters. Each line is read by ``netsgiro``'s records; its higher-level objects are not used, because they
lose line numbers, merge assignments of the same number, and check no totals.

``netsgiro`` 2.0.1 refuses a KID that ends in ``-`` (MOD11's ten), so such a line is given to it with a 0 in
that place, and the KID is always taken from the line itself.

Source: Nets (now Mastercard Payment Services), "System specification OCR giro".
"""

import hashlib
import re
from typing import TYPE_CHECKING, Final, NoReturn

from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.money import LARGEST_MINOR
from fordring.formats.bank_file import PaymentFile

if TYPE_CHECKING:
    from netsgiro.records import Record

    from fordring.formats.ocr_giro_structure import NumberedRecord

LARGEST_BYTES: Final = 5_000_000
MOST_FAULTS: Final = 100
"""No more faults are named than this: what is no OCR giro file at all has as many faults as lines."""

LINE_LENGTH: Final = 80

_KID_FIELD: Final = slice(49, 74)
_KID = re.compile(r"[0-9]{1,25}|[0-9]{1,24}-", re.ASCII)


def parse_ocr_giro(content: bytes, *, largest_bytes: int = LARGEST_BYTES) -> PaymentFile:
    """Read an OCR giro file.

    ISO 8859-1 by the specification, and UTF-8 where somebody has saved it so; any line end; blanks at the
    end of a line and blank lines are passed over. Assignments about AvtaleGiro agreements, which Nets sends
    in the same file, are counted and passed over.

    Raises
    ------
    InvalidInput
        With the faults and their lines as pointers, ``/lines/17``: ``file_too_large``, ``empty_file``,
        ``wrong_length``, ``unknown_record``, ``malformed_record``, ``malformed_kid``,
        ``amount_too_large``; when all lines can be read, ``unexpected_record``, ``duplicate_assignment``,
        ``duplicate_transaction``, ``truncated_file``; and when the order is right,
        ``wrong_transaction_count``, ``wrong_record_count``, ``wrong_total``, ``missing_date``.
    """
    if len(content) > largest_bytes:
        _refuse([Fault("", "file_too_large", f"a file has at most {largest_bytes} bytes")])
    lines = [(n, line.rstrip()) for n, line in enumerate(re.split(r"\r\n|\r|\n", _decode(content)), 1)]
    lines = [(number, line) for number, line in lines if line.strip("\x1a ")]
    if not lines:
        _refuse([Fault("", "empty_file", "the file has no records")])

    from fordring.formats.ocr_giro_structure import Walk

    # Line ends and encoding make no difference to the digest.
    walk = Walk(hashlib.sha256("\n".join(line for _, line in lines).encode()).hexdigest())
    for numbered in _read_records(lines):
        walk.take(numbered)
    walk.finish()
    if walk.faults:
        _refuse(walk.faults)
    return walk.payment_file()


def _read_records(lines: list[tuple[int, str]]) -> list["NumberedRecord"]:
    from netsgiro import records as netsgiro

    from fordring.formats.ocr_giro_structure import NumberedRecord

    types: dict[str, type[Record]] = {
        "10": netsgiro.TransmissionStart,
        "20": netsgiro.AssignmentStart,
        "30": netsgiro.TransactionAmountItem1,
        "31": netsgiro.TransactionAmountItem2,
        "32": netsgiro.TransactionAmountItem3,
        "70": netsgiro.AvtaleGiroAgreement,
        "88": netsgiro.AssignmentEnd,
        "89": netsgiro.TransmissionEnd,
    }
    read: list[NumberedRecord] = []
    faults: list[Fault] = []
    for number, line in lines:
        code, detail = _line_fault(line, types)
        if not code:
            try:
                record = types[line[6:8]].from_string(_without_dash(line))
            except ValueError:
                # The library's message repeats the line, which is personal.
                code, detail = "malformed_record", "a field of the record has a wrong form"
            else:
                read.append(NumberedRecord(number, record, _kid(line)))
        if code:
            faults.append(Fault(f"/lines/{number}", code, detail))
    if faults:
        _refuse(faults)
    return read


def _line_fault(line: str, types: dict[str, type["Record"]]) -> tuple[str, str]:
    if len(line) != LINE_LENGTH:
        return "wrong_length", f"a record has {LINE_LENGTH} characters"
    if not line.startswith("NY") or line[6:8] not in types:
        return "unknown_record", "the line is no record of an OCR giro file"
    if any(character.isdecimal() and not character.isascii() for character in line):
        return "malformed_record", "digits are 0 to 9"
    if line[6:8] == "30":
        kid = _kid(line)
        if kid is not None and not _KID.fullmatch(kid):
            return "malformed_kid", "a KID is up to 25 digits, of which the last may be -"
        amount = line[32:49]
        if amount.isdecimal() and int(amount) >= LARGEST_MINOR:
            return "amount_too_large", "the amount is out of range"
    return "", ""


def _kid(line: str) -> str | None:
    return line[_KID_FIELD].strip() or None


def _without_dash(line: str) -> str:
    """Give the library a line that it can read: the KID is not taken from what it returns."""
    if line[6:8] != "30" or "-" not in line[_KID_FIELD]:
        return line
    return line[: _KID_FIELD.start] + line[_KID_FIELD].replace("-", "0") + line[_KID_FIELD.stop :]


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1")


def _refuse(faults: list[Fault]) -> NoReturn:
    raise InvalidInput("the payment file cannot be read", faults=faults[:MOST_FAULTS])
