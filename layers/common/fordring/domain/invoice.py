"""An invoice: what it says, what is left of it, and how far its release to an agency has come."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.administration import DeliveryAttempt, InvoiceService
from fordring.domain.follow_up import FollowUp
from fordring.domain.ledger import Balance, Component, Entry, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.references import Reference
from fordring.domain.sale import Sale
from fordring.domain.values import dataclass

LOCKED_AFTER_TRANSFER: Final = (
    "accounting_date",
    "value_date",
    "payment_terms",
    "due_date",
    "delivery_date",
    "delivery_terms",
    "delivery_method",
    "currency",
    "payment_reference",
)
"""The fields that nobody changes once the invoice is at an agency (NET-23)."""


class Release(StrEnum):
    """How far an invoice has come on its way to an agency: a state machine of its own, beside the case's."""

    CANDIDATE = "candidate"
    ASSEMBLING = "assembling"
    QUEUED = "queued"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    REJECTED = "rejected"
    ENDED = "ended"

    @property
    def live(self) -> bool:
        """Whether the invoice is at an agency, or on its way there."""
        return self in (Release.ASSEMBLING, Release.QUEUED, Release.SUBMITTED, Release.REGISTERED)


@dataclass(frozen=True, slots=True)
class Dispute:
    """The debtor's objection. ``reason`` is a code; text would be personal data."""

    dispute_id: str
    reason: str
    opened_date: date
    resolved_date: date | None = None
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A letter that was sent before the transfer (NET-15).

    ``kind`` is ``free_notice``, ``reminder`` or ``notice_of_collection``. ``letter_id`` names the letter of a
    reminder plan that it is; ``None``: of none.
    """

    kind: str
    sent_date: date
    channel: str
    deadline_date: date | None = None
    fee: int = 0
    letter_id: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invoice says besides its amount: the fields that are locked once it is at an agency."""

    due_date: date
    accounting_date: date | None = None
    value_date: date | None = None
    payment_terms: str | None = None
    delivery_date: date | None = None
    delivery_terms: str | None = None
    delivery_method: str | None = None
    payment_reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """By how much a day's entries have changed what is owed to the creditor, minor units."""

    on: date
    owed: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice of one creditor to one debtor.

    Parameters
    ----------
    invoice_id, creditor_id, debtor_id, document_number
        What it is, whose, to whom, and the creditor's own number for it.
    country
        Of the creditor's agreement with the law: fixed at registration (design, "Time and place").
    principal
        The amount to be paid, minor units of ``currency``.
    content_digest
        Of what was registered: the same document number with other content is a conflict.
    debtor_blocks
        What stood in the way on the debtor's side when last looked at; the debtor is read again
        immediately before anything is sent.
    owner
        ``creditor``, or ``agency`` when bought.
    release, submission, case_id, agency
        The latest submission: its state, its number (0: none yet), its case.
    balance
        Projection of the ledger: the sum of the entries.
    last_entry
        The ledger's last position.
    course
        What was owed to the creditor in the course of time, a step for each day with entries: projection of
        the ledger, for reports about an earlier day.
    settlement_key
        The creditor's key of entries that are settled together; ``None``: the document number.
    group_cases
        Cases that it was in and that another invoice gave the name; those under its own are known anyway.
    surplus_payments
        The payments on it that hold money for which nothing was owed.
    surplus_credits
        The credit notes matched to it of which something is unused, because nothing was owed.
    service
        What the creditor wants for this invoice; ``None``: the agreement's default.
    deliveries
        How an administered invoice was sent to its recipient, in the order of time.
    sale
        Its latest offer for sale.
    follow_up
        How far it has come under the creditor's reminder plan; ``None``: it follows none.
    agreed_interest
        The rate of late interest that was agreed with a business, hundredths of a per cent a year; ``None``:
        the law's.
    """

    invoice_id: str
    creditor_id: str
    debtor_id: str
    document_number: str
    country: str
    currency: str
    principal: int
    invoice_date: date
    terms: Terms
    content_digest: str
    balance: Balance
    created_at: datetime
    updated_at: datetime
    last_entry: int = 0
    debtor_blocks: tuple[str, ...] = ()
    owner: str = "creditor"
    release: Release = Release.CANDIDATE
    submission: int = 0
    case_id: str | None = None
    agency: str | None = None
    case_number: str | None = None
    agency_status: str | None = None
    excluded_from_dunning: bool = False
    disputes: tuple[Dispute, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    warnings: tuple[str, ...] = ()
    source: str = "api"
    metadata: Mapping[str, str] = field(default_factory=dict)
    service: InvoiceService | None = None
    deliveries: tuple[DeliveryAttempt, ...] = ()
    sale: Sale | None = None
    revision: int = 1
    settlement_key: str | None = None
    group_cases: tuple[str, ...] = ()
    surplus_payments: tuple[str, ...] = ()
    course: tuple[Step, ...] = ()
    follow_up: FollowUp | None = None
    surplus_credits: tuple[str, ...] = ()
    agreed_interest: int | None = None

    @property
    def remaining(self) -> Money:
        """What is still owed on this invoice, all components."""
        return Money(self.balance.remaining, self.currency)

    @property
    def principal_remaining(self) -> int:
        """What is still owed of the principal, minor units."""
        return self.balance.part(Component.PRINCIPAL).remaining

    @property
    def key_of_settlement(self) -> str:
        """What entries share that are settled together; by default the document number (ZIR-30)."""
        return self.settlement_key or self.document_number

    @property
    def disputed(self) -> bool:
        """Whether an objection is open."""
        return any(dispute.resolved_date is None for dispute in self.disputes)

    def disputed_on(self, day: date) -> bool:
        """Whether an objection was open on a day, from the day after it came on."""
        return any(
            each.opened_date < day and (each.resolved_date is None or day < each.resolved_date)
            for each in self.disputes
        )

    def owed_before(self, day: date) -> int:
        """Give what was owed to the creditor when a day began, minor units."""
        return sum(step.owed for step in self.course if step.on < day)

    @property
    def external_id(self) -> str:
        """The id of the latest submission at an agency: the invoice's id with the submission number."""
        return external_id(self.invoice_id, self.submission)

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The ids that the cases of all its submissions have or might have had."""
        own = (case_id_of(self.invoice_id, number) for number in range(1, self.submission + 1))
        last = (self.case_id,) if self.case_id else ()
        return tuple(dict.fromkeys((*own, *self.group_cases, *last)))

    def booked(self, entry: Entry) -> "Invoice":
        """Give the invoice with one more ledger entry."""
        balance = self.balance.after(entry)
        owed = balance.owed_to_creditor - self.balance.owed_to_creditor
        same_day = sum(step.owed for step in self.course if step.on == entry.entry_date)
        others = tuple(step for step in self.course if step.on != entry.entry_date)
        return replace(
            self,
            balance=balance,
            course=(*others, Step(entry.entry_date, same_day + owed)),
            last_entry=entry.seq,
            updated_at=entry.at,
            revision=self.revision + 1,
        )

    def entry(
        self,
        kind: EntryKind,
        amounts: Mapping[Component, int],
        entry_date: date,
        at: datetime,
        source: Source,
    ) -> Entry:
        """Make the next entry of this invoice's ledger, not yet booked."""
        return Entry(
            self.last_entry + 1, kind, amounts, self.currency, entry_date, at, source, owner=self.owner
        )

    @property
    def status(self) -> str:
        """The invoice's own state in one word, apart from any collection status (NET-38)."""
        principal = self.balance.part(Component.PRINCIPAL)
        if self.balance.remaining > 0:
            return "partly_paid" if self.balance.touched else "open"
        if principal.written_off:
            return "written_off"
        if principal.credited and not principal.paid:
            return "credited"
        return "paid"


def external_id(invoice_id: str, submission: int) -> str:
    """Spell the id under which an agency knows a submission; it never changes over retries."""
    return f"{invoice_id}-{submission}"


def split_external_id(text: str) -> tuple[str, int] | None:
    """Read an external id back into invoice id and submission number; ``None`` if it is none of ours."""
    invoice_id, dash, number = text.rpartition("-")
    if not dash or not number.isascii() or not number.isdigit() or not invoice_id.startswith("inv_"):
        return None
    return invoice_id, int(number)


def case_id_of(lead_invoice_id: str, submission: int) -> str:
    """Spell the id of the case that a submission makes.

    It follows from the external id, so that a callback, which carries that, is answered with one read.
    """
    return f"case_{lead_invoice_id.removeprefix('inv_')}-{submission}"
