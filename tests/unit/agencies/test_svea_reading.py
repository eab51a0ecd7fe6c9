"""Svea's JSON is read strictly: a fact, or ``MalformedAnswer``, and never anything else."""

import contextlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.agencies.svea import Svea
from fordring.agencies.svea.reading import read
from fordring.domain.agency import (
    BalancePage,
    CaseClosed,
    CaseKey,
    CaseRegistered,
    CaseRejected,
    Changes,
    ClosedReason,
    Credentials,
    Delivery,
    LetterDispatched,
    MalformedAnswer,
    MessageReceived,
    PaymentReceived,
    PaymentReversed,
    SettlementLine,
    SettlementMade,
    Stage,
    StatusChanged,
)
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


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (change("CaseRegistered"), CaseRegistered(KEY, "SV1", INSTANT)),
        (
            change("CaseRejected", Errors=[{"Code": "DebtorDeceased"}, {"Code": "SomethingNew"}]),
            CaseRejected(KEY, ("debtor_deceased", "agency_refused"), INSTANT),
        ),
        (
            change("StatusChanged", Status="Reminded"),
            StatusChanged(KEY, "Reminded", Stage.REMINDER, INSTANT),
        ),
        (
            change("StatusChanged", Status="Tvangssalg"),
            StatusChanged(KEY, "Tvangssalg", Stage.UNKNOWN, INSTANT),
        ),
        (
            LETTER,
            LetterDispatched(
                KEY,
                "L1",
                "notice_of_collection",
                "letter",
                date(2026, 3, 31),
                date(2026, 4, 14),
                nok(3800),
                INSTANT,
            ),
        ),
        (
            LETTER | {"Kind": "Greeting", "Fee": None, "DeadlineDate": None, "Channel": "Sms"},
            LetterDispatched(KEY, "L1", "other", "sms", date(2026, 3, 31), None, None, INSTANT),
        ),
        (
            PAYMENT,
            PaymentReceived(
                KEY,
                "P1",
                nok(10400),
                nok(10000),
                nok(150),
                nok(250),
                date(2026, 3, 30),
                INSTANT,
                "0001",
                None,
            ),
        ),
        (
            change("PaymentReversed", PaymentId="P1", ReversalId="R1"),
            PaymentReversed(KEY, "P1", "R1", INSTANT),
        ),
        (
            change("MessageReceived", MessageId="M1", Text="Hei\nigjen"),
            MessageReceived(KEY, "M1", "Hei\nigjen", occurred_at=INSTANT),
        ),
        (
            change("CaseClosed", Status="Cancelled", Reason="Withdrawn"),
            CaseClosed(KEY, ClosedReason.WITHDRAWN, "Cancelled", INSTANT),
        ),
        (
            change("CaseClosed", Status="Cancelled", Reason="Sold"),
            CaseClosed(KEY, ClosedReason.OTHER, "Cancelled", INSTANT),
        ),
        (
            SETTLEMENT,
            SettlementMade(
                "S1",
                date(2026, 3, 30),
                nok(8750),
                (SettlementLine(KEY, nok(9500), nok(3800), nok(500), nok(1000), nok(250), nok(8750)),),
                INSTANT,
            ),
        ),
    ],
    ids=lambda value: value["Type"] if isinstance(value, dict) else "",
)
def test_each_type_of_change(raw: dict[str, Any], fact: object) -> None:
    assert svea().parse_callback({}, callback(raw)) == Delivery("d-1", (fact,))  # type: ignore[arg-type]


def test_a_type_that_did_not_exist_is_skipped() -> None:
    news = change("CaseMoved", To="Bergen")
    assert svea().parse_callback({}, callback(news, change("CaseRegistered"))).facts == (
        CaseRegistered(KEY, "SV1", INSTANT),
    )


@pytest.mark.parametrize(
    "broken",
    [
        PAYMENT | {"Amount": 104},
        PAYMENT | {"Amount": 104.0},
        PAYMENT | {"Amount": "104"},
        PAYMENT | {"Amount": "104.000"},
        PAYMENT | {"Amount": "104,00"},
        PAYMENT | {"Amount": "105.00"},
        PAYMENT | {"Principal": "-100.00", "Amount": "-96.00"},
        PAYMENT | {"Currency": "XXX"},
        PAYMENT | {"Currency": None},
        PAYMENT | {"PaidDate": "30.03.2026"},
        PAYMENT | {"PaidDate": "2026-02-30"},
        PAYMENT | {"PaymentId": ""},
        PAYMENT | {"PaymentId": "x" * 141},
        PAYMENT | {"PaymentId": "P\n1"},
        PAYMENT | {"OccurredAt": "2026-03-31T07:00:00"},
        PAYMENT | {"OccurredAt": "2026-03-31 07:00:00Z"},
        PAYMENT | {"OccurredAt": 1774940400},
        PAYMENT | {"Type": None},
        {name: value for name, value in PAYMENT.items() if name != "Cost"},
        LETTER | {"Channel": "Pigeon"},
        change("StatusChanged", Status=""),
        change("StatusChanged", Status="Paid", ClientOrderId=None, CaseNumber=None),
        change("CaseRegistered", CaseNumber=None),
        change("MessageReceived", MessageId="M1", Text="\ud800"),
        change("CaseRejected", Errors=["DebtorDeceased"]),
        SETTLEMENT | {"Amount": "87.51"},
        SETTLEMENT | {"Lines": [SETTLEMENT["Lines"][0] | {"Vat": "2.51"}]},
        SETTLEMENT | {"Lines": None},
    ],
)
def test_what_is_off_the_interface_is_malformed(broken: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        svea().parse_callback({}, callback(broken))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"DeliveryId": "d-1"}',
        b'{"DeliveryId": "d-1", "DeliveryId": "d-2", "Changes": []}',
        b'{"DeliveryId": NaN, "Changes": []}',
        b'{"DeliveryId": 1, "Changes": []}',
        b'{"DeliveryId": "d-1", "Changes": {}}',
        b'{"DeliveryId": "d-1", "Changes": [1]}',
        b'{"DeliveryId": "d-1", "Changes": []}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_body_that_is_none_is_malformed_and_peeks_as_nothing(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        svea().parse_callback({}, body)
    assert svea().peek_callback(body) == (None, ())


def test_peeking_names_each_case_once_and_no_line_of_a_settlement() -> None:
    assert svea().peek_callback(callback(change("CaseRegistered"), PAYMENT)) == ("d-1", (KEY,))
    assert svea().peek_callback(callback(SETTLEMENT)) == ("d-1", ())


def test_peeking_at_what_nobody_signed_never_leads_to_many_reads() -> None:
    for many in (
        [change("CaseRegistered", CaseNumber=f"SV{n}") for n in range(2)],
        [change("CaseRegistered")] * 51,
    ):
        assert svea().peek_callback(callback(*many)) == (None, ())
        with pytest.raises(MalformedAnswer):
            svea().parse_callback({}, callback(*many))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
VALUES = JSON | st.sampled_from(["100.00", "NOK", "2026-03-31", AT, "Post", "Reminder", [], {}, -1])
CHANGES = st.builds(
    lambda whole, altered: whole | altered,
    st.sampled_from(
        [PAYMENT, LETTER, SETTLEMENT, change("CaseRegistered"), change("CaseRejected", Errors=[])]
    ),
    st.dictionaries(st.sampled_from(sorted(PAYMENT | LETTER | SETTLEMENT)), VALUES, max_size=3),
)
CASE = {
    "ClientOrderId": "inv_1-1",
    "CaseNumber": "SV1",
    "Status": "Reminded",
    "Open": True,
    "RejectionCodes": [],
    "Currency": "NOK",
    "PrincipalRemaining": "1.00",
    "InterestRemaining": "0.00",
    "CostRemaining": "0.00",
}
CASES = st.builds(
    lambda altered: CASE | altered, st.dictionaries(st.sampled_from(sorted(CASE)), VALUES, max_size=2)
)
PAGE = {"ResultCode": "Success", "ErrorMessage": None, "AsOf": AT, "More": False, "NextPage": None}


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bodies_are_read_or_malformed(body: bytes) -> None:
    for ask in (
        lambda: read(body),
        lambda: svea().parse_callback({}, body),
        lambda: svea(body).changes_since(None, CLIENT),
        lambda: svea(body).open_cases(None, CLIENT),
        lambda: svea(body).case(KEY, CLIENT),
    ):
        with contextlib.suppress(MalformedAnswer):
            ask()
    svea().peek_callback(body)


@settings(max_examples=300)
@given(st.lists(CHANGES | JSON, max_size=3), st.lists(CASES | JSON, max_size=3))
def test_answers_that_are_almost_right_are_read_or_malformed(changes: list[Any], cases: list[Any]) -> None:
    page = PAGE | {"Changes": changes, "Cases": cases}
    delivery = json.dumps({"DeliveryId": "d-1", "Changes": changes}).encode()
    for ask, kind in (
        (lambda: svea().parse_callback({}, delivery), Delivery),
        (lambda: svea(page).changes_since(None, CLIENT), Changes),
        (lambda: svea(page).open_cases(None, CLIENT), BalancePage),
    ):
        with contextlib.suppress(MalformedAnswer):
            assert isinstance(ask(), kind)
    identity, keys = svea().peek_callback(delivery)
    assert identity in {None, "d-1"}
    assert len(keys) <= 1


@pytest.mark.parametrize(
    "page",
    [
        PAGE | {"Changes": [change("CaseRegistered"), change("CaseRegistered")]},
        PAGE | {"Changes": [], "More": True},
        PAGE | {"Changes": [], "ResultCode": "Rejected"},
    ],
)
def test_a_page_of_changes_that_leads_nowhere_is_malformed(page: object) -> None:
    with pytest.raises(MalformedAnswer):
        svea(page).changes_since(None, CLIENT)


def test_a_closed_case_in_the_list_of_open_ones_is_malformed() -> None:
    with pytest.raises(MalformedAnswer):
        svea(PAGE | {"Cases": [CASE | {"Open": False}]}).open_cases(None, CLIENT)
