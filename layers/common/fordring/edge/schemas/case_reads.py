"""Cases and what belongs to them: what is asked and told by reads."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.agency import Level
from fordring.domain.candidates import REASONS, Question, blocking_reasons
from fordring.domain.correspondence import Dispatch
from fordring.domain.events import Event
from fordring.domain.invoice import Invoice
from fordring.edge.schemas.cases import ToldCase, ToldMessage
from fordring.edge.schemas.common import AgencyName, ChosenId, Paging
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, day, instant, money


class CaseQuery(Paging):
    """Which cases."""

    creditor_id: ChosenId
    state: Annotated[
        Literal["open", "archived", "open,archived", "archived,open"],
        Field(description="Archived means closed."),
    ] = "open,archived"
    agency: AgencyName | None = None
    refresh: Annotated[
        Literal["true", "false"],
        Field(
            description="Also ask the agencies for news, once a minute at the most. The answer does not wait "
            "for them: `refreshing` names those whose news are on their way, so list again."
        ),
    ] = "false"

    @property
    def prefix(self) -> str:
        """Where these cases stand in the creditor's list."""
        return "" if "," in self.state else f"{self.state}#"


class CandidateQuery(Paging):
    """Candidates for which agency, and at which level."""

    agency: AgencyName
    level: Annotated[
        Level | None, Field(strict=False, description="Defaults to the agreement's hand-over level.")
    ] = None
    settlement_key: Annotated[
        str | None, Field(max_length=40, description="Only entries that are settled together under this key.")
    ] = None


class ToldCases(Told):
    """A page of cases, open ones and newer ones first. ``as_of`` is when it was read."""

    items: list[ToldCase]
    next_cursor: str | None
    as_of: Instant
    refreshing: Annotated[
        list[str], About("With `refresh`: the agencies that are being asked for news now; else empty.")
    ]


class ToldEvent(Told):
    """Something that happened. ``position`` is its place in the creditor's feed, once it has one."""

    event_id: str
    type: str
    position: int | None
    occurred_at: Instant
    data: dict[str, Any]


class ToldEvents(Told):
    """A page of events, in the order in which they happened."""

    items: list[ToldEvent]
    next_cursor: str | None


class ToldDispatchDocument(Told):
    """The document of a dispatch: only an ``available`` one can be read."""

    state: Literal["none", "pending", "available", "failed", "expired"]
    content_type: str | None
    size: int | None
    sha256: str | None
    expires_at: Instant | None


class ToldDispatch(Told):
    """Something that the agency has sent to the debtor."""

    dispatch_id: str
    kind: str
    channel: str
    sent_date: str
    deadline_date: str | None
    fee: ToldMoney
    document: ToldDispatchDocument


class ToldDispatches(Told):
    """A page of what the agency has sent."""

    items: list[ToldDispatch]
    next_cursor: str | None


class ToldMessages(Told):
    """A page of messages."""

    items: list[ToldMessage]
    next_cursor: str | None


class ToldReason(Told):
    """One thing that stands in the way."""

    code: str
    detail: str


class ToldCandidate(Told):
    """An invoice that is not at an agency, and every reason why it could not go to this one now."""

    invoice_id: str
    document_number: str
    settlement_key: str
    debtor_id: str
    due_date: str
    remaining: ToldMoney
    level: Level
    transferable: bool
    reasons: list[ToldReason]


class ToldCandidates(Told):
    """A page of candidates, by due date."""

    items: list[ToldCandidate]
    next_cursor: str | None
    as_of: Instant


def tell_event(event: Event) -> dict[str, Any]:
    """Tell an event."""
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "position": event.position,
        "occurred_at": instant(event.occurred_at),
        "data": dict(event.data),
    }


def tell_dispatch(dispatch: Dispatch, currency: str, now: datetime) -> dict[str, Any]:
    """Tell a dispatch; its fee is in the case's currency."""
    kept = dispatch.document
    return {
        "dispatch_id": dispatch.dispatch_id,
        "kind": dispatch.kind,
        "channel": dispatch.channel,
        "sent_date": day(dispatch.sent_date),
        "deadline_date": day(dispatch.deadline_date),
        "fee": money(dispatch.fee, currency),
        "document": {
            "state": dispatch.document_state(now),
            "content_type": kept.content_type if kept else None,
            "size": kept.size if kept else None,
            "sha256": kept.sha256 if kept else None,
            "expires_at": instant(kept.expires_at) if kept else None,
        },
    }


def tell_candidate(invoice: Invoice, question: Question) -> dict[str, Any]:
    """Tell whether an invoice could be handed over, and if not, every reason."""
    reasons = blocking_reasons(invoice, question)
    return {
        "invoice_id": invoice.invoice_id,
        "document_number": invoice.document_number,
        "settlement_key": invoice.key_of_settlement,
        "debtor_id": invoice.debtor_id,
        "due_date": day(invoice.terms.due_date),
        "remaining": money(invoice.balance.owed_to_creditor, invoice.currency),
        "level": question.level.value,
        "transferable": not reasons,
        "reasons": [{"code": reason, "detail": REASONS[reason]} for reason in reasons],
    }
