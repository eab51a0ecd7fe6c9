"""Intrum's messages as they should be, for tests to take apart."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fordring.agencies.intrum import Intrum
from fordring.domain.agency import CaseKey, Credentials
from fordring.domain.money import Money
from fordring.domain.transport import Request, Response, TransportFailed

AT = "2026-03-31T07:00:00.250Z"
INSTANT = datetime(2026, 3, 31, 7, 0, 0, 250_000, tzinfo=UTC)
KEY = CaseKey("inv_1-1", "IJ1")
CLIENT = Credentials("79021", "fjordlys", "secret word")
BASE = "https://collection.intrum.example"

type Answer = Response | TransportFailed


def token(text: str = "t1", **members: object) -> Response:
    made = {"access_token": text, "token_type": "Bearer", "expires_in": 3600} | members
    return Response(200, {}, json.dumps(made).encode())


@dataclass
class Endpoint:
    """An ``Http`` with a token endpoint beside the rest; each answers in turn, at last always the same."""

    answers: list[Answer]
    tokens: list[Answer] = field(default_factory=lambda: [token()])
    requests: list[Request] = field(default_factory=list)

    def exchange(self, request: Request) -> Response:
        self.requests.append(request)
        answers = self.tokens if request.url.endswith("/oauth2/token") else self.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, TransportFailed):
            raise answer
        return answer

    @property
    def asked_for_tokens(self) -> int:
        return len([one for one in self.requests if one.url.endswith("/oauth2/token")])


@dataclass
class Clock:
    """Real time that a test moves."""

    present: datetime = INSTANT

    def now(self) -> datetime:
        return self.present

    def pass_by(self, **duration: float) -> None:
        self.present += timedelta(**duration)


def answer(body: object = None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def intrum(body: object = None, status: int = 200) -> Intrum:
    """An adapter that always gets a token, and always the same answer."""
    return speaking(Endpoint([answer(body, status)]))


def speaking(http: Endpoint, now: Callable[[], datetime] = lambda: INSTANT) -> Intrum:
    return Intrum(http, BASE, now)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def event(kind: str, /, number: int = 18, **members: object) -> dict[str, Any]:
    return {
        "number": number,
        "recordedAt": AT,
        "occurredAt": AT,
        "type": kind,
        "contractNumber": "79021",
        "externalId": "inv_1-1",
        "caseNumber": "IJ1",
    } | members


def page(*events: object, **members: object) -> dict[str, object]:
    return {"asOf": AT, "more": False, "events": list(events)} | members


PAYMENT = event(
    "payment",
    paymentId="P1",
    amount=10400,
    principal=10000,
    interest=150,
    costs=250,
    overpayment=0,
    currency="EUR",
    paymentDate="2026-03-30",
    reference="0001",
    invoiceExternalId=None,
)
LETTER = event(
    "letter",
    letterId="L1",
    kind="collectionNotice",
    channel="post",
    sentDate="2026-03-31",
    dueDate="2026-04-14",
    fee=3800,
    currency="EUR",
)
PAYOUT = event(
    "payout",
    externalId=None,
    caseNumber=None,
    payoutId="S1",
    payoutDate="2026-03-30",
    amount=8750,
    currency="EUR",
    lines=[
        {
            "externalId": "inv_1-1",
            "caseNumber": "IJ1",
            "principal": 9500,
            "costs": 3800,
            "interest": 500,
            "commission": 1000,
            "vat": 250,
            "amount": 8750,
        }
    ],
)
CASE: dict[str, Any] = {
    "contractNumber": "79021",
    "externalId": "inv_1-1",
    "caseNumber": "IJ1",
    "status": "Brevinkasso",
    "open": True,
    "refusals": [],
    "currency": "EUR",
    "principal": 100,
    "interest": 0,
    "costs": 0,
    "invoices": [{"externalId": "inv_1-1", "invoiceNumber": "10042"}],
}
CASES: dict[str, Any] = {"asOf": AT, "nextPage": None, "cases": [CASE]}
