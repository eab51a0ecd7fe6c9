"""Service windows: while a system is serviced nothing is sent to it, and no attempt is spent."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.clock import utc
from fordring.domain.service_windows import ServiceWindow
from tests.story.administering import agreed
from tests.story.telling import ACME, hand_over, lane, sent, there, told

SUNDAY = {"weekday": "sunday", "begins": "03:00", "ends": "06:00", "country": "NO"}
WINDOW = ServiceWindow(**SUNDAY)


def serviced(hub, window=WINDOW):
    """Let the agency's systems be serviced, on Sunday mornings unless said otherwise."""
    ref = things.AGREEMENT("acme", "svea")
    agreement = hub.world.get(ref)
    hub.world.put(ref, replace(agreement, settings=replace(agreement.settings, service_windows=(window,))))


@pytest.mark.capability("SAN-20")
def test_webhooks_wait_while_the_billing_product_is_serviced(hub):
    made = hub.api.post("/v1/webhook-endpoints", {"url": f"{hub.url}/inbox", "service_windows": [SUNDAY]})
    assert made.body["service_windows"] == [SUNDAY]
    hub.advance_to(hub.api, utc(2026, 3, 8, 2, 30))  # Sunday, half past three in Norway
    hub.world.invoice()
    hub.pump()
    assert hub.inbox == []
    (delivery,) = hub.api.get("/v1/deliveries").body["items"]
    assert (delivery["state"], delivery["attempts"]) == ("pending", [])
    assert delivery["next_attempt_at"] == "2026-03-08T05:00:00Z"

    hub.advance_to(hub.api, utc(2026, 3, 8, 5, 1))

    assert [body["type"] for _, body in hub.inbox] == ["invoice.registered"]
    (delivery,) = hub.api.get("/v1/deliveries").body["items"]
    assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 1)


@pytest.mark.capability("SAN-20")
def test_calls_wait_while_the_agency_is_serviced(hub):
    serviced(hub)
    hub.advance_to(hub.api, utc(2026, 3, 8, 2, 30))
    before = len(hub.control("GET", "svea/requests")["items"])
    _, case_id = hand_over(hub)
    hub.pump()
    (row,) = lane(hub, case_id)
    assert (row.state, row.attempts, row.due_at) == ("queued", 0, utc(2026, 3, 8, 5))
    # Neither the hourly run nor somebody who asks for one now disturbs it.
    assert hub.api.post(f"{ACME}/sync", {}).status == 202
    hub.pump()
    hub.advance_to(hub.api, utc(2026, 3, 8, 4, 59), step="hour")
    assert len(hub.control("GET", "svea/requests")["items"]) == before

    hub.advance_to(hub.api, utc(2026, 3, 8, 5, 30), step="hour")

    assert there(hub, case_id)["external_id"]
    (row,) = lane(hub, case_id)
    assert (row.state, row.attempts) == ("done", 1)
    assert sent(hub, "list_changes")


@pytest.mark.capability("SAN-20")
def test_a_credit_check_in_a_window_says_administration(hub):
    agreed(hub, "purchase")
    serviced(hub)
    hub.advance_to(hub.api, utc(2026, 3, 8, 2, 30))
    reply = hub.api.post(f"{ACME}/credit-checks", {"organisation_number": "974760673"})
    assert reply.body["decision"] == "unavailable"
    assert sent(hub, "credit_check") == []


def test_what_the_agency_says_meanwhile_is_heard(hub):
    _, case_id = hand_over(hub)
    hub.pump()
    serviced(hub)
    hub.advance_to(hub.api, utc(2026, 3, 8, 2, 30))
    assert hub.case(case_id).case_number
    assert told(hub, "case.registered")


@pytest.mark.parametrize(
    ("window", "fault"),
    [
        ({"ends": "03:00"}, "ends_before_it_begins"),
        ({"weekday": "Sunday"}, "unknown_value"),
        ({"begins": "3:00"}, "malformed"),
        ({"country": "DE"}, "unknown_value"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(hub, window, fault):
    body = {"url": f"{hub.url}/inbox", "service_windows": [SUNDAY | window]}
    reply = hub.api.post("/v1/webhook-endpoints", body)
    assert reply.status == 400
    assert fault in reply.faults.values()


def test_the_agreement_tells_its_windows(hub):
    settings = {"level": "reminder", "service_windows": [SUNDAY]}
    reply = hub.api.put(f"{ACME}/agreements/svea", settings)
    assert reply.status == 200, reply.text
    assert reply.body["settings"]["service_windows"] == [SUNDAY]


@pytest.mark.capability("SAN-11")
def test_automatic_registration_is_turned_on_with_what_the_agency_hands_out(hub):
    at = "/v1/creditors/other/agreements/svea"
    hub.world.creditor("other")
    refused = hub.api.put(at, {"automatic_sync": True})
    assert refused.status == 422
    assert set(refused.faults) == {"/automatic_sync"}
    named = [each["code"] for each in refused.body["errors"]]
    assert named == ["customer_number_missing", "user_name_missing", "password_missing"]
    assert hub.api.put(at, {"automatic_sync": False}).body["settings"]["automatic_sync"] is False
    assert hub.api.put(at, {"automatic_sync": True}).status == 422
    hub.world.agreement("other")
    assert hub.api.put(at, {"automatic_sync": False}).status == 200
    assert hub.api.put(at, {"automatic_sync": True}).body["settings"]["automatic_sync"] is True


@pytest.mark.capability("SAN-11")
def test_turned_off_nothing_is_pulled_by_itself(hub):
    assert hub.api.put(f"{ACME}/agreements/svea", {"automatic_sync": False}).status == 200
    _, case_id = hand_over(hub)
    hub.pump()
    hub.advance(hub.api, days=2)
    assert hub.case(case_id).case_number  # told by callback
    assert sent(hub, "list_changes") == []
    assert hub.api.post(f"{ACME}/sync", {}).status == 202
    hub.pump()
    assert sent(hub, "list_changes")


@pytest.mark.capability("SAN-20")
def test_letters_are_fetched_after_the_window(hub):
    _, case_id = hand_over(hub, due_date=date(2026, 2, 10))
    hub.pump()
    hub.advance_to(hub.api, utc(2026, 3, 3, 5, 30))
    serviced(hub, replace(WINDOW, weekday="tuesday", begins="06:00", ends="12:00"))
    hub.advance_to(hub.api, utc(2026, 3, 3, 10, 30), step="hour")
    (letter,) = hub.api.get(f"/v1/cases/{case_id}/dispatches").body["items"]
    assert letter["document"]["state"] == "pending"
    assert sent(hub, "fetch_document") == []

    hub.advance_to(hub.api, utc(2026, 3, 3, 11, 30), step="hour")

    (letter,) = hub.api.get(f"/v1/cases/{case_id}/dispatches").body["items"]
    assert letter["document"]["state"] == "available"
    assert len(sent(hub, "fetch_document")) == 1
