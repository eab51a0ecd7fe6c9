"""Credentials by API, and what an agreement allows once it has them, or has ended."""

import pytest

from fordring.domain import things
from fordring.domain.agreement import digest_of

SETTINGS = "/v1/creditors/acme/agreements/svea"
ORDERS = f"{SETTINGS}/orders"
CREDENTIALS = f"{SETTINGS}/credentials"
WRITTEN = {"customer_number": "4711", "user_name": "acme-int", "password": "hemmelig-9f2c"}


@pytest.mark.capability("ZIR-17")
def test_credentials_are_written_and_never_read_back(api, order, world):
    api.post(ORDERS, order)

    reply = api.put(CREDENTIALS, WRITTEN)

    assert reply.status == 200
    assert reply.body["state"] == "active"
    assert reply.body["missing"] == []
    assert reply.body["credentials"] == {"written_at": "2026-03-02T09:00:00Z"}
    for secret in WRITTEN.values():
        assert secret not in reply.text
        assert secret not in api.get(SETTINGS).text
        assert secret not in world.everything


@pytest.mark.capability("ZIR-15")
def test_what_the_agency_answers_is_registered_for_calls_and_callbacks(api, order, world, hub):
    url = api.post(ORDERS, order).body["callback_url"]
    api.put(CREDENTIALS, WRITTEN)

    agreement = world.get(things.AGREEMENT("acme", "svea"))
    token = world.get(things.CALLBACK_TOKEN(digest_of(url.rpartition("/")[2])))
    assert hub.vault.credentials_of(agreement).password == "hemmelig-9f2c"
    assert hub.vault.credentials_of(agreement).customer_number == "4711"
    assert [each.user_name for each in hub.vault.credentials_of_token(token)] == ["acme-int"]


def test_replaced_credentials_stay_good_for_callbacks(api, order, world, hub):
    url = api.post(ORDERS, order).body["callback_url"]
    api.put(CREDENTIALS, WRITTEN)
    api.put(CREDENTIALS, {**WRITTEN, "password": "ny-hemmelighet"})

    agreement = world.get(things.AGREEMENT("acme", "svea"))
    token = world.get(things.CALLBACK_TOKEN(digest_of(url.rpartition("/")[2])))
    assert hub.vault.credentials_of(agreement).password == "ny-hemmelighet"
    assert [each.password for each in hub.vault.credentials_of_token(token)] == [
        "ny-hemmelighet",
        "hemmelig-9f2c",
    ]


def test_the_same_credentials_again_change_nothing(api, order, world, hub):
    url = api.post(ORDERS, order).body["callback_url"]
    api.put(CREDENTIALS, WRITTEN)
    first = api.put(CREDENTIALS, {**WRITTEN, "password": "ny-hemmelighet"})

    again = api.put(CREDENTIALS, {**WRITTEN, "password": "ny-hemmelighet"})

    assert (again.status, again.body, again.headers["etag"]) == (200, first.body, first.headers["etag"])
    token = world.get(things.CALLBACK_TOKEN(digest_of(url.rpartition("/")[2])))
    assert [each.password for each in hub.vault.credentials_of_token(token)] == [
        "ny-hemmelighet",
        "hemmelig-9f2c",
    ]


def test_a_repeated_request_does_not_push_the_earlier_credentials_out(api, order):
    api.post(ORDERS, order)
    seen = api.get(SETTINGS).headers["etag"]

    assert api.put(CREDENTIALS, WRITTEN, if_match=seen).status == 200
    assert api.put(CREDENTIALS, WRITTEN, if_match=seen).status == 412


def test_credentials_need_an_order(api, world):
    world.creditor()
    assert api.put(CREDENTIALS, WRITTEN).status == 404
    api.put(SETTINGS, {})

    reply = api.put(CREDENTIALS, WRITTEN)

    assert reply.status == 409
    assert reply.code == "agreement_not_ordered"


def test_what_is_wrong_with_credentials_is_named_without_them(api, order):
    api.post(ORDERS, order)

    reply = api.put(CREDENTIALS, {**WRITTEN, "password": 123456789, "pin": "0000"})

    assert reply.status == 400
    assert reply.faults == {"/password": "wrong_type", "/pin": "unknown_field"}
    assert "123456789" not in reply.text


@pytest.mark.capability("NET-5")
def test_nothing_is_transferred_before_the_set_up_is_whole(api, world, order):
    world.debtor()
    invoice = world.invoice().invoice_id
    wanted = {"agency": "svea", "invoice_id": invoice}

    def missing():
        reply = api.post("/v1/creditors/acme/cases", wanted)
        return sorted(each["code"] for each in reply.body["errors"]) if reply.status == 422 else reply.status

    assert missing() == ["agreement_not_ordered", "credentials_missing"]
    assert api.get(SETTINGS).body["missing"] == ["agreement_not_ordered", "credentials_missing"]
    api.post(ORDERS, order)
    assert missing() == ["credentials_missing"]
    assert api.get(SETTINGS).body["missing"] == ["credentials_missing"]
    api.put(CREDENTIALS, WRITTEN)
    assert missing() == 202


@pytest.mark.capability("NET-5")
def test_without_any_agreement_the_answer_says_so(api, world):
    world.creditor()
    world.debtor()

    reply = api.post("/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": world.invoice().invoice_id})

    assert reply.status == 422
    assert [each["code"] for each in reply.body["errors"]] == ["agreement_missing"]


def test_an_ended_agreement_takes_nothing_new_and_open_cases_go_on(api, world):
    world.ready()
    case = world.case()

    reply = api.post(f"{SETTINGS}/end")

    assert reply.status == 200
    assert reply.body["state"] == "ended"
    assert reply.body["missing"] == ["agreement_ended"]
    assert api.post(f"{SETTINGS}/end").code == "agreement_not_active"
    assert api.get(f"/v1/cases/{case.case_id}").body["processing"] == "open"
    refused = api.post(
        "/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": world.invoice().invoice_id}
    )
    assert [each["code"] for each in refused.body["errors"]] == ["agreement_ended"]


def test_an_ended_agreement_is_ordered_anew_under_the_next_number(api, world, order):
    world.agreement()
    assert api.post(ORDERS, order).code == "agreement_already_active"
    api.post(f"{SETTINGS}/end")

    assert api.post(ORDERS, order).status == 201

    told = api.get(SETTINGS).body
    assert (told["number"], told["state"], told["credentials"]) == (2, "ordered", None)
