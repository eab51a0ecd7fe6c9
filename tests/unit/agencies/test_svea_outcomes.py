"""What every possible answer to a command means, and what a command looks like on the wire."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.agencies.cursors import cursor_after, query_of, rewound
from fordring.agencies.registry import UnknownAgency, agency_names, build, capabilities
from fordring.agencies.svea.adapter import Svea
from fordring.domain.agency import (
    Accepted,
    Address,
    CaseKey,
    CommandKind,
    Credentials,
    Doubt,
    InDoubt,
    Level,
    MalformedAnswer,
    Operation,
    Outcome,
    Rejected,
    TryLater,
)
from fordring.domain.instructions import DebtorDetails, InvoiceDetails, RegisterCase, ReportPayment
from fordring.domain.money import Money
from fordring.domain.transport import Request, Response, Sent, TransportFailed

NOW = datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
CLIENT = Credentials("79021", "fjordlys", "secret word")
PAYMENT = ReportPayment(
    "inv_1-1", "SV1", "pay_1", "inv_1-1", Money(12345, "NOK"), date(2026, 3, 30), settles=True
)


@dataclass
class Scripted:
    """An ``Http`` that gives one answer, or fails, and keeps what it was asked."""

    answer: Response | TransportFailed
    asked: list[Request] = field(default_factory=list)

    def exchange(self, request: Request) -> Response:
        self.asked.append(request)
        if isinstance(self.answer, TransportFailed):
            raise self.answer
        return self.answer


def outcome(status: int, body: object, headers: dict[str, str] | None = None) -> Outcome:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Svea(Scripted(Response(status, headers or {}, raw)), "https://svea.example", lambda: NOW).send(
        PAYMENT, CLIENT
    )


def said(result: str, **more: object) -> dict[str, object]:
    return {"ResultCode": result, "ErrorMessage": None, **more}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, said("Accepted"), Accepted()),
        (202, said("Accepted"), Accepted()),
        (200, said("AlreadyExists"), Accepted(already_existed=True)),
        (200, said("AlreadyClosed"), Accepted(already_existed=True)),
        (404, said("UnknownCase"), Rejected(("unknown_case",))),
        (
            409,
            said("Conflict", ErrorMessage="Once more?"),
            Rejected(("conflicting_repetition",), ("Once more?",)),
        ),
        (
            400,
            said(
                "Rejected",
                Errors=[
                    {"Code": "AddressMissing", "Message": "Where?"},
                    {"Code": "SomethingNew", "Message": "Hm."},
                    {"Code": "AddressMissing", "Message": "Where, again?"},
                ],
            ),
            Rejected(("address_missing", "agency_refused"), ("Where?", "Hm.", "Where, again?")),
        ),
        (400, said("Rejected"), Rejected(("agency_refused",))),
        (401, said("Unauthorized"), TryLater("unauthorized")),
        (403, b"<html>", TryLater("unauthorized")),
        (500, said("InternalError"), InDoubt("status_500")),
        (503, b"", InDoubt("status_503")),
        (200, b"<html>", InDoubt("malformed_answer")),
        (200, said("Perhaps"), InDoubt("malformed_answer")),
        (200, said("Rejected"), InDoubt("malformed_answer")),
        (400, said("Accepted"), InDoubt("malformed_answer")),
        (400, said("Rejected", Errors="many"), InDoubt("malformed_answer")),
        (404, b"Not Found", InDoubt("malformed_answer")),
        (302, said("Accepted"), InDoubt("malformed_answer")),
    ],
)
def test_what_an_answer_means(status: int, body: object, expected: Outcome) -> None:
    assert outcome(status, body) == expected


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("90", timedelta(seconds=90)),
        (" 0 ", timedelta()),
        ("99999999", timedelta(days=1)),
        ("9" * 400, None),
        ("-1", None),
        ("1.5", None),
        ("Tue, 31 Mar 2026 07:00:00 GMT", None),
        ("٣", None),
    ],
)
def test_when_to_come_back(header: str, after: timedelta | None) -> None:
    assert outcome(429, b"", {"retry-after": header}) == TryLater("too_many_requests", after)


@pytest.mark.parametrize(
    ("sent", "expected"), [("no", TryLater("connect_timeout")), ("maybe", InDoubt("connect_timeout"))]
)
def test_no_answer_is_a_doubt_unless_nothing_was_sent(sent: Sent, expected: Outcome) -> None:
    http = Scripted(TransportFailed(sent, "connect_timeout"))
    assert Svea(http, "https://svea.example", lambda: NOW).send(PAYMENT, CLIENT) == expected


@given(st.integers(100, 599), st.binary(max_size=200))
def test_every_answer_is_an_outcome(status: int, body: bytes) -> None:
    assert isinstance(outcome(status, body), Accepted | Rejected | TryLater | InDoubt)


def test_a_registration_on_the_wire() -> None:
    command = RegisterCase(
        external_id="inv_1-1",
        level=Level.COLLECTION,
        creditor_name="Fjordlys AS",
        creditor_organisation_number="923609016",
        debtor=DebtorDetails(
            "d-1", "consumer", "Åse Ødegård", None, Address(("Bryggen 1", "Hus B"), "5003", "Bergen", "NO")
        ),
        invoices=(
            InvoiceDetails(
                "inv_1-1",
                "10042",
                date(2026, 3, 1),
                date(2026, 3, 15),
                Money(125000, "NOK"),
                Money(25050, "NOK"),
                "0000100425",
                None,
            ),
        ),
    )
    http = Scripted(Response(202, {}, json.dumps(said("Accepted")).encode()))
    assert Svea(http, "https://svea.example/", lambda: NOW).send(command, CLIENT) == Accepted()
    (request,) = http.asked
    assert (request.method, request.url) == ("POST", "https://svea.example/api/v1/cases")
    assert "Åse Ødegård".encode() in request.body
    sent = json.loads(request.body)
    assert (sent["ClientId"], sent["ClientOrderId"], sent["Level"]) == ("79021", "inv_1-1", "Collection")
    assert sent["Debtor"]["OrganisationNumber"] is None
    assert sent["Invoices"] == [
        {
            "ClientInvoiceId": "inv_1-1",
            "DocumentNumber": "10042",
            "SettlementKey": "10042",
            "InvoiceDate": "2026-03-01",
            "DueDate": "2026-03-15",
            "Amount": "1250.00",
            "Remaining": "250.50",
            "Currency": "NOK",
            "PaymentReference": "0000100425",
            "BankAccount": None,
        }
    ]
    assert "secret word" not in str(request.headers) + str(request.body)


def test_a_retry_is_the_same_message_with_a_new_signature() -> None:
    http = Scripted(TransportFailed("maybe", "read_timeout"))
    instants = iter([NOW, NOW + timedelta(hours=1)])
    agency = Svea(http, "https://svea.example", lambda: next(instants))
    for _ in range(2):
        agency.send(PAYMENT, CLIENT)
    first, second = http.asked
    assert first.body == second.body
    assert first.headers["Authorization"] != second.headers["Authorization"]


@pytest.mark.parametrize(
    ("status", "sent"), [(401, "no"), (403, "no"), (429, "no"), (500, "maybe"), (503, "maybe")]
)
def test_a_question_that_cannot_be_answered_now_is_a_failed_transport(status: int, sent: Sent) -> None:
    agency = Svea(Scripted(Response(status, {}, b"")), "https://svea.example", lambda: NOW)
    with pytest.raises(TransportFailed) as failed:
        agency.case(CaseKey("inv_1-1"), CLIENT)
    assert failed.value.sent == sent


def test_a_question_that_is_refused_is_a_malformed_answer() -> None:
    agency = Svea(Scripted(Response(404, {}, b"")), "https://svea.example", lambda: NOW)
    with pytest.raises(MalformedAnswer):
        agency.open_cases(None, CLIENT)


def test_what_is_asked_is_quoted() -> None:
    http = Scripted(Response(404, {}, b""))
    with pytest.raises(MalformedAnswer):
        Svea(http, "https://svea.example", lambda: NOW).case(CaseKey("a&b=c d"), CLIENT)
    assert http.asked[0].url == "https://svea.example/api/v1/cases?clientOrderId=a%26b%3Dc+d"


def test_cursors_go_back_in_time() -> None:
    cursor = cursor_after(17, NOW.replace(microsecond=123_999))
    assert query_of(cursor, 5) == "after=17&limit=5"
    earlier = rewound(cursor, timedelta(minutes=10))
    assert earlier == "@2026-03-31T06:50:00.123Z"
    assert query_of(earlier, 5) == "since=2026-03-31T06%3A50%3A00.123Z&limit=5"
    assert query_of(None, 5) == "after=0&limit=5"
    assert rewound(cursor, timedelta(days=3_000_000)) is None
    with pytest.raises(ValueError, match="not a cursor"):
        query_of("17", 5)


def test_the_registry_knows_what_an_agency_can_do_without_building_it() -> None:
    assert agency_names() == ("cloud_collect", "intrum", "svea")
    can = capabilities("svea")
    assert (can.agency, can.interface) == ("svea", "modelled")
    assert can.operations == frozenset(Operation) - {Operation.ACTIVATE_SERVICE, Operation.MIRROR_LEDGER}
    built = build("svea", Scripted(Response(200, {}, b"")), "https://svea.example", lambda: NOW)
    assert built.capabilities is can
    assert set(built.doubts) == set(CommandKind)
    assert built.doubts[CommandKind.REGISTER_CASE].doubt is Doubt.LOOK_UP
    for ask in (capabilities, lambda name: build(name, Scripted(Response(200, {}, b"")), "", lambda: NOW)):
        with pytest.raises(UnknownAgency):
            ask("nobody")


def test_a_command_without_a_case_number_says_so() -> None:
    http = Scripted(Response(200, {}, json.dumps(said("Accepted")).encode()))
    Svea(http, "https://svea.example", lambda: NOW).send(replace(PAYMENT, case_number=None), CLIENT)
    sent = json.loads(http.asked[0].body)
    assert sent == {
        "ClientId": "79021",
        "ClientOrderId": "inv_1-1",
        "CaseNumber": None,
        "PaymentId": "pay_1",
        "ClientInvoiceId": "inv_1-1",
        "Amount": "123.45",
        "Currency": "NOK",
        "PaidDate": "2026-03-30",
        "Settles": True,
    }
