"""Agencies, and what the API says of itself."""

import json
from dataclasses import replace

import pytest

from fordring import VERSION


@pytest.mark.capability("BEY-11")
def test_agencies_tell_what_they_can_do_and_cases_what_may_be_done(api, world):
    world.ready()
    case = world.case()

    told = {agency["agency"]: agency for agency in api.get("/v1/agencies").body["items"]}
    intrum, svea = told["intrum"], told["svea"]
    open_case = api.get(f"/v1/cases/{case.case_id}").body
    world.close(case)

    assert intrum["countries"] == ["FI", "SE", "NO"]
    assert "receive_callbacks" not in intrum["operations"]
    assert svea["interface"] == "modelled"
    assert "NO" in svea["countries"]
    assert "withdraw_case" in svea["operations"]
    assert open_case["available_actions"] == ["send_message", "withdraw", "pause"]
    assert api.get(f"/v1/cases/{case.case_id}").body["available_actions"] == []


@pytest.mark.capability("BEY-11")
def test_what_an_agency_lacks_is_a_typed_error(api, world, hub, monkeypatch):
    world.ready()
    case = world.case()
    capabilities = replace(hub.capabilities("svea"), operations=frozenset())
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: capabilities)

    withdrawn = api.post(f"/v1/cases/{case.case_id}/withdraw", {})
    wanted = {"agency": "svea", "invoice_id": world.invoice().invoice_id}
    submitted = api.post("/v1/creditors/acme/cases", wanted)

    assert (withdrawn.status, withdrawn.code) == (409, "operation_not_offered")
    assert submitted.status == 422
    assert [each["code"] for each in submitted.body["errors"]] == ["level_not_offered"]
    assert api.get("/v1/agencies").body["items"][0]["operations"] == []


def test_health_needs_no_key_and_no_table(api, meter):
    api.key = None
    meter.clear()

    reply = api.get("/v1/health")

    assert reply.status == 200
    assert reply.body == {"status": "ok", "version": VERSION}
    assert meter.calls == []


def test_the_description_is_open_to_everybody(api, meter):
    api.key = None
    meter.clear()

    reply = api.get("/v1/openapi.json")

    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    document = json.loads(reply.text)
    assert document["openapi"].startswith("3.1")
    assert "/v1/cases/{case_id}" in document["paths"]
    assert meter.calls == []


def test_schemas_are_named_for_what_they_are_not_for_where_the_code_is(api):
    """Two of one name would be told apart by their modules, which then appear in generated clients."""
    schemas = json.loads(api.get("/v1/openapi.json").text)["components"]["schemas"]

    assert [name for name in schemas if "__" in name] == []


def test_the_documentation_is_a_page_that_runs_nothing_foreign(api):
    api.key = None

    reply = api.get("/docs")

    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_everything_else_is_a_problem_document(api):
    for reply in (api.get("/v1/nothing"), api.post("/v1/health", {}), api.get("/")):
        assert reply.status == 404
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.code == "not_found"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/creditors/a%23b",
        "/v1/cases/a%23b",
        "/v1/cases/%20",
        "/v1/cases/" + "x" * 3000,
        "/v1/creditors/acme/agreements/a%23b",
        "/v1/creditors/acme/agreements/svea/orders/a%23b",
    ],
)
def test_what_no_id_can_be_is_missing(api, world, path):
    world.ready()

    reply = api.get(path)

    assert reply.status == 404
    assert reply.problem == api.get("/v1/cases/case_00000000000000000000000000-1").problem


@pytest.mark.parametrize(
    "path", ["/v1/agencies", "/v1/cases?creditor_id=acme", "/v1/events?creditor_id=acme", "/v1/attention"]
)
def test_reads_need_a_key(api, path):
    api.key = None

    assert api.get(path).status == 401
