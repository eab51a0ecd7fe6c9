"""Intrum's events and balances, turned into the hub's facts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from fordring.agencies.intrum.statuses import Tells, read_status
from fordring.agencies.intrum.terms import CHANNELS, LETTERS, refusal
from fordring.agencies.reading import Node
from fordring.domain.agency import CaseKey, Credentials, MalformedAnswer
from fordring.domain.agency_answers import AgencyBalance
from fordring.domain.facts import (
    CaseRegistered,
    CaseRejected,
    DebtorDeceased,
    Fact,
    LetterDispatched,
    MessageReceived,
    PaymentReceived,
    PaymentReversed,
    QuestionAsked,
    SettlementLine,
    SettlementMade,
    StatusChanged,
)
from fordring.domain.money import Money
from fordring.domain.questions import QuestionKind


def facts_of(event: Node, credentials: Credentials) -> tuple[Fact, ...]:
    """Read one event; a type that did not exist when this was written tells nothing.

    Raises
    ------
    MalformedAnswer
        When the event is not what the interface says, or is of another client.
    """
    hold_to(event, credentials)
    case = case_key(event)
    occurred_at = event.instant("occurredAt")
    reader = _READERS.get(event.text("type"))
    return reader(event, case, occurred_at) if reader else ()


def hold_to(members: Node, credentials: Credentials) -> None:
    """Make sure that something is of the client that asked.

    Raises
    ------
    MalformedAnswer
        When it is another's: nothing of it is used.
    """
    if members.text("contractNumber") != credentials.customer_number:
        raise MalformedAnswer(f"{members.path} is of another contract")


def case_key(members: Node) -> CaseKey:
    """The names of the case that an event, a balance or a line of a payout speaks of."""
    return CaseKey(members.optional_identifier("externalId"), members.optional_identifier("caseNumber"))


def balance(case: Node, as_of: datetime, credentials: Credentials) -> AgencyBalance:
    """Read one case of the agency's ledger.

    Raises
    ------
    MalformedAnswer
        When the case is not what the interface says, or is of another client.
    """
    hold_to(case, credentials)
    currency = case.currency("currency")
    status = read_status(case)
    return AgencyBalance(
        case=_known(case_key(case)),
        agency_status=status.text,
        stage=status.stage,
        open=case.flag("open"),
        principal_remaining=_owed(case, "principal", currency),
        cost_remaining=_owed(case, "costs", currency),
        interest_remaining=_owed(case, "interest", currency),
        as_of=as_of,
    )


def _owed(case: Node, name: str, currency: str) -> Money:
    owed = case.cents(name, currency)
    if owed.minor < 0:
        raise MalformedAnswer(f"{case.path}/{name} is negative")
    return owed


def _known(case: CaseKey) -> CaseKey:
    if case.external_id is None and case.case_number is None:
        raise MalformedAnswer("the event names no case")
    return case


def _registered(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    return (CaseRegistered(_known(case), event.identifier("caseNumber"), occurred_at),)


def _refused(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    reasons = tuple(refusal(error.text("code")) for error in event.nodes("errors"))
    return (CaseRejected(_known(case), reasons or ("agency_refused",), occurred_at),)


def _status(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    status = read_status(event)
    changed = StatusChanged(_known(case), status.text, status.stage, occurred_at)
    match status.tells:
        case Tells.DECEASED:
            return changed, DebtorDeceased(case, occurred_at)
        case Tells.ADDRESS_MISSING:
            return changed, _address_wanted(event, case, occurred_at)
        case _:
            return (changed,)


def _address_wanted(event: Node, case: CaseKey, occurred_at: datetime) -> Fact:
    """The question that the status puts: Intrum has no other way to ask it."""
    return QuestionAsked(
        case,
        f"address-{event.number('number')}",
        QuestionKind.ADDRESS,
        "Intrum has no address of the debtor. What is it?",
        deadline_date=None,
        occurred_at=occurred_at,
    )


def _letter(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    fee = event.optional_cents("fee", event.currency("currency"))
    channel = CHANNELS.get(event.text("channel"))
    if channel is None or (fee is not None and fee.minor < 0):
        raise MalformedAnswer("the letter is not as the interface says")
    return (
        LetterDispatched(
            case=_known(case),
            dispatch_id=event.identifier("letterId"),
            kind=LETTERS.get(event.text("kind"), "other"),
            channel=channel,
            sent_date=event.day("sentDate"),
            deadline_date=event.optional_day("dueDate"),
            fee=fee,
            occurred_at=occurred_at,
        ),
    )


def _payment(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    currency = event.currency("currency")
    # Parts that do not make the amount are told as they are: refused, they would hold up all that follows.
    payment = PaymentReceived(
        case=case,
        agency_payment_id=event.identifier("paymentId"),
        amount=event.cents("amount", currency),
        principal=event.cents("principal", currency),
        interest=event.cents("interest", currency),
        agency_cost=event.cents("costs", currency),
        paid_date=event.day("paymentDate"),
        occurred_at=occurred_at,
        payment_reference=event.optional_identifier("reference"),
        invoice_external_id=event.optional_identifier("invoiceExternalId"),
    )
    return (payment,)


def _cancelled(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    payment_id, cancellation = event.identifier("paymentId"), event.identifier("cancellationId")
    return (PaymentReversed(case, payment_id, cancellation, occurred_at),)


def _message(event: Node, case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    message_id, text = event.identifier("messageId"), event.text("text")
    return (MessageReceived(_known(case), message_id, text, occurred_at=occurred_at),)


def _payout(event: Node, _case: CaseKey, occurred_at: datetime) -> tuple[Fact, ...]:
    currency = event.currency("currency")
    payout = SettlementMade(
        settlement_id=event.identifier("payoutId"),
        settled_date=event.day("payoutDate"),
        payout=event.cents("amount", currency),
        lines=tuple(_line(line, currency) for line in event.nodes("lines")),
        occurred_at=occurred_at,
    )
    return (payout,)


def _line(line: Node, currency: str) -> SettlementLine:
    """Read a line as it is: parts that do not make its amount are a difference for bookkeeping to see."""
    return SettlementLine(
        case=_known(case_key(line)),
        principal=line.cents("principal", currency),
        fee=line.cents("costs", currency),
        interest=line.cents("interest", currency),
        commission=line.cents("commission", currency),
        vat=line.cents("vat", currency),
        payout=line.cents("amount", currency),
    )


_READERS: Final[Mapping[str, Callable[[Node, CaseKey, datetime], tuple[Fact, ...]]]] = MappingProxyType(
    {
        "registered": _registered,
        "refused": _refused,
        "status": _status,
        "letter": _letter,
        "payment": _payment,
        "paymentCancelled": _cancelled,
        "message": _message,
        "payout": _payout,
    }
)
