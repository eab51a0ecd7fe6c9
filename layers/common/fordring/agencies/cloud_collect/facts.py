"""Cloud Collect's events and balances, turned into the hub's facts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from fordring.agencies.cloud_collect.terms import CHANNELS, CLOSED_REASONS, LETTERS, stage_of
from fordring.agencies.cloud_collect.values import day_of, instant_of, rejected
from fordring.agencies.reading import Node, node
from fordring.domain.agency import CaseKey, ClosedReason, MalformedAnswer
from fordring.domain.agency_answers import AgencyBalance
from fordring.domain.facts import (
    CaseClosed,
    CaseRegistered,
    CaseRejected,
    Fact,
    LetterDispatched,
    MessageReceived,
    PaymentReceived,
    PaymentReversed,
    SettlementLine,
    SettlementMade,
    StatusChanged,
)


def fact(event: Node) -> Fact | None:
    """Read one event; ``None`` for a type that did not exist when this was written.

    Raises
    ------
    MalformedAnswer
        When the event is not what the interface says.
    """
    case, at = case_key(event), instant_of(event, "at")
    reader = _READERS.get(event.text("type"))
    if reader is None:
        return None
    return reader(node(event.members.get("data"), f"{event.path}/data"), case, at)


def case_key(member: Node) -> CaseKey:
    """The names of the case that an event, a balance or a settlement line speaks of."""
    return CaseKey(member.optional_identifier("caseReference"), member.optional_identifier("caseNumber"))


def balance(case: Node, as_of: datetime) -> AgencyBalance:
    """Read one case of the agency's ledger.

    Raises
    ------
    MalformedAnswer
        When the case is not what the interface says.
    """
    currency, status, state = case.currency("currency"), case.identifier("status"), case.text("state")
    if state not in {"OPEN", "CLOSED"}:
        raise MalformedAnswer(f"{case.path}/state is neither open nor closed")
    return AgencyBalance(
        case=case_key(case),
        agency_status=status,
        stage=stage_of(status),
        open=state == "OPEN",
        principal_remaining=case.money("principalOpen", currency),
        cost_remaining=case.money("costsOpen", currency),
        interest_remaining=case.money("interestOpen", currency),
        as_of=as_of,
    )


def _known(case: CaseKey) -> CaseKey:
    if case.external_id is None and case.case_number is None:
        raise MalformedAnswer("the event names no case")
    return case


def _opened(_data: Node, case: CaseKey, at: datetime) -> Fact:
    if case.case_number is None:
        raise MalformedAnswer("a case was opened without a number")
    return CaseRegistered(case, case.case_number, at)


def _refused(data: Node, case: CaseKey, at: datetime) -> Fact:
    return CaseRejected(_known(case), rejected(data.nodes("errors")).reasons, at)


def _status(data: Node, case: CaseKey, at: datetime) -> Fact:
    status = data.identifier("status")
    return StatusChanged(_known(case), status, stage_of(status), at)


def _closed(data: Node, case: CaseKey, at: datetime) -> Fact:
    reason = CLOSED_REASONS.get(data.text("reason"), ClosedReason.OTHER)
    return CaseClosed(_known(case), reason, data.identifier("status"), at)


def _letter(data: Node, case: CaseKey, at: datetime) -> Fact:
    channel = CHANNELS.get(data.text("channel"))
    if channel is None:
        raise MalformedAnswer("the letter went by no known channel")
    fee = data.optional_money("fee", data.currency("currency"))
    if fee is not None and fee.minor < 0:
        raise MalformedAnswer("the fee of a letter is negative")
    return LetterDispatched(
        case=_known(case),
        dispatch_id=data.identifier("letterId"),
        kind=LETTERS.get(data.text("kind"), "other"),
        channel=channel,
        sent_date=day_of(data, "sentDate"),
        deadline_date=None if data.members.get("deadline") is None else day_of(data, "deadline"),
        fee=fee,
        occurred_at=at,
    )


def _payment(data: Node, case: CaseKey, at: datetime) -> Fact:
    currency = data.currency("currency")
    # Parts that do not make the amount are told as they are: refused, they would hold up all that follows.
    return PaymentReceived(
        case=case,
        agency_payment_id=data.identifier("paymentId"),
        amount=-data.money("amount", currency),
        principal=-data.money("principal", currency),
        interest=-data.money("interest", currency),
        agency_cost=-data.money("costs", currency),
        paid_date=day_of(data, "paidDate"),
        occurred_at=at,
        payment_reference=data.optional_identifier("paymentReference"),
        invoice_external_id=data.optional_identifier("matchedEntryId"),
    )


def _reversed(data: Node, case: CaseKey, at: datetime) -> Fact:
    return PaymentReversed(case, data.identifier("paymentId"), data.identifier("reversalId"), at)


def _message(data: Node, case: CaseKey, at: datetime) -> Fact:
    return MessageReceived(_known(case), data.identifier("messageId"), data.text("text"), occurred_at=at)


def _settlement(data: Node, _case: CaseKey, at: datetime) -> Fact:
    currency = data.currency("currency")
    return SettlementMade(
        settlement_id=data.identifier("settlementId"),
        settled_date=day_of(data, "date"),
        payout=data.money("payout", currency),
        lines=tuple(_line(line, currency) for line in data.nodes("lines")),
        occurred_at=at,
    )


def _line(line: Node, currency: str) -> SettlementLine:
    """What the agency keeps of the creditor's money is negative there, and positive here.

    Parts that do not make the payout are a difference for bookkeeping to see.
    """
    return SettlementLine(
        case=_known(case_key(line)),
        principal=line.money("principal", currency),
        fee=line.money("costsKept", currency),
        interest=line.money("interest", currency),
        commission=-line.money("fee", currency),
        vat=-line.money("vatOnCosts", currency),
        payout=line.money("payout", currency),
    )


_READERS: Final[Mapping[str, Callable[[Node, CaseKey, datetime], Fact]]] = MappingProxyType(
    {
        "case.opened": _opened,
        "case.refused": _refused,
        "case.status": _status,
        "case.closed": _closed,
        "letter.sent": _letter,
        "payment.received": _payment,
        "payment.reversed": _reversed,
        "message.received": _message,
        "settlement.made": _settlement,
    }
)
