"""Cases: what is told."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fordring.domain.agency import ClosedReason, Level, Stage
from fordring.domain.case import Case
from fordring.domain.case_states import Handling, PaymentState, Processing
from fordring.domain.correspondence import Message
from fordring.domain.invoice import Release
from fordring.domain.member import MemberState
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, agreed, day, instant, money, percent


class ToldInvoiceOfCase(Told):
    """One invoice of a case."""

    invoice_id: str
    external_id: str
    principal: ToldMoney
    remaining: ToldMoney
    state: MemberState
    disputed: bool


class ToldLeftOut(Told):
    """An invoice that was wanted in the case and is not in it, and every reason in codes."""

    invoice_id: str
    reasons: list[str]


class ToldCase(Told):
    """A case: four states that never overwrite each other, and what may be done now.

    ``collection_since`` is since when there is a collection case: from then on debtors pay the agency, and
    money comes by its settlements.
    """

    case_id: str
    creditor_id: str
    debtor_id: str
    agency: str
    level: Level
    release: Release
    case_number: str | None
    stage: Stage
    processing: Processing
    paused_until: str | None
    payment: PaymentState
    agency_status: str | None
    closed_reason: ClosedReason | None
    handling: Handling | None
    rejected_reasons: list[str]
    grouped: bool
    invoices: list[ToldInvoiceOfCase]
    left_out: list[ToldLeftOut]
    principal: ToldMoney
    remaining: ToldMoney
    agency_cost: ToldMoney
    commission_percent: str | None
    withdrawal_cost: ToldMoney | None
    cost_confirmed_at: Instant | None
    withdrawing: Annotated[
        bool, About("Whether it is being taken back: the agency was told, and has not answered yet.")
    ]
    collection_since: Instant | None
    opened_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    open_questions: list[str]
    available_actions: list[str]


class ToldCaseAsOf(ToldCase):
    """A case, and when it was read."""

    as_of: Instant


class ToldNewMessage(Told):
    """A message that was taken; its text is read with the case's messages."""

    message_id: str
    at: Instant


class ToldMessage(Told):
    """A message of a case."""

    message_id: str
    direction: Literal["in", "out"]
    text: str
    at: Instant
    seen_at: Instant | None
    seen_by: str | None


def tell_case(case: Case, actions: Iterable[str]) -> dict[str, Any]:
    """Tell a case, with what may be done with it now."""
    currency = case.currency
    return {
        "case_id": case.case_id,
        "creditor_id": case.creditor_id,
        "debtor_id": case.debtor_id,
        "agency": case.agency,
        "level": case.level.value,
        "release": case.release.value,
        "case_number": case.case_number,
        "stage": case.stage.value,
        "processing": case.processing.value,
        "paused_until": day(case.paused_until),
        "payment": case.payment.value,
        "agency_status": case.agency_status,
        "closed_reason": case.closed_reason.value if case.closed_reason else None,
        "handling": case.handling.value if case.handling else None,
        "rejected_reasons": list(case.rejected_reasons),
        "grouped": case.grouped,
        "invoices": [
            {
                "invoice_id": member.invoice_id,
                "external_id": member.external_id,
                "principal": money(member.principal, currency),
                "remaining": money(member.remaining, currency),
                "state": member.state.value,
                "disputed": member.disputed,
            }
            for member in case.members
        ],
        "left_out": [
            {"invoice_id": each.invoice_id, "reasons": list(each.reasons)} for each in case.left_out
        ],
        "principal": money(case.principal, currency),
        "remaining": money(case.remaining, currency),
        "agency_cost": money(case.costs.remaining, currency),
        "commission_percent": percent(case.commission),
        "withdrawal_cost": agreed(case.withdrawal_cost),
        "cost_confirmed_at": instant(case.cost_confirmed_at),
        "withdrawing": case.withdrawing,
        "collection_since": instant(case.collection_since),
        "opened_at": instant(case.opened_at),
        "updated_at": instant(case.updated_at),
        "closed_at": instant(case.closed_at),
        "open_questions": list(case.open_questions),
        "available_actions": list(actions),
    }


def tell_new_message(message: Message) -> dict[str, Any]:
    """Tell a message without its text, which is personal: what is answered is kept for repeated requests."""
    return {"message_id": message.message_id, "at": instant(message.at)}


def tell_message(message: Message) -> dict[str, Any]:
    """Tell a message."""
    return {
        "message_id": message.message_id,
        "direction": message.direction,
        "text": message.text,
        "at": instant(message.at),
        "seen_at": instant(message.seen_at),
        "seen_by": message.seen_by,
    }


class ToldSyncRequests(Told):
    """Which agreements will be synchronised."""

    agencies: list[str]


def tell_sync_requests(agencies: list[str]) -> dict[str, Any]:
    """Tell which agreements will be synchronised."""
    return {"agencies": agencies}
