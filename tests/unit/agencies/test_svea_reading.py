"""Svea's JSON is read strictly: a fact, or ``MalformedAnswer``."""

from datetime import date
from typing import Any

import pytest

from fordring.domain.agency import ClosedReason, MalformedAnswer, Stage
from fordring.domain.agency_answers import Delivery
from fordring.domain.facts import (
    CaseClosed,
    CaseRegistered,
    CaseRejected,
    LetterDispatched,
    MessageReceived,
    PaymentReceived,
    PaymentReversed,
    SettlementLine,
    SettlementMade,
    StatusChanged,
)
from tests.unit.agencies.svea_answers import (
    INSTANT,
    KEY,
    LETTER,
    PAYMENT,
    SETTLEMENT,
    callback,
    change,
    nok,
    svea,
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


@pytest.mark.capability("VIS-8")
@pytest.mark.parametrize("uneven", [{"Amount": "105.00"}, {"Principal": "-100.00", "Amount": "-96.00"}])
def test_a_payment_that_does_not_add_up_is_read_as_it_is(uneven: dict[str, Any]) -> None:
    (fact,) = svea().parse_callback({}, callback(PAYMENT | uneven)).facts
    assert isinstance(fact, PaymentReceived)
    assert (fact.amount.text, fact.adds_up) == (uneven["Amount"], False)


@pytest.mark.capability("BEY-8")
@pytest.mark.parametrize(
    "uneven", [{"Amount": "87.51"}, {"Lines": [SETTLEMENT["Lines"][0] | {"Vat": "2.51"}]}]
)
def test_a_settlement_that_does_not_add_up_is_read_as_it_is(uneven: dict[str, Any]) -> None:
    (fact,) = svea().parse_callback({}, callback(SETTLEMENT | uneven)).facts
    assert isinstance(fact, SettlementMade)
    (line,) = fact.lines
    made = line.principal.minor + line.interest.minor - line.commission.minor - line.vat.minor
    assert (made - line.payout.minor, fact.payout.minor - line.payout.minor) in ((0, 1), (-1, 0))


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
def test_a_body_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        svea().parse_callback({}, body)


def test_what_nobody_signed_never_leads_to_many_reads() -> None:
    for many in (
        [change("CaseRegistered", CaseNumber=f"SV{n}") for n in range(2)],
        [change("CaseRegistered")] * 51,
    ):
        with pytest.raises(MalformedAnswer):
            svea().parse_callback({}, callback(*many))
