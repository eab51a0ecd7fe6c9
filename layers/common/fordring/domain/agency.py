"""Agencies in the hub's own words: what one can do, where a case stands, what became of a command.

``instructions`` has what an agency is told, ``facts`` what it tells, ``agency_answers`` how that comes,
``agency_port`` what an adapter does. Nothing here knows a particular agency.
"""

from dataclasses import field
from datetime import timedelta
from enum import StrEnum

from fordring.domain.values import dataclass


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
    ADMINISTRATION = "administration"
    """The agency sends the invoice and follows it up in the same case, from the first day (SAN-13)."""


class Service(StrEnum):
    """What an agreement is about, by default for each of its invoices (SAN-12, SAN-18)."""

    REMINDERS_AND_COLLECTION = "reminders_and_collection"
    """Invoices are handed over when they are overdue."""
    ADMINISTRATION = "administration"
    """Every invoice is handed over when it is registered; the agency pays out what debtors have paid."""
    PURCHASE = "purchase"
    """As administration, and the agency buys the invoices whose recipients it has approved."""


class CommandKind(StrEnum):
    """What the hub can ask of an agency."""

    REGISTER_CASE = "register_case"
    REPORT_PAYMENT = "report_payment"
    REVERSE_PAYMENT = "reverse_payment"
    REPORT_CREDIT = "report_credit"
    REPORT_WRITE_OFF = "report_write_off"
    SEND_MESSAGE = "send_message"
    WITHDRAW_CASE = "withdraw_case"
    PAUSE_CASE = "pause_case"
    RESUME_CASE = "resume_case"
    ANSWER_QUESTION = "answer_question"
    OFFER_INVOICE = "offer_invoice"
    ADD_INVOICE = "add_invoice"
    WITHDRAW_INVOICE = "withdraw_invoice"
    DISPUTE_INVOICE = "dispute_invoice"
    RESOLVE_DISPUTE = "resolve_dispute"


@dataclass(frozen=True, slots=True)
class CaseKey:
    """How an agency names a case: by its own number, by the hub's external id, or both.

    ``told_as`` is the external id that the agency has said, where the hub knows the case by another.
    """

    external_id: str | None = None
    case_number: str | None = None
    told_as: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. ``country`` is ISO 3166 alpha-2."""

    lines: tuple[str, ...]
    postal_code: str
    city: str
    country: str


class ClosedReason(StrEnum):
    """Why a case ended."""

    PAID = "paid"
    CREDITED = "credited"
    WITHDRAWN = "withdrawn"
    CREDIT_LOSS = "credit_loss"
    CANCELLED = "cancelled"
    OTHER = "other"


class Operation(StrEnum):
    """What an agency may or may not offer (BEY-11)."""

    REGISTER_REMINDER_CASE = "register_reminder_case"
    REGISTER_COLLECTION_CASE = "register_collection_case"
    REPORT_PAYMENT = "report_payment"
    REVERSE_PAYMENT = "reverse_payment"
    REPORT_CREDIT = "report_credit"
    REPORT_WRITE_OFF = "report_write_off"
    SEND_MESSAGE = "send_message"
    WITHDRAW_CASE = "withdraw_case"
    PAUSE_CASE = "pause_case"
    RESUME_CASE = "resume_case"
    ASK_QUESTIONS = "ask_questions"
    ANSWER_QUESTION = "answer_question"
    GROUP_INVOICES = "group_invoices"
    ADD_INVOICE = "add_invoice"
    WITHDRAW_INVOICE = "withdraw_invoice"
    DISPUTE_INVOICE = "dispute_invoice"
    RESOLVE_DISPUTE = "resolve_dispute"
    MIRROR_LEDGER = "mirror_ledger"
    LIST_DISPATCHES = "list_dispatches"
    DISPATCH_DOCUMENTS = "dispatch_documents"
    RECEIVE_CALLBACKS = "receive_callbacks"
    ACTIVATE_SERVICE = "activate_service"
    """The agency calls when the contract is ready, and tells its number (NET-1)."""
    LIST_CHANGES = "list_changes"
    LIST_OPEN_CASES = "list_open_cases"
    REGISTER_ADMINISTRATION = "register_administration"
    DELIVER_INVOICES = "deliver_invoices"
    CREDIT_CHECK = "credit_check"
    PURCHASE_INVOICES = "purchase_invoices"


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
    """How one kind of command gets out of doubt.

    ``settling`` is the time after which absence counts in a look-up; beside a natural key it says that what
    has become wrong meanwhile, and shall not be sent again, can be looked up.
    """

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


@dataclass(frozen=True, slots=True)
class Underway:
    """Taken in, and carried out later: ask for the result by ``ticket``, the agency's own id of it.

    ``after`` is how soon an answer may be there.
    """

    ticket: str
    after: timedelta


type Outcome = Accepted | Rejected | TryLater | InDoubt | Underway


@dataclass(frozen=True, slots=True)
class Document:
    """What an agency has sent to a debtor, as a file (ZIR-6): personal data, never logged.

    ``sha256`` is the digest that the agency states, in hexadecimal, where it states one.
    """

    content_type: str
    body: bytes = field(repr=False)
    sha256: str | None = None


class MalformedAnswer(Exception):
    """The agency answered something that its interface does not say; nothing may be concluded from it."""
