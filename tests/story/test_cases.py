"""What becomes of cases: withdrawn, refused, cancelled unsent, written about, and worked on at once."""

from datetime import date
from threading import Barrier, Thread

import pytest

from fordring.domain import things
from fordring.domain.refs import Listing
from tests.story.evenness import everything_of
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    hand_over,
    invoice_of,
    lane,
    registered,
    sent,
    there,
    told,
)

pytestmark = pytest.mark.parametrize("hub", ["svea", "intrum"], indirect=True)


def withdraw(hub, case_id):
    reply = hub.api.post(f"/v1/cases/{case_id}/withdraw", {})
    assert reply.status == 202, reply.text


@pytest.mark.capability("ZIR-36", "NET-17")
def test_a_case_withdrawn_before_it_was_sent_never_leaves(hub):
    invoice_id, case_id = hand_over(hub)
    withdraw(hub, case_id)
    hub.advance(hub.api, days=1)

    assert sent(hub, "register_case") == []
    assert hub.case(case_id).closed_reason == "withdrawn"
    assert [row.state for row in lane(hub, case_id)] == ["cancelled"]
    assert not invoice_of(hub, invoice_id).release.live
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-36", "NET-17")
def test_a_case_withdrawn_after_it_was_sent_ends_at_the_agency(hub):
    _, case_id = registered(hub)
    withdraw(hub, case_id)
    assert hub.case(case_id).open
    on_its_way = hub.api.get(f"/v1/cases/{case_id}").body
    assert (on_its_way["withdrawing"], on_its_way["available_actions"]) == (True, [])
    hub.advance(hub.api, days=1)
    assert hub.api.get(f"/v1/cases/{case_id}").body["withdrawing"] is False

    assert there(hub, case_id)["closed_reason"] == "withdrawn"
    assert hub.case(case_id).closed_reason == "withdrawn"
    assert len(told(hub, "case.closed")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-36")
@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "received_but_invisible_for"])
def test_a_case_withdrawn_while_nobody_knows_whether_it_arrived_ends_everywhere(hub, fault):
    hub.control("POST", f"{hub.agency}/faults", {"kind": fault, "count": 1, "operation": "register_case"})
    _, case_id = hand_over(hub)
    hub.pump()
    assert lane(hub, case_id)[0].state == "in_doubt"
    withdraw(hub, case_id)
    hub.pump()
    hub.advance(hub.api, days=2)

    assert hub.case(case_id).closed_reason == "withdrawn"
    assert {case["state"] for case in hub.control("GET", f"{hub.agency}/cases")["items"]} <= {"closed"}
    assert faults_of(hub) == []


def test_a_withdrawn_invoice_can_be_handed_over_again_under_the_next_number(hub):
    invoice_id, case_id = registered(hub)
    withdraw(hub, case_id)
    hub.pump()
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_id": invoice_id})
    assert reply.status == 202, reply.text
    hub.advance(hub.api, days=1)

    assert reply.body["case_id"] != case_id
    assert hub.case(reply.body["case_id"]).release == "registered"
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-8")
def test_messages_go_both_ways(hub):
    _, case_id = registered(hub)
    written = hub.api.post(f"/v1/cases/{case_id}/messages", {"text": "Is there a plan?"})
    assert written.status == 202
    hub.pump()
    hub.control(
        "POST",
        f"{hub.agency}/messages",
        {"case_number": hub.case(case_id).case_number, "text": "There is one."},
    )
    hub.advance(hub.api, days=1)

    theirs = [(each["direction"], each["text"]) for each in there(hub, case_id)["messages"]]
    ours = everything_of(hub.hub.store, Listing(things.MESSAGE, "messages_of", (case_id,)))
    texts = [(message.direction, message.text) for message in ours]
    assert ("out", "Is there a plan?") in texts
    assert ("in", "There is one.") in texts
    assert "Is there a plan?" in [text for _, text in theirs]
    assert len(texts) == len(theirs)
    assert all("text" not in data for data in told(hub, "case.message"))
    assert faults_of(hub) == []


@pytest.mark.parametrize("nothing", ["", " \n ", "a\x00b"])
def test_a_message_says_something(hub, nothing):
    _, case_id = registered(hub)
    reply = hub.api.post(f"/v1/cases/{case_id}/messages", {"text": nothing})
    assert (reply.status, list(reply.faults)) == (400, ["/text"])
    lines = hub.api.post(f"/v1/cases/{case_id}/messages", {"text": "First line.\nSecond line."})
    assert lines.status == 202


@pytest.mark.capability("ZIR-2")
def test_a_case_that_the_agency_refuses_is_a_candidate_again_and_a_person_is_told(hub):
    hub.control(
        "POST",
        f"{hub.agency}/faults",
        {
            "kind": "reject_case",
            "reasons": [{"svea": "DebtorDeceased", "intrum": "debtorDeceased"}[hub.agency]],
        },
    )
    invoice_id, case_id = hand_over(hub)
    hub.advance(hub.api, days=1)

    case = hub.case(case_id)
    assert (case.release, case.processing) == ("rejected", "closed")
    (event,) = told(hub, "case.rejected")
    assert event["reasons"] == ["debtor_deceased"]
    assert [asked.kind for asked in attention(hub)] == ["case_rejected"]
    assert invoice_of(hub, invoice_id).release == "rejected"


def test_a_debtor_who_gets_a_collection_ban_before_the_case_is_sent_is_left_alone(hub):
    invoice_id, case_id = hand_over(hub)
    hub.world.debtor(collection_ban=True)
    hub.advance(hub.api, days=1)

    assert sent(hub, "register_case") == []
    (row,) = lane(hub, case_id)
    assert (row.state, row.reasons) == ("cancelled", ("collection_ban",))
    assert hub.case(case_id).closed_reason == "cancelled"
    assert not invoice_of(hub, invoice_id).release.live

    hub.world.debtor(collection_ban=False)
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_id": invoice_id})
    assert reply.status == 202, reply.text
    hub.advance(hub.api, days=1)
    assert faults_of(hub) == []


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "received_but_invisible_for"])
def test_a_ban_while_nobody_knows_whether_the_case_arrived_leaves_nothing_in_doubt(hub, fault):
    hub.control("POST", f"{hub.agency}/faults", {"kind": fault, "count": 1, "operation": "register_case"})
    _, case_id = hand_over(hub)
    hub.pump()
    hub.world.debtor(collection_ban=True)
    hub.advance(hub.api, days=2)

    arrived = hub.control("GET", f"{hub.agency}/cases")["items"]
    assert hub.case(case_id).open == bool(arrived)
    assert bool(arrived) == (fault != "timeout_before")
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-6")
def test_every_letter_is_seen_once_with_its_fee(hub):
    _, case_id = registered(hub, due_date=date(2026, 2, 10))
    hub.advance(hub.api, days=60)

    letters = there(hub, case_id)["letters"]
    seen = everything_of(hub.hub.store, Listing(things.DISPATCH, "dispatches_of", (case_id,)))
    fees = [int(letter["fee"].replace(".", "")) if letter["fee"] else 0 for letter in letters]
    assert len(letters) >= 2
    assert [dispatch.fee for dispatch in seen] == fees
    assert len(told(hub, "case.dispatch")) == len(letters)
    assert faults_of(hub) == []


def test_two_workers_on_one_lane_send_once(hub):
    _, case_id = hand_over(hub)
    at_once(lambda: hub.worker("outbox")._deliver_commands(case_id), 4)
    hub.advance(hub.api, days=1)

    assert len(sent(hub, "register_case")) == 1
    assert len(told(hub, "case.registered")) == 1
    assert faults_of(hub) == []


def test_two_runs_of_one_agreement_at_once_apply_everything_once(hub):
    _, case_id = registered(hub)
    hub.control("POST", f"{hub.agency}/faults", {"kind": "drop_callback", "count": 9})
    hub.control(
        "POST",
        f"{hub.agency}/payments",
        {
            "case_number": hub.case(case_id).case_number,
            "amount": "300.00",
            "currency": "NOK",
            "date": "2026-03-02",
        },
    )
    at_once(lambda: hub.worker("clock").synchronise("acme", hub.agency), 4)
    hub.pump()

    assert len(told(hub, "payment.received")) == 1
    assert hub.world.get(things.SYNC("acme", hub.agency)).lease_owner is None
    assert faults_of(hub) == []


def at_once(work, times):
    """Let several threads do the same at the same moment."""
    start = Barrier(times)
    failed = []

    def run():
        start.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
