"""What the hub takes from a bank's file of incoming payments, whatever its format was."""

from dataclasses import field
from datetime import date

from fordring.domain.money import Money
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment in a bank's file.

    Parameters
    ----------
    line_id
        Names this payment in every copy of the file, and in every file in which the bank tells of it: for
        OCR giro recipient, transmission, date, assignment and transaction number; for camt.054 the account
        and the bank's reference of the transaction.
    line_number
        The line of the file on which the payment begins, from 1.
    kid
        The structured reference exactly as the bank gives it, leading zeros and a final ``-`` included;
        ``None`` when there is none. Whether it is one of the creditor's is not judged here.
    amount
        Negative when the money went back.
    bank_date
        When the creditor got the money: for OCR giro the day of settlement ("oppgjørsdato"), for camt.054
        the value date, or the booking date where there is none.
    order_date
        The day on which the payer's bank took the order ("oppdragsdato"), when it is told.
    transaction_type
        The bank's own code. OCR giro has two digits: 10 giro, 11 standing order, 12 direct remittance,
        13 business terminal, 14 counter, 15 AvtaleGiro, 16 telephone, 17 cash, 18 to 21 card reversals and
        purchases; camt.054 has domain, family and sub-family.
    reversal
        Whether this gives back an earlier payment.
    account
        The creditor's account.
    channel
        The format of the file: ``ocr_giro`` or ``camt.054``.
    machine_readable
        Whether the payer's bank read the reference, rather than a person: such a payment is not split
        (NET-40) and its voucher is not linked to the bank statement (NET-34).
    bank_transaction_id
        The bank's id of the transaction, by which it is found in the account statement.
    booking_date
        The day on which the bank booked it, when it is told beside the value date.
    end_to_end_id
        The payer's own id of the order, when it is told.
    more_references
        Further structured references: one payment for many invoices.
    document_numbers
        Numbers of invoices that the payer names.
    payer_account, payer_name
        The account that was debited and whose it is; ``None`` when the bank keeps it to itself. Personal
        data: nothing of it is kept.
    text
        What the payer wrote.
    passed_over
        Why this is no payment of a debtor, as a code: ``money_went_out``, ``outgoing_came_back``,
        ``not_booked``.
    archive_reference
        The bank's own reference in OCR giro ("arkivreferanse"), not unique.
    form_number
        The number on the paper form ("blankettnummer").
    settlement_reference
        Centre, day code, number and serial number of the partial settlement ("delavregning").
    assignment_number, agreement_number
        Which assignment ("oppdrag") it is in, of which agreement with Nets.
    """

    line_id: str
    line_number: int
    kid: str | None
    amount: Money
    bank_date: date
    order_date: date | None
    transaction_type: str
    reversal: bool
    account: str
    channel: str
    machine_readable: bool
    bank_transaction_id: str
    booking_date: date | None = None
    end_to_end_id: str | None = None
    more_references: tuple[str, ...] = ()
    document_numbers: tuple[str, ...] = ()
    payer_account: str | None = field(default=None, repr=False)
    payer_name: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    passed_over: str | None = None
    archive_reference: str | None = None
    form_number: str | None = None
    settlement_reference: str | None = None
    assignment_number: str | None = None
    agreement_number: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A bank's file, whole and with right totals.

    Parameters
    ----------
    file_id
        Transmission number or message id, date and digest: two files with the same id are the same file,
        whatever their line ends.
    transmission_number
        The sender's id of the file: Nets' transmission number, or the message id.
    recipient
        Whose file it is, as the sender says.
    digest
        SHA-256 of what the file says, in hexadecimal.
    bank_date
        The sender's date of the file.
    lines
        The payments in the order of the file.
    """

    file_id: str
    transmission_number: str
    recipient: str
    digest: str
    bank_date: date
    lines: tuple[BankLine, ...]
