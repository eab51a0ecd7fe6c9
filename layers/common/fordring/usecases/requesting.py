"""Whether and when an agreement is synchronised; ``synchronising`` has what is done then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.command import CommandState
from fordring.domain.errors import Fault
from fordring.domain.refs import Listing
from fordring.domain.running import SyncRequest
from fordring.usecases.lanes import lane_of
from fordring.usecases.work import Desk, Work, transact

REMEMBERED: Final = timedelta(days=7)
"""How long it is kept, in real time, that somebody looked."""


def missing_for_sync(agreement: Agreement | None) -> tuple[Fault, ...]:
    """Name what the agency hands out and is not written down yet: without it nobody can ask (SAN-11)."""
    if agreement is not None and agreement.credentials is not None:
        return ()
    return tuple(
        Fault("/automatic_sync", f"{name}_missing", "the agency hands it out: write the credentials first")
        for name in ("customer_number", "user_name", "password")
    )


def request_sync(work: Work, creditor_id: str, agencies: Iterable[str]) -> list[str]:
    """Ask for a run of the creditor's active agreements now; the rows' insertion sets it off (SAN-10)."""
    asked = []
    for agency in agencies:
        agreement = work.find(things.AGREEMENT(creditor_id, agency))
        if agreement is None or agreement.state is not AgreementState.ACTIVE:
            continue
        request_id = work.new_id("syn")
        ref = things.SYNC_REQUEST(creditor_id, agency, request_id)
        work.add(ref, SyncRequest(creditor_id, agency, request_id, work.now, work.now))
        asked.append(agency)
    return asked


def refresh(desk: Desk, creditor_id: str, wanted: str | None) -> list[str]:
    """Ask for a run because somebody looks (ZIR-28); gives the agencies whose news are on their way.

    However often somebody looks, an agreement is asked for once in each minute of real time: the request is
    named after the minute.

    Parameters
    ----------
    wanted
        Which agency to ask; ``None``: all that the creditor has an agreement with.
    """
    listing = Listing(things.AGREEMENT, "agreements_of", (creditor_id,))
    agencies = [each.agency for _, each in desk.every(listing) if wanted in (None, each.agency)]
    real = desk.wall.now().astimezone(UTC)
    minute = real.strftime("refresh_%Y%m%dT%H%M")
    requests = {each: things.SYNC_REQUEST(creditor_id, each, minute) for each in agencies}
    agreements = [things.AGREEMENT(creditor_id, each) for each in agencies]

    def decide(work: Work) -> list[str]:
        on_their_way = []
        for agreement in map(work.find, agreements):
            if agreement is None or agreement.state is not AgreementState.ACTIVE:
                continue
            agency = agreement.agency
            known = work.find(requests[agency])
            if known is None:
                asked = SyncRequest(creditor_id, agency, minute, work.now, work.now, real + REMEMBERED)
                work.add(requests[agency], asked)
            if known is None or known.due_at is not None:
                on_their_way.append(agency)
        return on_their_way

    return transact(desk, (*agreements, *requests.values()), decide)


def hasten(desk: Desk, creditor_id: str, agency: str) -> int:
    """Let what waits to be told to an agency again be told now; gives how many commands that are (ZIR-38).

    Only what was surely not received: a command that is in doubt is looked up when its time has come.
    """
    listing = Listing(things.CASE, "cases_of", (creditor_id,), "open#")
    waiting = [case for _, case in desk.every(listing) if case.agency == agency and case.waiting]
    return sum(_hasten_case(desk, case.case_id) for case in waiting)


def _hasten_case(desk: Desk, case_id: str) -> int:
    refs = [
        things.COMMAND(case_id, row.seq)
        for row in lane_of(desk, case_id)
        if row.state is CommandState.RETRY and row.due_at is not None
    ]

    def decide(work: Work) -> int:
        hastened = 0
        for ref in refs:
            row = work.find(ref)
            if row is not None and row.state is CommandState.RETRY and row.due_at and row.due_at > work.now:
                work.change(ref, replace(row, due_at=work.now))
                hastened += 1
        return hastened

    return transact(desk, refs, decide) if refs else 0


def wants_sync(desk: Desk, agreement: Agreement) -> bool:
    """Whether the hourly run is to look at an agreement: also at an ended one, until its last case closes."""
    if agreement.credentials is None or not agreement.settings.automatic_sync:
        return False
    return agreement.state is AgreementState.ACTIVE or has_open_cases(desk, agreement)


def has_open_cases(desk: Desk, agreement: Agreement) -> bool:
    """Whether the creditor has open cases at the agency."""
    listing = Listing(things.CASE, "cases_of", (agreement.creditor_id,), "open#")
    return any(case.agency == agreement.agency for _, case in desk.every(listing))
