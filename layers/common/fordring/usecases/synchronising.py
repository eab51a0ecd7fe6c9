"""The hourly run for one agreement, and "sync now": pull what has happened, then compare the ledgers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.agency_answers import Teller
from fordring.domain.agency_port import Agency
from fordring.domain.agreement import Agreement
from fordring.domain.command import AttentionKind
from fordring.domain.facts import Fact, PaymentReceived, PaymentReversed
from fordring.domain.refs import Ref
from fordring.domain.running import SyncState
from fordring.domain.transport import TransportFailed
from fordring.domain.values import dataclass
from fordring.usecases.facts import UnknownCase, apply
from fordring.usecases.naming import refs_of_facts, under_other_id, with_external_id
from fordring.usecases.receiving_payments import receive_payment
from fordring.usecases.receiving_reversals import receive_reversal, refs_of_original
from fordring.usecases.reconciling import reconcile
from fordring.usecases.recording import ask_for_attention, attention_id, epoch_of
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Desk, Work, transact

LEASE: Final = timedelta(minutes=15)
"""How long one run may hold an agreement: as long as a function may live."""

WINDOW: Final = timedelta(hours=24)
"""How far a cursor goes back when stored state has gone back in time."""

LOST_AND_FOUND: Final = timedelta(days=31)
"""How far it goes back when a case was found at the agency that the hub had lost: the whole of its story."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did."""

    applied: int
    seen: int
    differences: int
    error: str | None = None


def synchronise(
    desk: Desk, agency: Agency, credentials: Credentials, agreement: Agreement, owner: str
) -> Report | None:
    """Bring one agreement up to date; ``None`` when another run is at it.

    The cursor advances only after everything before it was applied, so a run that dies is repeated by
    the next one, and what is seen twice is applied once.
    """
    teller = Teller(agreement.creditor_id, agreement.agency)
    state = _begin(desk, teller, agency, agreement.number, owner)
    if state is None:
        return None
    applied = seen = 0
    error: str | None = None
    differences: tuple[dict[str, Any], ...] = ()
    cursor = state.cursor
    try:
        more = True
        while more:
            changes = agency.changes_since(cursor, credentials)
            for fact in changes.facts:
                seen += 1
                applied += apply_one(desk, fact, teller)
            more = changes.more and changes.cursor != cursor
            if changes.cursor != cursor:
                cursor = changes.cursor
                _advance(desk, teller, owner, cursor)
        differences = reconcile(desk, agency, credentials, teller, agreement.number, state.differences)
    except TransportFailed as failure:
        error = failure.reason
    except MalformedAnswer:
        error = "malformed_answer"
    _finish(desk, teller, owner, applied, error, differences)
    return Report(applied, seen, len(differences), error)


def apply_one(desk: Desk, fact: Fact, teller: Teller) -> bool:
    """Apply one fact in a transaction of its own; tells whether it was new.

    A payment for a case that the hub does not know is kept unmatched, and taken back when the agency takes
    it back: no money is lost. Any other fact about an unknown case is left alone; the comparison of the
    ledgers finds the case.
    """
    known = with_external_id(desk.store, fact, teller)
    try:
        return _apply(desk, known, teller)
    except UnknownCase:
        pass
    renamed = under_other_id(desk.store, known, teller)
    if renamed != known:
        return _apply(desk, renamed, teller)
    if isinstance(known, PaymentReceived):
        refs = refs_of_facts([known], teller)
        return transact(desk, refs, lambda work: receive_payment(work, known, teller, None))
    if isinstance(known, PaymentReversed):
        return transact(
            desk,
            lambda: _refs(desk, known, teller),
            lambda work: receive_reversal(work, known, teller, None),
        )
    return False


def _apply(desk: Desk, fact: Fact, teller: Teller) -> bool:
    return transact(desk, lambda: _refs(desk, fact, teller), lambda work: apply(work, fact, teller))


def _refs(desk: Desk, fact: Fact, teller: Teller) -> Iterable[Ref[Any]]:
    return (*refs_of_facts([fact], teller), *refs_of_original(desk.store, [fact], teller))


def _begin(desk: Desk, teller: Teller, agency: Agency, number: int, owner: str) -> SyncState | None:
    ref = things.SYNC(teller.creditor_id, teller.agency)
    real = desk.wall.now()

    def decide(work: Work) -> SyncState | None:
        state = under_number(work.find(ref) or SyncState(teller.creditor_id, teller.agency), number)
        if state.lease_until is not None and state.lease_until > real and state.lease_owner != owner:
            return None
        epoch = epoch_of(work)
        cursor = state.cursor
        if cursor is not None and state.epoch != epoch:
            # Epochs begin at 1: this one was set when a lost case was found.
            cursor = agency.rewind(cursor, WINDOW if state.epoch else LOST_AND_FOUND)
        begun = replace(
            state,
            cursor=cursor,
            epoch=epoch,
            lease_owner=owner,
            lease_until=real + LEASE,
            last_started_at=work.now,
        )
        work.put(ref, begun)
        return begun

    return transact(desk, [ref, things.EPOCH()], decide)


def under_number(state: SyncState, number: int) -> SyncState:
    """Give the state of an agreement's number: a new contract has a story of its own, from its beginning."""
    if state.agreement_number in (0, number):
        return replace(state, agreement_number=number)
    return replace(state, agreement_number=number, cursor=None, former_cursor=state.cursor)


def _advance(desk: Desk, teller: Teller, owner: str, cursor: str) -> None:
    ref = things.SYNC(teller.creditor_id, teller.agency)

    def decide(work: Work) -> None:
        state = work.get(ref)
        if state.lease_owner == owner:
            work.change(ref, replace(state, cursor=cursor))

    transact(desk, [ref], decide)


def _finish(
    desk: Desk,
    teller: Teller,
    owner: str,
    applied: int,
    error: str | None,
    differences: tuple[dict[str, Any], ...],
) -> None:
    ref = things.SYNC(teller.creditor_id, teller.agency)
    subject = ("sync", teller.creditor_id, teller.agency)
    attention = things.ATTENTION(attention_id(AttentionKind.SYNC_FAILED, subject))

    def decide(work: Work) -> None:
        state = work.get(ref)
        if state.lease_owner != owner:
            return
        if error is None:
            settle_attention(work, attention, "a later run succeeded")
        elif state.last_error is not None:
            # One failed run is the network's daily bread; the second in a row is somebody's business.
            ask_for_attention(work, AttentionKind.SYNC_FAILED, teller.creditor_id, subject, error)
        work.change(
            ref,
            replace(
                state,
                lease_owner=None,
                lease_until=None,
                last_finished_at=work.now,
                last_error=error,
                applied=applied,
                differences=differences if error is None else state.differences,
            ),
        )

    transact(desk, [ref, attention], decide)
