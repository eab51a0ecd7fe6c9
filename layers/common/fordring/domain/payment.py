"""Payments and credit notes: money that came, wherever it came, and what it settled."""

from datetime import date, datetime
from enum import StrEnum

from fordring.domain.ledger import Source
from fordring.domain.matching import Hint
from fordring.domain.values import dataclass


class Origin(StrEnum):
    """Whose money it is (NET-25, BEY-2)."""

    DEBTOR = "debtor"
    """The debtor paid the creditor: reported to the agency."""
    AGENCY_SETTLEMENT = "agency_settlement"
    """The agency paid out what it had received: never reported back."""


class Match(StrEnum):
    """What the hub made of a payment."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    IGNORED = "ignored"
    SETTLEMENT = "settlement"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Share:
    """What a payment did to one invoice: the entry's position in its ledger, and minor units."""

    invoice_id: str
    entry: int
    amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, as somebody told the hub about it.

    Parameters
    ----------
    amount
        Minor units of ``currency``; always positive.
    origin, source
        Whose money, and who says so.
    reason
        Why it was matched as it was, in codes: ``reference``, ``by_hand``, ``unknown_reference``, ….
    entry
        The position of its entry in the invoice's ledger.
    shares
        What it did to each invoice, when a payment to a case of several invoices was spread over them;
        ``invoice_id`` and ``entry`` are then the first one's.
    surplus
        What nothing was owed for, minor units: an over-payment, which the creditor owes back.
    agency_payment_id
        For a payment at the agency, the agency's id of it.
    bank_transaction_id
        For a bank line, the bank's id of it.
    machine_readable
        Whether the payer's bank read the reference, rather than a person (NET-40, NET-34).
    rule
        The name of the rule that decided: see ``fordring.domain.matching.Rule``.
    channel
        The entrance: ``api``, ``ocr_giro``, ``camt.054`` or ``agency``.
    more_entries
        The positions of further entries: interest or cost that came with it, and surplus that was used later.
    collected
        What of it was interest or cost above what was owed, minor units (NET-29).
    bank_account
        The creditor's account to which it came, when a person registered it from the bank statement (NET-33).
    replaces
        The payment that was set aside and for which this one stands (NET-33, NET-40); of that one,
        ``replaced_by`` names this.
    hints
        What else the bank said that points to an invoice, while it is unmatched.
    """

    payment_id: str
    creditor_id: str
    amount: int
    currency: str
    paid_date: date
    origin: Origin
    source: Source
    match: Match
    reason: str
    created_at: datetime
    reference: str | None = None
    invoice_id: str | None = None
    case_id: str | None = None
    entry: int | None = None
    case_entry: int | None = None
    surplus: int = 0
    agency: str | None = None
    agency_payment_id: str | None = None
    bank_transaction_id: str | None = None
    reported: bool = False
    reversed_date: date | None = None
    revision: int = 1
    machine_readable: bool = False
    rule: str | None = None
    channel: str | None = None
    hints: tuple[Hint, ...] = ()
    more_entries: tuple[int, ...] = ()
    collected: int = 0
    bank_account: str | None = None
    replaces: str | None = None
    replaced_by: str | None = None
    shares: tuple[Share, ...] = ()

    @property
    def entries(self) -> tuple[int, ...]:
        """The positions of all its entries in the invoice's ledger."""
        return (*((self.entry,) if self.entry else ()), *self.more_entries)

    @property
    def booked(self) -> tuple[tuple[str, int], ...]:
        """Every entry that it made in invoices' ledgers: invoice id and position."""
        if self.shares and self.invoice_id:
            later = ((self.invoice_id, seq) for seq in self.more_entries)
            return (*((share.invoice_id, share.entry) for share in self.shares), *later)
        return tuple((self.invoice_id, seq) for seq in self.entries) if self.invoice_id else ()


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note, matched to an invoice or not (VIS-12)."""

    credit_note_id: str
    creditor_id: str
    document_number: str
    amount: int
    currency: str
    credit_date: date
    content_digest: str
    created_at: datetime
    invoice_id: str | None = None
    entry: int | None = None
    surplus: int = 0
    source: str = "api"
    revision: int = 1


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """What a settlement says of one case, minor units."""

    case_id: str | None
    case_number: str | None
    principal: int
    fee: int
    interest: int
    commission: int
    vat: int
    payout: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the agency paid out (BEY-8). Clears nothing on the debtors' side."""

    settlement_id: str
    creditor_id: str
    agency: str
    agency_settlement_id: str
    settled_date: date
    currency: str
    payout: int
    lines: tuple[SettlementLine, ...]
    created_at: datetime
    bookkeeping_id: str | None = None
    bookkept_at: datetime | None = None
    revision: int = 1
