"""What becomes of a command, for every answer that Intrum may give."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fordring.domain.agency import (
    Accepted,
    CommandKind,
    Doubt,
    InDoubt,
    Operation,
    Outcome,
    Rejected,
    TryLater,
)
from fordring.domain.instructions import PauseCase
from fordring.domain.transport import Response, TransportFailed
from tests.contract.stage import credit, invoice, message, payment, registration, reversal, withdrawal
from tests.unit.agencies.intrum_answers import AT, CASE, CLIENT, Answer, Endpoint, answer, intrum, speaking

REGISTRATION = registration()
CONFLICT = answer({"errors": [{"code": "conflict", "field": None, "message": "Used before."}]}, 409)


def refused(*codes: str, status: int = 400, **more: object) -> Response:
    errors = [{"code": code, "field": "x", "message": f"About {code}."} for code in codes]
    return answer({"errors": errors, **more}, status)


def sent(given: Answer) -> Outcome:
    return speaking(Endpoint([given])).send(message(REGISTRATION), CLIENT)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (answer({"result": "created"}, 201), Accepted()),
        (answer({"result": "created"}, 202), Accepted()),
        (answer({"result": "unchanged"}), Accepted(already_existed=True)),
        (refused("unknownCase", status=404), Rejected(("unknown_case",), ("About unknownCase.",))),
        (
            refused("addressMissing", "missingField", "addressMissing"),
            Rejected(
                ("address_missing", "missing_field"),
                ("About addressMissing.", "About missingField.", "About addressMissing."),
            ),
        ),
        (refused("somethingNew"), Rejected(("agency_refused",), ("About somethingNew.",))),
        (CONFLICT, Rejected(("conflicting_repetition",), ("Used before.",))),
        (answer({}, 429, {"retry-after": "90"}), TryLater("too_many_requests", timedelta(seconds=90))),
        (answer({}, 429, {"retry-after": "9" * 9}), TryLater("too_many_requests", timedelta(days=1))),
        (answer({}, 429, {"retry-after": "Wed, 21 Oct 2026"}), TryLater("too_many_requests")),
        (answer({}, 403), TryLater("unauthorized")),
        (TransportFailed("no", "connect_timeout"), TryLater("connect_timeout")),
        (TransportFailed("maybe", "read_timeout"), InDoubt("read_timeout")),
        (answer({"result": "created"}, 500), InDoubt("status_500")),
        (answer({}, 503), InDoubt("status_503")),
        (answer(b""), InDoubt("malformed_answer")),
        (answer(b'{"result": "created", "result": "unchanged"}', 201), InDoubt("malformed_answer")),
        (answer({"result": "created"}), InDoubt("malformed_answer")),
        (answer({"result": "unchanged"}, 201), InDoubt("malformed_answer")),
        (answer({"result": 1}, 201), InDoubt("malformed_answer")),
        (answer({}, 400), InDoubt("malformed_answer")),
        (answer({"errors": []}, 400), InDoubt("malformed_answer")),
        (answer({"errors": [7]}, 400), InDoubt("malformed_answer")),
        (answer({"result": "created"}, 302), InDoubt("malformed_answer")),
        (refused("unknownCase", status=410), InDoubt("malformed_answer")),
    ],
    ids=lambda value: None,
)
def test_every_answer_has_one_meaning(given: Answer, outcome: Outcome) -> None:
    assert sent(given) == outcome


def cases(*found: dict[str, object]) -> Response:
    return answer({"asOf": AT, "nextPage": None, "cases": list(found)})


OURS = CASE | {
    "externalId": "inv_0001-1",
    "invoices": [{"externalId": "inv_0001-1", "invoiceNumber": "10001"}],
}


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (cases(OURS), Accepted("IJ1", already_existed=True)),
        (cases(OURS | {"caseNumber": None}), Accepted(None, already_existed=True)),
        # received a moment ago, and not to be seen yet
        (cases(), InDoubt("not_found_yet")),
        (
            cases(OURS | {"invoices": [{"externalId": "inv_0002-1", "invoiceNumber": "2"}]}),
            Rejected(("conflicting_repetition",), ("Used before.",)),
        ),
        (cases(OURS | {"contractNumber": "1"}), InDoubt("malformed_answer")),
        (cases({"externalId": "inv_0001-1"}), InDoubt("malformed_answer")),
        (answer({}, 500), InDoubt("status_500")),
        (TransportFailed("no", "connect_timeout"), InDoubt("connect_timeout")),
    ],
    ids=lambda value: None,
)
def test_a_registration_that_conflicts_with_an_earlier_attempt_is_looked_up(
    found: Answer, outcome: Outcome
) -> None:
    assert speaking(Endpoint([CONFLICT, found])).send(REGISTRATION, CLIENT) == outcome


@pytest.mark.parametrize(
    ("existing", "outcome"),
    [
        (
            {"externalId": "inv_9-1", "caseNumber": "IJ7", "open": True},
            Accepted("IJ7", already_existed=True, external_id="inv_9-1"),
        ),
        (
            {"externalId": "inv_9-1", "caseNumber": None, "open": False},
            Accepted(None, already_existed=True, external_id="inv_9-1"),
        ),
        (
            {"externalId": "inv_0001-2", "caseNumber": "IJ7", "open": False},
            Rejected(("invoice_already_registered",), ("About invoiceAlreadyRegistered.",)),
        ),
        ({"externalId": 7, "caseNumber": None, "open": True}, InDoubt("malformed_answer")),
        (None, InDoubt("malformed_answer")),
    ],
    ids=lambda value: None,
)
def test_an_invoice_that_is_in_another_case_leads_to_that_case(existing: object, outcome: Outcome) -> None:
    given = refused("invoiceAlreadyRegistered", status=409, existing=existing)
    assert speaking(Endpoint([given])).send(REGISTRATION, CLIENT) == outcome


def test_amounts_are_cents_and_days_are_iso() -> None:
    http = Endpoint([answer({"result": "created"}, 201)])
    agency = speaking(http)
    commands = (
        REGISTRATION,
        payment(REGISTRATION, "250.10"),
        reversal(REGISTRATION, "250.10"),
        credit(REGISTRATION, "0.05"),
        message(REGISTRATION),
        withdrawal(REGISTRATION),
    )
    for command in commands:
        assert agency.send(command, CLIENT) == Accepted()
    bodies = [json.loads(one.body) for one in http.requests[1:]]
    assert {body["contractNumber"] for body in bodies} == {CLIENT.customer_number}
    (line,) = bodies[0]["invoices"]
    assert (line["amount"], line["remaining"], line["dueDate"]) == (125000, 125000, "2026-03-15")
    assert [body.get("amount") for body in bodies[1:]] == [25010, 25010, 5, None, None]
    assert (bodies[1]["paymentDate"], bodies[3]["creditDate"]) == ("2026-03-20", "2026-03-20")
    assert bodies[1]["case"] == {"externalId": "inv_0001-1", "number": None}


def test_a_repetition_has_the_very_same_body() -> None:
    http = Endpoint([answer({"result": "created"}, 201)])
    agency = speaking(http)
    for _ in range(2):
        agency.send(registration(invoice(3)), CLIENT)
    first, second = http.requests[1:]
    assert first.body == second.body


def test_every_command_has_a_natural_key_and_what_is_not_offered_is_not_sent() -> None:
    agency = intrum()
    assert {rule.doubt for rule in agency.doubts.values()} == {Doubt.NATURAL_KEY}
    offered = {operation.value for operation in agency.capabilities.operations}
    assert {kind.value for kind in agency.doubts} - {"register_case"} <= offered
    missing = {
        Operation.RECEIVE_CALLBACKS,
        Operation.DISPATCH_DOCUMENTS,
        Operation.PAUSE_CASE,
        Operation.ADD_INVOICE,
        Operation.ANSWER_QUESTION,
    }
    assert not missing & agency.capabilities.operations
    pause = PauseCase("inv_0001-1", None, REGISTRATION.invoices[0].due_date)
    http = Endpoint([answer({"result": "created"}, 201)])
    assert speaking(http).send(pause, CLIENT) == Rejected(("operation_not_offered",))
    assert http.requests == []
    assert CommandKind.PAUSE_CASE not in agency.doubts


def test_a_refusal_at_the_examination_shows_in_the_look_up() -> None:
    found = cases(OURS | {"refusals": ["debtorDeceased", "debtorDeceased", "odd"]})
    outcome = speaking(Endpoint([found])).look_up(REGISTRATION, CLIENT)
    assert outcome == Rejected(("debtor_deceased", "agency_refused"))


def test_what_is_asked_of_a_stranger_is_not_believed() -> None:
    odd = replace(REGISTRATION, external_id="inv_0001-1")
    with pytest.raises(Exception, match="another contract"):
        speaking(Endpoint([cases(OURS | {"contractNumber": "79022"})])).look_up(odd, CLIENT)
