"""What an agency tells, applied once: the same code for callbacks and for the hourly run."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.agency import CaseKey, ClosedReason
from fordring.domain.agency_answers import Teller
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.correspondence import Dispatch, Message
from fordring.domain.errors import Refused
from fordring.domain.events import EventType
from fordring.domain.facts import (
    CaseClosed,
    CasePaused,
    CaseRegistered,
    CaseRejected,
    CaseResumed,
    DebtorDeceased,
    Fact,
    InvoiceDelivered,
    InvoiceDeliveryFailed,
    InvoicePaidOut,
    InvoiceRecoursed,
    LetterDispatched,
    MessageReceived,
    MessageSeen,
    PaymentReceived,
    PaymentReversed,
    PurchaseDecided,
    QuestionAsked,
    QuestionWithdrawn,
    ServiceActivated,
    SettlementMade,
    StatusChanged,
)
from fordring.domain.invoice import Release
from fordring.domain.ledger import Component, EntryKind
from fordring.domain.money import Money
from fordring.domain.running import CaseNumber
from fordring.usecases.activating import activate
from fordring.usecases.administered import receive_delivery
from fordring.usecases.booking import book_cost
from fordring.usecases.corresponding import seen_by_agency
from fordring.usecases.deceased import deceased
from fordring.usecases.membership import invoices_in
from fordring.usecases.naming import case_ref, dispatch_id_of, drift_of, message_id_of
from fordring.usecases.pausing import paused_by_agency, resumed_by_agency
from fordring.usecases.paying_out import receive_settlement
from fordring.usecases.questioning import asked, withdrawn
from fordring.usecases.receiving_payments import receive_payment
from fordring.usecases.receiving_reversals import receive_reversal
from fordring.usecases.recording import ask_for_attention, tell_of_case
from fordring.usecases.selling import receive_decision, receive_payout, receive_recourse
from fordring.usecases.submitting import end
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Work

CLAIM_LIFE: Final = timedelta(days=90)
"""How long a callback's delivery is remembered; as long as the raw callback is kept."""


type CaseFact = (
    CaseRegistered
    | CaseRejected
    | StatusChanged
    | DebtorDeceased
    | LetterDispatched
    | MessageReceived
    | MessageSeen
    | CasePaused
    | CaseResumed
    | QuestionAsked
    | QuestionWithdrawn
    | CaseClosed
    | InvoiceDelivered
    | InvoiceDeliveryFailed
    | PurchaseDecided
    | InvoicePaidOut
    | InvoiceRecoursed
)


class UnknownCase(Exception):
    """A fact is about something that this creditor does not have (yet): it is parked."""


def apply(work: Work, fact: Fact, teller: Teller) -> bool:
    """Apply a fact; tells whether it was new.

    Raises
    ------
    UnknownCase
        When it is about a case that this creditor does not have.
    """
    match fact:
        case SettlementMade():
            return receive_settlement(work, fact, teller)
        case ServiceActivated():
            return activate(work, fact, teller)
        case PaymentReceived():
            return receive_payment(work, fact, teller, _case_of(work, fact.case, teller))
        case PaymentReversed():
            return receive_reversal(work, fact, teller, _case_of(work, fact.case, teller))
        case _:
            return _apply_to_case(work, fact, teller)


def _case_of(work: Work, key: CaseKey, teller: Teller) -> Case | None:
    ref = case_ref(key)
    found = work.find(ref) if ref else None
    if found is None or found.creditor_id != teller.creditor_id or found.agency != teller.agency:
        # Another creditor's case is as unknown as one that does not exist.
        if key.external_id or key.case_number:
            raise UnknownCase
        return None
    return found


def _apply_to_case(
    work: Work,
    fact: CaseFact,
    teller: Teller,
) -> bool:
    case = _case_of(work, fact.case, teller)
    if case is None:
        raise UnknownCase
    match fact:
        case CaseRegistered():
            return number(work, case, fact.case_number)
        case CaseRejected():
            return reject(work, case, fact.reasons)
        case StatusChanged():
            return _status(work, case, fact)
        case DebtorDeceased():
            return deceased(work, case, fact)
        case LetterDispatched():
            return _letter(work, case, fact)
        case MessageReceived():
            return _message(work, case, fact)
        case CaseClosed():
            return _close(work, case, fact)
        case CasePaused():
            return paused_by_agency(work, case, fact)
        case CaseResumed():
            return resumed_by_agency(work, case, fact)
        case MessageSeen():
            return seen_by_agency(work, case, fact)
        case QuestionAsked():
            return asked(work, case, fact)
        case QuestionWithdrawn():
            return withdrawn(work, case, fact)
        case InvoiceDelivered() | InvoiceDeliveryFailed():
            return receive_delivery(work, case, fact)
        case PurchaseDecided():
            return receive_decision(work, case, fact)
        case InvoicePaidOut():
            return receive_payout(work, case, fact)
        case InvoiceRecoursed():
            return receive_recourse(work, case, fact)


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


def _status(work: Work, case: Case, fact: StatusChanged) -> bool:
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


def _letter(work: Work, case: Case, fact: LetterDispatched) -> bool:
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


def _message(work: Work, case: Case, fact: MessageReceived) -> bool:
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


def _close(work: Work, case: Case, fact: CaseClosed) -> bool:
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
