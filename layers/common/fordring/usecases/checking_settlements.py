"""Checking a settlement against the payments that it settles, case by case (BEY-8)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Entry, EntryKind, Source
from fordring.domain.payment import Match, Payment, Settlement, SettlementLine
from fordring.domain.refs import Listing, Ref
from fordring.domain.values import dataclass
from fordring.usecases.vouchering import difference_of
from fordring.usecases.work import Desk


class Mismatch(StrEnum):
    """How a settlement and what is known of its cases disagree."""

    UNKNOWN_CASE = "unknown_case"
    DOES_NOT_ADD_UP = "does_not_add_up"
    """The parts of a line do not make up its payout."""
    LINES_DIFFER_FROM_PAYOUT = "lines_differ_from_payout"
    """The lines do not make up what was paid out in all."""
    MORE_THAN_RECEIVED = "more_than_received"
    """More principal was settled, in all, than the agency has said that it received."""
    LESS_THAN_RECEIVED = "less_than_received"
    """The agency has said that it received more than it has settled until now."""


@dataclass(frozen=True, slots=True)
class SettlementDifference:
    """One disagreement: settled less expected, minor units."""

    kind: Mismatch
    amount: int
    case_id: str | None = None
    case_number: str | None = None


def check(desk: Desk, settlement: Settlement) -> tuple[SettlementDifference, ...]:
    """List where a settlement disagrees with itself, and with the payments that the agency has told of.

    All settlements until this one count together: an agency may settle late, and take reversed payments off
    a later settlement.
    """
    found = []
    rest = settlement.payout - sum(line.payout for line in settlement.lines)
    if rest:
        found.append(SettlementDifference(Mismatch.LINES_DIFFER_FROM_PAYOUT, rest))
    earlier = _settled_before(desk, settlement)
    books = _books_of(desk, settlement)
    compared: set[str] = set()
    for line in settlement.lines:
        found.extend(_check_line(books, settlement, line, earlier, compared))
    return tuple(found)


def _settled_before(desk: Desk, settlement: Settlement) -> dict[str, int]:
    """Sum up by case what the agency's settlements until this one have settled of the principal."""
    settled: dict[str, int] = {}
    for _, each in desk.every(Listing(things.SETTLEMENT, "settlements_of", (settlement.creditor_id,))):
        if each.agency != settlement.agency or each.created_at > settlement.created_at:
            continue
        for line in each.lines:
            if line.case_id is not None:
                settled[line.case_id] = settled.get(line.case_id, 0) + line.principal
    return settled


@dataclass(frozen=True, slots=True)
class _Books:
    """What is known of a settlement's cases, read a hundred things at a time: it may have thousands."""

    cases: Mapping[str, Case]
    invoices: Mapping[str, Invoice]
    ledgers: Mapping[str, Sequence[Entry]]
    payments: Mapping[str, Payment]


def _books_of(desk: Desk, settlement: Settlement) -> _Books:
    named = {line.case_id: things.CASE(line.case_id) for line in settlement.lines if line.case_id}
    cases = _found(desk, named)
    own = [case for case in cases.values() if case.creditor_id == settlement.creditor_id]
    members = [member.invoice_id for case in own for member in case.members]
    invoices = _found(desk, {invoice_id: things.INVOICE(invoice_id) for invoice_id in members})
    entries = _found(
        desk,
        {
            (invoice_id, seq): things.INVOICE_ENTRY(invoice_id, seq)
            for invoice_id, invoice in invoices.items()
            for seq in range(1, invoice.last_entry + 1)
        },
    )
    ledgers: dict[str, list[Entry]] = {}
    for (invoice_id, _), entry in entries.items():
        if entry.source is Source.AGENCY:
            ledgers.setdefault(invoice_id, []).append(entry)
    told = [entry.payment_id for ledger in ledgers.values() for entry in ledger if entry.payment_id]
    unused = [payment for invoice in invoices.values() for payment in invoice.surplus_payments]
    payments = _found(desk, {name: things.PAYMENT(name) for name in (*told, *unused)})
    return _Books(cases, invoices, ledgers, payments)


def _found[K, T](desk: Desk, named: Mapping[K, Ref[T]]) -> dict[K, T]:
    look = desk.read(*named.values())
    return {name: thing for name, ref in named.items() if (thing := look.find(ref)) is not None}


def _check_line(
    books: _Books, settlement: Settlement, line: SettlementLine, settled: dict[str, int], compared: set[str]
) -> Iterator[SettlementDifference]:
    """Check a line; a case that has several is compared with its payments once."""
    difference = difference_of(line)
    if difference:
        yield SettlementDifference(Mismatch.DOES_NOT_ADD_UP, difference, line.case_id, line.case_number)
    case = books.cases.get(line.case_id or "")
    if case is None or case.creditor_id != settlement.creditor_id:
        yield SettlementDifference(Mismatch.UNKNOWN_CASE, line.principal, line.case_id, line.case_number)
        return
    if case.case_id in compared:
        return
    compared.add(case.case_id)
    received = sum(_received(books, case, settlement))
    over = settled.get(case.case_id, 0) - received
    if over:
        kind = Mismatch.MORE_THAN_RECEIVED if over > 0 else Mismatch.LESS_THAN_RECEIVED
        yield SettlementDifference(kind, over, case.case_id, case.case_number)


def _received(books: _Books, case: Case, settlement: Settlement) -> Iterable[int]:
    """Give the principal of each payment that the agency had told of by then, on any invoice of a case."""
    for member in case.members:
        invoice = books.invoices.get(member.invoice_id)
        ledger = books.ledgers.get(member.invoice_id, ())
        entries = [entry for entry in ledger if entry.kind is EntryKind.PAYMENT and entry.payment_id]
        taken_back = {
            entry.payment_id
            for entry in ledger
            if entry.kind is EntryKind.REVERSAL and entry.at <= settlement.created_at
        }
        names = dict.fromkeys(entry.payment_id or "" for entry in entries)
        names |= dict.fromkeys(invoice.surplus_payments if invoice else ())
        for name in names:
            payment = books.payments.get(name)
            if payment is None or name in taken_back or not _counts(payment, case, settlement):
                continue
            # What came while the agency owned the debt is its own: it settles nothing of it.
            yield sum(
                entry.total for entry in entries if entry.payment_id == name and entry.owner != "agency"
            )
            if payment.invoice_id == member.invoice_id:
                yield payment.surplus


def _counts(payment: Payment, case: Case, settlement: Settlement) -> bool:
    """Whether a payment had been told of; what was taken back later stood when the settlement was made."""
    return (
        payment.match in (Match.MATCHED, Match.REVERSED)
        and payment.source is Source.AGENCY
        and payment.case_id == case.case_id
        and payment.created_at <= settlement.created_at
    )
