"""What the hub takes from a bank's file of incoming payments, whatever its format was."""

from dataclasses import dataclass
from datetime import date

from fordring.domain.money import Money


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment in a bank's file.

    Parameters
    ----------
    line_id
        Names this payment in every copy of the file: recipient, transmission, date, assignment and
        transaction number.
    line_number
        The line of the file on which the payment begins, from 1.
    kid
        Exactly as the bank gives it, leading zeros and a final ``-`` included; ``None`` when there is none.
        Whether it is one of the creditor's is not judged here.
    amount
        In NOK; negative when the money went back.
    bank_date
        The day of settlement: when the creditor got the money ("oppgjørsdato").
    order_date
        The day on which the payer's bank took the order ("oppdragsdato"), when it is told.
    transaction_type
        Two digits: 10 giro, 11 standing order, 12 direct remittance, 13 business terminal, 14 counter,
        15 AvtaleGiro, 16 telephone, 17 cash, 18 to 21 card reversals and purchases.
    reversal
        Whether this gives back an earlier payment: types 18 and 20, or a minus sign.
    archive_reference
        The bank's own reference ("arkivreferanse"), not unique.
    form_number
        The number on the paper form ("blankettnummer").
    settlement_reference
        Centre, day code, number and serial number of the partial settlement ("delavregning").
    payer_account
        The account that was debited; ``None`` when the bank keeps it to itself.
    text
        The free text of types 20 and 21.
    assignment_number, agreement_number, account
        Which assignment ("oppdrag") it is in, of which agreement with Nets, and the creditor's account.
    """

    line_id: str
    line_number: int
    kid: str | None
    amount: Money
    bank_date: date
    order_date: date | None
    transaction_type: str
    reversal: bool
    archive_reference: str | None
    form_number: str | None
    settlement_reference: str
    payer_account: str | None
    text: str | None
    assignment_number: str
    agreement_number: str | None
    account: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A bank's file, whole and with right totals.

    Parameters
    ----------
    file_id
        Transmission number, date and digest: two files with the same id are the same file, whatever their
        line ends.
    digest
        SHA-256 of the records, in hexadecimal.
    bank_date
        Nets' date of the transmission.
    lines
        The payments in the order of the file.
    """

    file_id: str
    transmission_number: str
    recipient: str
    digest: str
    bank_date: date
    lines: tuple[BankLine, ...]
