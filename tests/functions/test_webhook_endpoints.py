"""Webhook endpoints by API: registered, bounded, their secrets replaced."""

from dataclasses import replace

import pytest

ENDPOINTS = "/v1/webhook-endpoints"
URL = "https://billing.example/hooks"


def test_an_endpoint_is_registered_and_listed(api):
    made = api.post(ENDPOINTS, {"url": URL, "types": ["case.registered", "payment.received"]})
    listed = api.get(ENDPOINTS).body["items"]

    assert made.status == 201
    assert made.body["secret"].startswith("whsec_")
    assert listed == [{name: part for name, part in made.body.items() if name != "secret"}]
    assert listed[0]["types"] == ["case.registered", "payment.received"]
    assert listed[0]["state"] == "active"
    assert listed[0]["secrets"] == [{"created_at": "2026-03-02T09:00:00Z", "expires_at": None}]


def test_a_secret_is_shown_once_and_sealed(api, world):
    first = api.post(ENDPOINTS, {"url": URL}, idempotency_key="k")
    again = api.post(ENDPOINTS, {"url": URL}, idempotency_key="k")

    assert again.body == first.body | {"secret": None}
    assert len(api.get(ENDPOINTS).body["items"]) == 1
    assert first.body["secret"] not in world.everything
    assert first.body["secret"].removeprefix("whsec_") not in world.everything


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://billing.example/hooks", "https_required"),
        ("https://127.0.0.1/hooks", "address_not_public"),
        ("https://10.0.0.8/hooks", "address_not_public"),
        ("https://[::1]/hooks", "address_not_public"),
        ("https://169.254.169.254/latest", "address_not_public"),
        ("https://user:pass@billing.example/", "credentials_in_url"),
        ("ftp://billing.example/", "malformed_url"),
        ("billing.example", "malformed_url"),
    ],
)
def test_a_url_that_may_not_be_called_is_refused(api, engine, url, code):
    before = len(engine.everything())

    reply = api.post(ENDPOINTS, {"url": url})

    assert reply.status == 400
    assert reply.faults == {"/url": code}
    assert len(engine.everything()) == before


def test_a_local_run_may_call_this_machine(api, hub):
    hub.settings = replace(hub.settings, allow_loopback=True)

    assert api.post(ENDPOINTS, {"url": "http://127.0.0.1:9000/hooks"}).status == 201
    assert api.post(ENDPOINTS, {"url": "http://10.0.0.8/hooks"}).status == 400


def test_what_is_wrong_is_named(api):
    reply = api.post(ENDPOINTS, {"url": URL, "types": ["case.exploded"], "creditors": [], "name": "x"})

    assert reply.status == 400
    assert reply.faults == {"/types/0": "unknown_value", "/creditors": "too_few", "/name": "unknown_field"}


@pytest.mark.parametrize("creditors", [None, ["globex"], ["acme", "globex"]])
def test_a_bound_key_makes_endpoints_for_its_own_creditors(world, creditors):
    bound = world.client(creditors=["acme"])

    assert bound.post(ENDPOINTS, {"url": URL, "creditors": creditors}).status == 403
    assert bound.post(ENDPOINTS, {"url": URL, "creditors": ["acme"]}).status == 201


def test_a_bound_key_manages_its_own_only(api, world):
    everybodys = api.post(ENDPOINTS, {"url": URL}).body["endpoint_id"]
    own = api.post(ENDPOINTS, {"url": URL, "creditors": ["acme"]}).body["endpoint_id"]
    bound = world.client(creditors=["acme"])

    assert [each["endpoint_id"] for each in bound.get(ENDPOINTS).body["items"]] == [own]
    for act in ("test", "rotate-secret"):
        foreign = bound.post(f"{ENDPOINTS}/{everybodys}/{act}")
        missing = bound.post(f"{ENDPOINTS}/end_00000000000000000000000000/{act}")
        assert foreign.status == missing.status == 404
        assert foreign.problem == missing.problem
    assert bound.delete(f"{ENDPOINTS}/{everybodys}").status == 404
    assert bound.delete(f"{ENDPOINTS}/{own}").status == 204


@pytest.mark.parametrize("scope", ["read", "write"])
def test_endpoints_are_managed_by_admins(world, scope):
    client = world.client(scope)

    assert client.post(ENDPOINTS, {"url": URL}).status == 403
    assert client.get(ENDPOINTS).status == 200


def test_there_is_an_end_to_how_many_there_may_be(api):
    for _ in range(50):
        assert api.post(ENDPOINTS, {"url": URL}).status == 201

    reply = api.post(ENDPOINTS, {"url": URL})

    assert reply.status == 409
    assert reply.code == "too_many_endpoints"


def test_secrets_do_not_pile_up(api):
    endpoint_id = api.post(ENDPOINTS, {"url": URL}).body["endpoint_id"]

    for _ in range(6):
        told = api.post(f"{ENDPOINTS}/{endpoint_id}/rotate-secret").body

    assert len(told["secrets"]) == 4
