"""What stood in an invoice's ledger when it was handed over, for agencies that mirror ledgers (VIS-13)."""

from collections.abc import Iterator

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.instructions import EarlierEntry
from fordring.domain.ledger import BETWEEN_CREDITOR_AND_AGENCY, CREDITORS_OWN, Entry, EntryKind
from fordring.domain.member import Member
from fordring.domain.money import Money
from fordring.domain.payment import Payment
from fordring.domain.refs import Listing
from fordring.usecases.work import Desk

_LOWERS = (EntryKind.PAYMENT, EntryKind.CREDIT, EntryKind.WRITE_OFF)


def knows_of(case: Case, payment: Payment) -> bool:
    """Whether the agency was told of a payment: by a report, or with the ledger that was handed over."""
    if payment.reported and payment.case_id == case.case_id:
        return True
    return any(
        member.invoice_id == payment.invoice_id and 0 < (payment.entry or 0) <= member.mirrored
        for member in case.members
    )


def entries_before(desk: Desk, member: Member) -> tuple[EarlierEntry, ...]:
    """Read the entries from before a hand-over, but for the first, which is the invoice itself.

    With the invoice's principal they make what was handed over; what came later is told by commands.
    """
    if member.mirrored <= 1:
        return ()
    listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (member.invoice_id,))
    entries = [entry for _, entry in desk.every(listing) if entry.seq <= member.mirrored]
    return tuple(_told(entries))


def _told(entries: list[Entry]) -> Iterator[EarlierEntry]:
    names: dict[int, str] = {}
    for entry in entries:
        name = _name(entry)
        # Of one payment there may be several: what was over is booked when a debt comes back.
        names[entry.seq] = name if name not in names.values() else f"{name}-{entry.seq}"
    for entry in entries[1:]:
        if entry.kind is EntryKind.TAKEN_BACK:
            continue  # an agency that mirrors the ledger has no debt to move by it
        if EntryKind.COLLECTED in (entry.kind, entry.reversed_kind):
            continue  # charged and paid at once: it never was a part of what is handed over
        if entry.kind in BETWEEN_CREDITOR_AND_AGENCY:
            continue  # nothing of what the debtor owes
        amount = sum(minor for part, minor in entry.amounts.items() if part in CREDITORS_OWN)
        lowers = (entry.reversed_kind or entry.kind) in _LOWERS
        if lowers is not (entry.kind is EntryKind.REVERSAL):
            amount = -amount
        yield EarlierEntry(
            entry_id=names[entry.seq],
            kind=entry.kind,
            amount=Money(amount, entry.currency),
            entry_date=entry.entry_date,
            reverses=names[entry.reverses] if entry.reverses else None,
        )


def _name(entry: Entry) -> str:
    """Name an entry as a command about the same thing would."""
    if entry.kind is EntryKind.REVERSAL:
        return f"{entry.payment_id or entry.credit_note_id or entry.reverses}-r"
    return entry.payment_id or entry.credit_note_id or f"entry-{entry.seq}"
