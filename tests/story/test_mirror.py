"""Cloud Collect's mirror of the ledger, who is paid when, and what comes of results that come later."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.agency import Level
from fordring.domain.agreement_settings import Grouping
from fordring.domain.ledger import CREDITORS_OWN, EntryKind, Source
from fordring.domain.refs import Listing
from sandbox.agencies.cloud_collect import signature
from tests.functions.conftest import PASSWORD, callback_token
from tests.story.evenness import everything_of
from tests.story.stage import Stage, onboard
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    hand_over,
    invoice_of,
    lane,
    money,
    pay_agency,
    pay_creditor,
    registered,
    sent,
    there,
    today,
    told,
)

pytestmark = pytest.mark.parametrize("hub", ["cloud_collect"], indirect=True)

PATH = f"/v1/callbacks/cloud_collect/{callback_token('acme', 'cloud_collect')}"
OVERDUE = {"invoice_date": date(2026, 2, 14), "due_date": date(2026, 2, 28)}
"""Two days overdue when the stories begin: the agency's first reminder is twelve days away."""


def credit(hub: Stage, amount: str, number: str, invoice_id: str | None = None) -> Any:
    body = {"document_number": number, "amount": money(amount), "credit_date": today(hub)}
    reply = hub.api.post(f"{ACME}/credit-notes", body | ({"invoice_id": invoice_id} if invoice_id else {}))
    assert reply.status == 201, reply.text
    return reply.body


def reverse(hub: Stage, payment: Any) -> None:
    reply = hub.api.post(f"/v1/payments/{payment['payment_id']}/reverse", {"date": today(hub)})
    assert reply.status == 200, reply.text


def our_ledger(hub: Stage, invoice_id: str) -> list[tuple[str, int]]:
    """The hub's entries of an invoice: whose they are, and what each did to what is owed."""
    found = []
    entries = everything_of(hub.hub.store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,)))
    for entry in entries:
        amount = sum(minor for part, minor in entry.amounts.items() if part in CREDITORS_OWN)
        raises = (entry.reversed_kind or entry.kind) is EntryKind.CHARGE
        back = entry.kind is EntryKind.REVERSAL
        name = entry.payment_id or entry.credit_note_id or "invoice"
        if entry.source is Source.AGENCY:
            name = hub.world.get(things.PAYMENT(name)).agency_payment_id
        found.append((f"{name}{'-r' if back else ''}", amount if raises is not back else -amount))
    return found


def their_ledger(hub: Stage, case_id: str, invoice_id: str) -> list[tuple[str, int]]:
    """The agency's mirror of it, which the hub does not see."""
    case, outside = there(hub, case_id), hub.case(case_id).member(invoice_id).external_id
    (invoice,) = (each for each in case["invoices"] if each["external_id"] == outside)
    lines = [("invoice", _minor(invoice["principal"]))]
    for line in case["ledger"]:
        if line["invoice"] == outside and _minor(line["principal"]):
            name = line["key"].partition(":")[0]
            name = name.replace("-R", "-r") if line["kind"] == "payment_reversal" else name
            lines.append((name, _minor(line["principal"])))
    return lines


def _minor(amount: str) -> int:
    return int(amount.replace(".", ""))


def letters(hub: Stage, case_id: str) -> list[tuple[str, str, str]]:
    return [(each["kind"], each["sent_date"], each["pay_to"]) for each in there(hub, case_id)["letters"]]


@pytest.mark.capability("VIS-13", "VIS-9", "VIS-7", "VIS-8")
def test_the_mirror_equals_the_ledger_entry_by_entry(hub):
    invoice = hub.world.invoice(**OVERDUE)
    invoice_id = invoice.invoice_id
    early = pay_creditor(hub, invoice_id, "100.00")
    bounced = pay_creditor(hub, invoice_id, "40.00")
    reverse(hub, bounced)
    credit(hub, "50.00", "C-1", invoice_id)
    reply = hub.api.post(f"{ACME}/cases", {"agency": "cloud_collect", "invoice_id": invoice_id})
    case_id = reply.body["case_id"]
    # before it has left
    pay_creditor(hub, invoice_id, "10.00")
    hub.pump()
    hub.advance(hub.api, days=1)
    assert their_ledger(hub, case_id, invoice_id) == our_ledger(hub, invoice_id)
    assert len(our_ledger(hub, invoice_id)) == 6

    late = pay_creditor(hub, invoice_id, "200.00")
    credit(hub, "30.00", "C-2", invoice_id)
    hub.advance(hub.api, days=1)
    reverse(hub, late)
    hub.advance(hub.api, days=1)
    # a payment from before the hand-over bounces: the agency knows of it, so it is told
    reverse(hub, early)
    hub.advance(hub.api, days=1)
    theirs = pay_agency(hub, case_id, "300.00")
    pay_agency(hub, case_id, "70.00")
    hub.advance(hub.api, days=1)
    hub.control("POST", f"cloud_collect/payments/{theirs}/reverse")
    hub.advance(hub.api, days=3)

    assert len(our_ledger(hub, invoice_id)) == 13
    assert their_ledger(hub, case_id, invoice_id) == our_ledger(hub, invoice_id)
    assert there(hub, case_id)["principal"]["remaining"] == "1090.00"
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-13")
def test_a_group_is_mirrored_invoice_by_invoice(hub):
    ref = things.AGREEMENT("acme", "cloud_collect")
    agreement = hub.world.get(ref)
    settings = replace(agreement.settings, grouping=Grouping.DEBTOR)
    hub.world.put(ref, replace(agreement, settings=settings))
    invoices = [hub.world.invoice(**OVERDUE).invoice_id for _ in range(3)]
    pay_creditor(hub, invoices[0], "100.00")
    credit(hub, "50.00", "C-1", invoices[1])
    reply = hub.api.post(f"{ACME}/cases", {"agency": "cloud_collect", "invoice_id": invoices[0]})
    case_id = reply.body["case_id"]
    hub.pump()
    hub.advance(hub.api, minutes=10)
    (request,) = sent(hub, "register_case")
    assert [entry["type"] for entry in request["body"]["entries"]].count("INVOICE") == 3
    pay_creditor(hub, invoices[1], "1200.00")
    pay_agency(hub, case_id, "1250.00")
    hub.advance(hub.api, days=2)
    for each in invoices:
        ours = [line for line in our_ledger(hub, each) if not line[0].startswith("P")]
        assert [line for line in their_ledger(hub, case_id, each) if not line[0].startswith("P")] == ours
    assert there(hub, case_id)["principal"]["remaining"] == "1150.00"
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-11")
def test_what_the_agency_does_not_offer_is_no_action_or_goes_as_a_message(hub):
    _, case_id = registered(hub, **OVERDUE)
    actions = hub.api.get(f"/v1/cases/{case_id}").body["available_actions"]
    assert {"send_message", "withdraw", "pause"} <= set(actions)
    assert "offer_invoice" not in actions
    reply = hub.api.post(f"/v1/cases/{case_id}/pause", {"until_date": "2026-03-20"})
    assert reply.status == 202, reply.text
    hub.pump()
    (message,) = there(hub, case_id)["messages"]
    assert "2026-03-20" in message["text"]
    assert [row.kind for row in lane(hub, case_id)] == ["register_case", "send_message"]


@pytest.mark.capability("VIS-12")
def test_a_credit_note_goes_there_when_it_is_matched_and_not_before(hub):
    invoice_id, case_id = registered(hub, **OVERDUE)
    note = credit(hub, "250.00", "C-7")
    hub.advance(hub.api, days=2)
    assert sent(hub, "report_credit") == []
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"

    reply = hub.api.post(f"{ACME}/credit-notes/{note['credit_note_id']}/match", {"invoice_id": invoice_id})
    assert reply.status == 200, reply.text
    hub.advance(hub.api, days=1)
    (request,) = sent(hub, "report_credit")
    (entry,) = request["body"]["entries"]
    case = hub.case(case_id)
    assert (entry["type"], entry["amount"], entry["matchedEntryId"]) == (
        "CREDIT_NOTE",
        "-250.00",
        case.external_id,
    )
    assert there(hub, case_id)["principal"]["remaining"] == "1000.00"

    credit(hub, "1000.00", "C-8", invoice_id)
    hub.advance(hub.api, days=2)
    assert (there(hub, case_id)["closed_reason"], hub.case(case_id).closed_reason) == ("credited",) * 2
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-4", "VIS-5", "VIS-14")
def test_for_fourteen_days_nobody_reminds_and_the_creditor_is_paid(hub):
    invoice_id, case_id = registered(hub, **OVERDUE)
    hub.advance_to(hub.api, datetime(2026, 3, 13, 20, tzinfo=UTC))
    assert letters(hub, case_id) == []
    assert told(hub, "case.dispatch") == []

    pay_creditor(hub, invoice_id, "1000.00")
    hub.advance(hub.api, hours=1)
    # both sides are updated, and the money is the creditor's already: there is nothing to settle
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 25000
    assert there(hub, case_id)["principal"]["remaining"] == "250.00"
    assert there(hub, case_id)["payments"][0]["source"] == "debtor_to_creditor"

    hub.advance(hub.api, days=1)
    assert letters(hub, case_id) == [("reminder", "2026-03-14", "creditor")]
    assert hub.case(case_id).stage == "reminder"
    pay_creditor(hub, invoice_id, "250.00")
    hub.advance(hub.api, days=10)
    assert (hub.case(case_id).processing, invoice_of(hub, invoice_id).status) == ("closed", "paid")
    assert hub.api.get("/v1/settlements?creditor_id=acme").body["items"] == []
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-6")
def test_once_there_is_a_collection_case_payments_and_settlements_go_through_the_agency(hub):
    invoice_id, case_id = registered(hub, **OVERDUE)
    hub.advance_to(hub.api, datetime(2026, 3, 30, 20, tzinfo=UTC))
    case = hub.api.get(f"/v1/cases/{case_id}").body
    assert (case["stage"], case["collection_since"]) == ("reminder", None)
    assert {payee for _, _, payee in letters(hub, case_id)} == {"creditor"}

    hub.advance_to(hub.api, datetime(2026, 4, 14, 20, tzinfo=UTC))
    case = hub.api.get(f"/v1/cases/{case_id}").body
    assert case["stage"] == "collection"
    since = case["collection_since"]
    assert since.startswith("2026-04-13T06:00")
    assert letters(hub, case_id)[-1] == ("demand", "2026-04-13", "agency")

    pay_agency(hub, case_id, "1250.00")
    hub.advance(hub.api, days=8)
    (settlement,) = hub.api.get("/v1/settlements?creditor_id=acme").body["items"]
    assert settlement["payout"] == money("1250.00")
    assert [(line["case_id"], line["principal"]) for line in settlement["lines"]] == [
        (case_id, money("1250.00"))
    ]
    assert invoice_of(hub, invoice_id).status == "paid"
    # it came by the agency: nothing of it is reported back
    assert sent(hub, "report_payment") == []
    assert hub.api.get(f"/v1/cases/{case_id}").body["collection_since"] == since
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-6")
def test_the_switch_is_the_collection_case_and_not_a_stage(hub):
    _, reminded = registered(hub, **OVERDUE)
    _, collected = registered(hub, **OVERDUE)
    number = {case_id: hub.case(case_id).case_number for case_id in (reminded, collected)}

    def status(case_id: str, word: str) -> None:
        hub.control("POST", "cloud_collect/status", {"case_number": number[case_id], "status": word})
        hub.advance(hub.api, minutes=20)

    for word in ("REMINDER", "INSTALMENTS", "MONITORING"):
        status(reminded, word)
        assert hub.case(reminded).collection_since is None
    status(collected, "COLLECTION")
    since = hub.case(collected).collection_since
    for word in ("LEGAL", "INSTALMENTS", "MONITORING", "REMINDER"):
        status(collected, word)
        assert (hub.case(collected).agency_status, hub.case(collected).collection_since) == (word, since)


@pytest.mark.capability("VIS-6")
def test_that_there_is_a_collection_case_is_learnt_from_a_status_that_was_overtaken(hub):
    _, case_id = registered(hub, **OVERDUE)
    number = hub.case(case_id).case_number
    hub.control("POST", "cloud_collect/faults", {"kind": "reorder_callbacks", "count": 1})
    for word in ("COLLECTION", "INSTALMENTS"):
        hub.control("POST", "cloud_collect/status", {"case_number": number, "status": word})
    assert (hub.case(case_id).agency_status, hub.case(case_id).collection_since) == ("INSTALMENTS", None)
    hub.advance(hub.api, minutes=20)
    assert hub.case(case_id).collection_since is not None
    assert hub.case(case_id).agency_status == "INSTALMENTS"
    assert [event["agency_status"] for event in told(hub, "case.status_changed")][-1] == "INSTALMENTS"


def test_what_is_handed_over_for_collection_is_a_collection_case_from_its_number_on(hub):
    agreement = things.AGREEMENT("acme", "cloud_collect")
    present = hub.world.get(agreement)
    hub.world.put(agreement, replace(present, settings=replace(present.settings, level=Level.COLLECTION)))
    made = hub.world.invoice(**OVERDUE)
    for kind, day in (("reminder", "2026-02-10"), ("notice_of_collection", "2026-02-12")):
        letter = {"kind": kind, "sent_date": day, "channel": "email", "deadline_date": "2026-02-26"}
        assert hub.api.post(f"{ACME}/invoices/{made.invoice_id}/reminders", letter).status == 201
    reply = hub.api.post(f"{ACME}/cases", {"agency": "cloud_collect", "invoice_id": made.invoice_id})
    assert reply.status == 202, reply.text
    case_id = reply.body["case_id"]
    hub.pump()
    assert hub.case(case_id).collection_since is None
    hub.advance(hub.api, minutes=10)
    assert hub.case(case_id).collection_since is not None


@pytest.mark.capability("VIS-10")
def test_invoicing_itself_is_unchanged(hub):
    hub.world.creditor("other")
    hub.world.debtor("other")
    body = {
        "debtor_id": "d-1",
        "document_number": "10042",
        "principal": money("1250.00"),
        "invoice_date": "2026-02-14",
        "due_date": "2026-02-28",
        "payment_reference": {"type": "kid", "value": "12345674"},
    }
    with_agreement = hub.api.post(f"{ACME}/invoices", body)
    without = hub.api.post("/v1/creditors/other/invoices", body)
    hub.advance(hub.api, days=3)
    assert (with_agreement.status, without.status) == (201, 201)
    own = ("invoice_id", "creditor_id")
    assert {name: value for name, value in with_agreement.body.items() if name not in own} == {
        name: value for name, value in without.body.items() if name not in own
    }
    # until somebody hands it over, the agency hears nothing of it
    requests = hub.control("GET", "cloud_collect/requests")["items"]
    assert {request["method"] for request in requests} <= {"GET"}
    assert hub.control("GET", "cloud_collect/cases")["items"] == []


@pytest.mark.capability("VIS-1", "VIS-16")
def test_a_receivable_is_transferred_and_shows_its_case_number(hub):
    invoice_id, case_id = hand_over(hub, **OVERDUE)
    hub.pump()
    hub.advance(hub.api, minutes=10)
    shown = hub.api.get(f"{ACME}/invoices/{invoice_id}").body
    assert shown["case_number"] == there(hub, case_id)["case_number"]
    assert shown["case_number"].startswith("CC-")


def test_a_refusal_that_comes_with_the_result_makes_the_invoice_a_candidate_again(hub):
    fault = {"kind": "fail_entries", "count": 1, "reasons": ["DEBTOR_UNKNOWN"]}
    hub.control("POST", "cloud_collect/faults", fault)
    invoice_id, case_id = hand_over(hub, **OVERDUE)
    hub.pump()
    hub.advance(hub.api, minutes=10)
    case = hub.api.get(f"/v1/cases/{case_id}").body
    assert (case["release"], case["rejected_reasons"]) == ("rejected", ["debtor_unknown"])
    (asked,) = attention(hub)
    assert asked.kind == "case_rejected"

    reply = hub.api.post(f"{ACME}/cases", {"agency": "cloud_collect", "invoice_id": invoice_id})
    assert reply.status == 202, reply.text
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert hub.case(reply.body["case_id"]).release == "registered"


def test_a_registration_of_which_a_part_failed_ends_on_both_sides(hub):
    invoice = hub.world.invoice(**OVERDUE)
    pay_creditor(hub, invoice.invoice_id, "100.00")
    hub.control("POST", "cloud_collect/faults", {"kind": "fail_entries", "count": 1, "entries": 1})
    reply = hub.api.post(f"{ACME}/cases", {"agency": "cloud_collect", "invoice_id": invoice.invoice_id})
    hub.pump()
    hub.advance(hub.api, days=2)
    case = hub.case(reply.body["case_id"])
    assert (case.release, case.rejected_reasons) == ("rejected", ("claim_not_accepted",))
    assert [each["state"] for each in hub.control("GET", "cloud_collect/cases")["items"]] == ["closed"]
    assert told(hub, "ledger.drift") == []


def test_a_batch_that_stays_queued_for_days_is_waited_for_and_a_person_is_told(hub):
    two_days = int(timedelta(days=2).total_seconds())
    hub.control("POST", "cloud_collect/faults", {"kind": "slow_batch", "count": 1, "seconds": two_days})
    invoice_id, case_id = hand_over(hub, **OVERDUE)
    hub.pump()
    pay_creditor(hub, invoice_id, "250.00")
    hub.advance(hub.api, hours=30)
    assert [row.state for row in lane(hub, case_id)] == ["underway", "queued"]
    assert [each.kind for each in attention(hub)] == ["command_underway"]
    assert len(sent(hub, "register_case")) == 1

    hub.advance(hub.api, hours=30)
    assert [row.state for row in lane(hub, case_id)] == ["done", "done"]
    assert hub.case(case_id).case_number
    assert there(hub, case_id)["principal"]["remaining"] == "1000.00"
    assert faults_of(hub) == []


@pytest.mark.parametrize("processed", [True, False])
def test_a_batch_that_the_agency_lost_is_made_good_without_a_second_case(hub, processed):
    fault = {"kind": "forget_batch", "count": 1, "processed": processed}
    hub.control("POST", "cloud_collect/faults", fault)
    _, case_id = hand_over(hub, **OVERDUE)
    hub.pump()
    hub.advance(hub.api, hours=2)
    assert hub.case(case_id).case_number
    assert len(hub.control("GET", "cloud_collect/cases")["items"]) == 1
    assert faults_of(hub) == []


def test_a_withdrawal_waits_for_what_is_underway(hub):
    _, case_id = hand_over(hub, **OVERDUE)
    hub.pump()
    assert [row.state for row in lane(hub, case_id)] == ["underway"]
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202
    hub.advance(hub.api, hours=2)
    assert [row.state for row in lane(hub, case_id)] == ["done", "done"]
    assert there(hub, case_id)["closed_reason"] == "withdrawn"
    assert faults_of(hub) == []


def call(hub: Stage, headers: dict[str, str], body: bytes, path: str = PATH) -> Any:
    lower = {name.lower(): value for name, value in headers.items()}
    return hub.gateway.call("POST", path, lower, body.decode(), encoded=False)


def test_a_webhook_counts_once_and_only_with_its_own_clients_signature(hub):
    _, case_id = registered(hub, **OVERDUE)
    pay_agency(hub, case_id, "300.00")
    path, headers, body = hub.callbacks[-1]
    delivery = headers["x-webhook-id"]
    now = datetime.now(UTC)
    assert call(hub, headers, body, path).body == {"outcome": "duplicate"}
    signed_now = signature.webhook_headers(delivery, body, PASSWORD, now)
    assert call(hub, signed_now, body).body == {"outcome": "duplicate"}
    # as another delivery, the payment in it is known
    again = signature.webhook_headers("d-again", body, PASSWORD, now)
    assert call(hub, again, body).body == {"outcome": "applied"}

    old = signature.webhook_headers("d-old", body, PASSWORD, now - timedelta(seconds=301))
    forged = signature.webhook_headers("d-forged", body, "another secret", now)
    renamed = again | {"X-Webhook-Id": "d-renamed"}
    for wrong in (old, forged, renamed, {}):
        assert call(hub, wrong, body).status == 401
    onboard(hub, "other", "cloud_collect")
    elsewhere = f"/v1/callbacks/cloud_collect/{callback_token('other', 'cloud_collect')}"
    stranger = call(hub, signature.webhook_headers("d-other", body, PASSWORD, now), body, elsewhere)
    assert (stranger.status, stranger.body) == (202, {"outcome": "parked"})
    hub.pump()
    assert len(told(hub, "payment.received")) == 1
    assert invoice_of(hub, hub.case(case_id).members[0].invoice_id).balance.owed_to_creditor == 95000
