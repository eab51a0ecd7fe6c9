"""What the hub and any agency say to each other, in the hub's own words.

An adapter (``fordring.agencies``) turns these into an agency's format and back. Nothing here knows a
particular agency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from fordring.domain.money import Money


class Stage(StrEnum):
    """Where a case stands, the same for every agency (see ``docs/agencies``)."""

    RECEIVED = "received"
    ADMINISTERED = "administered"
    REMINDER = "reminder"
    COLLECTION = "collection"
    LEGAL = "legal"
    ENFORCEMENT = "enforcement"
    INSOLVENCY = "insolvency"
    PAYMENT_PLAN = "payment_plan"
    MONITORING = "monitoring"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """What an invoice is handed over for (ZIR-18, NET-4)."""

    REMINDER = "reminder"
    COLLECTION = "collection"


class ClosedReason(StrEnum):
    """Why a case ended."""

    PAID = "paid"
    CREDITED = "credited"
    WITHDRAWN = "withdrawn"
    CREDIT_LOSS = "credit_loss"
    CANCELLED = "cancelled"
    OTHER = "other"


class CommandKind(StrEnum):
    """What the hub can ask of an agency."""

    REGISTER_CASE = "register_case"
    REPORT_PAYMENT = "report_payment"
    REVERSE_PAYMENT = "reverse_payment"
    REPORT_CREDIT = "report_credit"
    SEND_MESSAGE = "send_message"
    WITHDRAW_CASE = "withdraw_case"


class Operation(StrEnum):
    """What an agency may or may not offer (BEY-11)."""

    REGISTER_REMINDER_CASE = "register_reminder_case"
    REGISTER_COLLECTION_CASE = "register_collection_case"
    REPORT_PAYMENT = "report_payment"
    REVERSE_PAYMENT = "reverse_payment"
    REPORT_CREDIT = "report_credit"
    SEND_MESSAGE = "send_message"
    WITHDRAW_CASE = "withdraw_case"
    LIST_DISPATCHES = "list_dispatches"
    RECEIVE_CALLBACKS = "receive_callbacks"
    LIST_CHANGES = "list_changes"
    LIST_OPEN_CASES = "list_open_cases"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an agency can do, and whether its interface is ``modelled`` or ``published``."""

    agency: str
    title: str
    interface: str
    countries: tuple[str, ...]
    currencies: tuple[str, ...]
    operations: frozenset[Operation]
    requests_per_minute: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """How the hub proves to an agency who it is. Never logged; ``repr`` hides the secret.

    ``customer_number``, ``user_name`` and ``password`` are what an agency hands out (ZIR-15); for Svea
    they are the client number, the client id and the secret word.
    """

    customer_number: str
    user_name: str
    password: str = field(repr=False)


# --- what is told to an agency -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. ``country`` is ISO 3166 alpha-2."""

    lines: tuple[str, ...]
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class DebtorDetails:
    """The debtor as told to an agency: personal data, held for the call only."""

    debtor_id: str
    kind: str
    name: str
    organisation_number: str | None
    address: Address
    email: str | None = None
    phone: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceDetails:
    """One invoice as told to an agency: original principal and what is left of it."""

    external_id: str
    document_number: str
    invoice_date: date
    due_date: date
    principal: Money
    remaining: Money
    payment_reference: str | None
    creditor_bank_account: str | None


@dataclass(frozen=True, slots=True)
class RegisterCase:
    """Hand invoices of one debtor over.

    ``external_id`` is the first invoice's id with a submission number; it never changes over retries.
    """

    external_id: str
    level: Level
    creditor_name: str
    creditor_organisation_number: str
    debtor: DebtorDetails
    invoices: tuple[InvoiceDetails, ...]
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


type Command = RegisterCase | ReportPayment | ReversePayment | ReportCredit | SendMessage | WithdrawCase


class Doubt(StrEnum):
    """What helps when nobody knows whether a command arrived (design, "In doubt")."""

    NATURAL_KEY = "natural_key"
    """The agency recognises a repetition by its id: send again, "already exists" is success."""
    LOOK_UP = "look_up"
    """The agency would act twice: look it up; "not found" counts only after the settling time."""
    PERSON = "person"
    """Neither: a person decides."""


@dataclass(frozen=True, slots=True)
class DoubtRule:
    """How one kind of command gets out of doubt. ``settling`` is the time after which absence counts."""

    doubt: Doubt
    settling: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The agency has it. ``case_number`` only where the agency gives it at once.

    ``external_id`` is what the agency calls the case, where that is another id than the command's: it was
    handed over by a hub that has gone back in time since.
    """

    case_number: str | None = None
    already_existed: bool = False
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The agency refuses for good. ``reasons`` are codes with the agency's own text in ``texts``."""

    reasons: tuple[str, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TryLater:
    """Certainly not carried out; may be repeated after ``after`` (``None``: the hub's own schedule)."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Nobody knows whether it was carried out."""

    reason: str


type Outcome = Accepted | Rejected | TryLater | InDoubt


# --- what an agency tells ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseKey:
    """How an agency names a case: by its own number, by the hub's external id, or both.

    ``told_as`` is the external id that the agency has said, where the hub knows the case by another.
    """

    external_id: str | None = None
    case_number: str | None = None
    told_as: str | None = None


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
class LetterDispatched:
    """The agency has sent something to the debtor (ZIR-6).

    ``kind`` is ``reminder``, ``notice_of_collection``, ``demand`` or ``other``; ``channel`` is
    ``letter``, ``email``, ``sms`` or ``einvoice``. ``fee`` is what the agency added to the debt.
    """

    case: CaseKey
    dispatch_id: str
    kind: str
    channel: str
    sent_date: date
    deadline_date: date | None
    fee: Money | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """The debtor has paid the agency (VIS-8). The parts sum to ``amount``.

    ``external_id`` of ``invoice_external_id`` names the invoice when the agency says so.
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


type Fact = (
    CaseRegistered
    | CaseRejected
    | StatusChanged
    | LetterDispatched
    | PaymentReceived
    | PaymentReversed
    | MessageReceived
    | CaseClosed
    | SettlementMade
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified callback: the agency's id for it, and the facts it carries, in order."""

    delivery_id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what has happened since a cursor; ``more`` when another page follows at once."""

    facts: tuple[Fact, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class AgencyBalance:
    """The agency's own view of one case, for reconciliation (BEY-10)."""

    case: CaseKey
    agency_status: str
    stage: Stage | None
    open: bool
    principal_remaining: Money
    cost_remaining: Money
    interest_remaining: Money
    as_of: datetime


@dataclass(frozen=True, slots=True)
class BalancePage:
    """A page of open cases; ``next_page`` is ``None`` on the last one."""

    cases: tuple[AgencyBalance, ...]
    next_page: str | None


class MalformedAnswer(Exception):
    """The agency answered something that its interface does not say; nothing may be concluded from it."""


class Agency(Protocol):
    """The port to one agency. An adapter holds no state and knows no store.

    Every method that talks may raise ``TransportFailed`` or ``MalformedAnswer``, except ``send``, which
    turns every failure into an ``Outcome``: only the adapter knows what a status code means for "was it
    carried out?".
    """

    capabilities: Capabilities
    doubts: Mapping[CommandKind, DoubtRule]

    def send(self, command: Command, credentials: Credentials) -> Outcome:
        """Carry out a command at the agency."""
        ...

    def look_up(self, command: Command, credentials: Credentials) -> Accepted | Rejected | None:
        """Find out whether a command has arrived: ``None`` when the agency does not know it (yet)."""
        ...

    def changes_since(self, cursor: str | None, credentials: Credentials) -> Changes:
        """What has happened since a cursor; ``None`` is from the beginning."""
        ...

    def rewind(self, cursor: str | None, window: timedelta) -> str | None:
        """Move a cursor back in time, for after a restore; facts seen twice are applied once."""
        ...

    def open_cases(self, page: str | None, credentials: Credentials) -> BalancePage:
        """The agency's ledger of open cases, a page at a time."""
        ...

    def case(self, key: CaseKey, credentials: Credentials) -> AgencyBalance | None:
        """One case of the agency's ledger, open or closed; ``None`` when there is none."""
        ...

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime
    ) -> bool:
        """Whether the raw bytes were signed with one of the secrets, current or previous, just now.

        ``now`` is real time, not the test clock. Header names are in lower case.
        """
        ...

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Read a callback whose signature was verified.

        Raises
        ------
        MalformedAnswer
            When the body is not what the interface says.
        """
        ...

    def peek_callback(self, body: bytes) -> tuple[str | None, tuple[CaseKey, ...]]:
        """The delivery id and the cases of a callback before it is verified: for the one read.

        Never raises: what cannot be read gives ``(None, ())``.
        """
        ...
