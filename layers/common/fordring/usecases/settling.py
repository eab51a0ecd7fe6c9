"""What becomes of a command after an attempt, and what that means for its case.

``retrying`` has what becomes of one that is not settled by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import (
    Accepted,
    ClosedReason,
    CommandKind,
    DoubtRule,
    InDoubt,
    Outcome,
    Rejected,
    TryLater,
    Underway,
)
from fordring.domain.case import Case
from fordring.domain.command import Attention, AttentionKind, CommandRow, CommandState
from fordring.domain.invoice import Release
from fordring.domain.refs import Ref
from fordring.domain.running import CaseNumber
from fordring.domain.values import dataclass
from fordring.usecases.case_facts import number, reject
from fordring.usecases.membership import joined, let_go, without_effect
from fordring.usecases.pausing import pause_refused
from fordring.usecases.questioning import reopen
from fordring.usecases.recording import attention_id
from fordring.usecases.retrying import ATTENTIONS, again, ask_about, attention_of_command, doubtful, underway
from fordring.usecases.selling import not_bought, offered
from fordring.usecases.store_port import Conflict
from fordring.usecases.submitting import cancelled, end
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Unfounded:
    """The command has become wrong before it was sent; nothing was sent."""

    reason: str


type Result = Outcome | Unfounded


def stranger(agency: str, creditor_id: str, external_id: str) -> Ref[Attention]:
    """Name the attention that a case at the agency raises of which the hub knows nothing."""
    subject = ("agency_case", agency, creditor_id, external_id)
    return things.ATTENTION(attention_id(AttentionKind.LEDGER_DRIFT, subject))


def refs_to_settle(
    row: CommandRow, case: Case, lane: Sequence[CommandRow], result: Result | None = None
) -> tuple[Ref[Any], ...]:
    """Name what ``settle`` looks at; ``lane`` is the case's lane as it was a moment ago."""
    found: tuple[Ref[Any], ...] = ()
    if isinstance(result, Accepted) and result.external_id is not None:
        found = (
            things.CASE_NUMBER(case.agency, case.creditor_id, result.external_id),
            things.SYNC(case.creditor_id, case.agency),
            stranger(case.agency, case.creditor_id, result.external_id),
        )
    return (
        *found,
        *(things.COMMAND(row.case_id, each.seq) for each in lane if each.seq >= row.seq),
        things.CASE(row.case_id),
        *(things.INVOICE(member.invoice_id) for member in case.members),
        *(attention_of_command(row, state) for state in ATTENTIONS),
        things.ATTENTION(attention_id(AttentionKind.CASE_REJECTED, ("case", row.case_id))),
        things.ATTENTION(attention_id(AttentionKind.COMMAND_IN_DOUBT, ("case", row.case_id))),
    )


def settle(
    work: Work,
    row: CommandRow,
    owner: str,
    result: Result,
    doubts: Mapping[CommandKind, DoubtRule],
    lane: Sequence[CommandRow],
) -> CommandState:
    """Write down what an attempt led to; gives the command's new state.

    When the lease was lost meanwhile nothing is written: whoever holds it now finds out for itself. When
    the command is settled, the next one of the lane becomes due.

    Raises
    ------
    Conflict
        When the lane has grown since it was listed.
    """
    case = work.get(things.CASE(row.case_id))
    if case.last_command != max(each.seq for each in lane):
        raise Conflict
    state = _write(work, row, owner, result, doubts)
    if state.settled and work.changes:
        settle_attention(work, attention_of_command(row, CommandState.UNDERWAY), "the result has come")
        if row.kind is CommandKind.PAUSE_CASE and state is not CommandState.DONE:
            pause_refused(work, row, lane)
        if row.kind is CommandKind.ANSWER_QUESTION and state is CommandState.CANCELLED:
            reopen(work, row)
        case = work.get(things.CASE(row.case_id))
        work.change(things.CASE(row.case_id), replace(case, waiting=case.waiting - 1))
        _make_next_due(work, row, lane)
    return state


def _make_next_due(work: Work, row: CommandRow, lane: Sequence[CommandRow]) -> None:
    for each in sorted(lane, key=lambda one: one.seq):
        ref = things.COMMAND(row.case_id, each.seq)
        if each.seq > row.seq and not work.get(ref).state.settled:
            work.change(ref, replace(work.get(ref), due_at=work.now))
            return


def _write(
    work: Work, row: CommandRow, owner: str, result: Result, doubts: Mapping[CommandKind, DoubtRule]
) -> CommandState:
    ref = things.COMMAND(row.case_id, row.seq)
    held = work.get(ref)
    if held.lease_owner != owner:
        return held.state
    free = replace(held, lease_owner=None, lease_until=None)
    case = work.get(things.CASE(row.case_id))
    match result:
        case Accepted():
            return _done(work, free, case, result)
        case Rejected(reasons=reasons):
            return _rejected(work, free, case, reasons)
        case Unfounded(reason=reason):
            return _unfounded(work, free, case, reason)
        case TryLater(reason=reason, after=after):
            return again(work, free, reason, after)
        case InDoubt(reason=reason):
            return doubtful(work, free, reason, doubts[held.kind])
        case Underway():
            return underway(work, free, result)


def _done(work: Work, row: CommandRow, case: Case, accepted: Accepted) -> CommandState:
    state = CommandState.DONE
    work.change(
        things.COMMAND(row.case_id, row.seq), replace(row, state=state, due_at=None, settled_at=work.now)
    )
    told = replace(case, unreported=case.unreported - row.principal)
    match row.kind:
        case CommandKind.REGISTER_CASE:
            release = told.release if told.case_number else Release.SUBMITTED
            told = told.touched(work.now, release=release)
            if accepted.external_id not in (None, case.external_id):
                _adopt(work, case, accepted.external_id or "")
                told = replace(told, told_as=accepted.external_id)
            if accepted.case_number and told.case_number is None:
                work.change(things.CASE(case.case_id), told)
                number(work, told, accepted.case_number)
                return state
        case CommandKind.WITHDRAW_CASE:
            told = end(work, told, ClosedReason.WITHDRAWN)
        case CommandKind.OFFER_INVOICE:
            offered(work, told, row.subject_id or "")
        case CommandKind.WITHDRAW_INVOICE:
            told = let_go(work, told, row.invoice_id or "", "withdrawn")
        case CommandKind.ADD_INVOICE:
            told = joined(work, told, row)
        case _:
            pass
    if told is not case and told != case:
        work.change(things.CASE(case.case_id), told)
    return state


def _adopt(work: Work, case: Case, outside: str) -> None:
    """Remember the id by which the agency knows a case from a time that the hub has lost.

    What the agency has told of it meanwhile was about nothing that the hub knew: the next run reads it again.
    """
    ref = things.CASE_NUMBER(case.agency, case.creditor_id, outside)
    if work.find(ref) is None:
        work.add(ref, CaseNumber(case.case_id))
    run = work.find(things.SYNC(case.creditor_id, case.agency))
    if run is not None:
        work.change(things.SYNC(case.creditor_id, case.agency), replace(run, epoch=0))
    settle_attention(work, stranger(case.agency, case.creditor_id, outside), "the case was found")


def _rejected(work: Work, row: CommandRow, case: Case, reasons: tuple[str, ...]) -> CommandState:
    state = CommandState.REJECTED
    work.change(
        things.COMMAND(row.case_id, row.seq),
        replace(row, state=state, due_at=None, reasons=reasons, settled_at=work.now),
    )
    told = replace(case, unreported=case.unreported - row.principal)
    if row.kind is CommandKind.REGISTER_CASE:
        reject(work, told, reasons, ended_there=True)
        return state
    if row.kind is CommandKind.WITHDRAW_CASE:
        told = replace(told, withdrawing=False)
    told = without_effect(work, row, told, reasons, Release.REJECTED)
    if told != case:
        work.change(things.CASE(case.case_id), told.touched(work.now))
    if row.kind is CommandKind.OFFER_INVOICE:
        # A refusal to buy is the business's daily bread: nobody has to look.
        not_bought(work, told, row.subject_id or "", reasons[0])
        return state
    ask_about(work, row, state, ",".join(reasons))
    return state


def _unfounded(work: Work, row: CommandRow, case: Case, reason: str) -> CommandState:
    work.change(things.COMMAND(row.case_id, row.seq), cancelled(row, reason, work))
    told = replace(case, unreported=case.unreported - row.principal)
    if row.kind is CommandKind.REGISTER_CASE:
        why = ClosedReason.PAID if reason == "nothing_remaining" else ClosedReason.CANCELLED
        told = end(work, told, why)
    if row.kind is CommandKind.OFFER_INVOICE:
        not_bought(work, told, row.subject_id or "", reason)
    told = without_effect(work, row, told, (reason,), Release.ENDED)
    if told != case:
        work.change(things.CASE(case.case_id), told)
    return CommandState.CANCELLED
