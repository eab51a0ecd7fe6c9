"""What an agreement's settings decide: which invoices may go, at which level, what runs by itself."""

import pytest

from fordring.domain import things
from fordring.domain.agreement_settings import Settings
from fordring.usecases.requesting import wants_sync

SETTINGS = "/v1/creditors/acme/agreements/svea"
CASES = "/v1/creditors/acme/cases"


def reminded(api, invoice_id):
    reply = api.post(
        f"/v1/creditors/acme/invoices/{invoice_id}/reminders",
        {"kind": "reminder", "sent_date": "2026-02-16", "channel": "email"},
    )
    assert reply.status == 201, reply.text
    return reply


def refusals(reply):
    return [each["code"] for each in reply.body["errors"]]


@pytest.mark.capability("NET-2")
def test_invoices_go_from_the_chosen_status_on(api, world):
    world.ready()
    api.put(SETTINGS, {"transfer_status": "reminded"})
    invoice_id = world.invoice().invoice_id
    wanted = {"agency": "svea", "invoice_id": invoice_id}

    early = api.post(CASES, wanted)
    reminded(api, invoice_id)

    assert (early.status, refusals(early)) == (422, ["status_not_reached"])
    assert api.post(CASES, wanted).status == 202


@pytest.mark.capability("NET-3")
def test_an_action_is_offered_once_the_chosen_status_is_reached(api, world):
    world.ready()
    api.put(SETTINGS, {"transfer_status": "reminded"})
    invoice_id = world.invoice().invoice_id
    path = f"/v1/creditors/acme/invoices/{invoice_id}"

    def offered():
        (listed,) = api.get("/v1/creditors/acme/invoices").body["items"]
        (candidate,) = api.get("/v1/creditors/acme/candidates?agency=svea").body["items"]
        read = api.get(path).body
        assert listed["available_actions"] == read["available_actions"]
        return "submit" in read["available_actions"], candidate["transferable"]

    assert offered() == (False, False)
    reminded(api, invoice_id)
    assert offered() == (True, True)
    api.put(SETTINGS, {"level": "collection", "transfer_status": "notice_sent"})
    assert offered() == (False, False)


@pytest.mark.capability("NET-3")
def test_every_answer_about_an_invoice_offers_the_same_actions(api, world):
    world.ready()
    api.put(SETTINGS, {"level": "collection", "transfer_status": "notice_sent"})
    invoices = "/v1/creditors/acme/invoices"
    new = {
        "debtor_id": "d-1",
        "document_number": "F-1",
        "principal": {"amount": "1250.00", "currency": "NOK"},
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
    }
    made = api.post(invoices, new).body
    path = f"{invoices}/{made['invoice_id']}"
    batch = api.post(f"{invoices}/batch", {"invoices": [new | {"document_number": "F-2"}]}).body["items"]
    lost = {"date": "2026-03-02", "reason": "goodwill", "amount": {"amount": "50.00", "currency": "NOK"}}
    cost = {"date": "2026-03-02", "component": "fee", "amount": {"amount": "35.00", "currency": "NOK"}}
    answers = [
        made,
        batch[0]["body"],
        api.patch(path, {"payment_terms": "30 days"}).body,
        reminded(api, made["invoice_id"]).body,
        api.post(f"{path}/write-off", lost).body,
        api.post(f"{path}/costs", cost).body,
        api.get(path).body,
    ]
    assert {"submit" in each["available_actions"] for each in answers} == {False}


@pytest.mark.capability("NET-3", "NET-5")
def test_nothing_is_offered_for_hand_over_under_an_agreement_that_is_not_ready(api, world):
    world.ready()
    path = f"/v1/creditors/acme/invoices/{world.invoice().invoice_id}"
    assert "submit" in api.get(path).body["available_actions"]
    assert api.post(f"{SETTINGS}/end").status == 200
    assert "submit" not in api.get(path).body["available_actions"]


@pytest.mark.capability("NET-15")
def test_a_letter_of_a_day_to_come_was_not_sent(api, world):
    world.ready()
    path = f"/v1/creditors/acme/invoices/{world.invoice().invoice_id}"
    tomorrow = {"kind": "reminder", "sent_date": "2026-03-03", "channel": "email"}
    reply = api.post(f"{path}/reminders", tomorrow)
    assert (reply.status, reply.faults) == (400, {"/sent_date": "in_future"})
    assert api.get(path).body["dunning_status"] == "overdue"


@pytest.mark.capability("NET-4")
def test_collection_only_takes_no_reminders(api, world):
    world.ready()
    api.put(SETTINGS, {"level": "collection"})
    invoice_id = world.invoice().invoice_id

    reply = api.post(CASES, {"agency": "svea", "invoice_id": invoice_id, "level": "reminder"})
    assert (reply.status, refusals(reply)) == (422, ["level_contradicts_agreement"])

    api.put(SETTINGS, {"level": "reminder"})
    assert api.post(CASES, {"agency": "svea", "invoice_id": invoice_id, "level": "reminder"}).status == 202


def test_a_status_that_contradicts_the_level_is_refused(api, world):
    world.creditor()

    reply = api.put(SETTINGS, {"level": "reminder", "transfer_status": "notice_sent"})

    assert (reply.status, reply.code) == (422, "settings_contradict")
    assert reply.faults == {"/transfer_status": "status_contradicts_level"}
    assert api.put(SETTINGS, {"level": "collection", "transfer_status": "notice_sent"}).status == 200


def test_accounts_are_kept_and_told(api, world):
    world.creditor()
    chosen = {"receivable": "1500", "bank": "1920", "agency_claims": "1510", "loss": "7830"}

    told = api.put(SETTINGS, {"accounts": chosen}).body["settings"]["accounts"]

    assert {name: number for name, number in told.items() if number} == chosen
    assert api.get(SETTINGS).body["settings"]["accounts"] == told


def test_the_agencys_balance_account_is_one_of_its_own(api, world):
    world.creditor()

    reply = api.put(SETTINGS, {"accounts": {"receivable": "1500", "bank": "1500", "agency_claims": "1500"}})

    assert reply.status == 422
    assert reply.faults == {
        "/accounts/receivable": "accounts_coincide",
        "/accounts/bank": "accounts_coincide",
    }


@pytest.mark.parametrize("number", ["", "15 10", "=1+1", "1" * 21, 1510])
def test_account_numbers_are_checked(api, world, number):
    world.creditor()

    reply = api.put(SETTINGS, {"accounts": {"bank": number}})

    assert reply.status == 400
    assert set(reply.faults) == {"/accounts/bank"}


@pytest.mark.capability("SAN-11")
def test_automatic_registration_is_a_switch_that_needs_what_the_agency_hands_out(api, order, world, hub):
    def runs():
        return wants_sync(hub.desk, world.get(things.AGREEMENT("acme", "svea")))

    api.put(SETTINGS, {"automatic_sync": True})
    api.post(f"{SETTINGS}/orders", order)

    assert api.get(SETTINGS).body["warnings"] == ["automatic_sync_waits_for_credentials"]
    assert not runs()

    written = {"customer_number": "4711", "user_name": "acme-int", "password": "hemmelig-9f2c"}
    assert api.put(f"{SETTINGS}/credentials", written).body["warnings"] == []
    assert runs()

    api.put(SETTINGS, {"automatic_sync": False})
    assert not runs()
    # Asked for by hand it runs all the same (SAN-10).
    assert api.post("/v1/creditors/acme/sync").status == 202


def test_the_defaults_are_those_of_the_domain(api, world):
    world.creditor()
    api.put(SETTINGS, {})

    assert world.get(things.AGREEMENT("acme", "svea")).settings == Settings()
