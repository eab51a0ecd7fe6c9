"""A command that is not settled after an attempt: tried again, asked for once more, or in doubt."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.agency import Doubt, DoubtRule, Underway
from fordring.domain.command import (
    PATIENCE,
    Attention,
    AttentionKind,
    CommandRow,
    CommandState,
    result_delay,
    retry_delay,
)
from fordring.domain.refs import Ref
from fordring.usecases.recording import ask_for_attention, attention_id
from fordring.usecases.work import Work

ATTENTIONS: Final = {
    CommandState.DEAD: AttentionKind.COMMAND_DEAD,
    CommandState.IN_DOUBT: AttentionKind.COMMAND_IN_DOUBT,
    CommandState.REJECTED: AttentionKind.COMMAND_REJECTED,
    CommandState.UNDERWAY: AttentionKind.COMMAND_UNDERWAY,
}
"""The states of a command that a person is asked to look at."""


def _subject_of(row: CommandRow) -> tuple[str, ...]:
    """Name a command for the attention list."""
    return ("command", row.case_id, str(row.seq))


def again(work: Work, row: CommandRow, reason: str, after: timedelta | None) -> CommandState:
    """Try a command again that was not carried out, later each time; after the last time it is dead."""
    wait = retry_delay(row.attempts)
    if wait is None:
        state = CommandState.DEAD
        dead = replace(row, state=state, due_at=None, reasons=(reason,))
        work.change(things.COMMAND(row.case_id, row.seq), dead)
        ask_about(work, row, state, reason)
        return state
    due_at = work.now + max(wait if after is None else after, timedelta(seconds=1))
    state = CommandState.IN_DOUBT if row.doubted_at else CommandState.RETRY
    work.change(
        things.COMMAND(row.case_id, row.seq), replace(row, state=state, due_at=due_at, reasons=(reason,))
    )
    return state


def underway(work: Work, row: CommandRow, result: Underway) -> CommandState:
    """Wait for the result of what the agency has taken in: no failed attempt, and no doubt any more."""
    state = CommandState.UNDERWAY
    since = row.underway_at if row.ticket == result.ticket and row.underway_at else work.now
    waited = work.now - since
    work.change(
        things.COMMAND(row.case_id, row.seq),
        replace(
            row,
            state=state,
            ticket=result.ticket,
            underway_at=since,
            due_at=work.now + result_delay(result.after, waited),
            attempts=0,
            doubted_at=None,
            reasons=(),
        ),
    )
    if waited >= PATIENCE:
        ask_about(work, row, state, "no_result_yet")
    return state


def doubtful(work: Work, row: CommandRow, reason: str, rule: DoubtRule) -> CommandState:
    """Do what the agency's rule says about a command of which nobody knows whether it was carried out."""
    state = CommandState.IN_DOUBT
    row = replace(row, ticket=None, underway_at=None)
    doubted_at = row.doubted_at or work.now
    if rule.doubt is Doubt.PERSON:
        work.change(
            things.COMMAND(row.case_id, row.seq),
            replace(row, state=state, due_at=None, doubted_at=doubted_at, reasons=(reason,)),
        )
        ask_about(work, row, state, reason)
        return state
    wait = retry_delay(row.attempts)
    if wait is None:
        return again(work, row, reason, None)
    if rule.doubt is Doubt.LOOK_UP:
        wait = max(wait, doubted_at + rule.settling - work.now)
    work.change(
        things.COMMAND(row.case_id, row.seq),
        replace(row, state=state, due_at=work.now + wait, doubted_at=doubted_at, reasons=(reason,)),
    )
    return state


def attention_of_command(row: CommandRow, state: CommandState) -> Ref[Attention]:
    """Name the attention that a command raises in a state."""
    return things.ATTENTION(attention_id(ATTENTIONS[state], _subject_of(row)))


def ask_about(work: Work, row: CommandRow, state: CommandState, reason: str) -> None:
    """Ask a person to look at a command."""
    ask_for_attention(work, ATTENTIONS[state], row.creditor_id, _subject_of(row), reason)
