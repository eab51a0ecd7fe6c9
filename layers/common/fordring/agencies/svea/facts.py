"""Svea's changes and balances, turned into the hub's facts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from fordring.agencies.reading import Node
from fordring.agencies.svea import administration
from fordring.agencies.svea.terms import CHANNELS, CLOSED_REASONS, LETTERS, QUESTIONS, refusal, stage_of
from fordring.domain.agency import CaseKey, ClosedReason, MalformedAnswer
from fordring.domain.agency_answers import AgencyBalance
from fordring.domain.facts import (
    CaseClosed,
    CasePaused,
    CaseRegistered,
    CaseRejected,
    CaseResumed,
    Fact,
    LetterDispatched,
    MessageReceived,
    MessageSeen,
    PaymentReceived,
    PaymentReversed,
    QuestionAsked,
    QuestionWithdrawn,
    SettlementLine,
    SettlementMade,
    StatusChanged,
)
from fordring.domain.questions import QuestionKind


def fact(change: Node) -> Fact | None:
    """Read one change; ``None`` for a type that did not exist when this was written.

    Raises
    ------
    MalformedAnswer
        When the change is not what the interface says.
    """
    case = case_key(change)
    occurred_at = change.instant("OccurredAt")
    kind = change.text("Type")
    if kind in administration.READERS:
        return administration.READERS[kind](change, _known(case), occurred_at)
    reader = _READERS.get(kind)
    return reader(change, case, occurred_at) if reader else None


def case_key(member: Node) -> CaseKey:
    """The names of the case that a change, a balance or a settlement line speaks of."""
    return CaseKey(member.optional_identifier("ClientOrderId"), member.optional_identifier("CaseNumber"))


def balance(case: Node, as_of: datetime) -> AgencyBalance:
    """Read one case of the agency's ledger.

    Raises
    ------
    MalformedAnswer
        When the case is not what the interface says.
    """
    currency = case.currency()
    status = case.identifier("Status")
    return AgencyBalance(
        case=case_key(case),
        agency_status=status,
        stage=stage_of(status),
        open=case.flag("Open"),
        principal_remaining=case.money("PrincipalRemaining", currency),
        cost_remaining=case.money("CostRemaining", currency),
        interest_remaining=case.money("InterestRemaining", currency),
        as_of=as_of,
    )


def _known(case: CaseKey) -> CaseKey:
    if case.external_id is None and case.case_number is None:
        raise MalformedAnswer("the change names no case")
    return case


def _registered(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return CaseRegistered(_known(case), change.identifier("CaseNumber"), occurred_at)


def _rejected(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    reasons = tuple(refusal(error.text("Code")) for error in change.nodes("Errors"))
    return CaseRejected(_known(case), reasons or ("agency_refused",), occurred_at)


def _status(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    status = change.identifier("Status")
    return StatusChanged(_known(case), status, stage_of(status), occurred_at)


def _dispatched(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return LetterDispatched(
        case=_known(case),
        dispatch_id=change.identifier("DispatchId"),
        kind=LETTERS.get(change.text("Kind"), "other"),
        channel=_channel(change),
        sent_date=change.day("SentDate"),
        deadline_date=change.optional_day("DeadlineDate"),
        fee=change.optional_money("Fee", change.currency()),
        occurred_at=occurred_at,
        has_document=change.flag("HasDocument") if "HasDocument" in change.members else False,
    )


def _channel(change: Node) -> str:
    channel = CHANNELS.get(change.text("Channel"))
    if channel is None:
        raise MalformedAnswer("the channel is not one of the interface")
    return channel


def _payment(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    currency = change.currency()
    # Parts that do not make the amount are told as they are: refused, they would hold up all that follows.
    return PaymentReceived(
        case=case,
        agency_payment_id=change.identifier("PaymentId"),
        amount=change.money("Amount", currency),
        principal=change.money("Principal", currency),
        interest=change.money("Interest", currency),
        agency_cost=change.money("Cost", currency),
        paid_date=change.day("PaidDate"),
        occurred_at=occurred_at,
        payment_reference=change.optional_identifier("PaymentReference"),
        invoice_external_id=change.optional_identifier("ClientInvoiceId"),
    )


def _reversed(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return PaymentReversed(case, change.identifier("PaymentId"), change.identifier("ReversalId"), occurred_at)


def _message(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return MessageReceived(
        _known(case), change.identifier("MessageId"), change.text("Text"), occurred_at=occurred_at
    )


def _seen(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return MessageSeen(_known(case), change.identifier("MessageId"), occurred_at)


def _paused(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return CasePaused(_known(case), change.optional_day("UntilDate"), occurred_at)


def _resumed(_change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return CaseResumed(_known(case), occurred_at)


def _asked(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return QuestionAsked(
        case=_known(case),
        question_id=change.identifier("QuestionId"),
        kind=QUESTIONS.get(change.text("Kind"), QuestionKind.OTHER),
        text=change.text("Text"),
        deadline_date=change.optional_day("DeadlineDate"),
        occurred_at=occurred_at,
    )


def _question_withdrawn(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    return QuestionWithdrawn(_known(case), change.identifier("QuestionId"), occurred_at)


def _closed(change: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    reason = CLOSED_REASONS.get(change.text("Reason"), ClosedReason.OTHER)
    return CaseClosed(_known(case), reason, change.identifier("Status"), occurred_at)


def _settlement(change: Node, _case: CaseKey, occurred_at: datetime) -> Fact:
    currency = change.currency()
    return SettlementMade(
        settlement_id=change.identifier("SettlementId"),
        settled_date=change.day("PaidToClientOn"),
        payout=change.money("Amount", currency),
        lines=tuple(_settlement_line(line, currency) for line in change.nodes("Lines")),
        occurred_at=occurred_at,
    )


def _settlement_line(line: Node, currency: str) -> SettlementLine:
    """Read a line as it is: parts that do not make its amount are a difference for bookkeeping to see."""
    return SettlementLine(
        case=_known(case_key(line)),
        principal=line.money("Principal", currency),
        fee=line.money("Cost", currency),
        interest=line.money("Interest", currency),
        commission=line.money("AdministrationFee", currency),
        vat=line.money("Vat", currency),
        payout=line.money("Amount", currency),
    )


_READERS: Final[Mapping[str, Callable[[Node, CaseKey, datetime], Fact]]] = MappingProxyType(
    {
        "CaseRegistered": _registered,
        "CaseRejected": _rejected,
        "StatusChanged": _status,
        "Dispatched": _dispatched,
        "PaymentReceived": _payment,
        "PaymentReversed": _reversed,
        "MessageReceived": _message,
        "MessageSeen": _seen,
        "CasePaused": _paused,
        "CaseResumed": _resumed,
        "QuestionAsked": _asked,
        "QuestionWithdrawn": _question_withdrawn,
        "CaseClosed": _closed,
        "PaidToClient": _settlement,
    }
)
