"""What an agency tells the hub, in the hub's own words: facts about cases, settlements and contracts."""

from dataclasses import field
from datetime import date, datetime
from typing import Final

from fordring.domain.agency import CaseKey, ClosedReason, Stage
from fordring.domain.money import Money
from fordring.domain.questions import QuestionKind
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class CaseRegistered:
    """The agency has given the case a number (ZIR-32)."""

    case: CaseKey
    case_number: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CaseRejected:
    """The agency refuses the case after having accepted it for examination."""

    case: CaseKey
    reasons: tuple[str, ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The agency's own status, raw, with the stage it means; ``None``: leave the stage alone."""

    case: CaseKey
    agency_status: str
    stage: Stage | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class DebtorDeceased:
    """The agency has learnt that the debtor is dead: nobody writes to this debtor any more."""

    case: CaseKey
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class LetterDispatched:
    """The agency has sent something to the debtor (ZIR-6).

    ``kind`` is ``reminder``, ``notice_of_collection``, ``demand`` or ``other``; ``channel`` is
    ``letter``, ``email``, ``sms`` or ``einvoice``. ``fee`` is what the agency added to the debt.
    ``has_document`` says that ``Agency.document`` can fetch it.
    """

    case: CaseKey
    dispatch_id: str
    kind: str
    channel: str
    sent_date: date
    deadline_date: date | None
    fee: Money | None
    occurred_at: datetime
    has_document: bool = False


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """The debtor has paid the agency (VIS-8), with the parts as it has told them: see ``adds_up``.

    ``external_id`` of ``invoice_external_id`` names the invoice when the agency says so;
    ``referred_invoice_id`` is what the hub itself has found by the reference of a payment without a case.
    """

    case: CaseKey
    agency_payment_id: str
    amount: Money
    principal: Money
    interest: Money
    agency_cost: Money
    paid_date: date
    occurred_at: datetime
    payment_reference: str | None = None
    invoice_external_id: str | None = None
    referred_invoice_id: str | None = None

    @property
    def adds_up(self) -> bool:
        """Whether the parts make the amount; where they do not, only the amount is believed."""
        parts = (self.principal.minor, self.interest.minor, self.agency_cost.minor)
        return min(parts) >= 0 and sum(parts) == self.amount.minor


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """A payment that the agency reported before did not stand."""

    case: CaseKey
    agency_payment_id: str
    reversal_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The case handler writes (text is personal data)."""

    case: CaseKey
    message_id: str
    text: str = field(repr=False)
    occurred_at: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """The case handler has read a message of the creditor's; ``message_id`` is the hub's."""

    case: CaseKey
    message_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CasePaused:
    """The case rests at the agency until the morning of a date; ``None``: until further notice (BEY-6)."""

    case: CaseKey
    until_date: date | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CaseResumed:
    """The agency goes on with a case that has rested."""

    case: CaseKey
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """The agency wants to know something of the creditor (BEY-7). The text is personal data."""

    case: CaseKey
    question_id: str
    kind: QuestionKind
    text: str = field(repr=False)
    deadline_date: date | None = field(kw_only=True)
    occurred_at: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class QuestionWithdrawn:
    """The agency needs no answer any more."""

    case: CaseKey
    question_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """The agency has ended the case."""

    case: CaseKey
    reason: ClosedReason
    agency_status: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """What a settlement says of one case."""

    case: CaseKey
    principal: Money
    fee: Money
    interest: Money
    commission: Money
    vat: Money
    payout: Money


@dataclass(frozen=True, slots=True)
class SettlementMade:
    """The agency pays out what it has received (BEY-8)."""

    settlement_id: str
    settled_date: date
    payout: Money
    lines: tuple[SettlementLine, ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceActivated:
    """The agency has activated the creditor's contract (NET-1): about the agreement, not about a case.

    ``bank_accounts`` are those that the agency pays out from, as far as it says so.
    """

    contract_number: str
    occurred_at: datetime
    bank_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceDelivered:
    """An administered invoice has reached its recipient (SAN-2).

    ``channel`` is ``ehf``, ``email`` or ``paper``; ``invoice_external_id`` is the invoice's id at the agency.
    """

    case: CaseKey
    invoice_external_id: str
    channel: str
    delivered_date: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceDeliveryFailed:
    """It came back; the agency goes on to the next channel, if there is one. ``reason`` is a code."""

    case: CaseKey
    invoice_external_id: str
    channel: str
    reason: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class PurchaseDecided:
    """The agency buys an invoice that was offered, or does not (SAN-14). ``reason`` is a code."""

    case: CaseKey
    invoice_external_id: str
    approved: bool
    reason: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class InvoicePaidOut:
    """Money moves between agency and creditor for an invoice that was bought (SAN-16).

    ``amount`` is paid out to the creditor, and ``fee`` is what the agency has kept of the price. A negative
    amount is what the agency has withheld from the creditor, or was paid back: for money that the debtor
    paid to the creditor, or after a recourse.
    """

    case: CaseKey
    invoice_external_id: str
    amount: Money
    fee: Money
    paid_out_date: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceRecoursed:
    """The agency gives a bought invoice back: the creditor owes it ``capital`` and ``fee``."""

    case: CaseKey
    invoice_external_id: str
    capital: Money
    fee: Money
    recourse_date: date
    occurred_at: datetime


type Fact = (
    CaseRegistered
    | CaseRejected
    | StatusChanged
    | DebtorDeceased
    | LetterDispatched
    | PaymentReceived
    | PaymentReversed
    | MessageReceived
    | MessageSeen
    | CasePaused
    | CaseResumed
    | QuestionAsked
    | QuestionWithdrawn
    | CaseClosed
    | SettlementMade
    | ServiceActivated
    | InvoiceDelivered
    | InvoiceDeliveryFailed
    | PurchaseDecided
    | InvoicePaidOut
    | InvoiceRecoursed
)

INVOICE_FACTS: Final = (
    InvoiceDelivered,
    InvoiceDeliveryFailed,
    PurchaseDecided,
    InvoicePaidOut,
    InvoiceRecoursed,
)
"""What an agency tells of one invoice of a case."""
