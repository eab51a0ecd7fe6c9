"""Commands that an agency takes in and carries out later: waited for without a loss or a repetition."""

import secrets
from datetime import timedelta

import pytest

from fordring.domain import things
from fordring.domain.agency import (
    Accepted,
    CommandKind,
    Doubt,
    DoubtRule,
    InDoubt,
    Rejected,
    TryLater,
    Underway,
)
from fordring.domain.command import LEASE, LONGEST_WAIT, PATIENCE, CommandState
from fordring.usecases.delivering import deliver_lane
from fordring.usecases.restoring import raise_epoch
from tests.functions.test_decisions import Scripted, lane

SOON = timedelta(seconds=10)


class Died(BaseException):
    """The worker was killed."""


class Later(Scripted):
    """An agency that gives a ticket first."""

    result: object = Underway("B1", SOON)

    def result_of(self, ticket, credentials):
        self.asked.append(ticket)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.fixture
def agency(hub):
    natural = DoubtRule(Doubt.NATURAL_KEY)
    return Later(hub.capabilities("svea"), dict.fromkeys(CommandKind, natural), outcome=Underway("B1", SOON))


@pytest.fixture
def work_on(hub, agency):
    def run(case_id):
        return deliver_lane(
            hub.desk, lambda _: agency, hub.vault.credentials_of, case_id, secrets.token_hex(4)
        )

    return run


@pytest.fixture
def case(world, work_on):
    """A case whose registration the agency has taken in."""
    world.ready()
    made = world.case()
    assert work_on(made.case_id) == [CommandState.UNDERWAY]
    return made


def row(hub, case, seq=1):
    ref = things.COMMAND(case.case_id, seq)
    return hub.desk.read(ref).get(ref)


def test_it_is_asked_for_when_an_answer_may_be_there_and_sent_once(hub, clock, case, work_on, agency):
    assert work_on(case.case_id) == []
    for _ in range(3):
        clock.advance(hours=1)
        assert work_on(case.case_id) == [CommandState.UNDERWAY]
    agency.result = Accepted("4711")
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE]

    assert agency.sent == ["register_case"]
    assert agency.asked == ["B1"] * 4
    assert hub.desk.read(things.CASE(case.case_id)).get(things.CASE(case.case_id)).case_number == "4711"


def test_what_follows_in_the_lane_waits(api, hub, clock, case, work_on, agency):
    api.post(f"/v1/cases/{case.case_id}/messages", {"text": "hello"})
    clock.advance(hours=1)
    work_on(case.case_id)
    assert lane(hub, case) == [CommandState.UNDERWAY, CommandState.QUEUED]
    agency.result = agency.outcome = Accepted()
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE, CommandState.DONE]
    assert agency.sent == ["register_case", "send_message"]


def test_a_refusal_that_comes_later_is_a_refusal(api, clock, case, work_on, agency):
    agency.result = Rejected(("address_missing",))
    clock.advance(minutes=1)
    assert work_on(case.case_id) == [CommandState.REJECTED]
    told = api.get(f"/v1/cases/{case.case_id}").body
    assert (told["release"], told["processing"]) == ("rejected", "closed")
    assert [each["kind"] for each in api.get("/v1/attention").body["items"]] == ["case_rejected"]


def test_a_result_that_is_long_in_coming_is_asked_for_seldom_and_a_person_is_told(
    api, hub, clock, case, work_on, agency
):
    waits = []
    begun = clock.now()
    while clock.now() - begun <= PATIENCE:
        due = row(hub, case).due_at
        waits.append(due - clock.now())
        clock.advance(seconds=waits[-1].total_seconds())
        assert work_on(case.case_id) == [CommandState.UNDERWAY]
    assert waits[0] == SOON
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert row(hub, case).attempts == 0
    item = api.get("/v1/attention").only
    assert (item["kind"], item["reason"], item["resolutions"]) == (
        "command_underway",
        "no_result_yet",
        ["acknowledged"],
    )

    agency.result = Accepted()
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE]
    assert api.get("/v1/attention").body["items"] == []


def test_a_question_that_is_not_answered_is_asked_again_and_nothing_is_sent(
    hub, clock, case, work_on, agency
):
    agency.result = TryLater("read_timeout")
    for _ in range(3):
        clock.advance(hours=1)
        assert work_on(case.case_id) == [CommandState.RETRY]
    agency.result = Accepted()
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"]


def test_what_the_agency_has_lost_is_sent_again(hub, clock, case, work_on, agency):
    agency.result = InDoubt("unknown_batch")
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.IN_DOUBT]
    agency.outcome = Underway("B2", SOON)
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.UNDERWAY]
    assert row(hub, case).ticket == "B2"
    agency.result = Accepted()
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"] * 2


def test_a_worker_that_dies_asking_leaves_no_doubt(hub, clock, case, work_on, agency):
    agency.result = Died()
    clock.advance(hours=1)
    with pytest.raises(Died):
        work_on(case.case_id)
    agency.result = Accepted()
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert work_on(case.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"]


def test_after_a_restore_the_ticket_still_tells(hub, clock, case, work_on, agency):
    raise_epoch(hub.desk)
    agency.doubts = dict.fromkeys(agency.doubts, DoubtRule(Doubt.PERSON))
    agency.result = Accepted()
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE]
    assert agency.sent == ["register_case"]


def test_what_has_become_wrong_meanwhile_is_not_cancelled(api, world, hub, clock, case, work_on, agency):
    invoice_id = case.members[0].invoice_id
    api.patch(f"/v1/creditors/acme/invoices/{invoice_id}", {"excluded_from_dunning": True})
    agency.result = Accepted("4711")
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE]


def test_a_withdrawal_follows_what_is_underway(api, hub, clock, case, work_on, agency):
    assert api.post(f"/v1/cases/{case.case_id}/withdraw", {}).status == 202
    assert lane(hub, case) == [CommandState.UNDERWAY, CommandState.QUEUED]
    agency.result = agency.outcome = Accepted()
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.DONE, CommandState.DONE]
    assert agency.sent == ["register_case", "withdraw_case"]


def test_a_refusal_counts_although_the_agency_said_before_that_the_case_has_ended(
    api, world, hub, clock, case, work_on, agency
):
    world.close(world.get(things.CASE(case.case_id)))
    agency.result = Rejected(("claim_not_accepted",))
    clock.advance(hours=1)
    assert work_on(case.case_id) == [CommandState.REJECTED]
    told = api.get(f"/v1/cases/{case.case_id}").body
    assert (told["release"], told["rejected_reasons"]) == ("rejected", ["claim_not_accepted"])
    assert [each["kind"] for each in api.get("/v1/attention").body["items"]] == ["case_rejected"]
    invoice = api.get(f"/v1/creditors/acme/invoices/{case.members[0].invoice_id}").body
    assert "submit" in invoice["available_actions"]
