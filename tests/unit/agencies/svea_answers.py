"""Svea's messages as they should be, for tests to take apart."""

import json
from datetime import UTC, datetime
from typing import Any

from fordring.agencies.svea.adapter import Svea
from fordring.domain.agency import CaseKey, Credentials
from fordring.domain.money import Money
from fordring.domain.transport import Request, Response

AT = "2026-03-31T07:00:00.250Z"
INSTANT = datetime(2026, 3, 31, 7, 0, 0, 250_000, tzinfo=UTC)
KEY = CaseKey("inv_1-1", "SV1")
CLIENT = Credentials("79021", "fjordlys", "secret word")


class Answering:
    """An ``Http`` that always gives the same answer."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self._answer = Response(status, {}, body)

    def exchange(self, request: Request) -> Response:
        return self._answer


def svea(body: object = None, status: int = 200) -> Svea:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Svea(Answering(raw, status), "https://svea.example", lambda: INSTANT)


def nok(minor: int) -> Money:
    return Money(minor, "NOK")


def change(kind: str, **members: object) -> dict[str, Any]:
    return {
        "Sequence": 1,
        "RecordedAt": AT,
        "Type": kind,
        "ClientOrderId": "inv_1-1",
        "CaseNumber": "SV1",
        "OccurredAt": AT,
    } | members


def callback(*changes: dict[str, Any]) -> bytes:
    return json.dumps({"DeliveryId": "d-1", "ClientId": "79021", "Changes": changes}).encode()


PAYMENT = change(
    "PaymentReceived",
    PaymentId="P1",
    Amount="104.00",
    Principal="100.00",
    Interest="1.50",
    Cost="2.50",
    Overpayment="0.00",
    Currency="NOK",
    PaidDate="2026-03-30",
    PaymentReference="0001",
    ClientInvoiceId=None,
)
LETTER = change(
    "Dispatched",
    DispatchId="L1",
    Kind="CollectionNotice",
    Channel="Post",
    SentDate="2026-03-31",
    DeadlineDate="2026-04-14",
    Fee="38.00",
    Currency="NOK",
)
SETTLEMENT = change(
    "PaidToClient",
    ClientOrderId=None,
    CaseNumber=None,
    SettlementId="S1",
    PaidToClientOn="2026-03-30",
    Amount="87.50",
    Currency="NOK",
    Lines=[
        {
            "ClientOrderId": "inv_1-1",
            "CaseNumber": "SV1",
            "Principal": "95.00",
            "Cost": "38.00",
            "Interest": "5.00",
            "AdministrationFee": "10.00",
            "Vat": "2.50",
            "Amount": "87.50",
        }
    ],
)
