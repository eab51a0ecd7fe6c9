"""Intrum, as its creditor sees it: nothing is told when it happens, and every status has its consequences."""

from datetime import date, timedelta

import pytest

from fordring.agencies.intrum.statuses import LABELS
from fordring.domain import things
from fordring.domain.agency import Address
from fordring.domain.agency import Stage as CaseStage
from fordring.domain.refs import Listing
from fordring.edge.telemetry import Count
from tests.functions.conftest import PASSWORD
from tests.story.evenness import everything_of
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    hand_over,
    invoice_of,
    lane,
    pay_agency,
    pay_creditor,
    registered,
    sent,
    there,
    told,
)

pytestmark = pytest.mark.parametrize("hub", ["intrum"], indirect=True)


def say(hub, case_id, status):
    """Let the agency give a case a status, and the hub read it."""
    hub.control("POST", "intrum/status", {"case_number": hub.case(case_id).case_number, "status": status})
    run(hub)


def run(hub):
    """Let an hour pass, and the hourly run of it."""
    hub.advance_to(hub.api, hub.hub.desk.read().now + timedelta(hours=1), step="hour")


def shown(hub, case_id):
    case = hub.api.get(f"/v1/cases/{case_id}").body
    return case["stage"], case["processing"], case["agency_status"]


@pytest.mark.capability("NET-8", "NET-12", "NET-16", "NET-24")
def test_the_main_job_ends_with_equal_books(hub):
    debtors = {"d-1": {}, "d-2": {"kind": "business", "organisation_number": "974760673"}}
    for debtor_id, details in debtors.items():
        hub.world.debtor(debtor_id=debtor_id, **details)
    invoices, cases = zip(*(registered(hub, debtor_id=debtor) for debtor in ("d-1", "d-2") * 2), strict=True)
    pay_creditor(hub, invoices[0], "1250.00")
    pay_agency(hub, cases[1], "1250.00")
    note = {"document_number": "K-1", "amount": {"amount": "250.00", "currency": "NOK"}}
    note |= {"credit_date": "2026-03-02", "invoice_id": invoices[2]}
    assert hub.api.post(f"{ACME}/credit-notes", note).status == 201
    assert hub.api.post(f"/v1/cases/{cases[3]}/withdraw").status == 202
    hub.pump()
    run(hub)

    assert [hub.case(case_id).processing for case_id in cases] == ["closed", "closed", "open", "closed"]
    assert [hub.case(case_id).closed_reason for case_id in cases] == ["paid", "paid", None, "withdrawn"]
    assert there(hub, cases[2])["principal"]["remaining"] == "1000.00"
    listed = hub.api.get(f"{ACME}/invoices?transferred=true").body["items"]
    assert [each["invoice_id"] for each in listed] == [invoices[2]]
    assert hub.callbacks == []
    assert faults_of(hub) == []


@pytest.mark.capability("NET-8", "NET-13")
def test_a_finnish_creditor_has_customers_abroad(hub):
    """In euro and cents, with a reference of its country, for a debtor in Germany."""
    hub.world.creditor(country="FI", organisation_number="01120389", name="Acme Oy")
    abroad = Address(("Hafenstraße 1",), "20457", "Hamburg", "DE")
    hub.world.debtor(debtor_id="d-2", country="DE", address=abroad, language="de")
    invoice_id, case_id = registered(hub, debtor_id="d-2", currency="EUR", reference="RF18539007547034")
    (at_agency,) = hub.control("GET", "intrum/cases")["items"]
    assert (at_agency["currency"], at_agency["principal"]["original"]) == ("EUR", "1250.00")
    (sent_body,) = [each["body"] for each in sent(hub, "register_case")]
    assert sent_body["debtor"]["address"]["country"] == "DE"
    assert (sent_body["invoices"][0]["amount"], sent_body["invoices"][0]["reference"]) == (
        125000,
        "RF18539007547034",
    )
    for status in ("Kund utomlands", "Ulkomainen asia"):
        say(hub, case_id, status)
        assert shown(hub, case_id) == ("received", "open", status)
    paid = {"case_number": hub.case(case_id).case_number, "currency": "EUR", "date": "2026-03-02"}
    hub.control("POST", "intrum/payments", paid | {"amount": "1250.00"})
    run(hub)
    assert (hub.case(case_id).closed_reason, invoice_of(hub, invoice_id).status) == ("paid", "paid")
    assert faults_of(hub) == []


@pytest.mark.capability("NET-4", "NET-14", "NET-15")
def test_collection_begins_after_a_reminder_and_a_notice_of_the_creditors_own(hub):
    hub.world.agreement(agency="intrum", level="collection")
    made = hub.world.invoice(invoice_date=date(2025, 12, 1), due_date=date(2025, 12, 20))
    wanted = {"agency": "intrum", "invoice_id": made.invoice_id, "level": "collection"}
    refused = hub.api.post(f"{ACME}/cases", wanted)
    codes = [each["code"] for each in refused.body["errors"]]
    assert codes == ["reminder_missing", "notice_of_collection_missing"]
    at = f"{ACME}/invoices/{made.invoice_id}/reminders"
    letters = (("reminder", "2026-01-05", None), ("notice_of_collection", "2026-01-20", "2026-02-05"))
    for kind, sent_date, deadline in letters:
        letter = {"kind": kind, "sent_date": sent_date, "channel": "paper"}
        letter |= {"deadline_date": deadline} if deadline else {}
        assert hub.api.post(at, letter).status == 201
    reply = hub.api.post(f"{ACME}/cases", wanted)
    assert (reply.status, reply.body["level"]) == (202, "collection")
    hub.pump()
    hub.advance(hub.api, days=2)
    assert shown(hub, reply.body["case_id"]) == ("collection", "open", "Brevinkasso")
    assert sent(hub, "register_case")[0]["body"]["level"] == "collection"
    assert faults_of(hub) == []


@pytest.mark.capability("NET-9", "NET-10")
def test_a_customer_with_a_ban_or_without_an_address_is_not_transferred(hub):
    for debtor_id, details, reason in (
        ("d-2", {"collection_ban": True}, "collection_ban"),
        ("d-3", {"address": None}, "billing_address_incomplete"),
    ):
        hub.world.debtor(debtor_id=debtor_id, **details)
        invoice = hub.world.invoice(debtor_id=debtor_id)
        reply = hub.api.post(f"{ACME}/cases", {"agency": "intrum", "invoice_id": invoice.invoice_id})
        assert reply.status == 422
        assert reason in reply.text
    hub.pump()
    assert sent(hub, "register_case") == []


@pytest.mark.capability("NET-17")
def test_a_case_is_cancelled_and_the_agency_told(hub):
    _, case_id = registered(hub)
    hub.api.post(f"/v1/cases/{case_id}/withdraw")
    hub.pump()
    run(hub)
    assert shown(hub, case_id) == ("closed", "closed", "Registrerad")
    assert (there(hub, case_id)["status"], there(hub, case_id)["closed_reason"]) == (
        "Annullerad",
        "withdrawn",
    )
    assert faults_of(hub) == []


@pytest.mark.capability("NET-18")
@pytest.mark.parametrize("reason", ["credit_loss", "other", "cancelled"])
def test_an_end_that_nobody_tells_of_is_found_by_polling(hub, reason):
    invoice_id, case_id = registered(hub)
    _, other = registered(hub)
    before = len(sent(hub, "look_up"))
    number = hub.case(case_id).case_number
    hub.control("POST", "intrum/close", {"case_number": number, "reason": reason})
    hub.pump()
    assert hub.case(case_id).open
    run(hub)

    assert (hub.case(case_id).processing, hub.case(case_id).closed_reason) == ("closed", "other")
    assert hub.case(case_id).agency_status == there(hub, case_id)["status"]
    assert hub.case(other).open
    assert len(sent(hub, "look_up")) == before + 1
    assert len(told(hub, "case.closed")) == 1
    assert not invoice_of(hub, invoice_id).release.live
    assert hub.callbacks == []


@pytest.mark.capability("NET-18")
@pytest.mark.parametrize(
    ("handling", "entry", "left"),
    [("paid", "payment", 0), ("written_off", "write_off", 0), ("taken_back", "taken_back", 125000)],
)
def test_an_end_without_account_is_acknowledged_and_the_agency_hears_nothing(hub, handling, entry, left):
    invoice_id, case_id = registered(hub)
    handled = {"handling": handling, "date": "2026-03-02"}
    at = f"/v1/cases/{case_id}/acknowledge-closed"
    early = hub.api.post(at, handled)
    assert (early.status, early.code) == (409, "action_not_available")
    number = hub.case(case_id).case_number
    hub.control("POST", "intrum/close", {"case_number": number, "reason": "other"})
    run(hub)
    assert hub.api.get(f"/v1/cases/{case_id}").body["available_actions"] == ["acknowledge_closed"]
    before = hub.control("GET", f"intrum/cases/{number}")
    assert hub.api.post(at, {**handled, "handling": "forgotten"}).status == 400

    reply = hub.api.post(at, handled)
    assert (reply.status, reply.body["handling"], reply.body["available_actions"]) == (200, handling, [])
    assert hub.api.post(at, handled).body["handling"] == handling
    other = "paid" if handling != "paid" else "written_off"
    assert hub.api.post(at, handled | {"handling": other}).code == "already_acknowledged"
    hub.pump()
    run(hub)
    run(hub)

    entries = everything_of(hub.hub.store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,)))
    assert [each.kind for each in entries[1:]] == [entry]
    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == left
    (acknowledged,) = told(hub, "case.acknowledged")
    booked = {"amount": "0.00" if left else "1250.00", "currency": "NOK"}
    assert (acknowledged["handling"], acknowledged["amount"]) == (handling, booked)
    assert hub.control("GET", f"intrum/cases/{number}") == before
    assert [each.kind for each in lane(hub, case_id)] == ["register_case"]
    if left:
        again = hub.api.post(f"{ACME}/cases", {"agency": "intrum", "invoice_id": invoice_id})
        assert again.status == 202


@pytest.mark.capability("NET-18")
@pytest.mark.parametrize("status", ["Ärende låst för fakturering", "Fakturerad", "laskutettu"])
def test_a_case_that_is_invoiced_has_ended_only_when_it_is_no_longer_open(hub, status):
    _, case_id = registered(hub)
    say(hub, case_id, status)
    for _ in range(3):
        run(hub)
    assert shown(hub, case_id) == ("received", "open", status)

    number = hub.case(case_id).case_number
    hub.control("POST", "intrum/close", {"case_number": number, "reason": "credit_loss"})
    run(hub)
    assert shown(hub, case_id) == ("closed", "closed", "Avslutad")


@pytest.mark.capability("NET-38")
@pytest.mark.parametrize("language", [0, 1], ids=["Swedish", "Finnish"])
def test_every_status_is_in_the_history_and_moves_the_stage_or_leaves_it_alone(hub, language):
    _, case_id = registered(hub)
    stages = {
        "Brevinkasso": "collection",
        "Tingsrätt": "legal",
        "Utmätningsman": "enforcement",
        "Ackordförfarande": "insolvency",
        "Betalningsprogram": "payment_plan",
        "Övervakningsbrev": "monitoring",
    }
    labels = {labels[0]: labels[language] for labels in LABELS}
    aside = ("Ny adress", "Kreditinformation kontrollerad", "Kund utomlands", "Utländskt ärende")
    aside += ("Bedömning av betalningsförmåga", "Utvärdering")
    for (swedish, stage), event in zip(stages.items(), aside, strict=True):
        say(hub, case_id, labels[swedish])
        assert shown(hub, case_id) == (stage, "open", labels[swedish])
        say(hub, case_id, labels[event])
        assert shown(hub, case_id) == (stage, "open", labels[event])
    invoice = hub.api.get(f"/v1/creditors/acme/invoices/{hub.case(case_id).members[0].invoice_id}").body
    assert invoice["collection"]["agency_status"] == labels["Utvärdering"]
    history = [event["agency_status"] for event in told(hub, "case.status_changed")]
    pairs = zip(stages, aside, strict=True)
    assert history == ["Registrerad", *(labels[each] for pair in pairs for each in pair)]
    assert faults_of(hub) == []


def test_the_same_event_may_happen_twice_and_is_told_twice(hub):
    _, case_id = registered(hub)
    for status in ("Ny adress", "Registrerad", "Ny adress"):
        say(hub, case_id, status)
    told_of = [event["agency_status"] for event in told(hub, "case.status_changed")]
    assert told_of == ["Registrerad", "Ny adress", "Registrerad", "Ny adress"]


@pytest.mark.capability("NET-38")
def test_of_a_dead_debtor_a_person_is_told_and_nothing_more_is_handed_over(hub):
    _, case_id = registered(hub)
    say(hub, case_id, "Brevinkasso")
    earlier = hub.world.invoice()
    say(hub, case_id, "Avliden")

    assert shown(hub, case_id) == ("collection", "open", "Avliden")
    (asked,) = attention(hub)
    assert (asked.kind, asked.subject) == ("debtor_deceased", ("debtor", "acme", "d-1"))
    debtor = hub.api.get(f"{ACME}/debtors/d-1").body
    assert (debtor["deceased"], debtor["blocking_reasons"]) == (True, ["debtor_deceased"])
    later = hub.world.invoice()
    refused = hub.api.post(f"{ACME}/cases", {"agency": "intrum", "invoice_id": later.invoice_id})
    assert refused.status == 422
    assert "debtor_deceased" in refused.text
    asked_for = hub.api.post(f"{ACME}/cases", {"agency": "intrum", "invoice_id": earlier.invoice_id})
    run(hub)
    (row,) = lane(hub, asked_for.body["case_id"])
    assert (row.state, row.reasons) == ("cancelled", ("debtor_deceased",))
    assert len(sent(hub, "register_case")) == 1
    assert len(attention(hub)) == 1
    # The agency may be wrong: what the creditor says afterwards is not undone by the same news again.
    known = {name: debtor[name] for name in ("kind", "country", "name", "address", "email")}
    assert hub.api.put(f"{ACME}/debtors/d-1", known).body["deceased"] is True
    assert hub.api.put(f"{ACME}/debtors/d-1", known | {"deceased": False}).body["deceased"] is False
    say(hub, case_id, "Kuollut")
    assert hub.api.get(f"{ACME}/debtors/d-1").body["blocking_reasons"] == []


@pytest.mark.capability("NET-38", "BEY-7", "BEY-11")
def test_a_missing_address_is_a_question_whose_answer_goes_to_the_case_handler(hub):
    _, case_id = registered(hub)
    say(hub, case_id, "Adressuppgifter saknas")

    assert shown(hub, case_id) == ("received", "open", "Adressuppgifter saknas")
    assert [asked.kind for asked in attention(hub)] == ["question_open"]
    (question,) = hub.api.get(f"{ACME}/questions").body["items"]
    assert (question["kind"], question["state"], question["case_id"]) == ("address", "open", case_id)
    run(hub)
    assert len(hub.api.get(f"{ACME}/questions").body["items"]) == 1

    at = f"/v1/cases/{case_id}/questions/{question['question_id']}/answer"
    assert hub.api.post(at, {"text": "Storgata 7, 0155 Oslo"}).status == 202
    hub.pump()
    run(hub)
    written = [each["text"] for each in there(hub, case_id)["messages"] if each["direction"] == "from_client"]
    assert len(written) == 1
    assert "Storgata 7, 0155 Oslo" in written[0]
    assert [each.kind for each in lane(hub, case_id)] == ["register_case", "send_message"]
    assert faults_of(hub) == []


@pytest.mark.capability("NET-38")
def test_an_unknown_status_keeps_its_text_is_counted_and_fails_nothing(hub, monkeypatch):
    counted = []
    monkeypatch.setattr("fordring.edge.workers.outbox.count", counted.append)
    _, case_id = registered(hub)
    say(hub, case_id, "Under särskild utredning")
    assert shown(hub, case_id) == (CaseStage.UNKNOWN, "open", "Under särskild utredning")
    assert counted.count(Count.AGENCY_STATUS_UNKNOWN) == 1
    assert counted.count(Count.CASE_REGISTERED) == 1
    say(hub, case_id, "Brevinkasso")
    assert shown(hub, case_id) == ("collection", "open", "Brevinkasso")
    assert counted.count(Count.AGENCY_STATUS_UNKNOWN) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("NET-27")
def test_money_without_a_reference_waits_for_a_person(hub):
    registered(hub)
    hub.control("POST", "intrum/payments", {"amount": "80.00", "currency": "NOK", "date": "2026-03-02"})
    run(hub)
    (asked,) = attention(hub)
    assert asked.kind == "payment_unmatched"
    (waiting,) = hub.api.get("/v1/payments?creditor_id=acme&match=unmatched").body["items"]
    assert waiting["amount"] == {"amount": "80.00", "currency": "NOK"}


def test_interest_and_costs_above_the_principal_never_touch_the_invoice(hub):
    invoice_id, case_id = registered(hub, due_date=hub.hub.desk.read().now.date() - timedelta(days=40))
    hub.advance(hub.api, days=40)
    cost = there(hub, case_id)["cost"]["remaining"]
    assert cost != "0.00"
    total = 1250 + float(cost) + 12.5
    pay_agency(hub, case_id, f"{total:.2f}", case_number=hub.case(case_id).case_number, interest="12.50")
    hub.advance(hub.api, days=1)

    invoice = invoice_of(hub, invoice_id)
    assert invoice.balance.owed_to_creditor == 0
    (payment,) = there(hub, case_id)["payments"]
    assert (payment["principal"], payment["interest"], payment["cost"]) == ("1250.00", "12.50", cost)
    entries = everything_of(hub.hub.store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,)))
    assert sum(sum(entry.amounts.values()) for entry in entries if entry.kind == "payment") == 125000
    assert faults_of(hub) == []


@pytest.mark.parametrize(
    "fault", ["timeout_before", "timeout_after", "error_500", "error_429", "malformed_answer"]
)
def test_without_a_token_nothing_is_sent_and_everything_comes_later(hub, fault):
    hub.control("POST", "intrum/faults", {"kind": fault, "count": 2, "operation": "token"})
    invoice_id, case_id = hand_over(hub)
    hub.pump()
    assert sent(hub, "register_case") == []
    (row,) = lane(hub, case_id)
    assert row.doubted_at is None
    hub.advance(hub.api, days=1)
    assert hub.case(case_id).case_number
    assert len(sent(hub, "register_case")) == 1
    pay_creditor(hub, invoice_id, "1250.00")
    hub.pump()
    hub.advance(hub.api, days=1)
    assert not hub.case(case_id).open
    assert faults_of(hub) == []


def test_tokens_that_are_taken_back_in_the_middle_of_a_run_are_replaced(hub):
    _, case_id = registered(hub)
    tokens = len(sent(hub, "token"))
    hub.control("POST", "intrum/revoke-tokens", {})
    pay_agency(hub, case_id, "1250.00")
    run(hub)
    assert not hub.case(case_id).open
    assert len(sent(hub, "token")) == tokens + 1
    assert hub.world.get(things.SYNC("acme", "intrum")).last_error is None


def test_nothing_of_tokens_and_secrets_is_in_the_table_or_in_what_the_agency_logs(hub):
    registered(hub)
    requests = hub.control("GET", "intrum/requests")["items"]
    assert {each["operation"] for each in requests} >= {"token", "register_case"}
    assert all("authorization" not in each["headers"] for each in requests)
    assert PASSWORD not in str(requests)
    assert PASSWORD not in hub.world.everything
    assert "access_token" not in hub.world.everything
    assert hub.hub.agency("intrum")._tokens._kept
    for kept in hub.hub.agency("intrum")._tokens._kept.values():
        assert kept.token not in hub.world.everything
