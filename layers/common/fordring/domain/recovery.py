"""What an agency has recovered: kept on the case, in the transaction that books it.

A report over cases would otherwise read the ledger of every invoice and every case. Which stage a case was in
when money came is told by nothing else than this.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from fordring.domain.agency import Stage
from fordring.domain.ledger import CREDITORS_OWN, Entry, EntryKind
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment on an invoice of the case, to whomever it was made.

    Parameters
    ----------
    invoice_id, entry
        The ledger and the position of its entry.
    on
        The day of the payment.
    stage
        Where the case stood when it was booked.
    amount
        What of it was owed to the creditor, minor units.
    undone_on
        The day on which it turned out not to stand.
    """

    invoice_id: str
    entry: int
    on: date
    stage: Stage
    amount: int
    undone_on: date | None = None

    def counts(self, on: date) -> bool:
        """Whether it had been made, and stood, at the end of a day."""
        return self.on <= on and (self.undone_on is None or self.undone_on > on)


@dataclass(frozen=True, slots=True)
class CostMove:
    """What happened to the agency's cost and interest on a day, minor units; a reversal counts negatively."""

    on: date
    charged: int = 0
    paid: int = 0
    given_up: int = 0


def receipts_after(
    receipts: tuple[Receipt, ...], invoice_id: str, entries: Iterable[Entry], stage: Stage
) -> tuple[Receipt, ...]:
    """Give the receipts after entries on an invoice of the case were booked; only payments matter."""
    found = list(receipts)
    for entry in entries:
        if entry.kind is EntryKind.PAYMENT:
            amount = sum(entry.amounts.get(part, 0) for part in CREDITORS_OWN)
            if amount:
                found.append(Receipt(invoice_id, entry.seq, entry.entry_date, stage, amount))
        elif entry.kind is EntryKind.REVERSAL and entry.reversed_kind is EntryKind.PAYMENT:
            found = [
                replace(each, undone_on=entry.entry_date)
                if (each.invoice_id, each.entry) == (invoice_id, entry.reverses)
                else each
                for each in found
            ]
    return tuple(found)


def cost_after(moves: tuple[CostMove, ...], entry: Entry) -> tuple[CostMove, ...]:
    """Give the moves after an entry of the case's own ledger; one for each day."""
    sign = -1 if entry.kind is EntryKind.REVERSAL else 1
    kind = entry.reversed_kind if entry.kind is EntryKind.REVERSAL else entry.kind
    amount = sign * entry.total
    before = next((move for move in moves if move.on == entry.entry_date), CostMove(entry.entry_date))
    after = replace(
        before,
        charged=before.charged + (amount if kind is EntryKind.CHARGE else 0),
        paid=before.paid + (amount if kind is EntryKind.PAYMENT else 0),
        given_up=before.given_up + (amount if kind in (EntryKind.WRITE_OFF, EntryKind.CREDIT) else 0),
    )
    return (*(move for move in moves if move.on != entry.entry_date), after)
