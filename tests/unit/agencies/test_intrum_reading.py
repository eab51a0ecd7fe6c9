"""What Intrum tells, read strictly: facts, or a malformed answer, and never anything else."""

import contextlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.domain.agency import CaseKey, Credentials, MalformedAnswer, Stage
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes, Delivery
from fordring.domain.facts import (
    CaseRegistered,
    CaseRejected,
    LetterDispatched,
    MessageReceived,
    PaymentReceived,
    PaymentReversed,
    ServiceActivated,
    SettlementMade,
)
from fordring.domain.transport import TransportFailed
from tests.unit.agencies.intrum_answers import (
    AT,
    CASE,
    CASES,
    CLIENT,
    INSTANT,
    KEY,
    LETTER,
    PAYMENT,
    PAYOUT,
    eur,
    event,
    intrum,
    page,
)


def told(*events: object) -> tuple[object, ...]:
    return intrum(page(*events)).changes_since(None, CLIENT).facts


def test_each_type_of_event_is_a_fact() -> None:
    assert told(event("registered")) == (CaseRegistered(KEY, "IJ1", INSTANT),)
    errors = [{"code": "debtorUnknown", "field": None, "message": "?"}]
    assert told(event("refused", errors=errors)) == (CaseRejected(KEY, ("debtor_unknown",), INSTANT),)
    assert told(event("refused", errors=[])) == (CaseRejected(KEY, ("agency_refused",), INSTANT),)
    assert told(LETTER) == (
        LetterDispatched(
            KEY,
            "L1",
            "notice_of_collection",
            "letter",
            date(2026, 3, 31),
            date(2026, 4, 14),
            eur(3800),
            INSTANT,
        ),
    )
    assert told(PAYMENT) == (
        PaymentReceived(
            case=KEY,
            agency_payment_id="P1",
            amount=eur(10400),
            principal=eur(10000),
            interest=eur(150),
            agency_cost=eur(250),
            paid_date=date(2026, 3, 30),
            occurred_at=INSTANT,
            payment_reference="0001",
        ),
    )
    assert told(event("paymentCancelled", paymentId="P1", cancellationId="P1-R")) == (
        PaymentReversed(KEY, "P1", "P1-R", INSTANT),
    )
    assert told(event("message", messageId="M1", text="Hello")) == (
        MessageReceived(KEY, "M1", "Hello", occurred_at=INSTANT),
    )
    (payout,) = told(PAYOUT)
    assert isinstance(payout, SettlementMade)
    assert (payout.payout, payout.lines[0].commission, payout.lines[0].case) == (eur(8750), eur(1000), KEY)


@pytest.mark.capability("VIS-8")
@pytest.mark.parametrize("uneven", [{"amount": 10401}, {"principal": -10000, "amount": -9600}])
def test_a_payment_that_does_not_add_up_is_read_as_it_is(uneven: dict[str, int]) -> None:
    (paid,) = told(PAYMENT | uneven)
    assert isinstance(paid, PaymentReceived)
    assert (paid.amount, paid.adds_up) == (eur(uneven["amount"]), False)


@pytest.mark.capability("BEY-8")
def test_a_payout_that_does_not_add_up_is_read_as_it_is() -> None:
    (more,) = told(PAYOUT | {"amount": 8751})
    (without,) = told(PAYOUT | {"lines": [PAYOUT["lines"][0] | {"vat": 0}]})
    assert isinstance(more, SettlementMade) and isinstance(without, SettlementMade)
    assert (more.payout, more.lines[0].payout) == (eur(8751), eur(8750))
    assert (without.lines[0].vat, without.lines[0].payout) == (eur(0), eur(8750))


@pytest.mark.capability("NET-27")
def test_a_payment_may_come_without_a_reference_and_without_a_case() -> None:
    (paid,) = told(PAYMENT | {"externalId": None, "caseNumber": None, "reference": None})
    assert isinstance(paid, PaymentReceived)
    assert (paid.case, paid.payment_reference) == (CaseKey(), None)


def test_a_new_type_of_event_tells_nothing_and_harms_nothing() -> None:
    changes = intrum(page(event("parade", 18), event("registered", 19))).changes_since(None, CLIENT)
    assert changes.facts == (CaseRegistered(KEY, "IJ1", INSTANT),)


def test_a_balance_has_its_parts() -> None:
    body = CASES | {"cases": [CASE | {"principal": 100, "interest": 7, "costs": 38, "status": "fakturerad"}]}
    assert intrum(body).open_cases(None, CLIENT).cases == (
        AgencyBalance(KEY, "fakturerad", None, True, eur(100), eur(38), eur(7), INSTANT),
    )
    closed = CASES | {"cases": [CASE | {"open": False, "status": "AVSLUTAD"}]}
    found = intrum(closed).case(KEY, CLIENT)
    assert found is not None
    assert (found.open, found.stage) == (False, Stage.CLOSED)


WRONG_AMOUNTS = ["100.00", 1.5, True, None, 10**14, -(10**14), 10**400, [], {}]


@pytest.mark.parametrize("wrong", WRONG_AMOUNTS, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("name", ["amount", "principal", "interest", "costs"])
def test_an_amount_is_a_whole_number_of_cents(name: str, wrong: object) -> None:
    with pytest.raises(MalformedAnswer):
        told(PAYMENT | {name: wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        PAYMENT | {"currency": "XXX"},
        PAYMENT | {"currency": None},
        PAYMENT | {"paymentDate": "30.3.2026"},
        PAYMENT | {"paymentDate": "2026-02-30"},
        PAYMENT | {"paymentId": "a\nb"},
        PAYMENT | {"paymentId": "x" * 141},
        PAYMENT | {"occurredAt": "2026-03-31T07:00:00"},
        PAYMENT | {"contractNumber": "79022"},
        PAYMENT | {"contractNumber": None},
        LETTER | {"fee": -1},
        LETTER | {"channel": "pigeon"},
        PAYOUT | {"lines": [PAYOUT["lines"][0] | {"externalId": None, "caseNumber": None}]},
        event("registered", caseNumber=None),
        event("registered", externalId=7),
        event("message", messageId="M1", text=""),
        event("message", messageId="M1", text="\ud800"),
        7,
    ],
    ids=lambda value: None,
)
def test_what_is_not_as_the_interface_says_is_malformed(wrong: object) -> None:
    with pytest.raises(MalformedAnswer):
        told(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        page(event("registered", 18), event("registered", 18)),
        page(event("registered", 19), event("registered", 18)),
        page(more=True),
        page(event("registered"), more="no"),
        page(event("registered", recordedAt="yesterday")),
        {"events": []},
        [],
    ],
    ids=lambda value: None,
)
def test_a_page_of_events_that_leads_nowhere_is_malformed(wrong: object) -> None:
    with pytest.raises(MalformedAnswer):
        intrum(wrong).changes_since(None, CLIENT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contractNumber": "79022"},
        {"open": False},
        {"principal": -1},
        {"costs": -1},
        {"interest": "0.00"},
        {"principal": 10**14},
        {"externalId": None, "caseNumber": None},
        {"status": ""},
    ],
    ids=str,
)
def test_a_balance_that_cannot_be_is_malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedAnswer):
        intrum(CASES | {"cases": [CASE | wrong]}).open_cases(None, CLIENT)


def test_a_page_that_follows_itself_is_malformed() -> None:
    with pytest.raises(MalformedAnswer):
        intrum(CASES | {"nextPage": "7"}).open_cases("7", CLIENT)


@pytest.mark.parametrize("status", [301, 400, 404, 204])
def test_a_question_that_is_not_answered_is_malformed(status: int) -> None:
    with pytest.raises(MalformedAnswer):
        intrum(page(), status).changes_since(None, CLIENT)


@pytest.mark.parametrize(("status", "sent"), [(401, "no"), (403, "no"), (429, "no"), (500, "maybe")])
def test_a_question_that_cannot_be_answered_now_has_failed(status: int, sent: str) -> None:
    with pytest.raises(TransportFailed) as failed:
        intrum(page(), status).open_cases(None, CLIENT)
    assert failed.value.sent == sent


ACTIVATION = {"contractNumber": "79021", "activatedAt": AT, "bankAccounts": ["NO1886011117947"]}


@pytest.mark.capability("NET-1")
def test_an_activation_names_the_contract_and_the_accounts_once() -> None:
    delivery = intrum().parse_callback({}, json.dumps(ACTIVATION).encode())
    fact = ServiceActivated("79021", INSTANT, ("NO1886011117947",))
    assert delivery == Delivery("activation-79021", (fact,))
    later = ACTIVATION | {"activatedAt": "2026-04-01T07:00:00Z"}
    assert intrum().parse_callback({}, json.dumps(later).encode()).delivery_id == delivery.delivery_id
    bare = {"contractNumber": "79021", "activatedAt": AT}
    assert intrum().parse_callback({}, json.dumps(bare).encode()).facts == (
        ServiceActivated("79021", INSTANT),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"contractNumber": ""},
        {"contractNumber": 79021},
        {"contractNumber": "1\n2"},
        {"contractNumber": "1" * 65},
        {"activatedAt": None},
        {"bankAccounts": "NO18"},
        {"bankAccounts": ["NO18 8601"]},
        {"bankAccounts": ["1"] * 21},
    ],
    ids=str,
)
def test_an_activation_that_makes_no_sense_is_malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedAnswer):
        intrum().parse_callback({}, json.dumps(ACTIVATION | wrong).encode())


def test_an_activation_must_be_of_a_contract_that_is_known_if_one_is() -> None:
    body, agency = json.dumps(ACTIVATION).encode(), intrum()
    other = Credentials("79022", "nordlys", "another")
    unnumbered = Credentials("", "fjordlys", "secret word")
    assert agency.verify_callback({}, body, [], INSTANT)
    assert agency.verify_callback({}, body, [unnumbered], INSTANT)
    assert agency.verify_callback({}, body, [other, CLIENT], INSTANT)
    assert not agency.verify_callback({}, body, [other], INSTANT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
VALUES = JSON | st.sampled_from([10000, "EUR", "2026-03-31", AT, "post", "reminder", "Avliden", [], {}, -1])
EVENTS = st.builds(
    lambda whole, altered: whole | altered,
    st.sampled_from(
        [
            PAYMENT,
            LETTER,
            PAYOUT,
            event("registered"),
            event("status", status="x"),
            event("refused", errors=[]),
        ]
    ),
    st.dictionaries(st.sampled_from(sorted(PAYMENT | LETTER | PAYOUT)), VALUES, max_size=3),
)
BALANCES = st.builds(
    lambda altered: CASE | altered, st.dictionaries(st.sampled_from(sorted(CASE)), VALUES, max_size=2)
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bodies_are_read_or_malformed(body: bytes) -> None:
    for ask in (
        lambda: intrum().parse_callback({}, body),
        lambda: intrum().verify_callback({}, body, [CLIENT], INSTANT),
        lambda: intrum(body).changes_since(None, CLIENT),
        lambda: intrum(body).open_cases(None, CLIENT),
        lambda: intrum(body).case(KEY, CLIENT),
    ):
        with contextlib.suppress(MalformedAnswer):
            ask()


@settings(max_examples=200)
@given(st.lists(EVENTS | JSON, max_size=3), st.lists(BALANCES | JSON, max_size=3))
def test_answers_that_are_almost_right_are_read_or_malformed(events: list[Any], cases: list[Any]) -> None:
    body = {"asOf": AT, "more": False, "nextPage": None, "events": events, "cases": cases}
    for ask, kind in (
        (lambda: intrum(body).changes_since(None, CLIENT), Changes),
        (lambda: intrum(body).open_cases(None, CLIENT), BalancePage),
    ):
        with contextlib.suppress(MalformedAnswer):
            assert isinstance(ask(), kind)
