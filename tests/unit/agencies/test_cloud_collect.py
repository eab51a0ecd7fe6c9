"""What the hub makes of Cloud Collect's answers and webhooks, right ones, wrong ones and hostile ones."""

import contextlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.agencies.cloud_collect import CloudCollect
from fordring.domain.agency import (
    Accepted,
    CaseKey,
    Credentials,
    InDoubt,
    MalformedAnswer,
    Rejected,
    Stage,
    TryLater,
    Underway,
)
from fordring.domain.agency_answers import BalancePage, Changes, Delivery
from fordring.domain.facts import (
    CaseRejected,
    LetterDispatched,
    PaymentReceived,
    SettlementMade,
    StatusChanged,
)
from fordring.domain.transport import Request, Response, TransportFailed
from tests.contract.stage import message, nok, payment, registration

CLIENT = Credentials("79021", "fjordlys", "secret word")
NOW = datetime(2026, 3, 31, 6, tzinfo=UTC)
AT = "2026-03-31T07:00:00.000+01:00"
COMMAND = registration()
SOON = timedelta(seconds=15)


class Scripted:
    """Answers one request after the other, and keeps what was asked."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []

    def exchange(self, request: Request) -> Response:
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Response)
        return answer


def says(body: object, status: int = 200, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def cloud(*answers: object) -> CloudCollect:
    return CloudCollect(Scripted(*answers), "https://cloud.example/", lambda: NOW)


def refusal(code: str, *fields: str) -> dict[str, object]:
    errors = [{"code": code, "field": field, "message": "No."} for field in fields]
    return {"code": code, "message": "No.", "errors": errors}


def entry(status: str = "SUCCESS", *codes: str, duplicate: bool = False) -> dict[str, object]:
    errors = [{"code": code, "field": None, "message": code.lower()} for code in codes]
    return {"entryId": "e", "status": status, "duplicate": duplicate, "errors": errors}


def batch(status: str, *results: object, registers: bool = False) -> dict[str, object]:
    return {
        "batchId": "B1",
        "status": status,
        "caseReference": "inv_0001-1",
        "registers": registers,
        "results": list(results),
    }


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says({"batchId": "B1", "status": "QUEUED"}, 202), Underway("B1", SOON)),
        (says({"duplicate": False}), Accepted()),
        (says({"duplicate": True}), Accepted(already_existed=True)),
        (says(refusal("CASE_UNKNOWN"), 404), Rejected(("unknown_case",), ("No.",))),
        (says(refusal("CONFLICT"), 409), Rejected(("conflicting_repetition",), ("No.",))),
        (says(refusal("FIELD_MISSING", "a", "b"), 400), Rejected(("missing_field",), ("No.",))),
        (says(refusal("SOMETHING_NEW"), 400), Rejected(("agency_refused",), ("No.",))),
        (says({}, 401), TryLater("unauthorized")),
        (says({}, 403), TryLater("unauthorized")),
        (says(b"", 429), TryLater("too_many_requests")),
        (says(b"", 429, retry_after="90"), TryLater("too_many_requests", timedelta(seconds=90))),
        (says(b"", 429, retry_after="soon"), TryLater("too_many_requests")),
        (says(b"", 429, retry_after="9" * 9), TryLater("too_many_requests", timedelta(days=1))),
        (says({}, 500), InDoubt("status_500")),
        (says({}, 302), InDoubt("malformed_answer")),
        (says({"batchId": 7}, 202), InDoubt("malformed_answer")),
        (says({"batchId": "B\n1"}, 202), InDoubt("malformed_answer")),
        (says({}), InDoubt("malformed_answer")),
        (says(b"<html>", 400), InDoubt("malformed_answer")),
        (TransportFailed("no", "connect_failed"), TryLater("connect_failed")),
        (TransportFailed("maybe", "read_timeout"), InDoubt("read_timeout")),
    ],
)
def test_what_became_of_a_command(answer: object, outcome: object) -> None:
    assert cloud(answer).send(message(COMMAND), CLIENT) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(batch("QUEUED")), Underway("B1", SOON)),
        (says(batch("SUCCESS", entry(), entry())), Accepted()),
        (says(batch("SUCCESS", entry(duplicate=True), entry())), Accepted()),
        (says(batch("SUCCESS", entry(duplicate=True))), Accepted(already_existed=True)),
        (
            says(batch("FAILED", entry("FAILED", "ADDRESS_INCOMPLETE", "COUNTRY_NOT_SUPPORTED"))),
            Rejected(
                ("address_missing", "country_not_supported"), ("address_incomplete", "country_not_supported")
            ),
        ),
        (
            says(batch("PARTIAL", entry(), entry("FAILED", "WRONG_SIGN"))),
            Rejected(("invalid_field",), ("wrong_sign",)),
        ),
        (says(batch("FAILED", entry("FAILED"))), Rejected(("agency_refused",))),
        (says(refusal("BATCH_UNKNOWN"), 404), InDoubt("unknown_batch")),
        (says({}, 401), TryLater("unauthorized")),
        (says({}, 429), TryLater("too_many_requests")),
        (says({}, 503), TryLater("status_503")),
        (TransportFailed("maybe", "read_timeout"), TryLater("read_timeout")),
        (says(b"{"), TryLater("malformed_answer")),
        (says(refusal("NOT_FOUND"), 404), TryLater("malformed_answer")),
        (says(batch("SUCCESS")), TryLater("malformed_answer")),
        (says(batch("SUCCESS", entry("FAILED", "CONFLICT"))), TryLater("malformed_answer")),
        (says(batch("FAILED", entry(), entry("FAILED", "CONFLICT"))), TryLater("malformed_answer")),
        (says(batch("DONE", entry())), TryLater("malformed_answer")),
    ],
)
def test_what_became_of_a_batch(answer: object, outcome: object) -> None:
    assert cloud(answer).result_of("B1", CLIENT) == outcome


PARTLY = says(batch("PARTIAL", entry(), entry("FAILED", "WRONG_SIGN"), registers=True))


def test_a_registration_of_which_a_part_failed_is_taken_back_before_it_is_refused() -> None:
    http = Scripted(PARTLY, says({"duplicate": False}))
    outcome = CloudCollect(http, "https://cloud.example", lambda: NOW).result_of("B1", CLIENT)
    assert outcome == Rejected(("invalid_field",), ("wrong_sign",))
    asked, undone = http.sent
    assert (asked.method, asked.url) == ("GET", "https://cloud.example/clients/79021/batches/B1")
    assert (undone.method, undone.url) == ("POST", "https://cloud.example/clients/79021/withdrawals")
    assert json.loads(undone.body)["caseReference"] == "inv_0001-1"


@pytest.mark.parametrize(
    "answer", [says({}, 500), says({}, 429), TransportFailed("maybe", "read_timeout"), says({}, 404)]
)
def test_while_a_part_cannot_be_taken_back_nothing_is_refused(answer: object) -> None:
    assert cloud(PARTLY, answer).result_of("B1", CLIENT) == TryLater("part_not_taken_back")


def test_a_ticket_is_a_name_and_no_path() -> None:
    http = Scripted(says(refusal("BATCH_UNKNOWN"), 404))
    CloudCollect(http, "https://cloud.example", lambda: NOW).result_of("../../other/batches/B1?x", CLIENT)
    assert http.sent[0].url.endswith("/batches/..%2F..%2Fother%2Fbatches%2FB1%3Fx")


def test_the_key_goes_with_every_request_and_nowhere_else() -> None:
    http = Scripted(says({"duplicate": False}))
    CloudCollect(http, "https://cloud.example", lambda: NOW).send(message(COMMAND), CLIENT)
    (sent,) = http.sent
    assert sent.headers["X-Api-Key"] == "ZmpvcmRseXM6c2VjcmV0IHdvcmQ="
    assert CLIENT.password not in sent.url + sent.body.decode()


def test_money_is_signed_and_dates_are_compact() -> None:
    http = Scripted(says({"batchId": "B1"}, 202))
    adapter = CloudCollect(http, "https://cloud.example", lambda: NOW)
    adapter.send(COMMAND, CLIENT)
    adapter.send(payment(COMMAND, "250.00", settles=True), CLIENT)
    registered, paid = (json.loads(sent.body)["entries"][0] for sent in http.sent)
    assert (registered["amount"], registered["dueDate"]) == ("1250.00", "20260315")
    assert (paid["amount"], paid["date"], paid["settles"]) == ("-250.00", "20260320", True)
    assert paid["entryId"] == "pay_1:inv_0001-1"


CASE: dict[str, Any] = {
    "caseReference": "inv_0001-1",
    "caseNumber": "CC-1",
    "status": "REMINDER",
    "state": "OPEN",
    "closedReason": None,
    "refusals": [],
    "currency": "NOK",
    "principalOpen": "1.00",
    "interestOpen": "0.00",
    "costsOpen": "0.00",
    "entries": [],
}


def cases(*found: object) -> dict[str, object]:
    return {"asOf": AT, "nextPage": None, "items": list(found)}


UNKNOWN = says(refusal("ENTRY_UNKNOWN"), 404)


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([says(cases(CASE))], Accepted("CC-1", already_existed=True)),
        ([says(cases(CASE | {"refusals": ["DEBTOR_DECEASED"]}))], Rejected(("debtor_deceased",))),
        (
            [says(cases()), says({"entryId": "e", "batchId": "B7", "status": "QUEUED"})],
            Underway("B7", SOON),
        ),
        ([says(cases()), UNKNOWN, says(cases())], None),
        (
            [says(cases()), UNKNOWN, says(cases(CASE | {"caseReference": "inv_0007-1"}))],
            Accepted("CC-1", True, "inv_0007-1"),
        ),
        (
            [says(cases()), UNKNOWN, says(cases(CASE | {"state": "CLOSED", "principalOpen": "0.00"}))],
            None,
        ),
    ],
    ids=["a case", "a refused one", "a batch", "nothing", "a forgotten one", "an earlier submission"],
)
def test_a_registration_is_looked_up_by_reference_entry_and_document(
    answers: list[Response], found: object
) -> None:
    assert cloud(*answers).look_up(replace(COMMAND, external_id="inv_0001-2"), CLIENT) == found


def event(kind: str, /, **data: object) -> dict[str, Any]:
    return {
        "eventNo": 7,
        "at": AT,
        "type": kind,
        "caseReference": "inv_0001-1",
        "caseNumber": "CC-1",
        "data": data,
    }


PAID = event(
    "payment.received",
    paymentId="P1",
    amount="-138.00",
    principal="-100.00",
    interest="0.00",
    costs="-38.00",
    overpaid="0.00",
    currency="NOK",
    paidDate="20260331",
    paymentReference="0001",
    matchedEntryId=None,
)
LINE = {
    "caseReference": "inv_0001-1",
    "caseNumber": "CC-1",
    "principal": "100.00",
    "interest": "0.00",
    "fee": "-2.50",
    "vatOnCosts": "-0.63",
    "payout": "96.87",
    "costsKept": "38.00",
}
SETTLED = event(
    "settlement.made", settlementId="S1", date="20260406", currency="NOK", payout="96.87", lines=[LINE]
)
LETTER = event(
    "letter.sent",
    letterId="L1",
    kind="REMINDER",
    channel="POST",
    sentDate="20260331",
    deadline="20260414",
    fee="38.00",
    currency="NOK",
    payTo="CREDITOR",
)


def delivered(*events: object, delivery_id: str = "d-1") -> Delivery:
    body = json.dumps({"client": "79021", "events": events}).encode()
    return cloud(says({})).parse_callback({"x-webhook-id": delivery_id}, body)


def test_a_payment_is_turned_round() -> None:
    (fact,) = delivered(PAID).facts
    assert isinstance(fact, PaymentReceived)
    assert (fact.amount, fact.principal, fact.agency_cost) == (nok("138.00"), nok("100.00"), nok("38.00"))
    assert (fact.paid_date.isoformat(), fact.occurred_at) == ("2026-03-31", NOW)


@pytest.mark.capability("VIS-8")
@pytest.mark.parametrize(
    "uneven", [{"amount": "-139.00"}, {"amount": "138.00", "principal": "100.00", "costs": "38.00"}]
)
def test_a_payment_that_does_not_add_up_is_read_as_it_is(uneven: dict[str, str]) -> None:
    (fact,) = delivered(without(PAID, **uneven)).facts
    assert isinstance(fact, PaymentReceived)
    assert (fact.amount, fact.adds_up) == (-nok(uneven["amount"]), False)


def test_what_a_settlement_keeps_is_turned_round() -> None:
    (fact,) = delivered(SETTLED).facts
    assert isinstance(fact, SettlementMade)
    (line,) = fact.lines
    assert (line.commission, line.vat, line.payout) == (nok("2.50"), nok("0.63"), nok("96.87"))
    assert line.fee == nok("38.00")


@pytest.mark.capability("BEY-8")
def test_a_settlement_that_does_not_add_up_is_read_as_it_is() -> None:
    (more,) = delivered(without(SETTLED, payout="96.88")).facts
    (less,) = delivered(without(SETTLED, lines=[LINE | {"vatOnCosts": "-0.62"}])).facts
    assert isinstance(more, SettlementMade) and isinstance(less, SettlementMade)
    assert (more.payout, more.lines[0].payout) == (nok("96.88"), nok("96.87"))
    assert (less.lines[0].vat, less.lines[0].payout) == (nok("0.62"), nok("96.87"))


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("QUEUED", Stage.RECEIVED),
        ("RECEIVED", Stage.RECEIVED),
        ("MIRRORED", Stage.ADMINISTERED),
        ("REMINDER", Stage.REMINDER),
        ("COLLECTION", Stage.COLLECTION),
        ("LEGAL", Stage.LEGAL),
        ("ENFORCEMENT", Stage.ENFORCEMENT),
        ("INSTALMENTS", Stage.PAYMENT_PLAN),
        ("MONITORING", Stage.MONITORING),
        ("CLOSED", Stage.CLOSED),
        ("SOLD_TO_THE_MOON", Stage.UNKNOWN),
    ],
)
def test_every_status_means_a_stage(status: str, stage: Stage) -> None:
    (fact,) = delivered(event("case.status", status=status)).facts
    assert isinstance(fact, StatusChanged)
    assert (fact.agency_status, fact.stage) == (status, stage)


def test_letters_and_refusals_and_what_nobody_knows_yet() -> None:
    letter, refused = delivered(
        LETTER,
        event("case.refused", errors=[{"code": "DEBTOR_DECEASED", "field": None, "message": "No."}]),
        event("case.danced", steps=3),
    ).facts
    assert isinstance(letter, LetterDispatched)
    assert (letter.fee, letter.channel) == (nok("38.00"), "letter")
    assert isinstance(refused, CaseRejected)
    assert refused.reasons == ("debtor_deceased",)


def without(whole: dict[str, Any], **changed: object) -> dict[str, Any]:
    return whole | {"data": whole["data"] | changed}


@pytest.mark.parametrize(
    "wrong",
    [
        without(PAID, paidDate="2026-03-31"),
        without(PAID, paidDate="20260231"),
        without(PAID, currency="XXX"),
        without(PAID, amount="-138.0"),
        without(LETTER, channel="PIGEON"),
        without(LETTER, fee="-38.00"),
        PAID | {"at": "2026-03-31T07:00:00.000"},
        PAID | {"data": None},
        event("case.opened") | {"caseNumber": None},
        event("case.status", status="MIRRORED") | {"caseReference": None, "caseNumber": None},
    ],
)
def test_what_is_off_the_interface_is_malformed(wrong: object) -> None:
    with pytest.raises(MalformedAnswer):
        delivered(wrong)


def test_a_webhook_is_of_one_case_and_of_a_few_events_and_has_an_id() -> None:
    other = PAID | {"caseReference": "inv_0002-1"}
    for events in ((), (PAID, other), (PAID,) * 51):
        with pytest.raises(MalformedAnswer):
            delivered(*events)
    for delivery_id in ("", "d\n1", "d" * 141):
        with pytest.raises(MalformedAnswer):
            delivered(PAID, delivery_id=delivery_id)


BODY = b'{"client":"79021","events":[]}'


def signed(
    body: bytes = BODY, *, secret: str = "secret word", at: datetime = NOW, delivery_id: str = "d-1"
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    content = f"{delivery_id}.{timestamp}.".encode() + body
    return {
        "x-webhook-id": delivery_id,
        "x-webhook-timestamp": timestamp,
        "x-webhook-signature": hmac.new(secret.encode(), content, sha256).hexdigest(),
    }


@pytest.mark.parametrize(
    ("headers", "good"),
    [
        (signed(), True),
        (signed(at=NOW - timedelta(seconds=300)), True),
        (signed(at=NOW + timedelta(seconds=300)), True),
        (signed(at=NOW - timedelta(seconds=301)), False),
        (signed(at=NOW + timedelta(seconds=301)), False),
        (signed(secret="old word"), True),
        (signed(secret="another client's"), False),
        (signed(BODY + b" "), False),
        (signed() | {"x-webhook-id": "d-2"}, False),
        (signed() | {"x-webhook-timestamp": str(int(NOW.timestamp()) + 1)}, False),
        (signed() | {"x-webhook-timestamp": "1" * 13}, False),
        (signed() | {"x-webhook-timestamp": "-1"}, False),
        (signed() | {"x-webhook-timestamp": "١٢٣"}, False),
        (signed() | {"x-webhook-signature": "å" * 64}, False),
        (signed() | {"x-webhook-signature": ""}, False),
        (signed() | {"x-webhook-id": "d" * 200}, False),
        ({}, False),
    ],
)
def test_the_signature_covers_id_time_and_body(headers: dict[str, str], good: bool) -> None:
    previous = replace(CLIENT, password="old word")
    assert cloud(says({})).verify_callback(headers, BODY, [CLIENT, previous], NOW) is good
    assert not cloud(says({})).verify_callback(headers, BODY, [], NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
VALUES = JSON | st.sampled_from(["-100.00", "NOK", "20260331", AT, "POST", "REMINDER", [], {}, -1])


def altered(whole: dict[str, Any], most: int) -> Any:
    changes = st.dictionaries(st.sampled_from(sorted(whole)), VALUES, max_size=most)
    return changes.map(lambda changed: whole | changed)


EVENTS = st.sampled_from([PAID, LETTER, SETTLED, event("case.opened")]).flatmap(
    lambda whole: st.one_of(
        altered(whole, 2),
        altered(whole["data"] or {"x": 1}, 2).map(lambda data: whole | {"data": data}),
    )
)


@settings(max_examples=300)
@given(st.lists(EVENTS | JSON, max_size=3), st.lists(altered(CASE, 2) | JSON, max_size=3))
def test_answers_that_are_almost_right_are_read_or_malformed(events: list[Any], found: list[Any]) -> None:
    page = {"asOf": AT, "hasMore": False, "nextPage": None}
    body = json.dumps({"client": "79021", "events": events}).encode()
    asks: list[tuple[Callable[[], object], type]] = [
        (lambda: cloud(says({})).parse_callback({"x-webhook-id": "d-1"}, body), Delivery),
        (lambda: cloud(says(page | {"items": events})).changes_since(None, CLIENT), Changes),
        (lambda: cloud(says(page | {"items": found})).open_cases(None, CLIENT), BalancePage),
    ]
    for ask, kind in asks:
        with contextlib.suppress(MalformedAnswer):
            assert isinstance(ask(), kind)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bodies_are_read_or_malformed(body: bytes) -> None:
    adapter = cloud(Response(200, {}, body))
    for ask in (
        lambda: adapter.parse_callback({"x-webhook-id": "d-1"}, body),
        lambda: adapter.changes_since(None, CLIENT),
        lambda: adapter.open_cases(None, CLIENT),
        lambda: adapter.case(CaseKey("inv_0001-1"), CLIENT),
        lambda: adapter.look_up(COMMAND, CLIENT),
    ):
        with contextlib.suppress(MalformedAnswer):
            ask()
    assert isinstance(adapter.result_of("B1", CLIENT), Accepted | InDoubt | Rejected | TryLater | Underway)
    assert isinstance(adapter.send(COMMAND, CLIENT), Accepted | InDoubt | Rejected | Underway)


@pytest.mark.parametrize(
    "page",
    [
        {"asOf": AT, "hasMore": False, "items": [PAID, PAID]},
        {"asOf": AT, "hasMore": True, "items": []},
        {"asOf": "20260331", "hasMore": False, "items": []},
    ],
)
def test_a_page_of_events_that_leads_nowhere_is_malformed(page: object) -> None:
    with pytest.raises(MalformedAnswer):
        cloud(says(page)).changes_since(None, CLIENT)


def test_a_closed_case_in_the_list_of_open_ones_is_malformed() -> None:
    with pytest.raises(MalformedAnswer):
        cloud(says(cases(CASE | {"state": "CLOSED"}))).open_cases(None, CLIENT)
