"""The ledger: append-only entries, and balances that are their sums.

A debt has components that are never mixed (BEY-3): the principal, what the creditor adds (fee, interest,
compensation) and what the agency adds (agency cost, agency interest). Each has an original amount and
what was paid, credited and written off; the rest remains.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.values import dataclass


class Component(StrEnum):
    """What an amount is owed for."""

    PRINCIPAL = "principal"
    FEE = "fee"
    INTEREST = "interest"
    COMPENSATION = "compensation"
    AGENCY_COST = "agency_cost"
    AGENCY_INTEREST = "agency_interest"


CREDITORS_OWN: Final = (Component.PRINCIPAL, Component.FEE, Component.INTEREST, Component.COMPENSATION)
"""What is owed to the creditor; when all of it is settled, a case is reported paid (ZIR-7)."""


class EntryKind(StrEnum):
    """What happened to the debt."""

    CHARGE = "charge"
    PAYMENT = "payment"
    CREDIT = "credit"
    WRITE_OFF = "write_off"
    REVERSAL = "reversal"
    COLLECTED = "collected"
    """Interest or cost that came with a payment and was never charged: charged and paid at once (NET-30)."""
    PURCHASE = "purchase"
    """The agency buys what is left: it owes that to the creditor from now on."""
    PAYOUT = "payout"
    """The agency pays what it owes for what it has bought; the debtor owes as much as before."""
    RECOURSE = "recourse"
    """The agency gives what it bought back: the creditor owes it capital and fee."""
    PAYBACK = "payback"
    """The creditor has paid what it owed to the agency, or the agency has withheld it."""
    TAKEN_BACK = "taken_back"
    """The creditor goes on with what the agency has ended: it moves nothing."""


BETWEEN_CREDITOR_AND_AGENCY: Final = {
    EntryKind.PURCHASE: 1,
    EntryKind.PAYOUT: -1,
    EntryKind.RECOURSE: -1,
    EntryKind.PAYBACK: 1,
}
"""The entries that move nothing of what the debtor owes, and how they count for the creditor."""


class Source(StrEnum):
    """Who says so."""

    CREDITOR = "creditor"
    BANK_FILE = "bank_file"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger; never changed, only followed by others.

    Parameters
    ----------
    seq
        Position in the ledger of its invoice or case, from 1.
    kind
        What happened.
    amounts
        Minor units by component, all positive; the kind says in which direction they count.
    currency
        ISO 4217 code.
    entry_date
        The business date: of the invoice, the payment, the credit note.
    at
        When the hub wrote it.
    source
        Who says so.
    payment_id, credit_note_id, write_off_id, dispatch_id
        What caused it.
    reverses
        For a reversal, the ``seq`` of the entry that did not stand.
    clearing_order
        For a payment that was spread by the creditor's setting, which setting that was (BEY-5).
    note
        What the entry is, as a code, where the kind does not say it: ``customer_paid_collection_fee``,
        ``interest_paid``, or for a write-off and a cost the reason that was given.
    owner
        Whose claim it was booked on: ``creditor``, or ``agency`` while the invoice is sold.
    """

    seq: int
    kind: EntryKind
    amounts: Mapping[Component, int]
    currency: str
    entry_date: date
    at: datetime
    source: Source
    payment_id: str | None = None
    credit_note_id: str | None = None
    dispatch_id: str | None = None
    reverses: int | None = None
    reversed_kind: EntryKind | None = None
    clearing_order: str | None = None
    note: str | None = None
    owner: str = "creditor"
    write_off_id: str | None = None

    @property
    def between_creditor_and_agency(self) -> int:
        """What the entry changes in the account between creditor and agency, minor units.

        Positive is for the creditor. Besides purchase, payout, recourse and payback that is whatever the
        debtor settled at the creditor while the agency owned the debt: it is owed to the agency.
        """
        sign = BETWEEN_CREDITOR_AND_AGENCY.get(self.kind)
        if sign is not None:
            return sign * self.total
        if self.owner != "agency" or self.source is Source.AGENCY:
            return 0
        if EntryKind.CHARGE in (self.kind, self.reversed_kind):
            return 0
        return self.total if self.kind is EntryKind.REVERSAL else -self.total

    @property
    def total(self) -> int:
        """The sum over the components, in minor units."""
        return sum(self.amounts.values())


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a balance, in minor units."""

    original: int = 0
    paid: int = 0
    credited: int = 0
    written_off: int = 0

    @property
    def remaining(self) -> int:
        """What is still owed."""
        return self.original - self.paid - self.credited - self.written_off


@dataclass(frozen=True, slots=True)
class Balance:
    """What is owed, by component: the sum of the entries.

    A component may be over-paid for nobody: entries are allocated so that no remaining falls below zero,
    and what is left over is the payment's surplus.

    ``agency_account`` is apart from what the debtor owes: what the agency owes the creditor for an invoice
    that it has bought, minor units; negative is what the creditor owes the agency.
    """

    currency: str
    parts: Mapping[Component, Part] = field(default_factory=dict)
    agency_account: int = 0

    def part(self, component: Component) -> Part:
        """One component, empty when nothing was ever booked on it."""
        return self.parts.get(component, Part())

    @property
    def remaining(self) -> int:
        """Everything that is still owed, in minor units."""
        return sum(part.remaining for part in self.parts.values())

    @property
    def owed_to_creditor(self) -> int:
        """What remains of principal and of the creditor's own fees and interest (ZIR-7)."""
        return sum(self.part(component).remaining for component in CREDITORS_OWN)

    @property
    def touched(self) -> bool:
        """Whether anything was ever paid, credited or written off and still counts."""
        return any(part.paid or part.credited or part.written_off for part in self.parts.values())

    def after(self, entry: Entry) -> "Balance":
        """Give the balance with one more entry."""
        account = self.agency_account + entry.between_creditor_and_agency
        if entry.kind in BETWEEN_CREDITOR_AND_AGENCY:
            return replace(self, agency_account=account)
        parts = dict(self.parts)
        for component, amount in entry.amounts.items():
            parts[component] = _book(parts.get(component, Part()), entry, amount)
        return replace(self, parts=parts, agency_account=account)

    @classmethod
    def of(cls, currency: str, entries: Iterable[Entry]) -> "Balance":
        """Sum entries up from nothing: what the stored projection must equal."""
        balance = cls(currency)
        for entry in entries:
            balance = balance.after(entry)
        return balance


def _book(part: Part, entry: Entry, amount: int) -> Part:
    kind = entry.kind
    if kind is EntryKind.REVERSAL:
        if entry.reversed_kind is None:
            message = "a reversal names the kind that it reverses"
            raise ValueError(message)
        kind, amount = entry.reversed_kind, -amount
    match kind:
        case EntryKind.CHARGE:
            return replace(part, original=part.original + amount)
        case EntryKind.PAYMENT:
            return replace(part, paid=part.paid + amount)
        case EntryKind.CREDIT:
            return replace(part, credited=part.credited + amount)
        case EntryKind.WRITE_OFF:
            return replace(part, written_off=part.written_off + amount)
        case EntryKind.COLLECTED:
            return replace(part, original=part.original + amount, paid=part.paid + amount)
        case _:
            message = "a reversal cannot be reversed"
            raise ValueError(message)


PRINCIPAL_FIRST: Final = (
    Component.PRINCIPAL,
    Component.INTEREST,
    Component.COMPENSATION,
    Component.FEE,
    Component.AGENCY_INTEREST,
    Component.AGENCY_COST,
)
COSTS_FIRST: Final = (
    Component.AGENCY_COST,
    Component.FEE,
    Component.COMPENSATION,
    Component.AGENCY_INTEREST,
    Component.INTEREST,
    Component.PRINCIPAL,
)
CLEARING_ORDERS: Final = {"principal_first": PRINCIPAL_FIRST, "costs_first": COSTS_FIRST}
"""The orders in which a part payment is spread over the components (BEY-5), by the setting's value."""


def allocate(balance: Balance, amount: int, order: Iterable[Component]) -> tuple[dict[Component, int], int]:
    """Spread an amount over what is owed.

    Returns
    -------
    tuple
        Minor units by component, without zeros, and the surplus that nothing is owed for.
    """
    spread: dict[Component, int] = {}
    left = amount
    for component in order:
        share = min(left, max(balance.part(component).remaining, 0))
        if share:
            spread[component] = share
            left -= share
    return spread, left
