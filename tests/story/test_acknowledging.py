"""The agency ends a case without a word: it is found out, and a person says what becomes of the debt."""

import pytest

from fordring.domain import things
from fordring.domain.refs import Listing
from tests.story.evenness import everything_of
from tests.story.telling import ACME, faults_of, invoice_of, lane, pay_agency, registered, told


def ended(hub, reason="credit_loss", **control):
    """A case that the agency has ended, with what remains of 1250 kroner; found by the hourly run."""
    invoice_id, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": "drop_callback", "count": 1})
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/close", {"case_number": number, "reason": reason, **control})
    assert hub.case(case_id).open
    hub.worker("clock").synchronise("acme", "svea")
    assert not hub.case(case_id).open
    return invoice_id, case_id


def acknowledge(hub, case_id, handling, day="2026-03-02"):
    body = {"handling": handling, "date": day}
    return hub.api.post(f"/v1/cases/{case_id}/acknowledge-closed", body)


def requests(hub):
    return len(hub.control("GET", "svea/requests")["items"])


def entries(hub, invoice_id):
    listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,))
    return [(entry.kind, entry.total, entry.note) for entry in everything_of(hub.hub.store, listing)][1:]


@pytest.mark.capability("NET-18")
@pytest.mark.parametrize(
    ("handling", "entry", "remaining", "status"),
    [
        ("paid", ("payment", 125000), "0.00", "paid"),
        ("written_off", ("write_off", 125000), "0.00", "written_off"),
        ("taken_back", ("taken_back", 0), "1250.00", "open"),
    ],
)
def test_each_handling_makes_its_entry_and_tells_the_agency_nothing(hub, handling, entry, remaining, status):
    invoice_id, case_id = ended(hub)
    assert hub.api.get(f"/v1/cases/{case_id}").body["available_actions"] == ["acknowledge_closed"]
    before = requests(hub)
    reply = acknowledge(hub, case_id, handling)
    hub.pump()

    assert reply.status == 200, reply.text
    assert (reply.body["handling"], reply.body["available_actions"]) == (handling, [])
    assert [each[:2] for each in entries(hub, invoice_id)] == [entry]
    read = hub.api.get(f"{ACME}/invoices/{invoice_id}").body
    assert (read["remaining"]["amount"], read["status"]) == (remaining, status)
    assert requests(hub) == before
    assert [row.kind for row in lane(hub, case_id)] == ["register_case"]
    assert faults_of(hub) == []


@pytest.mark.capability("NET-18")
def test_what_was_taken_back_can_be_handed_over_again(hub):
    invoice_id, case_id = ended(hub)
    assert acknowledge(hub, case_id, "taken_back").status == 200
    again = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id})
    assert again.status == 202, again.text
    hub.advance(hub.api, days=1)

    assert hub.case(again.body["case_id"]).release == "registered"
    assert faults_of(hub) == []


@pytest.mark.capability("NET-18")
def test_only_what_is_still_owed_is_entered_with_the_date_that_is_given(hub):
    invoice_id, case_id = registered(hub)
    pay_agency(hub, case_id, "450.00")
    hub.control("POST", "svea/close", {"case_number": hub.case(case_id).case_number, "reason": "credit_loss"})
    hub.pump()
    assert acknowledge(hub, case_id, "written_off", "2026-03-01").status == 200
    hub.pump()

    assert [entry[:2] for entry in entries(hub, invoice_id)] == [("payment", 45000), ("write_off", 80000)]
    (given_up,) = told(hub, "invoice.written_off")
    assert given_up["amount"] == {"amount": "800.00", "currency": "NOK"}


@pytest.mark.parametrize("how", ["paid", "withdrawn", "rejected"])
def test_nothing_is_acknowledged_of_what_was_settled_withdrawn_or_refused(hub, how):
    if how == "rejected":
        hub.control("POST", "svea/faults", {"kind": "reject_case"})
        made = hub.world.invoice()
        asked = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": made.invoice_id})
        case_id = asked.body["case_id"]
    else:
        _, case_id = registered(hub)
    if how == "paid":
        pay_agency(hub, case_id, "1250.00")
    if how == "withdrawn":
        assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202
    hub.advance(hub.api, days=1)

    assert not hub.case(case_id).open
    assert hub.api.get(f"/v1/cases/{case_id}").body["available_actions"] == []
    assert acknowledge(hub, case_id, "paid").code == "action_not_available"


def test_an_invoice_that_has_gone_on_is_left_alone(hub):
    invoice_id, case_id = ended(hub)
    again = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id})
    assert again.status == 202, again.text
    hub.pump()
    assert acknowledge(hub, case_id, "written_off").status == 200
    hub.pump()

    assert entries(hub, invoice_id) == []
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 125000
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-34", "ZIR-35", "ZIR-10")
def test_cases_are_open_or_archived_and_an_ended_one_keeps_its_history(hub):
    _, open_one = registered(hub)
    _, ended_one = ended(hub)

    def listed(state):
        return [
            each["case_id"] for each in hub.api.get(f"/v1/cases?creditor_id=acme&state={state}").body["items"]
        ]

    assert (listed("open"), listed("archived")) == ([open_one], [ended_one])
    assert set(listed("open,archived")) == {open_one, ended_one}
    history = hub.api.get(f"/v1/cases/{ended_one}/events").body["items"]
    assert {"case.submitted", "case.registered", "case.closed"} <= {event["type"] for event in history}
    assert hub.api.get(f"/v1/cases/{ended_one}/messages").status == 200
