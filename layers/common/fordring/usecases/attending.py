"""What a person does about something on the attention list: let it be tried again, or decide."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import Accepted, CommandKind
from fordring.domain.command import Attention, AttentionKind, CommandRow, CommandState
from fordring.domain.email import Email
from fordring.domain.errors import Refused
from fordring.domain.hub_letter import HubLetter
from fordring.domain.refs import Ref
from fordring.usecases.lanes import lane_of
from fordring.usecases.looking_again import look_again
from fordring.usecases.mailing import queue_again, settle_by_person
from fordring.usecases.notifying import replay
from fordring.usecases.recording import epoch_of
from fordring.usecases.requesting import request_sync
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Desk, Work

_BY_HAND: Final = "a person"
_EMAILS: Final = (AttentionKind.EMAIL_IN_DOUBT, AttentionKind.EMAIL_NOT_SENT)
_UNSENT_LETTERS: Final = (AttentionKind.LETTER_NOT_SENT, AttentionKind.LETTER_BOUNCED)

_SETTLED_ELSEWHERE: Final = frozenset({AttentionKind.PAYMENT_UNMATCHED, AttentionKind.QUESTION_OPEN})
"""What leaves the list by something else that a person does: a payment is matched, a question answered."""


class Resolution(StrEnum):
    """What a person decides."""

    SENT = "sent"
    """The agency has it, or was written to by hand: treated as done."""
    NOT_SENT = "not_sent"
    """The agency does not have it: it is sent again, without being looked up as in doubt."""
    GIVE_UP = "give_up"
    """It is not sent any more: cancelled, and the case's other commands go on."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has taken note; nothing else changes."""


def resolutions_of(attention: Attention) -> tuple[Resolution, ...]:
    """Tell what a person may decide about it."""
    if attention.resolved_at is not None or attention.kind in _SETTLED_ELSEWHERE:
        return ()
    if _waits_for_a_person(attention) or attention.kind in (*_EMAILS, AttentionKind.LETTER_IN_DOUBT):
        return (Resolution.SENT, Resolution.NOT_SENT, Resolution.GIVE_UP)
    return (Resolution.ACKNOWLEDGED,)


def can_be_retried(attention: Attention) -> bool:
    """Tell whether it can be tried again."""
    if attention.resolved_at is not None:
        return False
    return _waits_for_a_person(attention) or attention.kind in (
        AttentionKind.DELIVERY_DEAD,
        AttentionKind.SYNC_FAILED,
        AttentionKind.EMAIL_NOT_SENT,
        *_UNSENT_LETTERS,
    )


def _waits_for_a_person(attention: Attention) -> bool:
    kinds = (AttentionKind.COMMAND_DEAD, AttentionKind.COMMAND_IN_DOUBT)
    return attention.kind in kinds and attention.subject[0] == "command"


def _command_ref(attention: Attention) -> Ref[CommandRow]:
    _, case_id, seq = attention.subject
    return things.COMMAND(case_id, seq)


def refs_to_attend(desk: Desk, attention: Attention, lane: list[CommandRow]) -> tuple[Ref[Any], ...]:
    """Name what ``retry`` and ``resolve`` look at; fills in the lane of the case that it is about."""
    own = (things.ATTENTION(attention.attention_id), things.EPOCH())
    kind, *ids = attention.subject
    match kind:
        case "command":
            # Imported where a person acts: the functions that show attentions do without it.
            from fordring.usecases.settling import refs_to_settle

            ref = _command_ref(attention)
            case_ref = things.CASE(ids[0])
            look = desk.read(ref, case_ref)
            lane[:] = lane_of(desk, ids[0])
            return (*own, ref, *refs_to_settle(look.get(ref), look.get(case_ref), lane))
        case "delivery":
            return (*own, things.DELIVERY(ids[0]))
        case "sync":
            return (*own, things.AGREEMENT(*ids))
        case "email":
            return (*own, things.EMAIL(*ids))
        case "letter":
            return (*own, things.LETTER(*ids), things.INVOICE(ids[0]))
        case "invoice":
            return (*own, things.INVOICE(ids[0]))
        case _:
            return own


def retry(work: Work, attention_id: str) -> Attention:
    """Let it be tried again: a command or a delivery becomes due, a synchronisation is asked for.

    A command that is in doubt stays so: it is looked up before anything is sent.

    Raises
    ------
    Refused
        ``already_resolved``; ``action_not_available``.
    """
    attention = _open(work, attention_id)
    if not can_be_retried(attention):
        raise Refused("action_not_available", "there is nothing to be tried again")
    match attention.kind:
        case AttentionKind.DELIVERY_DEAD:
            replay(work, work.get(things.DELIVERY(attention.subject[1])))
        case AttentionKind.SYNC_FAILED:
            _, creditor_id, agency = attention.subject
            if not request_sync(work, creditor_id, [agency]):
                raise Refused("action_not_available", "the agreement is not active")
        case AttentionKind.EMAIL_NOT_SENT:
            queue_again(work, things.EMAIL(*attention.subject[1:]))
        case AttentionKind.LETTER_NOT_SENT | AttentionKind.LETTER_BOUNCED:
            ref = things.INVOICE(attention.subject[1])
            looked = look_again(work.get(ref), work.now)
            if looked.follow_up is not None:
                # Stopped for the same reason, it is told anew.
                looked = replace(looked, follow_up=replace(looked.follow_up, stopped=None))
            work.change(ref, looked)
        case _:
            row = _stuck(work, attention)
            again = CommandState.IN_DOUBT if row.doubted_at else CommandState.RETRY
            _make_due(work, row, state=again)
    return _settled(work, attention, "retried")


def resolve(work: Work, attention_id: str, resolution: Resolution, lane: Sequence[CommandRow]) -> Attention:
    """Carry out what a person has decided.

    Raises
    ------
    Refused
        ``already_resolved``; ``action_not_available``, with the resolutions that are.
    Conflict
        When the lane has grown since it was listed.
    """
    attention = _open(work, attention_id)
    available = resolutions_of(attention)
    if resolution not in available:
        raise Refused(
            "action_not_available",
            "this is not a decision that can be made here",
            facts={"resolutions": [each.value for each in available]},
        )
    if attention.kind in _EMAILS:
        _decide_on_email(work, things.EMAIL(*attention.subject[1:]), resolution)
        return _settled(work, attention, resolution.value)
    if attention.kind is AttentionKind.LETTER_IN_DOUBT:
        _decide_on_letter(work, things.LETTER(*attention.subject[1:]), resolution)
        return _settled(work, attention, resolution.value)
    match resolution:
        case Resolution.SENT:
            _settle(work, attention, lane, given_up=False)
        case Resolution.GIVE_UP:
            _settle(work, attention, lane, given_up=True)
        case Resolution.NOT_SENT:
            # Of the present epoch, and no longer in doubt: nobody asks again whether it was sent.
            row = replace(_stuck(work, attention), doubted_at=None, ticket=None, epoch=epoch_of(work))
            _make_due(work, row, state=CommandState.RETRY)
        case Resolution.ACKNOWLEDGED:
            pass
    return _settled(work, attention, resolution.value)


def _decide_on_email(work: Work, ref: Ref[Email], resolution: Resolution) -> None:
    if resolution is Resolution.NOT_SENT:
        queue_again(work, ref)
    else:
        settle_by_person(work, ref, sent=resolution is Resolution.SENT)


def _decide_on_letter(work: Work, ref: Ref[HubLetter], resolution: Resolution) -> None:
    """Carry out what a person says of a letter of which the mail service has told nothing."""
    # Imported where a person decides: the functions that show attentions do without it.
    from fordring.usecases.hub_letters import has_been_sent, was_not_sent

    letter = work.get(ref)
    if resolution is Resolution.SENT:
        has_been_sent(work, ref, letter)
    else:
        was_not_sent(work, ref, letter, given_up=resolution is Resolution.GIVE_UP)


def _open(work: Work, attention_id: str) -> Attention:
    attention = work.get(things.ATTENTION(attention_id))
    if attention.resolved_at is not None:
        raise Refused(
            "already_resolved", "this was dealt with before", facts={"resolution": attention.resolution}
        )
    return attention


def _settled(work: Work, attention: Attention, resolution: str) -> Attention:
    ref = things.ATTENTION(attention.attention_id)
    settle_attention(work, ref, resolution)
    return work.get(ref)


def _stuck(work: Work, attention: Attention) -> CommandRow:
    """Give the command that waits for a person.

    Raises
    ------
    Refused
        ``action_not_available``: it does not wait any more, or is being sent at this moment.
    """
    row = work.get(_command_ref(attention))
    if row.state not in (CommandState.DEAD, CommandState.IN_DOUBT):
        raise Refused(
            "action_not_available", "the command waits for nobody", facts={"state": row.state.value}
        )
    return row


def _make_due(work: Work, row: CommandRow, *, state: CommandState) -> None:
    again = replace(row, state=state, due_at=work.now, attempts=0, lease_owner=None, lease_until=None)
    work.change(things.COMMAND(row.case_id, row.seq), again)


def _settle(work: Work, attention: Attention, lane: Sequence[CommandRow], *, given_up: bool) -> None:
    """Settle a command as if the agency had been asked, by the same rules."""
    from fordring.usecases.settling import Unfounded, settle

    row = _stuck(work, attention)
    work.change(_command_ref(attention), replace(row, lease_owner=_BY_HAND))
    settle(work, row, _BY_HAND, Unfounded("given_up") if given_up else Accepted(), {}, lane)
    if given_up and row.kind is CommandKind.WITHDRAW_CASE:
        case_ref = things.CASE(row.case_id)
        work.change(case_ref, replace(work.get(case_ref), withdrawing=False))
