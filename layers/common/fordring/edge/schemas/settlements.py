"""Settlements: what is asked and told."""

from collections.abc import Sequence
from typing import Any

from fordring.domain.payment import Settlement
from fordring.edge.schemas.common import ChosenId, Paging
from fordring.edge.schemas.told import Instant, Told, ToldMoney, day, instant, money
from fordring.usecases.checking_settlements import Mismatch, SettlementDifference


class SettlementQuery(Paging):
    """Which settlements."""

    creditor_id: ChosenId


class ToldSettlementLine(Told):
    """What a settlement says of one case."""

    case_id: str | None
    case_number: str | None
    principal: ToldMoney
    fee: ToldMoney
    interest: ToldMoney
    commission: ToldMoney
    vat: ToldMoney
    payout: ToldMoney


class ToldSettlement(Told):
    """What the agency has paid out."""

    settlement_id: str
    creditor_id: str
    agency: str
    agency_settlement_id: str
    settled_date: str
    payout: ToldMoney
    lines: list[ToldSettlementLine]
    bookkeeping_id: str | None
    bookkept_at: Instant | None
    created_at: Instant


class ToldDifference(Told):
    """Where a settlement disagrees with itself or with the payments that it settles."""

    kind: Mismatch
    amount: ToldMoney
    case_id: str | None
    case_number: str | None


class CheckedSettlement(ToldSettlement):
    """A settlement with what is wrong with it."""

    differences: list[ToldDifference]


class ToldSettlements(Told):
    """A page of settlements, the newest first."""

    items: list[ToldSettlement]
    next_cursor: str | None


def tell_settlement(settlement: Settlement) -> dict[str, Any]:
    """Tell a settlement."""
    currency = settlement.currency
    amounts = ("principal", "fee", "interest", "commission", "vat", "payout")
    return {
        "settlement_id": settlement.settlement_id,
        "creditor_id": settlement.creditor_id,
        "agency": settlement.agency,
        "agency_settlement_id": settlement.agency_settlement_id,
        "settled_date": day(settlement.settled_date),
        "payout": money(settlement.payout, currency),
        "lines": [
            {
                "case_id": line.case_id,
                "case_number": line.case_number,
                **{name: money(getattr(line, name), currency) for name in amounts},
            }
            for line in settlement.lines
        ],
        "bookkeeping_id": settlement.bookkeeping_id,
        "bookkept_at": instant(settlement.bookkept_at),
        "created_at": instant(settlement.created_at),
    }


def tell_checked(settlement: Settlement, differences: Sequence[SettlementDifference]) -> dict[str, Any]:
    """Tell a settlement with its differences."""
    return {
        **tell_settlement(settlement),
        "differences": [
            {
                "kind": each.kind.value,
                "amount": money(each.amount, settlement.currency),
                "case_id": each.case_id,
                "case_number": each.case_number,
            }
            for each in differences
        ],
    }
