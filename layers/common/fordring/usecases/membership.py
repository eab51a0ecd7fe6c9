"""Invoices that come into a case and leave it, while the case goes on with the others."""

from collections.abc import Sequence
from dataclasses import replace

from fordring.domain import things
from fordring.domain.agency import Capabilities, CommandKind, Operation
from fordring.domain.case import Case
from fordring.domain.command import CommandRow
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice, Release, case_id_of, external_id
from fordring.domain.member import LeftOut, Member, MemberState
from fordring.usecases.about_invoices import wrong_to_hand_over
from fordring.usecases.looking_again import look_again
from fordring.usecases.recording import tell_of_case
from fordring.usecases.work import Desk, Work, transact


def invoices_in(work: Work, case: Case) -> Sequence[Invoice]:
    """Give the invoices that are in a case and follow it; those of a group are read when first needed.

    An invoice that was handed over again under another case follows that one.
    """
    refs = [things.INVOICE(member.invoice_id) for member in case.held]
    return [invoice for invoice in work.demand_all(refs) if invoice.case_id == case.case_id]


def claim(work: Work, invoice: Invoice, case_id: str, capabilities: Capabilities) -> Member:
    """Take an invoice into a case, under its next submission number; it has no other live one."""
    mirrors = Operation.MIRROR_LEDGER in capabilities.operations
    number = invoice.submission + 1
    owed = invoice.balance.owed_to_creditor
    work.change(
        things.INVOICE(invoice.invoice_id),
        replace(
            invoice,
            release=Release.QUEUED,
            submission=number,
            case_id=case_id,
            agency=capabilities.agency,
            case_number=None,
            agency_status=None,
            group_cases=invoice.group_cases
            if case_id == case_id_of(invoice.invoice_id, number)
            else tuple(dict.fromkeys((*invoice.group_cases, case_id))),
            updated_at=work.now,
            revision=invoice.revision + 1,
        ),
    )
    return Member(
        invoice.invoice_id,
        external_id(invoice.invoice_id, number),
        owed,
        owed,
        due_date=invoice.terms.due_date,
        disputed=invoice.disputed,
        mirrored=invoice.last_entry if mirrors else 0,
    )


def let_go(work: Work, case: Case, invoice_id: str, reason: str, release: Release = Release.ENDED) -> Case:
    """Let one invoice go while its case goes on; the caller writes the case.

    What is still owed on it can be handed over again.
    """
    member = case.member(invoice_id)
    if member is None or not member.inside:
        return case
    ref = things.INVOICE(invoice_id)
    invoice = work.demand(ref)
    if invoice.case_id == case.case_id and invoice.release.live:
        work.change(
            ref,
            replace(
                look_again(invoice, work.now),
                release=release,
                updated_at=work.now,
                revision=invoice.revision + 1,
            ),
        )
    left = case.without(invoice_id, work.now)
    left = replace(left, left_out=(*left.left_out, LeftOut(invoice_id, (reason,))))
    tell_of_case(work, EventType.CASE_INVOICE_LEFT, left, invoice_id=invoice_id, reason=reason)
    return left


def leave_out_wrong_ones(desk: Desk, case_id: str) -> Case:
    """Leave out what has become wrong in a group that is certainly unsent; gives the case.

    When nothing right is left the case stays as it is: its registration is cancelled.
    """
    ref = things.CASE(case_id)

    def decide(work: Work) -> Case:
        case = work.get(ref)
        invoices = work.demand_all([things.INVOICE(member.invoice_id) for member in case.held])
        wrong = {each.invoice_id: reason for each in invoices if (reason := wrong_to_hand_over(each))}
        if not wrong or len(wrong) == len(invoices):
            return case
        for invoice_id, reason in wrong.items():
            case = let_go(work, case, invoice_id, reason)
        work.change(ref, case)
        return case

    return transact(desk, [ref], decide)


def keep_after_all(case: Case, invoice_id: str | None, work: Work) -> Case:
    """Give the case with an invoice whose withdrawal came to nothing."""
    member = case.member(invoice_id)
    if member is None or member.state is not MemberState.LEAVING:
        return case
    return case.with_member(replace(member, state=MemberState.HELD), work.now)


def mark_disputed(case: Case, invoice: Invoice, work: Work) -> Case:
    """Give the case with what its invoice says about an objection."""
    member = case.member(invoice.invoice_id)
    if member is None or not member.inside or member.disputed == invoice.disputed:
        return case
    return case.with_member(replace(member, disputed=invoice.disputed), work.now)


def without_effect(
    work: Work, row: CommandRow, case: Case, reasons: tuple[str, ...], release: Release
) -> Case:
    """Take back what a command about an invoice did to its case, because the agency has not done it."""
    if row.kind is CommandKind.ADD_INVOICE:
        return let_go(work, case, row.invoice_id or "", ",".join(reasons), release)
    if row.kind is CommandKind.WITHDRAW_INVOICE:
        return keep_after_all(case, row.invoice_id, work)
    return case


def joined(work: Work, case: Case, row: CommandRow) -> Case:
    """Tell that the agency has taken an invoice into an open case; it is registered as the case is."""
    ref = things.INVOICE(row.invoice_id or "")
    invoice = work.demand(ref)
    if case.open and invoice.case_id == case.case_id:
        work.change(
            ref,
            replace(
                invoice,
                release=case.release,
                case_number=case.case_number,
                agency_status=case.agency_status,
                updated_at=work.now,
                revision=invoice.revision + 1,
            ),
        )
    tell_of_case(work, EventType.CASE_INVOICE_ADDED, case, invoice_id=row.invoice_id)
    return case
