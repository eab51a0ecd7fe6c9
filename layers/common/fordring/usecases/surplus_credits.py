"""Credit for which nothing was owed: kept on its credit note, and used when a debt comes back.

The agency was told of what a credit note settled, and of nothing else. So what is used later is told, too,
under an id of its own: under the credit note's it would be recognised and left out.
"""

from collections.abc import Iterable
from dataclasses import replace

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.case import Case
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CLEARING_ORDERS, EntryKind, Source, allocate
from fordring.domain.values import dataclass
from fordring.usecases.booking import book
from fordring.usecases.recording import command, derived_id, epoch_of
from fordring.usecases.vouchering import vouch_sale
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class UsedCredit:
    """What of a credit note was used, minor units, and under which id an agency is told of it."""

    credit_note_id: str
    amount: int
    report_id: str


def note_surplus_credit(work: Work, invoice: Invoice, credit_note_id: str, surplus: int) -> Invoice:
    """Give the invoice with a credit note of which something is unused, noted in the work."""
    if not surplus:
        return invoice
    noted = replace(invoice, surplus_credits=(*invoice.surplus_credits, credit_note_id), updated_at=work.now)
    work.change(things.INVOICE(invoice.invoice_id), noted)
    return noted


def use_credits(work: Work, invoice: Invoice, taken_back: str) -> tuple[Invoice, tuple[UsedCredit, ...]]:
    """Settle a debt that is back with credit that is unused; gives the invoice, noted, and what was used.

    Parameters
    ----------
    taken_back
        The payment that is being reversed. That happens once, so it names what is used: the same again
        after the table has gone back in time.
    """
    left: list[str] = []
    uses: list[UsedCredit] = []
    used = invoice
    for credit_note_id in invoice.surplus_credits:
        ref = things.CREDIT_NOTE(credit_note_id)
        note = work.demand(ref)
        spread, surplus = allocate(used.balance, note.surplus, CLEARING_ORDERS["principal_first"])
        if spread:
            used, entry = book(
                work,
                used,
                EntryKind.CREDIT,
                spread,
                note.credit_date,
                Source.CREDITOR,
                credit_note_id=credit_note_id,
                note="surplus_used",
            )
            if used.owner == "agency":
                vouch_sale(work, used, entry)
            first = note.entry if note.entry is not None else entry.seq
            work.change(ref, replace(note, entry=first, surplus=surplus, revision=note.revision + 1))
            report_id = derived_id("crn", credit_note_id, taken_back)
            uses.append(UsedCredit(credit_note_id, entry.total, report_id))
        if surplus:
            left.append(credit_note_id)
    if tuple(left) == invoice.surplus_credits:
        return used, tuple(uses)
    used = replace(used, surplus_credits=tuple(left))
    work.change(things.INVOICE(invoice.invoice_id), used)
    return used, tuple(uses)


def report_used(work: Work, case: Case, invoice: Invoice, uses: Iterable[UsedCredit]) -> Case:
    """Give the case with what tells its agency of credit that was used; the caller writes it.

    Of a case that is over, or that is put together yet, nothing is told.
    """
    member = case.member(invoice.invoice_id)
    present = invoice.release.live and invoice.case_id == case.case_id
    if not (case.open and present) or case.assembling or member is None or not member.inside:
        return case
    for use in uses:
        work.seek(things.EPOCH())
        case = command(
            work,
            case,
            CommandKind.REPORT_CREDIT,
            epoch=epoch_of(work),
            subject_id=use.credit_note_id,
            principal=use.amount,
            report_id=use.report_id,
        )
    return case
