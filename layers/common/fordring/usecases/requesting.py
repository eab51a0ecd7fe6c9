"""Whether and when an agreement is synchronised; ``synchronising`` has what is done then."""

from collections.abc import Iterable

from fordring.domain import things
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.refs import Listing
from fordring.domain.running import SyncRequest
from fordring.usecases.work import Desk, Work


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


def wants_sync(desk: Desk, agreement: Agreement) -> bool:
    """Whether the hourly run is to look at an agreement: also at an ended one, until its last case closes."""
    if agreement.credentials is None or not agreement.settings.automatic_sync:
        return False
    return agreement.state is AgreementState.ACTIVE or has_open_cases(desk, agreement)


def has_open_cases(desk: Desk, agreement: Agreement) -> bool:
    """Whether the creditor has open cases at the agency."""
    listing = Listing(things.CASE, "cases_of", (agreement.creditor_id,), "open#")
    return any(case.agency == agreement.agency for _, case in desk.every(listing))
