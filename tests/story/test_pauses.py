"""Cases that rest until a date: who may let them rest, what the agency is told, and how they go on."""

from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from fordring.domain import things
from fordring.domain.agency import Operation
from fordring.domain.refs import Listing
from tests.story.evenness import everything_of
from tests.story.telling import attention, faults_of, lane, pay_creditor, registered, sent, there, told


def pause(hub, case_id, until="2026-03-20", **more):
    reply = hub.api.post(f"/v1/cases/{case_id}/pause", {"until_date": until, **more})
    assert reply.status == 202, reply.text
    return reply.body


def resume(hub, case_id):
    reply = hub.api.post(f"/v1/cases/{case_id}/resume", {})
    assert reply.status == 202, reply.text
    return reply.body


def letters(hub, case_id):
    return [letter["sent_date"] for letter in there(hub, case_id)["letters"]]


@pytest.fixture
def without(hub, monkeypatch):
    """Let the agency do without some operations; gives what takes them away."""

    def take(*operations):
        known = hub.hub.capabilities(hub.agency)
        less = replace(known, operations=known.operations - set(operations))
        monkeypatch.setattr(type(hub.hub), "capabilities", lambda *_: less)

    return take


@pytest.mark.capability("BEY-6")
def test_a_case_rests_at_the_agency_until_the_date_and_goes_on_by_itself(hub):
    _, case_id = registered(hub)
    answer = pause(hub, case_id, until="2026-03-20", reason="promise_to_pay")
    hub.pump()

    assert (answer["processing"], answer["paused_until"]) == ("paused", "2026-03-20")
    assert there(hub, case_id)["paused_until"] == "2026-03-20"

    hub.advance_to(hub.api, datetime(2026, 3, 19, 23, tzinfo=UTC))
    assert hub.case(case_id).processing == "paused"
    assert letters(hub, case_id) == []

    hub.advance_to(hub.api, datetime(2026, 3, 21, 9, tzinfo=UTC))
    read = hub.api.get(f"/v1/cases/{case_id}").body
    assert (read["processing"], read["paused_until"]) == ("open", None)
    assert not there(hub, case_id)["paused"]
    assert letters(hub, case_id)[0] >= "2026-03-20"
    (paused,) = told(hub, "case.paused")
    assert (paused["until_date"], paused["by"], paused["reason"]) == (
        "2026-03-20",
        "creditor",
        "promise_to_pay",
    )
    assert len(told(hub, "case.resumed")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-6")
def test_a_rest_ends_at_eight_o_clock_where_the_creditor_is_whatever_the_agency_does(hub):
    _, case_id = registered(hub)
    pause(hub, case_id, until="2026-03-20")
    hub.pump()
    # The agency forgets to go on: only the hub's own word lets it.
    hub.control(
        "POST", "svea/pause", {"case_number": hub.case(case_id).case_number, "until_date": "2026-04-20"}
    )
    hub.world.put(
        things.CASE(case_id),
        replace(hub.case(case_id), resume_at=datetime(2026, 3, 20, 7, tzinfo=UTC)),
    )
    hub.advance_to(hub.api, datetime(2026, 3, 20, 6, 59, tzinfo=UTC))
    assert hub.case(case_id).processing == "paused"
    hub.advance_to(hub.api, datetime(2026, 3, 20, 7, 0, tzinfo=UTC))

    assert hub.case(case_id).processing == "open"
    assert len(sent(hub, "resume_case")) == 1
    assert not there(hub, case_id)["paused"]
    assert told(hub, "case.resumed")[-1]["by"] == "date"


@pytest.mark.capability("BEY-6")
def test_a_second_pause_prolongs_the_first_and_a_resumption_ends_it(hub):
    _, case_id = registered(hub)
    pause(hub, case_id, until="2026-03-10")
    hub.pump()
    pause(hub, case_id, until="2026-04-10")
    hub.pump()
    hub.advance_to(hub.api, datetime(2026, 3, 12, 9, tzinfo=UTC))

    assert hub.case(case_id).processing == "paused"
    assert there(hub, case_id)["paused_until"] == "2026-04-10"
    assert "resume" in hub.api.get(f"/v1/cases/{case_id}").body["available_actions"]

    resumed = resume(hub, case_id)
    hub.pump()
    assert resumed["processing"] == "open"
    assert "resume" not in resumed["available_actions"]
    assert not there(hub, case_id)["paused"]
    assert [data["until_date"] for data in told(hub, "case.paused")] == ["2026-03-10", "2026-04-10"]
    again = hub.api.post(f"/v1/cases/{case_id}/resume", {})
    assert (again.status, again.code) == (409, "action_not_available")
    hub.advance_to(hub.api, datetime(2026, 4, 12, 9, tzinfo=UTC))
    assert len(told(hub, "case.resumed")) == 1
    assert faults_of(hub) == []


def test_a_pause_that_is_taken_back_before_it_was_sent_is_not_sent(hub):
    _, case_id = registered(hub)
    pause(hub, case_id)
    resume(hub, case_id)
    hub.pump()

    assert sent(hub, "pause_case") == []
    assert [row.reasons for row in lane(hub, case_id) if row.kind == "pause_case"] == [("resumed_since",)]
    assert hub.case(case_id).processing == "open"
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-6")
def test_a_case_that_rests_can_be_paid_and_ends(hub):
    invoice_id, case_id = registered(hub)
    pause(hub, case_id, until="2026-03-20")
    pay_creditor(hub, invoice_id, "1250.00")
    hub.advance_to(hub.api, datetime(2026, 3, 22, 9, tzinfo=UTC))

    read = hub.api.get(f"/v1/cases/{case_id}").body
    assert (read["processing"], read["closed_reason"], read["paused_until"]) == ("closed", "paid", None)
    assert read["available_actions"] == []
    assert told(hub, "case.resumed") == []
    refused = hub.api.post(f"/v1/cases/{case_id}/pause", {"until_date": "2026-04-01"})
    assert (refused.status, refused.code) == (409, "action_not_available")
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-6")
def test_the_agencys_own_rest_is_seen_and_ended_by_the_agency(hub):
    _, case_id = registered(hub)
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/pause", {"case_number": number})
    hub.pump()
    read = hub.api.get(f"/v1/cases/{case_id}").body
    assert (read["processing"], read["paused_until"]) == ("paused", None)
    hub.advance(hub.api, days=3)
    assert hub.case(case_id).processing == "paused"

    hub.control("POST", "svea/resume", {"case_number": number})
    hub.pump()
    assert hub.case(case_id).processing == "open"
    assert [data["by"] for data in told(hub, "case.paused") + told(hub, "case.resumed")] == ["agency"] * 2
    assert sent(hub, "resume_case") == []
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-6")
@pytest.mark.parametrize("fault", ["duplicate_callback", "drop_callback", "reorder_callbacks"])
def test_what_the_agency_tells_of_rests_counts_once_and_in_its_order(hub, fault):
    _, case_id = registered(hub)
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/faults", {"kind": fault, "count": 2})
    hub.control("POST", "svea/pause", {"case_number": number, "until_date": "2026-04-01"})
    hub.control("POST", "svea/resume", {"case_number": number})
    hub.advance(hub.api, days=1)

    assert hub.case(case_id).processing == "open"
    assert len(told(hub, "case.paused")) == len(told(hub, "case.resumed")) <= 1
    assert faults_of(hub) == []


def test_a_pause_that_the_agency_refuses_is_none(hub):
    _, case_id = registered(hub)
    pause(hub, case_id, until="2026-03-03")
    # By the time it is sent the date has come.
    hub.sandbox.bureau.move_clock(datetime(2026, 3, 3, 1, tzinfo=UTC))
    hub.pump()

    assert hub.case(case_id).processing == "open"
    assert told(hub, "case.resumed")[0]["by"] == "agency"
    assert [asked.kind for asked in attention(hub)] == ["command_rejected"]


@pytest.mark.capability("BEY-6", "BEY-11")
def test_an_agency_without_pauses_is_asked_in_a_message(hub, without):
    without(Operation.PAUSE_CASE, Operation.RESUME_CASE)
    _, case_id = registered(hub)
    pause(hub, case_id, until="2026-03-20")
    hub.pump()
    hub.advance_to(hub.api, datetime(2026, 3, 21, 9, tzinfo=UTC))

    texts = [each["text"] for each in there(hub, case_id)["messages"] if each["direction"] == "from_client"]
    assert texts == [
        "Vennligst sett saken på vent til 2026-03-20.",
        "Vennligst fortsett behandlingen av saken.",
    ]
    assert sent(hub, "pause_case") == sent(hub, "resume_case") == []
    assert hub.case(case_id).processing == "open"
    assert len(told(hub, "case.paused")) == len(told(hub, "case.resumed")) == 1
    ours = everything_of(hub.hub.store, Listing(things.MESSAGE, "messages_of", (case_id,)))
    assert texts == [message.text for message in ours if message.direction == "out"]
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-11")
def test_an_agency_that_takes_neither_refuses_by_name(hub, without):
    _, case_id = registered(hub)
    without(Operation.PAUSE_CASE, Operation.SEND_MESSAGE)
    refused = hub.api.post(f"/v1/cases/{case_id}/pause", {"until_date": "2026-03-20"})

    assert (refused.status, refused.code) == (409, "operation_not_offered")
    assert (refused.body["agency"], refused.body["operation"]) == ("svea", "pause_case")
    assert hub.api.get(f"/v1/cases/{case_id}").body["available_actions"] == ["withdraw", "add_invoice"]
    assert hub.case(case_id).processing == "open"


@pytest.mark.parametrize(
    ("until", "code"),
    [("2026-03-02", "not_in_future"), ("2026-01-01", "not_in_future"), ("2027-03-04", "too_far_ahead")],
)
def test_a_pause_ends_on_a_date_to_come(hub, until, code):
    _, case_id = registered(hub)
    reply = hub.api.post(f"/v1/cases/{case_id}/pause", {"until_date": until})

    assert reply.status == 400
    assert reply.faults == {"/until_date": code}
    assert hub.case(case_id).processing == "open"


def test_two_workers_and_the_sweep_end_a_rest_once(hub):
    _, case_id = registered(hub)
    pause(hub, case_id, until="2026-03-20")
    hub.pump()
    hub.wall.present = datetime(2026, 3, 20, 9, tzinfo=UTC)
    clock = hub.world.get(things.TEST_CLOCK())
    hub.world.put(things.TEST_CLOCK(), replace(clock, now=hub.wall.present))
    start = Barrier(3)

    def work():
        start.wait()
        hub.worker("outbox")._resume(case_id)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.pump()

    assert [row.kind for row in lane(hub, case_id)].count("resume_case") == 1
    assert len(told(hub, "case.resumed")) == 1


def test_another_creditors_case_is_not_there(hub):
    _, case_id = registered(hub)
    stranger = hub.world.client(creditors=["other"])
    for path, body in (("pause", {"until_date": "2026-03-20"}), ("resume", {})):
        assert stranger.post(f"/v1/cases/{case_id}/{path}", body).status == 404
