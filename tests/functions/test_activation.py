"""An agency activates an agreement by calling: credentials before or after, once, and by nobody else."""

import json

import pytest

from fordring.domain import things
from fordring.domain.agreement import digest_of
from fordring.edge import settings
from tests.story.conftest import ENVIRONMENT

SETTINGS = "/v1/creditors/acme/agreements/intrum"
ORDERS = f"{SETTINGS}/orders"
CREDENTIALS = f"{SETTINGS}/credentials"
CLIENT = {"user_name": "acme-client", "password": "hemmelig-9f2c"}
NUMBER = "79021"


@pytest.fixture(autouse=True)
def environment_of_the_function(monkeypatch):
    """Set what a function's metrics are counted under."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


@pytest.fixture
def order(api, world):
    world.creditor()
    world.debtor()
    api.put(SETTINGS, {})
    version = api.get("/v1/agencies/intrum/terms").body["version"]
    return {
        "contact": {"name": "Ola Nordmann", "email": "ola@acme.example"},
        "consent": {"given_by": "Ola Nordmann", "terms_version": version},
    }


@pytest.fixture
def url(api, order):
    """Order, and give where Intrum calls."""
    return api.post(ORDERS, order).body["callback_url"].removeprefix("https://api.test")


@pytest.fixture
def intrum(world):
    """Call as Intrum does: without a key and without a signature."""

    def call(url, number=NUMBER, accounts=("NO1886011117947",)):
        content = {"contractNumber": number, "activatedAt": "2026-03-02T09:00:00.000Z"}
        body = json.dumps(content | {"bankAccounts": list(accounts)})
        return world.gateway.call("POST", url, {"content-type": "application/json"}, body, encoded=False)

    return call


def told(world):
    return [
        item.data["data"]
        for item in world.engine.everything()
        if item.kind == "event" and item.data["type"] == "agreement.activated"
    ]


def attentions(api):
    return [
        (each["kind"], each["reason"]) for each in api.get("/v1/attention?creditor_id=acme").body["items"]
    ]


@pytest.mark.capability("NET-1")
def test_the_agencys_call_activates_the_service_by_itself(api, url, intrum, world, hub):
    waiting = api.put(CREDENTIALS, CLIENT).body
    assert (waiting["state"], waiting["missing"]) == ("ordered", ["activation_missing"])
    refused = api.post(
        "/v1/creditors/acme/cases", {"agency": "intrum", "invoice_id": world.invoice().invoice_id}
    )
    assert [each["code"] for each in refused.body["errors"]] == ["activation_missing"]

    reply = intrum(url)

    assert (reply.status, reply.body["outcome"]) == (200, "applied")
    active = api.get(SETTINGS).body
    assert (active["state"], active["missing"]) == ("active", [])
    assert active["settings"]["agency_bank_accounts"] == ["NO1886011117947"]
    opened = hub.vault.credentials_of(world.get(things.AGREEMENT("acme", "intrum")))
    assert (opened.customer_number, opened.user_name) == (NUMBER, "acme-client")
    (event,) = told(world)
    assert (event["agency"], event["by"]) == ("intrum", "agency")
    taken = api.post(
        "/v1/creditors/acme/cases", {"agency": "intrum", "invoice_id": world.invoice().invoice_id}
    )
    assert taken.status == 202


@pytest.mark.capability("NET-1")
def test_the_same_call_again_changes_nothing(api, url, intrum, world):
    api.put(CREDENTIALS, CLIENT)
    intrum(url)
    before = api.get(SETTINGS).body

    again = intrum(url)

    assert (again.status, again.body["outcome"]) == (200, "duplicate")
    assert api.get(SETTINGS).body == before
    assert len(told(world)) == 1


@pytest.mark.capability("NET-1")
def test_a_wrong_token_and_a_wrong_contract_are_answered_alike(api, url, intrum, world):
    api.put(CREDENTIALS, CLIENT)
    intrum(url)
    before = world.everything

    wrong_contract = intrum(url, number="11111")
    wrong_token = intrum(f"/v1/callbacks/intrum/{'x' * 22}")

    assert wrong_contract.status == wrong_token.status == 401
    assert wrong_contract.problem == wrong_token.problem
    assert world.everything == before


@pytest.mark.capability("NET-1")
def test_before_the_credentials_too_a_contract_is_activated_once(api, url, intrum, world):
    intrum(url)
    before = world.everything

    assert intrum(url, number="11111").status == 401

    assert world.everything == before
    assert api.put(CREDENTIALS, CLIENT | {"customer_number": NUMBER}).body["state"] == "active"


def test_the_accounts_that_the_agency_told_stay_whatever_the_creditor_chooses(api, url, intrum):
    intrum(url)
    read = api.get(SETTINGS).body

    by_others = api.put(SETTINGS, {"agency_bank_accounts": ["FI2112345600000785"]}).body

    told = ["FI2112345600000785", "NO1886011117947"]
    assert by_others["settings"]["agency_bank_accounts"] == told
    assert api.put(SETTINGS, {}).body["settings"] == read["settings"]


def test_an_activation_without_credentials_asks_for_them(api, url, intrum, world):
    assert intrum(url).status == 200

    waiting = api.get(SETTINGS).body
    assert (waiting["state"], waiting["missing"]) == ("ordered", ["credentials_missing"])
    assert attentions(api) == [("activation_incomplete", "credentials_missing")]
    assert told(world) == []

    assert api.put(CREDENTIALS, CLIENT).body["state"] == "active"
    assert attentions(api) == []
    assert [each["by"] for each in told(world)] == ["agency"]


def test_credentials_of_another_contract_than_the_activated_one_are_refused(api, url, intrum):
    intrum(url)

    reply = api.put(CREDENTIALS, {**CLIENT, "customer_number": "11111"})

    assert (reply.status, reply.code) == (422, "contract_number_differs")
    assert reply.faults == {"/customer_number": "contract_number_differs"}
    assert api.put(CREDENTIALS, {**CLIENT, "customer_number": NUMBER}).body["state"] == "active"


def test_credentials_with_their_number_need_no_call(api, url, intrum, world):
    active = api.put(CREDENTIALS, {**CLIENT, "customer_number": NUMBER}).body
    assert (active["state"], [each["by"] for each in told(world)]) == ("active", ["credentials"])

    # The call that follows adds the accounts, and activates nothing a second time.
    assert intrum(url).body["outcome"] == "applied"
    assert intrum(url, number="11111").status == 401
    assert api.get(SETTINGS).body["settings"]["agency_bank_accounts"] == ["NO1886011117947"]
    assert len(told(world)) == 1


def test_an_agency_that_does_not_call_hands_the_number_out(api, world):
    world.creditor()
    api.put("/v1/creditors/acme/agreements/svea", {})

    reply = api.put("/v1/creditors/acme/agreements/svea/credentials", CLIENT)

    assert (reply.status, reply.faults) == (400, {"/customer_number": "missing"})


def test_a_call_by_the_address_of_an_earlier_order_is_refused(api, order, intrum):
    first = api.post(ORDERS, order).body["callback_url"].removeprefix("https://api.test")
    api.post(ORDERS, order)

    assert intrum(first).status == 401


def test_an_ended_agreement_is_not_activated(api, url, intrum, world):
    api.post(f"{SETTINGS}/end")

    intrum(url)

    assert api.get(SETTINGS).body["state"] == "ended"
    assert told(world) == []


def test_the_contract_number_is_no_secret_and_the_token_is(api, url, intrum, world):
    api.put(CREDENTIALS, CLIENT)
    intrum(url)

    token = url.rpartition("/")[2]
    assert token not in world.everything
    assert world.get(things.CALLBACK_TOKEN(digest_of(token))).contract_number == NUMBER
