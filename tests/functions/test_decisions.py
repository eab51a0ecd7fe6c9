"""Decisions about commands by API: tried again, sent, not sent, given up."""

import secrets
from dataclasses import dataclass, field

import pytest

from fordring.domain import things
from fordring.domain.agency import Accepted, Doubt, DoubtRule, InDoubt, TryLater
from fordring.domain.command import AttentionKind, CommandState
from fordring.domain.refs import Listing
from fordring.usecases.delivering import deliver_lane
from fordring.usecases.restoring import raise_epoch


@dataclass
class Scripted:
    """An agency that answers as a test tells it, and keeps what it was sent and asked."""

    capabilities: object = None
    doubts: dict = field(default_factory=dict)
    outcome: object = None
    found: object = None
    sent: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def send(self, command, credentials):
        self.sent.append(command.kind.value)
        return self.outcome

    def look_up(self, command, credentials):
        self.asked.append(command.kind.value)
        return self.found


@pytest.fixture
def agency(hub):
    from fordring.domain.agency import CommandKind

    look_up = DoubtRule(Doubt.LOOK_UP)
    return Scripted(hub.capabilities("svea"), dict.fromkeys(CommandKind, look_up), Accepted())


@pytest.fixture
def work_on(hub, agency):
    """Let the worker look at a case's lane once."""

    def run(case_id):
        return deliver_lane(
            hub.desk, lambda _: agency, hub.vault.credentials_of, case_id, secrets.token_hex(4)
        )

    return run


@pytest.fixture
def dead(world, clock, agency, work_on):
    """A case whose registration was given up after every attempt."""
    world.ready()
    case = world.case()
    agency.outcome = TryLater("connect_timeout")
    while work_on(case.case_id) != [CommandState.DEAD]:
        clock.advance(hours=25)
    agency.outcome = Accepted()
    agency.sent.clear()
    return case


@pytest.fixture
def doubtful(world, agency, work_on):
    """A case of whose registration nobody knows, and only a person can tell."""
    world.ready()
    case = world.case()
    agency.doubts = dict.fromkeys(agency.doubts, DoubtRule(Doubt.PERSON))
    agency.outcome = InDoubt("read_timeout")
    assert work_on(case.case_id) == [CommandState.IN_DOUBT]
    agency.outcome = Accepted()
    agency.sent.clear()
    return case


def lane(hub, case):
    page = hub.store.page(Listing(things.COMMAND, "commands_of", (case.case_id,)))
    return [row.state for _, row in page.items]


def act(api, item, what, body=None):
    return api.post(f"/v1/attention/{item['attention_id']}/{what}", body)


def decide(api, item, resolution):
    return act(api, item, "resolve", {"resolution": resolution})


def test_what_needs_a_person_is_listed(api, dead):
    item = api.get("/v1/attention").only

    assert item["kind"] == "command_dead"
    assert item["creditor_id"] == "acme"
    assert item["subject"] == ["command", dead.case_id, "1"]
    assert item["reason"] == "connect_timeout"
    assert item["retryable"] is True
    assert item["resolutions"] == ["sent", "not_sent", "give_up"]


def test_a_dead_command_is_tried_again(api, hub, dead, work_on, agency):
    reply = act(api, api.get("/v1/attention").only, "retry")

    assert reply.status == 202
    assert reply.body["resolution"] == "retried"
    assert work_on(dead.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"]
    assert api.get("/v1/attention").body["items"] == []
    assert api.get("/v1/attention?state=resolved").only["resolution"] == "retried"


def test_it_is_raised_again_when_it_fails_again(api, clock, dead, work_on, agency):
    act(api, api.get("/v1/attention").only, "retry")
    agency.outcome = TryLater("connect_timeout")
    while work_on(dead.case_id) != [CommandState.DEAD]:
        clock.advance(hours=25)

    assert api.get("/v1/attention").only["resolved_at"] is None


def test_a_command_in_doubt_is_looked_up_before_it_is_sent_again(api, doubtful, work_on, agency):
    agency.doubts = dict.fromkeys(agency.doubts, DoubtRule(Doubt.LOOK_UP))
    agency.found = Accepted("4711")

    act(api, api.get("/v1/attention").only, "retry")

    assert work_on(doubtful.case_id) == [CommandState.DONE]
    assert (agency.asked, agency.sent) == (["register_case"], [])
    assert api.get(f"/v1/cases/{doubtful.case_id}").body["case_number"] == "4711"


def test_a_person_knows_that_it_was_sent(api, hub, doubtful, work_on, agency):
    api.post(f"/v1/cases/{doubtful.case_id}/messages", {"text": "hello"})

    reply = decide(api, api.get("/v1/attention").only, "sent")

    assert reply.status == 202
    assert reply.body["resolution"] == "sent"
    assert lane(hub, doubtful) == [CommandState.DONE, CommandState.QUEUED]
    assert api.get(f"/v1/cases/{doubtful.case_id}").body["release"] == "submitted"
    assert work_on(doubtful.case_id) == [CommandState.DONE]
    assert agency.sent == ["send_message"]
    assert hub.desk.read(things.CASE(doubtful.case_id)).get(things.CASE(doubtful.case_id)).waiting == 0


def test_a_person_knows_that_it_was_not_sent(api, doubtful, work_on, agency):
    decide(api, api.get("/v1/attention").only, "not_sent")

    assert work_on(doubtful.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"]


def test_after_a_restore_a_persons_word_still_counts(api, hub, doubtful, work_on, agency):
    raise_epoch(hub.desk)

    decide(api, api.get("/v1/attention").only, "not_sent")

    assert work_on(doubtful.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"]


def test_a_registration_that_is_given_up_ends_the_case(api, hub, world, dead, work_on, agency):
    api.post(f"/v1/cases/{dead.case_id}/messages", {"text": "hello"})

    reply = decide(api, api.get("/v1/attention").only, "give_up")

    assert reply.status == 202
    told = api.get(f"/v1/cases/{dead.case_id}").body
    assert (told["processing"], told["closed_reason"]) == ("closed", "cancelled")
    work_on(dead.case_id)
    assert lane(hub, dead) == [CommandState.CANCELLED, CommandState.CANCELLED]
    assert agency.sent == []
    case = world.get(things.CASE(dead.case_id))
    assert case.waiting == 0
    assert not world.get(things.INVOICE(case.members[0].invoice_id)).release.live
    [candidate] = api.get("/v1/creditors/acme/candidates?agency=svea").body["items"]
    assert candidate["transferable"] is True


def test_a_withdrawal_that_is_given_up_leaves_the_case_open(api, hub, world, clock, work_on, agency):
    world.ready()
    case = world.case()
    work_on(case.case_id)
    api.post(f"/v1/cases/{case.case_id}/withdraw", {})
    agency.outcome = TryLater("connect_timeout")
    while work_on(case.case_id) != [CommandState.DEAD]:
        clock.advance(hours=25)
    assert api.get(f"/v1/cases/{case.case_id}").body["available_actions"] == []

    decide(api, api.get("/v1/attention").only, "give_up")

    told = api.get(f"/v1/cases/{case.case_id}").body
    assert told["processing"] == "open"
    assert told["available_actions"] == ["send_message", "withdraw", "pause"]
    assert world.get(things.CASE(case.case_id)).waiting == 0


def test_what_was_dealt_with_is_dealt_with(api, dead):
    item = api.get("/v1/attention").only
    decide(api, item, "give_up")

    for reply in (decide(api, item, "sent"), act(api, item, "retry")):
        assert reply.status == 409
        assert reply.code == "already_resolved"
        assert reply.body["resolution"] == "give_up"


def test_a_repeated_decision_is_answered_again(api, dead):
    item = api.get("/v1/attention").only
    path = f"/v1/attention/{item['attention_id']}/resolve"

    first = api.post(path, {"resolution": "give_up"}, idempotency_key="k")
    again = api.post(path, {"resolution": "give_up"}, idempotency_key="k")

    assert (first.status, again.status) == (202, 202)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.text == first.text


def test_a_command_that_waits_for_nobody_is_left_alone(api, world, hub, raised):
    world.ready()
    case = world.case()
    attention = {"attention_id": raised(AttentionKind.COMMAND_DEAD, ("command", case.case_id, "1"))}

    for reply in (act(api, attention, "retry"), decide(api, attention, "sent")):
        assert reply.status == 409
        assert reply.code == "action_not_available"
    assert lane(hub, case) == [CommandState.QUEUED]


def test_a_lane_that_grows_meanwhile_is_looked_at_again(api, hub, world, dead, monkeypatch):
    """Somebody writes a message between the look at the lane and the decision."""
    from fordring.usecases import attending

    item = api.get("/v1/attention").only
    real, grown = attending.lane_of, []

    def lane_of(desk, case_id):
        rows = real(desk, case_id)
        if not grown:
            grown.append(api.post(f"/v1/cases/{case_id}/messages", {"text": "hello"}).status)
        return rows

    monkeypatch.setattr(attending, "lane_of", lane_of)

    assert decide(api, item, "sent").status == 202
    assert grown == [202]
    rows = hub.store.page(Listing(things.COMMAND, "commands_of", (dead.case_id,))).items
    assert [row.state for _, row in rows] == [CommandState.DONE, CommandState.QUEUED]
    assert rows[1][1].due_at is not None
