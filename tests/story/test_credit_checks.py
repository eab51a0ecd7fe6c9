"""Credit checks at the counter: by organisation number or by a person's number, which is kept nowhere."""

import json
import re

import pytest

from fordring.domain.transport import TransportFailed
from tests.story.administering import administered, agreed, new_invoice, shown
from tests.story.telling import ACME, money, sent

CHECKS = f"{ACME}/credit-checks"
PERSON = "01010750160"
"""A number of the country's own test series, which nobody has."""
COMPANY = {"kind": "business", "name": "Nordre Brygge AS", "organisation_number": "974760673"}


@pytest.fixture(autouse=True)
def purchase(hub):
    agreed(hub, "purchase")


@pytest.mark.capability("SAN-7")
@pytest.mark.parametrize(
    ("asked", "basis"),
    [
        ({"organisation_number": "974760673"}, "organisation_number"),
        ({"national_identity_number": PERSON}, "national_identity_number"),
        ({"national_identity_number": PERSON, "debtor_id": "d-1"}, "national_identity_number"),
    ],
)
def test_a_check_in_a_direct_call_is_answered_at_once(hub, asked, basis):
    reply = hub.api.post(CHECKS, asked)
    assert reply.status == 201, reply.text
    assert (reply.body["decision"], reply.body["service"]) == ("approved", "purchase")
    assert (reply.body["basis"], reply.body["limit"]) == (basis, None)
    (request,) = sent(hub, "credit_check")
    assert request["body"]["OrganisationNumber"] == asked.get("organisation_number")


def test_a_registered_debtor_is_checked_by_its_organisation_number(hub):
    hub.world.debtor(**COMPANY)
    assert hub.api.post(CHECKS, {"debtor_id": "d-1"}).status == 201
    (request,) = sent(hub, "credit_check")
    assert request["body"]["OrganisationNumber"] == "974760673"


def test_the_check_of_a_foreign_company_is_that_companys(hub):
    """The agency checks nobody there: the invoice is administered for that reason, and for no other."""
    hub.world.debtor(**COMPANY | {"organisation_number": "HRB-4711", "country": "DE"})
    check = hub.api.post(CHECKS, {"debtor_id": "d-1"}).body
    invoice_id, _ = administered(hub, credit_check_id=check["credit_check_id"])
    assert shown(hub, invoice_id)["sale"]["reason"] == "credit_check_unavailable"
    (request,) = sent(hub, "credit_check")
    assert request["body"]["OrganisationNumber"] == "HRB-4711"


@pytest.mark.parametrize(
    ("answer", "decision", "service"),
    [
        ({"decision": "refused"}, "refused", "administration"),
        ({"decision": "limited", "limit": "5000.00"}, "approved", "purchase"),
    ],
)
def test_what_the_agency_answers_is_told(hub, answer, decision, service):
    hub.control("POST", "svea/credit-answers", answer)
    body = hub.api.post(CHECKS, {"organisation_number": "974760673"}).body
    assert (body["decision"], body["service"]) == (decision, service)
    assert body["limit"] == (money(answer["limit"]) if "limit" in answer else None)


@pytest.mark.capability("SAN-15")
@pytest.mark.parametrize(
    "kind", ["timeout_after", "timeout_before", "error_500", "error_429", "malformed_answer"]
)
def test_a_check_without_an_answer_says_administration(hub, kind):
    hub.control("POST", "svea/faults", {"kind": kind, "count": 1, "operation": "credit_check"})
    reply = hub.api.post(CHECKS, {"national_identity_number": PERSON})
    assert reply.status == 201
    assert (reply.body["decision"], reply.body["service"]) == ("unavailable", "administration")


@pytest.mark.capability("SAN-15")
def test_the_caller_waits_ten_seconds_and_no_longer(hub, monkeypatch):
    asked = []

    def nobody_answers(request):
        asked.append(request.timeout_seconds)
        raise TransportFailed("maybe", "read_timeout")

    monkeypatch.setattr(hub.hub.agency_http, "exchange", nobody_answers)
    reply = hub.api.post(CHECKS, {"national_identity_number": PERSON})
    assert (reply.body["decision"], asked) == ("unavailable", [10.0])


@pytest.mark.capability("SAN-7", "SAN-14")
def test_an_invoice_registered_on_an_approved_check_is_sold(hub):
    check = hub.api.post(CHECKS, {"national_identity_number": PERSON, "debtor_id": "d-1"}).body
    invoice_id, _ = administered(hub, credit_check_id=check["credit_check_id"])
    assert shown(hub, invoice_id)["owner"] == "agency"
    assert len(sent(hub, "credit_check")) == 1  # once, at the counter


@pytest.mark.capability("SAN-15")
@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("refused", "credit_refused"),
        ("limited", "credit_limit_exceeded"),
        ("unavailable", "credit_check_unavailable"),
        ("expired", "credit_check_expired"),
        ("another", "credit_check_of_another"),
    ],
)
def test_an_invoice_on_any_other_check_is_administered(hub, case, reason):
    asked = {"national_identity_number": PERSON, "debtor_id": "d-1"}
    if case in ("refused", "limited"):
        hub.control("POST", "svea/credit-answers", {"decision": case, "limit": "999.00"})
    if case == "unavailable":
        hub.control(
            "POST", "svea/faults", {"kind": "timeout_before", "operation": "credit_check", "count": 1}
        )
    if case == "another":
        asked = {"organisation_number": "974760673"}
    check = hub.api.post(CHECKS, asked).body
    if case == "expired":
        hub.advance(hub.api, hours=25)
    invoice_id, _ = administered(hub, credit_check_id=check["credit_check_id"])
    found = shown(hub, invoice_id)
    assert (found["owner"], found["sale"]["state"], found["sale"]["reason"]) == (
        "creditor",
        "refused",
        reason,
    )
    assert found["delivery"]["channel"] == "email"
    by_hand = hub.api.post(
        f"{ACME}/invoices/{invoice_id}/purchase-offer", {"credit_check_id": check["credit_check_id"]}
    )
    assert (by_hand.status, by_hand.code) == (409, reason)


@pytest.mark.capability("SAN-18", "SAN-14")
def test_an_administered_invoice_is_offered_by_hand_on_a_check(hub):
    agreed(hub)
    invoice_id, _ = administered(hub)
    without = hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {})
    assert (without.status, without.code) == (409, "credit_not_checked")
    check = hub.api.post(CHECKS, {"national_identity_number": PERSON, "debtor_id": "d-1"}).body
    reply = hub.api.post(
        f"{ACME}/invoices/{invoice_id}/purchase-offer", {"credit_check_id": check["credit_check_id"]}
    )
    assert (reply.status, reply.body["sale"]["state"]) == (202, "queued")
    again = hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {})
    assert (again.status, again.code) == (409, "sale_under_way")
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert shown(hub, invoice_id)["owner"] == "agency"


def test_what_nobody_administers_cannot_be_sold(hub):
    agreed(hub, "reminders_and_collection")
    invoice_id = hub.api.post(f"{ACME}/invoices", new_invoice()).body["invoice_id"]
    reply = hub.api.post(f"{ACME}/invoices/{invoice_id}/purchase-offer", {})
    assert (reply.status, reply.code) == (409, "not_administered")


@pytest.mark.capability("SAN-6")
def test_a_batch_takes_no_check_of_the_counter(hub):
    check = hub.api.post(CHECKS, {"national_identity_number": PERSON}).body["credit_check_id"]
    reply = hub.api.post(f"{ACME}/invoices/batch", {"invoices": [new_invoice(credit_check_id=check)]})
    (element,) = reply.body["items"]
    assert (element["status"], element["body"]["errors"][0]["code"]) == (400, "not_in_a_batch")


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"": "one_number"}),
        ({"organisation_number": "974760673", "national_identity_number": PERSON}, {"": "one_number"}),
        ({"national_identity_number": "01010750161"}, "malformed_national_identity_number"),
        ({"national_identity_number": "0101075016"}, "malformed_national_identity_number"),
        ({"national_identity_number": PERSON, "country": "SE"}, "malformed_national_identity_number"),
        ({"organisation_number": "974760674"}, {"/organisation_number": "wrong_check_digit"}),
        (
            {"organisation_number": "8112189876", "country": "SE"},
            {"/organisation_number": "national_identity_number"},
        ),
        (
            # Numbers of that country are not checked: a person's is refused all the same.
            {"organisation_number": PERSON, "country": "DE"},
            {"/organisation_number": "national_identity_number"},
        ),
        ({"debtor_id": "d-1"}, {"/debtor_id": "organisation_number_missing"}),
        ({"debtor_id": "nobody"}, {"/debtor_id": "unknown_debtor"}),
        ({"person": PERSON}, {"/person": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_named_without_repeating_it(hub, body, faults):
    reply = hub.api.post(CHECKS, body)
    assert reply.status in (400, 422)
    expected = {"/national_identity_number": faults} if isinstance(faults, str) else faults
    assert {pointer: code for pointer, code in reply.faults.items() if pointer in expected} == expected
    for value in body.values():
        assert value in ("SE", "DE", "nobody", "d-1") or value not in reply.text
    assert sent(hub, "credit_check") == []


@pytest.mark.parametrize(
    ("country", "number"),
    [("SE", "811218-9876"), ("SE", "198112189876"), ("FI", "131052-308T"), ("DK", "211062-5629")],
)
def test_persons_of_four_countries_can_be_checked(hub, country, number):
    reply = hub.api.post(CHECKS, {"national_identity_number": number, "country": country})
    assert reply.status == 201, reply.text


@pytest.mark.capability("SAN-17")
def test_without_an_agreement_on_administration_nobody_is_checked(hub):
    agreed(hub, "reminders_and_collection")
    reply = hub.api.post(CHECKS, {"national_identity_number": PERSON})
    assert (reply.status, reply.code) == (409, "service_not_agreed")
    assert sent(hub, "credit_check") == []


def test_the_same_request_again_is_answered_alike_and_asks_nobody(hub):
    first = hub.api.post(CHECKS, {"national_identity_number": PERSON}, idempotency_key="k")
    again = hub.api.post(CHECKS, {"national_identity_number": PERSON}, idempotency_key="k")
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
    assert len(sent(hub, "credit_check")) == 1


# --- a person's number is nowhere ----------------------------------------------------------------

PLANTED = {
    "success": "01010750160",
    "refusal": "01010750241",
    "time-out": "01010750322",
    "fault": "01010750403",
    "crash": "01010750594",
    "malformed": "01010750161",
    "in-a-wrong-place": "01010750675",
}


def numbers_in(text: str) -> set[str]:
    """Find planted numbers, however they are written."""
    digits = re.sub(r"[\s._/:+-]", "", text)
    return {name for name, number in PLANTED.items() if number in text or number in digits}


def everything_of_the_sandbox(hub) -> str:
    """Give all that the agency's side has on disk, and what its control interface shows."""
    with hub.sandbox.bureau.store.reading() as db:
        dump = "\n".join(db.iterdump())
    shown = json.dumps(hub.control("GET", "svea/requests?limit=1000"))
    return dump + shown


@pytest.mark.capability("SAN-8")
def test_a_national_identity_number_is_kept_nowhere(hub, capfd, caplog, monkeypatch, tmp_path):
    url = f"{hub.url}/inbox"
    assert hub.api.post("/v1/webhook-endpoints", {"url": url}).status == 201
    replies = []

    def check(name, **more):
        body = {"national_identity_number": PLANTED[name], "debtor_id": "d-1"} | more
        reply = hub.api.post(CHECKS, body, idempotency_key=f"key-{name}")
        replies.append(reply)
        # Repeated, as by a client that has not heard the answer.
        replies.append(hub.api.post(CHECKS, body, idempotency_key=f"key-{name}"))
        return reply

    check_id = check("success").body["credit_check_id"]
    hub.control("POST", "svea/credit-answers", {"decision": "refused"})
    assert check("refusal").body["decision"] == "refused"
    hub.control("POST", "svea/credit-answers", {"decision": "approved"})
    hub.control("POST", "svea/faults", {"kind": "timeout_after", "operation": "credit_check", "count": 1})
    assert check("time-out").body["decision"] == "unavailable"
    hub.control("POST", "svea/faults", {"kind": "malformed_answer", "operation": "credit_check", "count": 1})
    assert check("fault").body["decision"] == "unavailable"
    assert check("malformed").status == 400
    wrong_places = (
        {"organisation_number": PLANTED["in-a-wrong-place"]},
        {"organisation_number": PLANTED["in-a-wrong-place"], "country": "DE"},
        {"debtor_id": PLANTED["in-a-wrong-place"]},
        {"national_identity_number": {"number": PLANTED["in-a-wrong-place"]}},
        {"national_identity_number": [PLANTED["in-a-wrong-place"]]},
        {"country": PLANTED["in-a-wrong-place"], "national_identity_number": PLANTED["success"]},
    )
    for body in wrong_places:
        reply = hub.api.post(CHECKS, body)
        assert reply.status in (400, 422), reply.text
        replies.append(reply)
    with monkeypatch.context() as patch:
        # The function crashes right after the agency was asked, and just before.
        def crash(*_args, **_named):
            raise RuntimeError(f"it broke over {PLANTED['crash']}")

        patch.setattr("fordring.edge.routes.credit_checks.keep_check", crash)
        assert check("crash").status == 500
        patch.setattr("fordring.edge.routes.credit_checks.ask", crash)
        assert check("crash").status == 500
    administered(hub, credit_check_id=check_id)
    hub.advance(hub.api, days=3)

    logged = capfd.readouterr()
    places = {
        "the table": hub.world.everything,
        "the log and the metrics": logged.out + logged.err + caplog.text,
        "the answers": "\n".join(reply.text + json.dumps(dict(reply.headers)) for reply in replies),
        "the webhooks": b"\n".join(hub.bodies).decode() + json.dumps(hub.inbox),
        "the callbacks": "\n".join(f"{path}{headers}{body!r}" for path, headers, body in hub.callbacks),
        "the sandbox": everything_of_the_sandbox(hub),
        "the sandbox's files": "\n".join(
            path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()
        ),
    }
    assert "credit_check" in places["the table"]
    assert places["the log and the metrics"].count("request_crashed") >= 2
    assert sent(hub, "credit_check")[0]["body"]["NationalIdentityNumber"] == "***"
    assert {place: numbers_in(text) for place, text in places.items() if numbers_in(text)} == {}


def test_the_search_finds_what_was_planted():
    assert numbers_in("… 010107-50160 …") == {"success"}
    assert numbers_in("…") == set()


def test_the_numbers_are_those_of_persons():
    from fordring.edge.identifiers import is_national_identity_number

    good = {name: is_national_identity_number(number) for name, number in PLANTED.items()}
    assert {name for name, valid in good.items() if not valid} == {"malformed"}
