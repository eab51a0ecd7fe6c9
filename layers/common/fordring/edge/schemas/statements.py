"""Statements of account: what is asked and told."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from fordring.domain.agency import ClosedReason, Level, Stage
from fordring.domain.case import Case
from fordring.domain.case_states import PaymentState, Processing
from fordring.edge.schemas.case_reads import ToldEvent
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.told import Instant, Told, ToldMoney, instant, money
from fordring.edge.schemas.told_invoices import ToldEntry, ToldInvoice


class StatementPaging(Paging):
    """Which page of a statement."""

    limit: Annotated[str, Field(pattern=r"^([1-9]|1[0-9]|2[0-5])$", description="1 to 25.")] = "10"


class ToldCaseInBrief(Told):
    """A case of an invoice; the rest is told by `GET /v1/cases/{case_id}`."""

    case_id: str
    agency: str
    case_number: str | None
    level: Level
    stage: Stage
    processing: Processing
    payment: PaymentState
    closed_reason: ClosedReason | None
    grouped: bool
    remaining: ToldMoney
    agency_cost: ToldMoney
    opened_at: Instant
    closed_at: Instant | None


class ToldStatementItem(Told):
    """One invoice with its ledger, and the cases that it was in, one after the other."""

    invoice: ToldInvoice
    entries: list[ToldEntry]
    cases: list[ToldCaseInBrief]


class ToldStatement(Told):
    """A page of what a debtor owes and owed, the oldest registration first.

    ``history`` is what has happened to the invoices of this page and to their cases, open and archived.
    """

    debtor_id: str
    as_of: Instant
    items: list[ToldStatementItem]
    history: list[ToldEvent]
    next_cursor: str | None


def tell_cases(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Tell the cases of an invoice."""
    return [
        {
            "case_id": case.case_id,
            "agency": case.agency,
            "case_number": case.case_number,
            "level": case.level.value,
            "stage": case.stage.value,
            "processing": case.processing.value,
            "payment": case.payment.value,
            "closed_reason": case.closed_reason.value if case.closed_reason else None,
            "grouped": case.grouped,
            "remaining": money(case.remaining, case.currency),
            "agency_cost": money(case.costs.remaining, case.currency),
            "opened_at": instant(case.opened_at),
            "closed_at": instant(case.closed_at),
        }
        for case in sorted(cases, key=lambda each: each.opened_at)
    ]
