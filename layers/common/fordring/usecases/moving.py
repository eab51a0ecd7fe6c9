"""The job that moves cases to a contract's new number: cancelled first, sent again once that is confirmed.

It looks every minute, later every hour, until no case of the former contract is open. Each step is one
transaction, which notes the case's ``Moving`` with what it does: a job that dies goes on where it was, and
nothing is cancelled or sent twice. A case is sent again under a new submission number, and never while its
cancellation is not confirmed: an agency would answer with the old one, or have two.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import Capabilities, ClosedReason, CommandKind, Credentials
from fordring.domain.agency_port import Agency
from fordring.domain.agreement import Agreement
from fordring.domain.case import Case
from fordring.domain.command import CommandRow, CommandState, is_untouched
from fordring.domain.contract import Moving, MovingState
from fordring.domain.errors import FordringError, Refused, Unprocessable
from fordring.domain.invoice import Release
from fordring.domain.refs import Listing, Ref
from fordring.domain.running import Job
from fordring.domain.service_windows import wait_until
from fordring.usecases.contract_changing import tell_change
from fordring.usecases.debtors import FreshDebtor
from fordring.usecases.entries import Entries
from fordring.usecases.former_contract import hear
from fordring.usecases.gathering import submit_group
from fordring.usecases.jobs import begin_job
from fordring.usecases.lanes import lane_of
from fordring.usecases.recording import epoch_of
from fordring.usecases.store_port import Conflict
from fordring.usecases.submitting import Submission, refs_to_submit, submit, withdraw
from fordring.usecases.work import Desk, Work, transact

LEASE: Final = timedelta(minutes=16)
"""How long a worker may hold the job; a little longer than a function may live."""

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)

PATIENCE: Final = 24
"""After so many rounds, most of a day, a former contract that cannot be asked any more holds nothing up."""

type Unseal = Callable[[Agreement], Credentials]


def move_cases(desk: Desk, agency: Agency, unseal: Unseal, job_id: str, owner: str) -> Job | None:
    """Go one round: withdraw what is still under the former contract, send again what has gone.

    Gives the job as it is then, ``None`` when there is nothing to do here.
    """
    job = begin_job(desk, job_id, owner, LEASE)
    if job is None:
        return None
    ref = things.AGREEMENT(job.creditor_id, job.subject or "")
    look = desk.read(ref)
    agreement = look.get(ref)
    until = wait_until(agreement.settings.service_windows, look.now)
    if until is not None:
        return _postpone(desk, job_id, owner, until)
    former = agreement.under(agreement.former.number) if agreement.former else None
    # Of what ends after this has been heard, money may have come in between: it waits for the next round.
    ended = {move.case_id for move in _under_way(desk, job_id) if not _case(desk, move).open}
    heard = former is not None and hear(desk, agency, unseal(former), agreement)
    if former is not None:
        for case in _still_there(desk, agreement, former.number):
            _let_go(desk, case, job_id, agency.capabilities)
    for move in _under_way(desk, job_id):
        known = (heard and move.case_id in ended) or job.attempts > PATIENCE
        _follow(desk, move, agency.capabilities, known=known)
    rest = _still_there(desk, agreement, former.number) if former is not None else []
    return _finish(desk, job_id, owner, done=not rest)


def _under_way(desk: Desk, job_id: str) -> list[Moving]:
    moves = desk.every(Listing(things.MOVING, "moves_of", (job_id,)))
    return [move for _, move in moves if move.state in (MovingState.LEAVING, MovingState.STAYING)]


def _case(desk: Desk, move: Moving) -> Case:
    return desk.read(things.CASE(move.case_id)).get(things.CASE(move.case_id))


def _postpone(desk: Desk, job_id: str, owner: str, until: datetime) -> Job | None:
    """Let the job wait while the agency is serviced; no round is counted (SAN-20)."""
    ref = things.JOB(job_id)

    def decide(work: Work) -> Job | None:
        job = work.get(ref)
        if job.lease_owner != owner:
            return None
        waiting = replace(job, due_at=until, lease_owner=None, lease_until=None, attempts=job.attempts - 1)
        work.change(ref, waiting)
        return waiting

    return transact(desk, [ref], decide)


def _finish(desk: Desk, job_id: str, owner: str, *, done: bool) -> Job | None:
    """Say how far the cases are; the job is done when none of the former contract is open any more."""
    ref = things.JOB(job_id)
    moves = [row for _, row in desk.every(Listing(things.MOVING, "moves_of", (job_id,)))]
    progress = dict(Counter(move.state.value for move in moves))
    waits = any(move.state is MovingState.LEAVING for move in moves)
    agreement_ref = things.AGREEMENT(*_subject(desk, job_id))

    def decide(work: Work) -> Job | None:
        job, agreement = work.get(ref), work.get(agreement_ref)
        if job.lease_owner != owner:
            return None
        over = done and not waits
        later = min(FIRST_WAIT * 2 ** min(job.attempts - 1, 10), LONGEST_WAIT)
        after = replace(
            job,
            state="done" if over else "running",
            due_at=None if over else work.now + later,
            lease_owner=None,
            lease_until=None,
            lines=len(moves),
            progress=progress,
            finished_at=work.now if over else None,
        )
        work.change(ref, after)
        change = agreement.contract_change
        if over and change is not None and change.job_id == job_id and change.finished_at is None:
            finished = replace(agreement, contract_change=replace(change, finished_at=work.now))
            work.change(agreement_ref, replace(finished, revision=agreement.revision + 1))
            tell_change(work, finished, "done", progress)
        return after

    return transact(desk, [ref, agreement_ref], decide)


def _subject(desk: Desk, job_id: str) -> tuple[str, str]:
    job = desk.read(things.JOB(job_id)).get(things.JOB(job_id))
    return job.creditor_id, job.subject or ""


def _still_there(desk: Desk, agreement: Agreement, number: int) -> list[Case]:
    listing = Listing(things.CASE, "cases_of", (agreement.creditor_id,), "open#")
    mine = (agreement.agency, number)
    return [case for _, case in desk.every(listing) if (case.agency, case.agreement_number) == mine]


# --- letting go -----------------------------------------------------------------------------------------


def _let_go(desk: Desk, case: Case, job_id: str, capabilities: Capabilities) -> None:
    """Withdraw a case from the former contract, or give it the new number when nobody has been told of it."""
    move_ref, case_ref = things.MOVING(job_id, case.case_id), things.CASE(case.case_id)
    agreement_ref = things.AGREEMENT(case.creditor_id, case.agency)
    lane: list[CommandRow] = []

    def refs() -> Iterable[Ref[Any]]:
        lane[:] = lane_of(desk, case.case_id)
        return (
            move_ref,
            case_ref,
            agreement_ref,
            things.EPOCH(),
            *(things.INVOICE(member.invoice_id) for member in case.members),
            *(things.COMMAND(case.case_id, row.seq) for row in lane),
        )

    def decide(work: Work) -> None:
        present = work.get(case_ref)
        if work.find(move_ref) is not None or not present.open or present.withdrawing:
            # On its way already, or the creditor takes it back without wanting it sent again.
            return
        if present.members != case.members:
            raise Conflict
        if _never_sent(work, present, lane):
            number = work.get(agreement_ref).number
            work.change(case_ref, present.touched(work.now, agreement_number=number))
            work.add(move_ref, Moving(job_id, case.case_id, MovingState.RENUMBERED, work.now))
            return
        try:
            withdraw(work, present, lane, capabilities)
        except Refused as refused:
            work.forget_changes()
            reasons = (refused.reason,)
            work.add(move_ref, Moving(job_id, case.case_id, MovingState.STAYING, work.now, reasons=reasons))
            return
        work.add(move_ref, Moving(job_id, case.case_id, MovingState.LEAVING, work.now))

    transact(desk, refs, decide)


def _never_sent(work: Work, case: Case, lane: Iterable[CommandRow]) -> bool:
    """Whether no command of a case has ever been tried; then none may be while this is written."""
    rows = [work.get(things.COMMAND(case.case_id, row.seq)) for row in lane]
    if not all(is_untouched(row) and row.epoch == epoch_of(work) for row in rows):
        return False
    for row in rows:
        work.hold(things.COMMAND(case.case_id, row.seq))
    return True


# --- sending again --------------------------------------------------------------------------------------


def _follow(desk: Desk, move: Moving, capabilities: Capabilities, *, known: bool) -> None:
    """Send a case again that has gone; note one that ended otherwise, or that the agency keeps.

    ``known`` is whether everything that was paid before its end is: the rest is asked for again only then.
    """
    case = _case(desk, move)
    if case.open:
        if not case.withdrawing and move.state is MovingState.LEAVING:
            # The agency has refused, and a person was asked to look.
            _note(desk, move, MovingState.STAYING, ("withdrawal_refused",))
        return
    if not known:
        return
    if not _was_cancelled(desk, case):
        _note(desk, move, MovingState.ENDED, (case.closed_reason.value if case.closed_reason else "other",))
        return
    try:
        _send_again(desk, move, case, capabilities)
    except Unprocessable as refused:
        _note(desk, move, MovingState.NOT_RESENT, tuple(fault.code for fault in refused.faults))
    except FordringError as refused:
        _note(desk, move, MovingState.NOT_RESENT, (getattr(refused, "reason", refused.code),))


def _was_cancelled(desk: Desk, case: Case) -> bool:
    """Whether a case has ended because it was withdrawn, by whichever way the hub heard of that first.

    A comparison of the ledgers tells only that it is not open any more; then the agency must have accepted
    the withdrawal. One that the agency has rejected, or ended by itself, is the creditor's to decide on.
    """
    if case.closed_reason in (ClosedReason.WITHDRAWN, ClosedReason.CANCELLED):
        return True
    if case.closed_reason is not ClosedReason.OTHER or case.release is Release.REJECTED:
        return False
    return any(
        row.kind is CommandKind.WITHDRAW_CASE and row.state is CommandState.DONE
        for row in lane_of(desk, case.case_id)
    )


def _send_again(desk: Desk, move: Moving, case: Case, capabilities: Capabilities) -> None:
    """Hand over what a case held, under the number now in the agreement, with the move noted beside it."""
    move_ref = things.MOVING(move.job_id, move.case_id)
    named = tuple(member.invoice_id for member in case.members)
    wanted = Submission(case.creditor_id, case.agency, named[0], case.level)
    entries = Entries(desk, case.creditor_id, named)
    debtor = FreshDebtor(case.creditor_id, named[0])

    def refs() -> Iterable[Ref[Any]]:
        also = entries.refs() if len(named) > 1 else debtor.refs()
        return (move_ref, *refs_to_submit(wanted), *also)

    def decide(work: Work) -> None:
        present = work.get(move_ref)
        if present.state not in (MovingState.LEAVING, MovingState.STAYING):
            return
        if len(named) > 1:
            again = submit_group(work, entries, case.agency, case.level, capabilities)
        else:
            debtor.refresh(work)
            again = submit(work, wanted, capabilities)
        work.change(
            move_ref,
            replace(present, state=MovingState.RESENT, resent_case_id=again.case_id, reasons=()),
        )

    transact(desk, refs, decide)


def _note(desk: Desk, move: Moving, state: MovingState, reasons: tuple[str, ...]) -> None:
    ref = things.MOVING(move.job_id, move.case_id)

    def decide(work: Work) -> None:
        present = work.get(ref)
        if present.state is move.state:
            work.change(ref, replace(present, state=state, reasons=reasons))

    transact(desk, [ref], decide)
