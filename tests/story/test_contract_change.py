"""The agency gives a contract another number: what was sent is cancelled and sent again, each only once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind, Rejected
from fordring.domain.clock import utc
from fordring.domain.follow_up import FollowUp
from fordring.domain.refs import Listing
from fordring.edge.workers.messages import send_all
from fordring.usecases import moving
from fordring.usecases.moving import _let_go, move_cases
from tests.story.evenness import everything_of
from tests.story.following import plan
from tests.story.stage import HandingQueue, callback_token, onboard
from tests.story.telling import (
    attention,
    faults_of,
    hand_over,
    invoice_of,
    pay_agency,
    pay_creditor,
    registered,
    told,
)

SETTINGS = "/v1/creditors/acme/agreements/svea"
CHANGE = f"{SETTINGS}/contract-change"
NEW = {"customer_number": "4712", "user_name": "acme-new", "password": "a-new-secret-word"}
AGREED = {"confirmation": {"confirmed_by": "Berit at Svea", "confirmed_date": "2026-03-02"}}


@pytest.fixture
def contract(hub):
    """Let the agency know the contract under its new number, too."""
    hub.control(
        "POST",
        "svea/clients",
        {
            "client_number": "4712",
            "client_id": "acme-new",
            "secret": "a-new-secret-word",
            "callback_url": f"{hub.url}/v1/callbacks/svea/{callback_token('acme', 'svea')}",
        },
    )
    return hub


def change(hub, **more):
    reply = hub.api.post(CHANGE, NEW | AGREED | more)
    assert reply.status == 202, reply.text
    return reply.body["job_id"]


def job(hub, job_id):
    return hub.api.get(f"/v1/jobs/{job_id}").body


def client_of(hub, external_id):
    """Tell under which contract the agency has a case."""
    (found,) = hub.control("GET", f"svea/cases?external_id={external_id}")["items"]
    return found["client_number"], found["state"]


def cases_of(hub, invoice_id):
    return [hub.case(case_id) for case_id in invoice_of(hub, invoice_id).case_ids]


@pytest.mark.capability("NET-6")
def test_without_a_confirmation_nothing_is_cancelled(contract):
    hub = contract
    _, case_id = registered(hub)
    before = hub.api.get(SETTINGS).body

    reply = hub.api.post(CHANGE, NEW)
    hub.pump()

    assert (reply.status, reply.code) == (409, "confirmation_required")
    assert hub.api.get(SETTINGS).body == before
    assert hub.case(case_id).open
    assert not hub.case(case_id).withdrawing


@pytest.mark.capability("NET-6")
def test_an_agreement_of_a_day_to_come_is_none(contract):
    _, case_id = registered(contract)
    promised = {"confirmation": {"confirmed_by": "Berit at Svea", "confirmed_date": "2026-03-03"}}
    reply = contract.api.post(CHANGE, NEW | promised)
    assert (reply.status, reply.faults) == (400, {"/confirmation/confirmed_date": "in_future"})
    assert not contract.case(case_id).withdrawing


@pytest.mark.capability("VIS-3")
def test_between_two_contracts_a_reminder_plan_sends_nothing(contract):
    hub = contract
    plan(hub.world, "calm")
    invoice_id, _ = registered(hub)
    ref = things.INVOICE(invoice_id)
    hub.world.put(ref, replace(hub.world.get(ref), follow_up=FollowUp(plan=1)))
    change(hub)
    hub.pump()
    hub.advance(hub.api, minutes=15)
    hub.advance(hub.api, days=2)
    assert len(cases_of(hub, invoice_id)) == 2
    assert told(hub, "invoice.reminder_due") == []
    assert invoice_of(hub, invoice_id).follow_up == FollowUp(plan=1, stopped="transferred")


@pytest.mark.capability("NET-6", "NET-7")
def test_what_was_sent_is_cancelled_and_sent_again_under_the_new_number(contract):
    hub = contract
    invoice_id, case_id = registered(hub)
    outside = hub.case(case_id).external_id

    job_id = change(hub)
    hub.pump()
    hub.advance(hub.api, minutes=15)

    first, second = cases_of(hub, invoice_id)
    assert (first.case_id, first.closed_reason, first.agreement_number) == (case_id, "withdrawn", 1)
    assert (second.open, second.agreement_number) == (True, 2)
    assert second.external_id == outside.removesuffix("-1") + "-2"
    assert client_of(hub, outside) == ("4711", "closed")
    assert client_of(hub, second.external_id) == ("4712", "open")
    assert invoice_of(hub, invoice_id).case_id == second.case_id

    done = job(hub, job_id)
    assert (done["type"], done["state"], done["progress"]) == ("contract_change", "done", {"resent": 1})
    agreement = hub.api.get(SETTINGS).body
    assert agreement["number"] == 2
    assert agreement["contract_change"]["confirmed_by"] == "Berit at Svea"
    assert agreement["contract_change"]["finished_at"]
    states = [(event["state"], event["cases"]) for event in told(hub, "agreement.contract_changed")]
    assert states == [("begun", []), ("done", [{"state": "resent", "count": 1}])]
    hub.advance(hub.api, minutes=10)
    assert hub.api.post("/v1/creditors/acme/sync").status == 202
    hub.pump()
    assert hub.case(second.case_id).case_number
    assert faults_of(hub) == []


def moved(hub, job_id):
    """Go one round of the job, whenever it is due."""
    row = hub.world.get(things.JOB(job_id))
    hub.world.put(things.JOB(job_id), replace(row, due_at=hub.hub.desk.read().now))
    return move_cases(hub.hub.desk, hub.hub.agency("svea"), hub.hub.vault.credentials_of, job_id, "somebody")


@pytest.mark.capability("NET-7")
def test_nothing_is_sent_again_while_the_former_contract_cannot_be_asked_what_was_paid(contract):
    hub = contract
    invoice_id, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": "drop_callback", "count": 1})
    pay_agency(hub, case_id, "250.00")
    hub.control("POST", "svea/faults", {"kind": "error_500", "operation": "list_changes", "count": 2})
    job_id = change(hub)
    hub.pump()
    assert hub.case(case_id).closed_reason == "withdrawn"
    assert moved(hub, job_id).progress == {"leaving": 1}
    assert invoice_of(hub, invoice_id).case_id == case_id

    assert moved(hub, job_id).progress == {"resent": 1}
    hub.pump()
    (there,) = hub.control("GET", "svea/cases?client_number=4712")["items"]
    assert there["principal"]["remaining"] == "1000.00"


@pytest.mark.capability("NET-7")
def test_what_is_paid_after_the_last_look_is_looked_for_before_the_case_goes_again(contract, monkeypatch):
    hub = contract
    _, case_id = registered(hub)
    job_id = change(hub)
    moved(hub, job_id)
    heard = moving.hear

    def just_before(*args):
        done = heard(*args)
        hub.control("POST", "svea/faults", {"kind": "drop_callback", "count": 1})
        pay_agency(hub, case_id, "250.00")
        commands = [ref for ref in hub.hub.store.due(hub.hub.desk.read().now) if ref.kind.name == "command"]
        send_all(lambda queue: HandingQueue(hub, queue), commands)
        assert hub.case(case_id).closed_reason == "withdrawn"
        return done

    with monkeypatch.context() as patch:
        patch.setattr(moving, "hear", just_before)
        assert moved(hub, job_id).progress == {"leaving": 1}
    assert moved(hub, job_id).progress == {"resent": 1}
    hub.pump()
    (there,) = hub.control("GET", "svea/cases?client_number=4712")["items"]
    assert there["principal"]["remaining"] == "1000.00"


@pytest.mark.capability("SAN-20")
def test_the_job_asks_nobody_while_the_agency_is_serviced(contract):
    hub = contract
    registered(hub)
    window = {"weekday": "monday", "begins": "00:00", "ends": "24:00", "country": "NO"}
    assert hub.api.put(SETTINGS, {"service_windows": [window]}).status == 200
    before = len(hub.control("GET", "svea/requests")["items"])
    job_id = change(hub)
    hub.pump()

    assert len(hub.control("GET", "svea/requests")["items"]) == before
    row = hub.world.get(things.JOB(job_id))
    assert (row.due_at, row.attempts) == (utc(2026, 3, 2, 23), 0)
    for minute in (0, 5, 10):
        hub.advance_to(hub.api, utc(2026, 3, 2, 23, minute))
    assert job(hub, job_id)["progress"] == {"resent": 1}


@pytest.mark.capability("NET-6", "NET-7")
def test_nothing_is_sent_again_before_its_cancellation_is_confirmed(contract):
    hub = contract
    invoice_id, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": "error_429", "count": 1, "operation": "withdraw_case"})

    job_id = change(hub)
    hub.pump()

    assert hub.case(case_id).withdrawing
    assert len(cases_of(hub, invoice_id)) == 1
    assert job(hub, job_id)["progress"] == {"leaving": 1}

    hub.advance(hub.api, hours=2)
    assert [case.open for case in cases_of(hub, invoice_id)] == [False, True]
    assert job(hub, job_id)["state"] == "done"


@pytest.mark.capability("NET-6", "NET-7")
def test_an_advance_of_the_test_clock_goes_from_round_to_round_of_the_job(contract):
    hub = contract
    invoice_id, _ = registered(hub)
    changed_at = hub.hub.desk.read().now
    job_id = change(hub)

    hub.advance(hub.api, days=2)

    first, second = cases_of(hub, invoice_id)
    assert (first.open, second.open, job(hub, job_id)["state"]) == (False, True, "done")
    assert second.opened_at - changed_at < timedelta(hours=2)
    assert faults_of(hub) == []


@pytest.mark.capability("NET-7")
def test_what_was_not_sent_yet_goes_under_the_new_number(contract):
    hub = contract
    invoice_id, case_id = hand_over(hub)

    job_id = change(hub)
    # The worker gets to the job before it gets to the command.
    move_cases(hub.hub.desk, hub.hub.agency("svea"), hub.hub.vault.credentials_of, job_id, "worker")
    hub.pump()
    hub.advance(hub.api, minutes=15)

    (case,) = cases_of(hub, invoice_id)
    assert (case.case_id, case.agreement_number) == (case_id, 2)
    assert client_of(hub, case.external_id) == ("4712", "open")
    assert job(hub, job_id)["progress"] == {"renumbered": 1}


@pytest.mark.capability("NET-7")
def test_invoices_go_under_the_number_now_in_the_settings(contract):
    hub = contract
    change(hub)
    hub.pump()

    _, case_id = registered(hub)

    assert hub.case(case_id).agreement_number == 2
    assert client_of(hub, hub.case(case_id).external_id) == ("4712", "open")


def test_a_case_of_several_invoices_is_sent_again_as_one(contract):
    hub = contract
    invoices = [hub.world.invoice().invoice_id for _ in range(3)]
    reply = hub.api.post("/v1/creditors/acme/cases", {"agency": "svea", "invoice_ids": invoices})
    assert reply.status == 202, reply.text
    hub.pump()
    hub.advance(hub.api, minutes=10)

    job_id = change(hub)
    hub.pump()
    hub.advance(hub.api, minutes=30)

    (again,) = {invoice_of(hub, invoice_id).case_id for invoice_id in invoices}
    assert again != reply.body["case_id"]
    assert [member.invoice_id for member in hub.case(again).members] == invoices
    assert client_of(hub, hub.case(again).external_id) == ("4712", "open")
    assert job(hub, job_id)["progress"] == {"resent": 1}


def test_money_that_came_before_the_cancellation_is_not_asked_for_again(contract):
    hub = contract
    invoice_id, case_id = registered(hub)
    paid, paid_case = registered(hub)
    pay_agency(hub, case_id, "250.00")
    pay_agency(hub, paid_case, "1250.00")

    job_id = change(hub)
    hub.pump()
    hub.advance(hub.api, hours=2)

    first, second = cases_of(hub, invoice_id)
    assert (first.closed_reason, second.principal) == ("withdrawn", 100_000)
    assert [case.closed_reason for case in cases_of(hub, paid)] == ["paid"]
    assert job(hub, job_id)["state"] == "done"
    assert faults_of(hub) == []


def test_what_is_paid_meanwhile_is_not_sent_again(contract):
    hub = contract
    invoice_id, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": "error_429", "count": 1, "operation": "withdraw_case"})
    job_id = change(hub)
    hub.pump()
    assert hub.case(case_id).open
    pay_creditor(hub, invoice_id, "1250.00")

    hub.advance(hub.api, hours=3)

    assert len(cases_of(hub, invoice_id)) == 1
    assert job(hub, job_id)["state"] == "done"
    assert set(job(hub, job_id)["progress"]) <= {"ended", "not_resent"}


def test_a_job_that_died_goes_on_where_it_was(contract):
    hub = contract
    pairs = [registered(hub) for _ in range(3)]
    job_id = change(hub)
    ref = things.JOB(job_id)
    # A worker has taken the job, has let one case go, and has died; its lease has run out.
    now = hub.hub.wall.now()
    hub.world.put(ref, replace(hub.world.get(ref), state="running", lease_owner="dead", lease_until=now))
    _let_go(hub.hub.desk, hub.case(pairs[0][1]), job_id, hub.hub.agency("svea").capabilities)

    hub.pump()
    hub.advance(hub.api, minutes=30)

    assert job(hub, job_id)["progress"] == {"resent": 3}
    for invoice_id, _ in pairs:
        assert [case.agreement_number for case in cases_of(hub, invoice_id)] == [1, 2]
    # Looked at again, nothing happens a second time.
    hub.world.put(ref, replace(hub.world.get(ref), state="running", due_at=hub.hub.desk.read().now))
    hub.pump()
    assert all(len(cases_of(hub, invoice_id)) == 2 for invoice_id, _ in pairs)


def test_what_the_agency_rejects_is_not_sent_to_it_again(contract):
    hub = contract
    invoice_id, case_id = hand_over(hub)
    hub.control("POST", "svea/faults", {"kind": "reject_case", "count": 1, "reasons": ["DebtorUnknown"]})
    hub.pump()
    # The agency examines the case before the withdrawal gets through.
    hub.control("POST", "svea/faults", {"kind": "error_429", "count": 50, "operation": "withdraw_case"})

    job_id = change(hub)
    hub.pump()
    hub.advance(hub.api, minutes=10)
    hub.advance(hub.api, hours=3)

    assert [case.case_id for case in cases_of(hub, invoice_id)] == [case_id]
    assert hub.case(case_id).rejected_reasons
    assert job(hub, job_id)["state"] == "done"
    assert set(job(hub, job_id)["progress"]) <= {"ended"}


def test_a_case_that_the_agency_keeps_stays_under_the_former_contract(contract, monkeypatch):
    hub = contract
    invoice_id, case_id = registered(hub)
    adapter = type(hub.hub.agency("svea"))
    known = adapter.send

    def keeping(self, command, credentials):
        if command.kind is CommandKind.WITHDRAW_CASE:
            return Rejected(("claim_in_court",))
        return known(self, command, credentials)

    monkeypatch.setattr(adapter, "send", keeping)

    job_id = change(hub)
    hub.pump()
    hub.advance(hub.api, hours=1)

    assert job(hub, job_id)["progress"] == {"staying": 1}
    assert job(hub, job_id)["state"] == "running"
    assert [each.kind for each in attention(hub)] == ["command_rejected"]
    # It is still spoken of with the credentials that it was handed over with.
    pay_creditor(hub, invoice_id, "1250.00")
    hub.pump()
    hub.advance(hub.api, hours=3)
    assert not hub.case(case_id).open
    assert job(hub, job_id)["state"] == "done"


def test_a_change_is_refused_while_one_is_running_and_when_nothing_changes(contract):
    hub = contract
    registered(hub)
    present = {"customer_number": "4713", "user_name": "x", "password": "y"}
    hub.api.put(f"{SETTINGS}/credentials", present)
    assert hub.api.post(CHANGE, present | AGREED).code == "contract_unchanged"

    change(hub)
    assert hub.api.post(CHANGE, present | AGREED).code == "contract_change_running"


def test_the_confirmation_is_in_no_event(contract):
    hub = contract
    change(hub)

    events = everything_of(hub.hub.store, Listing(things.FEED_PAGE, "feed_of", ("acme",)))
    assert "Berit" not in str(events)


@pytest.mark.capability("NET-6", "NET-7")
def test_intrums_contract_gets_another_number(hub):
    onboard(hub, agency="intrum")
    settings = "/v1/creditors/acme/agreements/intrum"
    hub.control(
        "POST",
        "intrum/clients",
        {"client_number": "4712", "client_id": "acme-new", "secret": "a-new-secret-word"},
    )
    made = hub.world.invoice().invoice_id
    handed = hub.api.post("/v1/creditors/acme/cases", {"agency": "intrum", "invoice_id": made})
    hub.pump()
    hub.advance(hub.api, minutes=10)

    reply = hub.api.post(f"{settings}/contract-change", NEW | AGREED)
    hub.pump()
    hub.advance(hub.api, hours=1)
    hub.api.post("/v1/creditors/acme/sync")
    hub.pump()

    first, second = cases_of(hub, made)
    assert (first.case_id, first.closed_reason) == (handed.body["case_id"], "withdrawn")
    assert (second.open, second.agreement_number) == (True, 2)
    there = hub.control("GET", "intrum/cases")["items"]
    assert {(each["external_id"], each["client_number"], each["state"]) for each in there} == {
        (first.external_id, "4711", "closed"),
        (second.external_id, "4712", "open"),
    }
    assert job(hub, reply.body["job_id"])["progress"] == {"resent": 1}
    hub.advance(hub.api, minutes=10)
    hub.api.post("/v1/creditors/acme/sync")
    hub.pump()
    assert hub.case(second.case_id).case_number
