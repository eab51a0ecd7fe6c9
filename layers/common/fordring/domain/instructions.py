"""What the hub tells an agency, in the hub's own words: debtor, invoices, and one class for each command."""

from dataclasses import field
from datetime import date

from fordring.domain.agency import Address, CommandKind, Level
from fordring.domain.ledger import EntryKind
from fordring.domain.money import Money
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """The debtor's default contact person (NET-19), told only where the creditor has chosen so (NET-22)."""

    name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class DebtorDetails:
    """The debtor as told to an agency: personal data, held for the call only.

    With a ``contact``, ``email`` and ``phone`` are that person's where it has some: an agency without a
    place for people reaches the right one all the same.
    """

    debtor_id: str
    kind: str
    name: str
    organisation_number: str | None
    address: Address
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    contact: ContactDetails | None = None


@dataclass(frozen=True, slots=True)
class EarlierEntry:
    """An entry of an invoice's ledger from before the invoice was handed over (VIS-13).

    ``amount`` is what it did to what is owed: a payment is negative. ``reverses`` is the id of the entry
    that a reversal takes back.
    """

    entry_id: str
    kind: EntryKind
    amount: Money
    entry_date: date
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceDetails:
    """One invoice as told to an agency: original principal and what is left of it.

    ``settlement_key`` is what several entries may share (ZIR-30). ``earlier`` holds what lies between
    principal and remaining, for an agency that mirrors ledgers.
    """

    external_id: str
    document_number: str
    invoice_date: date
    due_date: date
    principal: Money
    remaining: Money
    payment_reference: str | None
    creditor_bank_account: str | None
    settlement_key: str | None = None
    earlier: tuple[EarlierEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterCase:
    """Hand invoices of one debtor over.

    ``external_id`` is the first invoice's id with a submission number; it never changes over retries.
    ``channels``: under administration, how the invoices may be sent out, the wanted way first.
    """

    external_id: str
    level: Level
    creditor_name: str
    creditor_organisation_number: str
    debtor: DebtorDetails
    invoices: tuple[InvoiceDetails, ...]
    channels: tuple[str, ...] = ()
    kind: CommandKind = CommandKind.REGISTER_CASE


@dataclass(frozen=True, slots=True)
class ReportPayment:
    """A payment that the debtor made to the creditor (ZIR-7).

    ``settles`` is true when principal and the creditor's own fees and interest are now zero: the agency
    is then told that the claim is paid.
    """

    external_id: str
    case_number: str | None
    payment_id: str
    invoice_external_id: str
    amount: Money
    paid_date: date
    settles: bool
    kind: CommandKind = CommandKind.REPORT_PAYMENT


@dataclass(frozen=True, slots=True)
class ReversePayment:
    """A payment that was reported before did not stand."""

    external_id: str
    case_number: str | None
    reversal_id: str
    payment_id: str
    invoice_external_id: str
    amount: Money
    kind: CommandKind = CommandKind.REVERSE_PAYMENT


@dataclass(frozen=True, slots=True)
class ReportCredit:
    """A credit note matched to an invoice of the case (VIS-12)."""

    external_id: str
    case_number: str | None
    credit_note_id: str
    invoice_external_id: str
    document_number: str
    amount: Money
    credit_date: date
    settles: bool
    kind: CommandKind = CommandKind.REPORT_CREDIT


@dataclass(frozen=True, slots=True)
class ReportWriteOff:
    """The creditor has given up some or all of what is owed on an invoice of the case (NET-36)."""

    external_id: str
    case_number: str | None
    write_off_id: str
    invoice_external_id: str
    amount: Money
    write_off_date: date
    settles: bool
    kind: CommandKind = CommandKind.REPORT_WRITE_OFF


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A message to the case handler (ZIR-8)."""

    external_id: str
    case_number: str | None
    message_id: str
    text: str = field(repr=False)
    kind: CommandKind = CommandKind.SEND_MESSAGE


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """The creditor takes the case back (ZIR-36)."""

    external_id: str
    case_number: str | None
    kind: CommandKind = CommandKind.WITHDRAW_CASE


@dataclass(frozen=True, slots=True)
class PauseCase:
    """The agency shall rest the case until the morning of a date (BEY-6); a later one prolongs the rest."""

    external_id: str
    case_number: str | None
    until_date: date
    kind: CommandKind = CommandKind.PAUSE_CASE


@dataclass(frozen=True, slots=True)
class ResumeCase:
    """The agency shall go on with a case that rests; nothing happens to one that does not."""

    external_id: str
    case_number: str | None
    kind: CommandKind = CommandKind.RESUME_CASE


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """What the creditor answers a question of the agency (BEY-7).

    ``question_id`` is the agency's own. ``proceed`` says yes or no to a question that asks for leave;
    ``None`` where the question is another.
    """

    external_id: str
    case_number: str | None
    question_id: str
    text: str = field(repr=False)
    proceed: bool | None = None
    kind: CommandKind = CommandKind.ANSWER_QUESTION


@dataclass(frozen=True, slots=True)
class OfferInvoice:
    """Offer an administered invoice for sale, at what is left of it (SAN-14).

    ``number`` says which offer of this invoice it is, from 1.
    """

    external_id: str
    case_number: str | None
    invoice_external_id: str
    number: int
    amount: Money
    kind: CommandKind = CommandKind.OFFER_INVOICE


@dataclass(frozen=True, slots=True)
class AddInvoice:
    """One more invoice of the same debtor for a case that is open."""

    external_id: str
    case_number: str | None
    invoice: InvoiceDetails
    kind: CommandKind = CommandKind.ADD_INVOICE


@dataclass(frozen=True, slots=True)
class WithdrawInvoice:
    """The creditor takes one invoice of a case back; the case goes on with the rest."""

    external_id: str
    case_number: str | None
    invoice_external_id: str
    kind: CommandKind = CommandKind.WITHDRAW_INVOICE


@dataclass(frozen=True, slots=True)
class DisputeInvoice:
    """The debtor objects to one invoice: it rests, and the case goes on with the others (BEY-6).

    ``reason`` is the creditor's code.
    """

    external_id: str
    case_number: str | None
    invoice_external_id: str
    dispute_id: str
    reason: str
    opened_date: date
    kind: CommandKind = CommandKind.DISPUTE_INVOICE


@dataclass(frozen=True, slots=True)
class ResolveDispute:
    """An objection that was told before has ended; ``resolution`` is the creditor's code."""

    external_id: str
    case_number: str | None
    invoice_external_id: str
    dispute_id: str
    resolution: str
    kind: CommandKind = CommandKind.RESOLVE_DISPUTE


type Command = (
    RegisterCase
    | ReportPayment
    | ReversePayment
    | ReportCredit
    | ReportWriteOff
    | SendMessage
    | WithdrawCase
    | PauseCase
    | ResumeCase
    | AnswerQuestion
    | OfferInvoice
    | AddInvoice
    | WithdrawInvoice
    | DisputeInvoice
    | ResolveDispute
)
