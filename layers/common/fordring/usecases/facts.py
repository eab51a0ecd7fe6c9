"""What an agency tells, applied once: the same code for callbacks and for the hourly run."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import ClosedReason
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.correspondence import Dispatch, Message
from fordring.domain.errors import Refused
from fordring.domain.events import EventType
from fordring.domain.facts import (
    CaseClosed,
    CaseKey,
    CaseRegistered,
    CaseRejected,
    Fact,
    LetterDispatched,
    MessageReceived,
    PaymentReceived,
    PaymentReversed,
    SettlementMade,
    StatusChanged,
)
from fordring.domain.invoice import Invoice, Release, case_id_of, split_external_id
from fordring.domain.ledger import Component, EntryKind
from fordring.domain.money import Money
from fordring.domain.refs import Ref
from fordring.domain.running import CaseNumber
from fordring.usecases.booking import book_cost
from fordring.usecases.receiving import (
    Teller,
    receive_payment,
    receive_reversal,
    receive_settlement,
    refs_of_payment,
    settlement_id_of,
)
from fordring.usecases.recording import ask_for_attention, attention_id, derived_id, tell_of_case
from fordring.usecases.submitting import end
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Store, Work

CLAIM_LIFE: Final = timedelta(days=90)
"""How long a callback's delivery is remembered; as long as the raw callback is kept."""


class UnknownCase(Exception):
    """A fact is about a case that this creditor does not have (yet): it is parked."""


def case_ref(key: CaseKey) -> Ref[Case] | None:
    """Name the case that an external id leads to, without looking anything up."""
    parts = split_external_id(key.external_id) if key.external_id else None
    return things.CASE(case_id_of(*parts)) if parts else None


def drift_of(case_id: str) -> Ref[Any]:
    """Name the attention that a difference between the two ledgers of a case raises."""
    return things.ATTENTION(attention_id(AttentionKind.LEDGER_DRIFT, ("case", case_id)))


def refs_of_fact(fact: Fact, teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name what ``apply`` looks at for a fact whose case has an external id.

    ``teller`` is ``None`` before it is known who calls: then everything that needs the creditor is left
    out, and a fact without an external id finds nothing.
    """
    refs: list[Ref[Any]] = []
    key = None if isinstance(fact, SettlementMade) else fact.case
    parts = split_external_id(key.external_id) if key and key.external_id else None
    if parts:
        refs += [things.CASE(case_id_of(*parts)), things.INVOICE(parts[0])]
        if isinstance(fact, MessageReceived):
            refs.append(things.MESSAGE(case_id_of(*parts), message_id_of(fact)))
        if isinstance(fact, LetterDispatched):
            refs.append(things.DISPATCH(case_id_of(*parts), dispatch_id_of(fact)))
        if isinstance(fact, CaseClosed):
            refs.append(drift_of(case_id_of(*parts)))
        if isinstance(fact, CaseRejected):
            refs.append(
                things.ATTENTION(attention_id(AttentionKind.CASE_REJECTED, ("case", case_id_of(*parts))))
            )
    if isinstance(fact, PaymentReceived | PaymentReversed):
        refs += refs_of_payment(fact, teller)
    if isinstance(fact, SettlementMade) and teller:
        refs.append(things.SETTLEMENT(settlement_id_of(fact, teller)))
    return tuple(refs)


def with_external_id(store: Store, fact: Fact, teller: Teller) -> Fact:
    """Give a fact that names its case by number only with the external id that the hub knows it by.

    One more read, only for agencies or facts that leave the external id out.
    """
    if isinstance(fact, SettlementMade) or fact.case.external_id or not fact.case.case_number:
        return fact
    ref = things.CASE_NUMBER(teller.agency, teller.creditor_id, fact.case.case_number)
    found = store.read([ref]).get(ref)
    if found is None:
        return fact
    case = things.CASE(found.value.case_id)
    stored = store.read([case]).get(case)
    if stored is None:
        return fact
    return replace(fact, case=replace(fact.case, external_id=stored.value.external_id))


def under_other_id(store: Store, fact: Fact, teller: Teller) -> Fact:
    """Give a fact about a case that the agency knows by an id of a time that the hub has lost.

    Such a case was found at the agency when it was handed over again; the id that the agency uses, and the
    case number, lead to it. One or two more reads, only for facts about cases that are not known otherwise.
    """
    if isinstance(fact, SettlementMade):
        return fact
    names = [name for name in (fact.case.external_id, fact.case.case_number) if name]
    refs = [things.CASE_NUMBER(teller.agency, teller.creditor_id, name) for name in names]
    for found in store.read(refs).values():
        case = things.CASE(found.value.case_id)
        stored = store.read([case]).get(case)
        if stored is not None:
            known = replace(fact.case, external_id=stored.value.external_id, told_as=fact.case.external_id)
            return replace(fact, case=known)
    return fact


def message_id_of(fact: MessageReceived) -> str:
    """Spell the id of a message from the agency: sorts by time, the same for the same message."""
    return f"{fact.occurred_at:%Y%m%dT%H%M%S}-{derived_id('msg', fact.message_id)}"


def dispatch_id_of(fact: LetterDispatched) -> str:
    """Spell the id of a dispatch: sorts by time, the same for the same dispatch."""
    return f"{fact.sent_date:%Y%m%d}-{derived_id('dsp', fact.dispatch_id)}"


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
    fact: CaseRegistered | CaseRejected | StatusChanged | LetterDispatched | MessageReceived | CaseClosed,
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
        case LetterDispatched():
            return _letter(work, case, fact)
        case MessageReceived():
            return _message(work, case, fact)
        case CaseClosed():
            return _close(work, case, fact)


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
    for member in case.members:
        ref = things.INVOICE(member.invoice_id)
        invoice = work.get(ref)
        if invoice.case_id == case.case_id:
            release = Release.REGISTERED if case.open else invoice.release
            work.change(
                ref,
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


def reject(work: Work, case: Case, reasons: tuple[str, ...]) -> bool:
    """Close a case that the agency refuses; its invoices are candidates again, and a person is told."""
    if case.release is Release.REJECTED or not case.open:
        return False
    ended = end(work, case, ClosedReason.OTHER)
    rejected = replace(ended, release=Release.REJECTED, rejected_reasons=reasons)
    for member in case.members:
        invoice = work.get(things.INVOICE(member.invoice_id))
        if invoice.case_id == case.case_id:
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
    for member in case.members:
        ref = things.INVOICE(member.invoice_id)
        invoice: Invoice = work.get(ref)
        if invoice.case_id == case.case_id:
            work.change(
                ref,
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


def refs_of_facts(facts: Iterable[Fact], teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name what applying several facts looks at."""
    return tuple(dict.fromkeys(ref for fact in facts for ref in refs_of_fact(fact, teller)))
