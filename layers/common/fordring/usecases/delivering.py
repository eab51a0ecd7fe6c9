"""Sending commands to agencies: one lane per case, one command at a time, never twice.

A command is leased before it is sent and settled afterwards. Whoever finds an expired lease knows that
the command may have been sent, and finds out before anything is sent again.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import (
    CommandKind,
    Credentials,
    Doubt,
    InDoubt,
    MalformedAnswer,
    Outcome,
    TryLater,
)
from fordring.domain.agency_port import Agency, AnswersLater
from fordring.domain.agreement import Agreement
from fordring.domain.case import Case
from fordring.domain.command import LEASE, CommandRow, CommandState, head_of
from fordring.domain.instructions import Command
from fordring.domain.refs import Ref
from fordring.domain.running import Epoch
from fordring.domain.service_windows import wait_until
from fordring.domain.transport import TransportFailed
from fordring.usecases.assembling import NEVER_REGISTERED, Assembled, assemble
from fordring.usecases.credit import refusal_of
from fordring.usecases.lanes import lane_of
from fordring.usecases.membership import leave_out_wrong_ones
from fordring.usecases.settling import Result, Unfounded, refs_to_settle, settle
from fordring.usecases.work import Desk, Work, transact

AFTER_RESTORE: Final = timedelta(hours=24)
"""For how long after a restore new commands are looked up first: what was lost may be asked for again."""

type Unseal = Callable[[Agreement], Credentials]
type AgencyOf = Callable[[str], Agency]


def deliver_lane(
    desk: Desk, agency_of: AgencyOf, unseal: Unseal, case_id: str, owner: str
) -> list[CommandState]:
    """Work on a case's lane until its head waits, or nothing is left; tells what became of each command.

    Parameters
    ----------
    agency_of
        Gives the adapter of an agency by name.
    unseal
        Gives an agreement's credentials.
    owner
        A token of this worker's own, which marks its leases.
    """
    states = []
    while True:
        head = head_of(lane_of(desk, case_id))
        if head is None:
            break
        leased = _lease(desk, head, owner)
        if leased is None:
            break
        state = _work_on(desk, agency_of, unseal, leased, was=head)
        states.append(state)
        if not state.settled:
            break
    return states


def _lease(desk: Desk, head: CommandRow, owner: str) -> CommandRow | None:
    """Take the head of a lane, if it is due and nobody holds it."""
    ref = things.COMMAND(head.case_id, head.seq)
    agreement_ref = things.AGREEMENT(head.creditor_id, head.agency)
    real = desk.wall.now()

    def decide(work: Work) -> CommandRow | None:
        row = work.get(ref)
        if row.due_at is None or row.due_at > work.now or row.state.settled:
            return None
        if row.lease_until is not None and row.lease_until > real:
            return None
        agreement = work.find(agreement_ref)
        until = wait_until(agreement.settings.service_windows, work.now) if agreement else None
        if until is not None:
            # The agency is being serviced: it waits, and no attempt is spent.
            work.change(ref, replace(row, due_at=until))
            return None
        leased = replace(
            row,
            state=CommandState.SENDING,
            attempts=row.attempts + 1,
            lease_owner=owner,
            lease_until=real + LEASE,
            # A lease that ran out was held by somebody who may have sent; with a ticket, who has only asked.
            doubted_at=row.doubted_at
            or (work.now if row.state is CommandState.SENDING and row.ticket is None else None),
        )
        work.change(ref, leased)
        return leased

    return transact(desk, [ref, agreement_ref], decide)


def _work_on(
    desk: Desk, agency_of: AgencyOf, unseal: Unseal, row: CommandRow, *, was: CommandRow
) -> CommandState:
    look = desk.read(things.CASE(row.case_id), things.EPOCH())
    case = look.get(things.CASE(row.case_id))
    agency = agency_of(case.agency)
    if row.ticket is not None:
        result = _ask_for_result(desk, agency, unseal, row.ticket, case)
    else:
        doubted = _doubting(row, look.find(things.EPOCH()), look)
        if row.kind is CommandKind.REGISTER_CASE and doubted.doubted_at is None and len(case.held) > 1:
            case = leave_out_wrong_ones(desk, case.case_id)
        result = _attempt(desk, agency, unseal, doubted, assemble(desk, doubted, case), was)
    owner = row.lease_owner or ""
    lane: list[CommandRow] = []

    def refs() -> Iterable[Ref[Any]]:
        lane[:] = lane_of(desk, row.case_id)
        return refs_to_settle(row, case, lane, result)

    return transact(desk, refs, lambda work: settle(work, row, owner, result, agency.doubts, lane))


def _ask_for_result(desk: Desk, agency: Agency, unseal: Unseal, ticket: str, case: Case) -> Result:
    """Ask what became of what the agency has taken in; whether it is still right is no question any more."""
    ref = things.AGREEMENT(case.creditor_id, case.agency)
    agreement = desk.read(ref).get(ref).under(case.agreement_number)
    if agreement is None or agreement.credentials is None:
        return InDoubt("agreement_changed")
    if not isinstance(agency, AnswersLater):
        return InDoubt("unknown_ticket")
    return agency.result_of(ticket, unseal(agreement))


def _doubting(row: CommandRow, epoch: Epoch | None, look: Work) -> CommandRow:
    """Doubt a command that was made before the world went back in time, or shortly after.

    A doubt that is older begins anew: in the lost time the command may have been sent after all.
    """
    if epoch is None or epoch.number == 1:
        return row
    if row.epoch < epoch.number or row.created_at < epoch.raised_at + AFTER_RESTORE:
        since = min(epoch.raised_at, look.now)
        return replace(row, doubted_at=max(row.doubted_at or since, since))
    return row


def _attempt(
    desk: Desk,
    agency: Agency,
    unseal: Unseal,
    row: CommandRow,
    assembled: Assembled | Unfounded,
    was: CommandRow,
) -> Result:
    if isinstance(assembled, Unfounded):
        # It may have been sent while it was still right: only the agency can tell, so it is kept in doubt.
        # Of a case that the agency does not have, nothing can have been taken.
        certain = row.doubted_at is None or assembled.reason == NEVER_REGISTERED
        return assembled if certain else InDoubt(assembled.reason)
    credentials = unseal(assembled.agreement)
    rule = agency.doubts[row.kind]
    if row.doubted_at is not None and rule.doubt is Doubt.PERSON and was.state is not CommandState.RETRY:
        return InDoubt("unknown_whether_sent")
    # A natural key would carry it out now: what has become wrong is looked for where that is possible.
    looked_for = rule.doubt is Doubt.LOOK_UP or (assembled.wrong is not None and bool(rule.settling))
    if row.doubted_at is not None and looked_for:
        found = _look_up(agency, assembled.command, credentials)
        if found is not None:
            return found
        if desk.read().now < row.doubted_at + rule.settling:
            return InDoubt("not_found_yet")
        if assembled.wrong is not None:
            # It has not arrived, and it will not any more: nothing is to be taken back.
            return Unfounded(assembled.wrong)
    if assembled.credit is not None and row.doubted_at is None:
        refusal = refusal_of(agency, assembled.command, assembled.credit, credentials)
        if refusal is not None:
            return Unfounded(refusal)
    # What may have been sent before is sent again even if it has become wrong: that settles the doubt.
    return agency.send(assembled.command, credentials)


def _look_up(agency: Agency, command: Command, credentials: Credentials) -> Outcome | None:
    try:
        return agency.look_up(command, credentials)
    except TransportFailed as failure:
        return TryLater(failure.reason)
    except MalformedAnswer:
        return TryLater("malformed_answer")
