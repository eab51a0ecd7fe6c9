"""The two ledgers compared: what differs is found, told once, and forgotten when it is put right."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.agency import ClosedReason
from fordring.usecases.submitting import end
from fordring.usecases.work import transact
from tests.functions.conftest import PASSWORD
from tests.story.stage import refill
from tests.story.telling import (
    attention,
    faults_of,
    hand_over,
    pay_creditor,
    registered,
    sent,
    there,
    told,
)

pytestmark = pytest.mark.parametrize("hub", ["svea", "intrum"], indirect=True)


def adjust(hub, case_id, principal):
    hub.control(
        "POST", f"{hub.agency}/adjust", {"case_number": hub.case(case_id).case_number, "principal": principal}
    )


@pytest.mark.capability("BEY-10", "VIS-9")
def test_a_planted_difference_is_told_once_with_both_balances(hub):
    _, case_id = registered(hub)
    _, other = registered(hub)
    adjust(hub, case_id, "900.00")

    hub.advance(hub.api, days=1)
    assert told(hub, "ledger.drift") == []
    hub.advance(hub.api, days=1)
    (drift,) = told(hub, "ledger.drift")
    hub.advance(hub.api, days=3)

    assert told(hub, "ledger.drift") == [drift]
    assert drift["case_id"] == case_id
    assert drift["hub"]["principal"] == {"amount": "1250.00", "currency": "NOK"}
    assert drift["at_agency"]["principal"] == {"amount": "900.00", "currency": "NOK"}
    (asked,) = attention(hub)
    assert (asked.kind, asked.subject) == ("ledger_drift", ("case", case_id))
    assert hub.case(other).difference is None
    state = hub.world.get(things.SYNC("acme", hub.agency))
    assert [each["case_id"] for each in state.differences] == [case_id]


@pytest.mark.capability("BEY-10")
def test_a_difference_that_is_put_right_is_forgotten(hub):
    _, case_id = registered(hub)
    adjust(hub, case_id, "900.00")
    hub.advance(hub.api, days=3)
    assert len(attention(hub)) == 1

    adjust(hub, case_id, "1250.00")
    hub.advance(hub.api, days=1)

    assert attention(hub) == []
    assert hub.case(case_id).difference is None
    assert len(told(hub, "ledger.drift")) == 1


def test_another_difference_later_is_told_again(hub):
    _, case_id = registered(hub)
    adjust(hub, case_id, "900.00")
    hub.advance(hub.api, days=3)
    adjust(hub, case_id, "1250.00")
    hub.advance(hub.api, days=1)
    adjust(hub, case_id, "1000.00")
    hub.advance(hub.api, days=3)

    assert [data["at_agency"]["principal"]["amount"] for data in told(hub, "ledger.drift")] == [
        "900.00",
        "1000.00",
    ]
    assert len(attention(hub)) == 1


def test_what_is_on_its_way_is_no_difference(hub):
    invoice_id, case_id = registered(hub)
    hub.control(
        "POST", f"{hub.agency}/faults", {"kind": "error_500", "count": 4, "operation": "report_payment"}
    )
    pay_creditor(hub, invoice_id, "400.00")
    hub.pump()
    for _ in range(4):
        hub.worker("clock").synchronise("acme", hub.agency)
    assert hub.case(case_id).difference is None

    hub.advance(hub.api, days=3)
    assert faults_of(hub) == []


@pytest.mark.capability("NET-18")
def test_a_case_that_is_missing_from_the_open_ones_is_asked_for_before_it_is_closed(hub):
    hub.control(
        "POST", f"{hub.agency}/clients", {"client_number": "4711", "client_id": "acme", "secret": PASSWORD}
    )
    _, case_id = hand_over(hub)
    hub.pump()
    hub.advance(hub.api, days=1)
    case = hub.case(case_id)
    # Closed at the agency, and the change is read past: only the comparison can find it.
    state_ref = things.SYNC("acme", hub.agency)
    hub.control("POST", f"{hub.agency}/close", {"case_number": case.case_number, "reason": "credit_loss"})
    skip_changes(hub)
    before = len(sent(hub, "look_up"))
    hub.worker("clock").synchronise("acme", hub.agency)

    assert len(sent(hub, "look_up")) == before + 1
    assert hub.case(case_id).processing == "closed"
    assert hub.world.get(state_ref).differences == ()
    hub.pump()
    assert faults_of(hub) == []


def skip_changes(hub):
    """Put the cursor behind everything that the agency has to tell."""

    state = hub.world.get(things.SYNC("acme", hub.agency))
    agreement = hub.world.get(things.AGREEMENT("acme", hub.agency))
    credentials = hub.hub.vault.credentials_of(agreement)
    changes = hub.hub.agency(hub.agency).changes_since(state.cursor, credentials)
    assert not changes.more
    hub.world.put(things.SYNC("acme", hub.agency), replace(state, cursor=changes.cursor))


def test_a_case_that_the_agency_does_not_know_stays_open_and_is_told(hub):
    _, case_id = registered(hub)
    hub.control("POST", f"{hub.agency}/reset")
    hub.advance(hub.api, days=3)

    assert hub.case(case_id).open
    (drift,) = told(hub, "ledger.drift")
    assert drift["at_agency"] == {
        "principal": {"amount": "0.00", "currency": "NOK"},
        "cost": {"amount": "0.00", "currency": "NOK"},
        "open": False,
    }


def test_a_case_that_the_hub_does_not_know_is_told_once(hub):
    _, case_id = registered(hub)
    number = hub.case(case_id).case_number
    kept = {(item.pk, item.sk): item for item in hub.engine.everything()}

    refill(hub.engine, [item for item in kept.values() if case_id not in item.pk and number not in item.pk])
    hub.advance(hub.api, days=3)

    (drift,) = told(hub, "ledger.drift")
    assert drift["hub"] is None
    assert drift["case_number"] == number
    drifts = [asked for asked in attention(hub) if asked.kind == "ledger_drift"]
    assert [asked.reason for asked in drifts] == ["case_unknown_to_the_hub"]


def test_a_case_that_is_open_there_and_closed_here_is_told(hub):
    _, case_id = registered(hub)
    case = hub.case(case_id)
    refs = [things.CASE(case_id), things.INVOICE(case.members[0].invoice_id)]

    def close(work):
        work.change(refs[0], end(work, work.get(refs[0]), ClosedReason.OTHER))

    transact(hub.hub.desk, refs, close)
    hub.pump()
    hub.advance(hub.api, days=3)

    (drift,) = told(hub, "ledger.drift")
    assert (drift["hub"]["open"], drift["at_agency"]["open"]) == (False, True)
    assert there(hub, case_id)["state"] == "open"

    hub.control("POST", f"{hub.agency}/close", {"case_number": case.case_number, "reason": "other"})
    hub.advance(hub.api, days=1)
    assert faults_of(hub) == [f"drift: {drift}"]
