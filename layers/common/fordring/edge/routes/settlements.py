"""Settlements: read by ``poll_status``, acknowledged by ``submit_case``."""

from typing import Any, Final

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.payment import Settlement
from fordring.domain.refs import Listing
from fordring.edge.call import Call
from fordring.edge.listing import answer_page
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.case_reads import read_owned
from fordring.edge.schemas.settlements import (
    CheckedSettlement,
    SettlementQuery,
    ToldSettlement,
    ToldSettlements,
    tell_checked,
    tell_settlement,
)
from fordring.edge.schemas.vouchers import Bookkept
from fordring.usecases.checking_settlements import check
from fordring.usecases.linking import acknowledge_settlement
from fordring.usecases.vouchering import voucher_of_settlement
from fordring.usecases.work import Work

MOST: Final = 10
"""Settlements in an answer: each has a line for every case in it, and an answer holds 6 MB."""

_ONE = "/v1/settlements/{settlement_id}"


def list_settlements(call: Call) -> Answer:
    """List what agencies have paid out to a creditor."""
    asked = call.asked(SettlementQuery)
    read_owned(call, asked.creditor_id)
    listing = Listing(things.SETTLEMENT, "settlements_of", (asked.creditor_id,), newest_first=True)
    return answer_page(call, listing, lambda found: [tell_settlement(each) for each in found], at_most=MOST)


def settlement_of(call: Call, work: Work) -> Settlement:
    """Give the settlement in the path, if the key acts for its creditor."""
    settlement = work.get(things.SETTLEMENT(call.path["settlement_id"]))
    call.reach(settlement.creditor_id)
    return settlement


def read_settlement(call: Call) -> Answer:
    """Read a settlement, checked against the payments that it settles."""
    settlement = settlement_of(call, call.read(things.SETTLEMENT(call.path["settlement_id"])))
    return Answer.of(200, tell_checked(settlement, check(call.hub.desk, settlement)))


def acknowledge(call: Call) -> Answer:
    """Note under which number the creditor's bookkeeping has a settlement."""
    body = call.given(Bookkept)
    settlement_id = call.path["settlement_id"]

    def decide(work: Work) -> dict[str, Any]:
        kept = acknowledge_settlement(work, settlement_of(call, work), body.bookkeeping_id)
        return tell_settlement(kept)

    refs = (things.SETTLEMENT(settlement_id), voucher_of_settlement(settlement_id))
    return call.transact(refs, decide, lambda told: told)


SETTLEMENT_READ_ROUTES = (
    Route(
        "GET",
        "/v1/settlements",
        list_settlements,
        "List what agencies have paid out to a creditor",
        "bookkeeping",
        Scope.READ,
        {200: ToldSettlements},
        query=SettlementQuery,
        description=f"A page has {MOST} at the most.",
    ),
    Route(
        "GET",
        _ONE,
        read_settlement,
        "Read a settlement, checked against the payments that it settles",
        "bookkeeping",
        Scope.READ,
        {200: CheckedSettlement},
        description="`differences` lists where the settlement disagrees with itself, and with what the "
        "agency has told of its payments until then; amounts are settled less expected.",
    ),
)

SETTLEMENT_ROUTES = (
    Route(
        "POST",
        f"{_ONE}/bookkept",
        acknowledge,
        "Acknowledge a settlement with the number that bookkeeping has given it",
        "bookkeeping",
        Scope.WRITE,
        {200: ToldSettlement},
        body=Bookkept,
        claims=True,
    ),
)
