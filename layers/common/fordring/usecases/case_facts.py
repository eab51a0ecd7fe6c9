"""What an agency tells of a case itself: its number, status and end, letters and messages."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.agency import ClosedReason
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.correspondence import Dispatch, Message
from fordring.domain.errors import Refused
from fordring.domain.events import EventType
from fordring.domain.facts import CaseClosed, LetterDispatched, MessageReceived, StatusChanged
from fordring.domain.invoice import Release
from fordring.domain.ledger import Component, EntryKind
from fordring.domain.money import Money
from fordring.domain.running import CaseNumber
from fordring.usecases.booking import book_cost
from fordring.usecases.membership import invoices_in
from fordring.usecases.naming import dispatch_id_of, drift_of, message_id_of
from fordring.usecases.recording import ask_for_attention, tell_of_case
from fordring.usecases.submitting import end
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Work


def number(work: Work, case: Case, case_number: str) -> bool:
    """Give a case the agency's number, whichever way it came first, once (ZIR-32, ZIR-33, VIS-16)."""
    try:
        numbered = case.numbered(case_number, work.now)
    except Refused as refusal:
        if refusal.reason != "case_number_conflict":
            raise
        ask_for_attention(
            work,
            AttentionKind.COMMAND_IN_DOUBT,
            case.creditor_id,
            ("case", case.case_id),
            "case_number_conflict",
        )
        return False
    if numbered is case:
        return False
    work.change(things.CASE(case.case_id), numbered)
    work.add(things.CASE_NUMBER(case.agency, case.creditor_id, case_number), CaseNumber(case.case_id))
    for invoice in invoices_in(work, case):
        release = Release.REGISTERED if case.open else invoice.release
        work.change(
            things.INVOICE(invoice.invoice_id),
            replace(
                invoice,
                case_number=case_number,
                release=release,
                updated_at=work.now,
                revision=invoice.revision + 1,
            ),
        )
    tell_of_case(work, EventType.CASE_REGISTERED, numbered)
    return True


def reject(work: Work, case: Case, reasons: tuple[str, ...], *, ended_there: bool = False) -> bool:
    """Close a case that the agency refuses; its invoices are candidates again, and a person is told.

    ``ended_there`` when the agency may have said before that it has ended, as it does of one that it has
    taken in part and given back: it was refused all the same.
    """
    if case.release is Release.REJECTED or not (case.open or ended_there):
        return False
    ended = end(work, case, ClosedReason.OTHER)
    rejected = replace(
        ended, release=Release.REJECTED, rejected_reasons=reasons, closed_reason=ClosedReason.OTHER
    )
    for invoice in invoices_in(work, case):
        work.change(things.INVOICE(invoice.invoice_id), replace(invoice, release=Release.REJECTED))
    work.change(things.CASE(case.case_id), rejected)
    tell_of_case(work, EventType.CASE_REJECTED, rejected, reasons=list(reasons))
    ask_for_attention(
        work, AttentionKind.CASE_REJECTED, case.creditor_id, ("case", case.case_id), ",".join(reasons)
    )
    return True


def change_status(work: Work, case: Case, fact: StatusChanged) -> bool:
    """Keep the agency's own status of a case, and the stage that it means, unless a later one is known."""
    moved = case.with_status(fact.agency_status, fact.stage, fact.occurred_at, work.now)
    if moved is case:
        return False
    work.change(things.CASE(case.case_id), moved)
    if (moved.agency_status, moved.stage) == (case.agency_status, case.stage):
        # Overtaken by a later status: all it still says is that there is a collection case.
        return True
    _show_status(work, moved)
    tell_of_case(
        work,
        EventType.CASE_STATUS_CHANGED,
        moved,
        agency_status=fact.agency_status,
        stage=moved.stage.value,
        previous_stage=case.stage.value,
    )
    return True


def _show_status(work: Work, case: Case) -> None:
    for invoice in invoices_in(work, case):
        work.change(
            things.INVOICE(invoice.invoice_id),
            replace(
                invoice,
                agency_status=case.agency_status,
                updated_at=work.now,
                revision=invoice.revision + 1,
            ),
        )


def record_letter(work: Work, case: Case, fact: LetterDispatched) -> bool:
    """Note a letter to the debtor, once, and what the agency added to the debt for it (ZIR-6)."""
    dispatch_id = dispatch_id_of(fact)
    ref = things.DISPATCH(case.case_id, dispatch_id)
    if work.find(ref) is not None:
        return False
    fee = fact.fee.minor if fact.fee else 0
    work.add(
        ref,
        Dispatch(
            case_id=case.case_id,
            dispatch_id=dispatch_id,
            kind=fact.kind,
            channel=fact.channel,
            sent_date=fact.sent_date,
            deadline_date=fact.deadline_date,
            fee=fee,
            at=work.now,
            agency_dispatch_id=fact.dispatch_id,
            fetch_at=work.now if fact.has_document else None,
        ),
    )
    changed = case.touched(work.now)
    if fee:
        changed, _ = book_cost(
            work,
            changed,
            EntryKind.CHARGE,
            {Component.AGENCY_COST: fee},
            fact.sent_date,
            dispatch_id=dispatch_id,
        )
    work.change(things.CASE(case.case_id), changed)
    tell_of_case(
        work,
        EventType.CASE_DISPATCH,
        changed,
        dispatch_id=dispatch_id,
        kind=fact.kind,
        channel=fact.channel,
        sent_date=fact.sent_date.isoformat(),
        deadline_date=fact.deadline_date.isoformat() if fact.deadline_date else None,
        fee={"amount": Money(fee, case.currency).text, "currency": case.currency},
    )
    return True


def record_message(work: Work, case: Case, fact: MessageReceived) -> bool:
    """Keep a message of the agency's, once."""
    message_id = message_id_of(fact)
    ref = things.MESSAGE(case.case_id, message_id)
    if work.find(ref) is not None:
        return False
    work.add(
        ref,
        Message(
            case_id=case.case_id,
            message_id=message_id,
            direction="in",
            text=fact.text,
            at=fact.occurred_at,
            agency_message_id=fact.message_id,
        ),
    )
    tell_of_case(work, EventType.CASE_MESSAGE, case, message_id=message_id, direction="in")
    return True


def closed_by_agency(work: Work, case: Case, fact: CaseClosed) -> bool:
    """End a case that the agency has ended; where the hub has ended it before, the two agree from now on."""
    stated = case.with_status(fact.agency_status, None, fact.occurred_at, work.now)
    if not case.open:
        # The hub has closed it itself, as after a withdrawal: the agency's own word for it still follows.
        if case.difference is not None:
            # It was open there and closed here: now the two agree.
            stated = replace(stated, difference=None)
            settle_attention(work, drift_of(case.case_id), "closed at the agency too")
        if stated is case:
            return False
        work.change(things.CASE(case.case_id), stated)
        _show_status(work, stated)
        return True
    closed = end(work, stated, fact.reason, fact.agency_status)
    work.change(things.CASE(case.case_id), closed)
    return True
