"""Agreements by API: settings, terms, and the order with its consent."""

import re
from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.agency import Operation
from fordring.domain.agreement import digest_of
from fordring.domain.references import KidFormat

SETTINGS = "/v1/creditors/acme/agreements/svea"
ORDERS = f"{SETTINGS}/orders"
CREDENTIALS = f"{SETTINGS}/credentials"
ACCOUNTS = (
    "receivable",
    "bank",
    "agency_claims",
    "collection_cost",
    "interest_income",
    "fee_income",
    "vat",
    "loss",
    "unmatched",
    "surplus",
)
WRITTEN = {"customer_number": "4711", "user_name": "acme-int", "password": "hemmelig-9f2c"}


def test_settings_have_sensible_defaults(api, world):
    world.creditor()

    reply = api.put(SETTINGS, {})

    assert reply.status == 200
    assert reply.body["state"] == "none"
    assert reply.body["missing"] == ["agreement_not_ordered", "credentials_missing"]
    assert reply.body["settings"] == {
        "level": "reminder",
        "kid_length": None,
        "transfer_from": 1,
        "contact_travels": False,
        "agency_bank_accounts": [],
        "automatic_sync": True,
        "service": "reminders_and_collection",
        "service_windows": [],
        "transfer_status": "overdue",
        "accounts": dict.fromkeys(ACCOUNTS),
        "agency_email": None,
        "grouping": "invoice",
        "commission_percent": None,
        "withdrawal_cost": None,
    }
    assert api.get(SETTINGS).body == reply.body


def test_settings_are_changed_where_they_were_seen(api, world):
    world.creditor()
    first = api.put(SETTINGS, {"level": "collection"}, if_match='"0"')

    stale = api.put(SETTINGS, {"level": "reminder"}, if_match='"0"')
    fresh = api.put(SETTINGS, {"level": "reminder"}, if_match=first.headers["etag"])
    same = api.put(SETTINGS, {"level": "reminder"})

    assert stale.status == 412
    assert fresh.status == same.status == 200
    assert fresh.headers["etag"] == same.headers["etag"] == '"2"'


def test_every_contradiction_is_explained(api, world):
    world.creditor(kid_formats=(KidFormat(12, "mod10"),), bank_account="1503.20.80119")

    reply = api.put(SETTINGS, {"kid_length": 10, "agency_bank_accounts": ["60050612345", "15032080119"]})

    assert reply.status == 422
    assert reply.code == "settings_contradict"
    assert reply.faults == {
        "/kid_length": "kid_length_too_short",
        "/agency_bank_accounts/1": "own_bank_account",
    }
    assert api.get(SETTINGS).status == 404


def test_a_level_that_the_agency_lacks_is_refused(api, world, hub, monkeypatch):
    world.creditor(country="DK")
    capabilities = replace(hub.capabilities("svea"), operations=frozenset(), countries=("NO",))
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: capabilities)

    reply = api.put(SETTINGS, {"level": "collection"})

    assert reply.status == 422
    assert reply.faults == {"": "country_not_supported", "/level": "level_not_offered"}


@pytest.mark.capability("ZIR-21", "ZIR-23", "ZIR-24", "ZIR-25")
@pytest.mark.parametrize("level", ["reminder", "collection"])
def test_grouping_is_a_setting_with_advice(api, world, level):
    world.creditor()
    single = api.put(SETTINGS, {"level": level})
    assert single.body["settings"]["grouping"] == "invoice"
    assert single.body["advice"] is None
    assert "grouping_unusual_at_level_reminder" not in single.body["warnings"]

    grouped = api.put(SETTINGS, {"level": level, "grouping": "debtor"})
    assert grouped.status == 200
    assert grouped.body["settings"]["grouping"] == "debtor"
    assert "much history" in grouped.body["advice"]
    # At the level of reminders it is taken, and advised against; at collection it is as good as single cases.
    warned = "grouping_unusual_at_level_reminder" in grouped.body["warnings"]
    assert warned is (level == "reminder")


def test_grouping_needs_an_agency_that_takes_several_invoices_a_case(api, world, hub, monkeypatch):
    world.creditor()
    can = hub.capabilities("svea")
    lacking = replace(can, operations=can.operations - {Operation.GROUP_INVOICES})
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: lacking)
    reply = api.put(SETTINGS, {"grouping": "debtor"})
    assert reply.status == 422
    assert reply.faults == {"/grouping": "grouping_not_offered"}


def test_settings_are_checked(api, world):
    world.creditor()

    reply = api.put(SETTINGS, {"level": "legal", "kid_length": "10", "transfer_from": 0, "grouping": True})

    assert reply.status == 400
    assert reply.faults == {
        "/level": "unknown_value",
        "/kid_length": "wrong_type",
        "/transfer_from": "out_of_range",
        "/grouping": "unknown_value",
    }


def test_an_agreement_needs_a_creditor_and_an_agency(api, world):
    assert api.put(SETTINGS, {}).status == 404
    world.creditor()
    assert api.put("/v1/creditors/acme/agreements/nobody", {}).status == 404
    assert api.get("/v1/agencies/nobody/terms").status == 404


def test_a_kid_format_fits_the_agreement(api, world):
    world.creditor()
    api.put(SETTINGS, {"kid_length": 10})
    told = api.get("/v1/creditors/acme").body
    said = {
        name: told[name]
        for name in ("name", "country", "organisation_number", "address", "email", "bank_account")
    }

    reply = api.put("/v1/creditors/acme", {**said, "kid_formats": [{"length": 11, "modulus": "mod10"}]})

    assert reply.status == 422
    assert reply.code == "kid_format_too_long"
    assert reply.faults == {"/kid_formats/0/length": "kid_format_too_long"}


def test_the_terms_are_told_in_plain_words(api):
    reply = api.get("/v1/agencies/svea/terms")

    assert reply.status == 200
    assert reply.body["version"]
    assert "Svea" in reply.body["text"]
    assert "{" not in reply.body["text"]


@pytest.mark.capability("ZIR-12")
def test_an_order_has_the_company_and_a_contact_person(api, order):
    reply = api.post(ORDERS, order)

    assert reply.status == 201
    told = api.get(f"{ORDERS}/{reply.body['order_id']}").body
    for said in ("Acme AS", "974760673", "Storgata 1", "0155 Oslo", "Ola Nordmann", "ola@acme.example"):
        assert said in told["text"]
    assert told["contact"] == order["contact"]
    assert api.get(f"{ORDERS}/ord_unknown").status == 404
    assert api.get(SETTINGS).body["state"] == "ordered"


@pytest.mark.parametrize("missing", ["contact", "consent"])
def test_an_order_needs_a_contact_person_and_a_consent(api, order, missing):
    del order[missing]

    reply = api.post(ORDERS, order)

    assert reply.status == 400
    assert reply.faults == {f"/{missing}": "missing"}


@pytest.mark.parametrize("nobody", ["", "   ", "Ola\nNordmann", "Ola\x00"])
def test_a_consent_is_somebodys(api, order, nobody):
    order["consent"]["given_by"] = nobody

    reply = api.post(ORDERS, order)

    assert reply.status == 400
    assert list(reply.faults) == ["/consent/given_by"]


@pytest.mark.capability("ZIR-13")
def test_the_consent_is_recorded_with_name_time_and_version(api, order, clock):
    clock.advance(minutes=5)
    api.post(ORDERS, order)

    assert api.get(SETTINGS).body["consent"] == {
        "given_by": "Ola Nordmann",
        "given_at": "2026-03-02T09:05:00Z",
        "terms_version": order["consent"]["terms_version"],
    }


@pytest.mark.capability("ZIR-13")
def test_a_consent_to_an_older_version_is_refused(api, order):
    order["consent"]["terms_version"] = "2019-01"

    reply = api.post(ORDERS, order)

    assert reply.status == 422
    assert reply.code == "terms_outdated"
    assert reply.faults == {"/consent/terms_version": "terms_outdated"}
    assert reply.body["terms_version"] == api.get("/v1/agencies/svea/terms").body["version"]
    assert api.get(SETTINGS).body["consent"] is None


def test_where_the_agency_calls_back_is_shown_once(api, order, world):
    first = api.post(ORDERS, order, idempotency_key="k")
    again = api.post(ORDERS, order, idempotency_key="k")

    url = first.body["callback_url"]
    token = url.rpartition("/")[2]
    assert re.fullmatch(r"https://api\.test/v1/callbacks/svea/[A-Za-z0-9_-]{22}", url)
    assert again.status == 201
    assert again.body == first.body | {"callback_url": None}
    assert token not in world.everything
    assert token not in api.get(f"{ORDERS}/{first.body['order_id']}").text
    # What is answered is kept with the claim: nobody's name is in it.
    assert "Nordmann" not in first.text
    assert token not in api.get(SETTINGS).text
    assert world.get(things.CALLBACK_TOKEN(digest_of(token))).creditor_id == "acme"


def test_the_address_for_callbacks_is_where_the_api_is_reached(api, order, hub):
    hub.settings = replace(hub.settings, public_url="https://fordring.example/api")

    url = api.post(ORDERS, order).body["callback_url"]

    assert url.startswith("https://fordring.example/api/v1/callbacks/svea/")


def test_a_later_order_replaces_the_earlier_one(api, order, world, hub):
    first = api.post(ORDERS, order).body
    second = api.post(ORDERS, order).body

    old, new = (
        things.CALLBACK_TOKEN(digest_of(each["callback_url"].rpartition("/")[2])) for each in (first, second)
    )
    assert set(hub.store.read([old, new])) == {new}
    assert api.get(f"{ORDERS}/{first['order_id']}").status == 404
    assert api.get(f"{ORDERS}/{second['order_id']}").status == 200


def test_the_settings_are_chosen_before_the_order(api, order):
    reply = api.post("/v1/creditors/globex/agreements/svea/orders", order)
    assert reply.status == 404

    api.put("/v1/creditors/globex", {**_details(api)})
    reply = api.post("/v1/creditors/globex/agreements/svea/orders", order)
    assert reply.status == 409
    assert reply.code == "settings_missing"


def _details(api):
    told = api.get("/v1/creditors/acme").body
    return {name: told[name] for name in ("name", "country", "organisation_number", "address")}


@pytest.mark.parametrize("scope", ["read", "write"])
def test_setting_up_needs_an_admin(world, order, scope):
    client = world.client(scope)

    assert client.put(SETTINGS, {}).status == 403
    assert client.post(ORDERS, order).status == 403
    assert client.put(CREDENTIALS, WRITTEN).status == 403
    assert client.post(f"{SETTINGS}/end").status == 403
    assert client.get(SETTINGS).status == 200


def test_another_creditors_agreement_is_as_missing_as_none(world, order):
    world.ready("globex")
    bound = world.client(creditors=["acme", "initech"])
    other, none = "/v1/creditors/globex/agreements/svea", "/v1/creditors/initech/agreements/svea"

    for foreign, missing in (
        (bound.get(other), bound.get(none)),
        (bound.put(other, {}), bound.put(none, {})),
        (bound.post(f"{other}/orders", order), bound.post(f"{none}/orders", order)),
        (bound.put(f"{other}/credentials", WRITTEN), bound.put(f"{none}/credentials", WRITTEN)),
        (bound.post(f"{other}/end"), bound.post(f"{none}/end")),
    ):
        assert foreign.status == missing.status == 404
        assert foreign.problem == missing.problem


@pytest.mark.capability("SAN-12")
@pytest.mark.parametrize(
    ("agency", "service", "status"),
    [
        ("svea", "administration", 200),
        ("svea", "purchase", 200),
        ("intrum", "administration", 422),
        ("intrum", "purchase", 422),
        ("intrum", "reminders_and_collection", 200),
        ("cloud_collect", "purchase", 422),
    ],
)
def test_a_service_level_is_agreed_where_the_agency_offers_it(api, world, agency, service, status):
    world.creditor("levels")
    levels = {"intrum": "collection"}
    body = {"service": service, "level": levels.get(agency, "reminder")}
    reply = api.put(f"/v1/creditors/levels/agreements/{agency}", body)
    assert reply.status == status, reply.text
    if status == 422:
        assert reply.faults == {"/service": "service_not_offered"}
    else:
        assert reply.body["settings"]["service"] == service


def test_administration_is_a_service_and_no_level(api, world):
    world.creditor("levels")
    reply = api.put("/v1/creditors/levels/agreements/svea", {"level": "administration"})
    assert (reply.status, reply.faults) == (422, {"/level": "level_is_a_service"})
