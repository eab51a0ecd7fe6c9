"""What an agency still tells under a contract whose number has changed, while its cases are moved."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.agency_answers import Teller
from fordring.domain.agency_port import Agency
from fordring.domain.agreement import Agreement
from fordring.domain.refs import Ref
from fordring.domain.running import SyncState
from fordring.domain.transport import TransportFailed
from fordring.usecases.synchronising import apply_one, under_number
from fordring.usecases.work import Desk, Work, transact


def hear(desk: Desk, agency: Agency, credentials: Credentials, agreement: Agreement) -> bool:
    """Read what has happened under the former contract: money may have come before the cancellation.

    Tells whether all of it was read; if not, the next round reads on from where this one came to.
    """
    teller = Teller(agreement.creditor_id, agreement.agency)
    ref = things.SYNC(teller.creditor_id, teller.agency)

    def begin(work: Work) -> str | None:
        state = under_number(work.find(ref) or SyncState(teller.creditor_id, teller.agency), agreement.number)
        work.put(ref, state)
        return state.former_cursor

    cursor = transact(desk, [ref], begin)
    try:
        more = True
        while more:
            changes = agency.changes_since(cursor, credentials)
            for fact in changes.facts:
                apply_one(desk, fact, teller)
            more = changes.more and changes.cursor != cursor
            cursor = changes.cursor
            _keep(desk, ref, cursor)
    except (TransportFailed, MalformedAnswer):
        return False
    return True


def _keep(desk: Desk, ref: Ref[SyncState], cursor: str) -> None:
    def decide(work: Work) -> None:
        work.change(ref, replace(work.get(ref), former_cursor=cursor))

    transact(desk, [ref], decide)
