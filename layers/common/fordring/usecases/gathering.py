"""One case of several invoices: claimed a few at a time, and queued when it is whole (ZIR-22, ZIR-31).

Each step is a transaction of at most ``AT_A_TIME`` invoices, and each claims what it takes: an invoice has at
most one live submission. What is interrupted in between is found as due and continued.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.actions import not_offered
from fordring.domain.agency import Capabilities, CommandKind, Level, Operation
from fordring.domain.agreement import Agreement
from fordring.domain.candidates import REASONS, Question, blocking_reasons
from fordring.domain.case import Case
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.gathering import AT_A_TIME, MOST_AT_ONCE, Gathering
from fordring.domain.invoice import Invoice, Release, case_id_of
from fordring.domain.ledger import Balance
from fordring.domain.member import MOST_INVOICES, LeftOut
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.entries import Entries
from fordring.usecases.membership import claim
from fordring.usecases.recording import command, epoch_of, tell_of_case
from fordring.usecases.store_port import Conflict
from fordring.usecases.submitting import invoice_of, question_for
from fordring.usecases.work import Desk, Work, transact


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all invoices of a case have in common."""

    creditor_id: str
    debtor_id: str
    debtor_blocks: tuple[str, ...]
    agency: str
    agreement: Agreement
    question: Question

    def reasons(self, invoice: Invoice, currency: str | None) -> tuple[str, ...]:
        """Name everything against taking an invoice into this case."""
        if invoice.creditor_id != self.creditor_id:
            return ("unknown_invoice",)
        found = blocking_reasons(replace(invoice, debtor_blocks=self.debtor_blocks), self.question)
        if invoice.debtor_id != self.debtor_id:
            found = (*found, "other_debtor")
        if currency is not None and invoice.currency != currency:
            found = (*found, "other_currency")
        return found

    def sorted_out(
        self, invoices: Iterable[Invoice], currency: str | None
    ) -> tuple[list[Invoice], list[LeftOut]]:
        """Tell the invoices that can go from those that cannot, with every reason."""
        good: list[Invoice] = []
        left_out = []
        for invoice in invoices:
            shared = currency or (good[0].currency if good else None)
            reasons = self.reasons(invoice, shared)
            if reasons:
                left_out.append(LeftOut(invoice.invoice_id, reasons))
            else:
                good.append(invoice)
        return good, left_out


def submit_group(
    work: Work,
    entries: Entries,
    agency: str,
    level: Level | None,
    capabilities: Capabilities,
    *,
    by_law: bool = False,
    by_plan: bool = False,
) -> Case:
    """Make one case of several invoices of a debtor; what cannot go is named and holds nothing up.

    Up to ``AT_A_TIME`` invoices are claimed at once; with more of them the case is ``assembling``. See
    ``Question`` for ``by_law`` and ``by_plan``.

    Raises
    ------
    NotFound
        When the creditor or the first named invoice does not exist.
    Refused
        ``operation_not_offered``: the agency takes one invoice a case.
    Unprocessable
        ``not_transferable``, with every reason as a fault, when none of the named invoices can go.
    """
    creditor = work.get(things.CREDITOR(entries.creditor_id))
    agreement = work.find(things.AGREEMENT(entries.creditor_id, agency))
    if Operation.GROUP_INVOICES not in capabilities.operations:
        raise not_offered(capabilities, Operation.GROUP_INVOICES)
    lead = invoice_of(work, entries.creditor_id, entries.named[0])
    entries.of_debtor(lead.debtor_id)
    debtor = work.get(things.DEBTOR(entries.creditor_id, lead.debtor_id))
    # Administration is of single invoices: a group is for what the creditor hands over at last.
    chosen = level or (agreement.settings.level if agreement else None)
    question = question_for(capabilities, agreement, chosen, work, creditor.country, by_law=by_law)
    question = replace(question, by_plan=by_plan)
    named, unknown = _named(work, entries)
    if agreement is None:
        raise _not_transferable(entries, [LeftOut(each.invoice_id, ("agreement_missing",)) for each in named])
    frame = _Frame(entries.creditor_id, lead.debtor_id, debtor.blocks, agency, agreement, question)
    good, left_out = frame.sorted_out(named, None)
    left_out += unknown
    if not good:
        raise _not_transferable(entries, left_out)
    others, others_out = frame.sorted_out(entries.others(work), good[0].currency)
    good, left_out = [*good, *others], [*left_out, *others_out]
    left_out += [LeftOut(each.invoice_id, ("too_many_at_once",)) for each in good[MOST_AT_ONCE:]]
    return _begin(work, frame, good[:MOST_AT_ONCE], (), tuple(left_out))


def _named(work: Work, entries: Entries) -> tuple[list[Invoice], list[LeftOut]]:
    """Give the named invoices, the first one first, and those that do not exist."""
    found: list[Invoice] = []
    unknown = []
    for invoice_id in dict.fromkeys(entries.named):
        invoice = work.find(things.INVOICE(invoice_id))
        if invoice is None or invoice.creditor_id != entries.creditor_id:
            unknown.append(LeftOut(invoice_id, ("unknown_invoice",)))
        else:
            found.append(invoice)
    return found, unknown


def _not_transferable(entries: Entries, left_out: Sequence[LeftOut]) -> Unprocessable:
    single = len(entries.named) == 1
    faults = [
        Fault(
            "/invoice_id" if single else f"/invoice_ids/{entries.named.index(each.invoice_id)}",
            reason,
            REASONS[reason],
        )
        for each in left_out
        for reason in each.reasons
    ]
    return Unprocessable("not_transferable", "none of the invoices can be handed over", faults=faults)


def _begin(
    work: Work,
    frame: _Frame,
    good: Sequence[Invoice],
    waiting: Sequence[str],
    left_out: tuple[LeftOut, ...],
) -> Case:
    """Make a case of the first invoices and note those that wait; gives the case, written."""
    lead = good[0]
    case_id = case_id_of(lead.invoice_id, lead.submission + 1)
    members = tuple(
        claim(work, invoice, case_id, frame.question.capabilities) for invoice in good[:AT_A_TIME]
    )
    case = Case(
        case_id=case_id,
        creditor_id=frame.creditor_id,
        debtor_id=frame.debtor_id,
        agency=frame.agency,
        agreement_number=frame.agreement.number,
        level=frame.question.level,
        external_id=members[0].external_id,
        members=members,
        currency=lead.currency,
        costs=Balance(lead.currency),
        opened_at=work.now,
        updated_at=work.now,
        commission=frame.agreement.settings.commission,
        withdrawal_cost=frame.agreement.settings.withdrawal_cost,
        release=Release.ASSEMBLING,
        grouped=True,
        left_out=left_out,
    )
    later = (*(invoice.invoice_id for invoice in good[AT_A_TIME:]), *waiting)
    if later:
        work.add(
            things.GATHERING(case_id),
            Gathering(
                case_id,
                frame.creditor_id,
                frame.debtor_id,
                frame.agency,
                case.level,
                later,
                work.now,
                frame.question.by_law,
                frame.question.by_plan,
            ),
        )
    else:
        case = _queue(work, case)
    work.add(things.CASE(case_id), case)
    return case


def _queue(work: Work, case: Case) -> Case:
    """Queue the registration of a case that is whole."""
    whole = replace(case, release=Release.QUEUED)
    queued = command(work, whole, CommandKind.REGISTER_CASE, epoch=epoch_of(work))
    tell_of_case(work, EventType.CASE_SUBMITTED, queued, level=case.level.value)
    return queued


def gather(desk: Desk, capabilities_of: Callable[[str], Capabilities], case_id: str) -> int:
    """Go on putting a case together until it is whole, and those that follow it; gives the steps it took."""
    steps = 0
    following: str | None = case_id
    while following is not None:
        following = _step(desk, capabilities_of, following)
        steps += 1
    return steps


def _step(desk: Desk, capabilities_of: Callable[[str], Capabilities], case_id: str) -> str | None:
    """Look at the next invoices; gives the case that is to be gone on with, ``None`` when all is done."""
    ref = things.GATHERING(case_id)
    seen: list[Gathering | None] = [None]

    def refs() -> Iterable[Ref[Any]]:
        seen[0] = row = desk.read(ref).find(ref)
        if row is None:
            return (ref,)
        return (
            ref,
            things.CASE(case_id),
            things.CREDITOR(row.creditor_id),
            things.AGREEMENT(row.creditor_id, row.agency),
            things.DEBTOR(row.creditor_id, row.debtor_id),
            things.EPOCH(),
            *(things.INVOICE(invoice_id) for invoice_id in row.waiting[:AT_A_TIME]),
        )

    def decide(work: Work) -> str | None:
        row = work.find(ref)
        if row is None:
            return None
        if row != seen[0]:
            raise Conflict
        return _go_on(work, row, capabilities_of(row.agency))

    return transact(desk, refs, decide)


def _go_on(work: Work, row: Gathering, capabilities: Capabilities) -> str | None:
    ref, case_ref = things.GATHERING(row.case_id), things.CASE(row.case_id)
    case = work.get(case_ref)
    if case.release is Release.ASSEMBLING and not case.open:
        # It was taken back before it was whole.
        work.remove(ref)
        return None
    looked_at, later = row.waiting[:AT_A_TIME], row.waiting[AT_A_TIME:]
    creditor = work.get(things.CREDITOR(row.creditor_id))
    agreement = work.get(things.AGREEMENT(row.creditor_id, row.agency))
    debtor = work.get(things.DEBTOR(row.creditor_id, row.debtor_id))
    question = question_for(capabilities, agreement, row.level, work, creditor.country, by_law=row.by_law)
    question = replace(question, by_plan=row.by_plan)
    frame = _Frame(row.creditor_id, row.debtor_id, debtor.blocks, row.agency, agreement, question)
    found = [work.find(things.INVOICE(invoice_id)) for invoice_id in looked_at]
    good, left_out = frame.sorted_out((each for each in found if each is not None), case.currency)
    if case.release is not Release.ASSEMBLING:
        # The case is full: what is left makes the next one.
        if good:
            work.remove(ref)
            return _begin(work, frame, good, later, tuple(left_out)).case_id
        if later:
            work.change(ref, replace(row, waiting=later))
            return row.case_id
        work.remove(ref)
        return None
    room = MOST_INVOICES - len(case.members)
    taken = tuple(claim(work, invoice, case.case_id, capabilities) for invoice in good[:room])
    later = (*(invoice.invoice_id for invoice in good[room:]), *later)
    grown = replace(
        case.touched(work.now), members=(*case.members, *taken), left_out=(*case.left_out, *left_out)
    )
    if not later or len(grown.members) >= MOST_INVOICES:
        grown = _queue(work, grown)
    work.change(case_ref, grown)
    if not later:
        work.remove(ref)
        return None
    work.change(ref, replace(row, waiting=later))
    return row.case_id
