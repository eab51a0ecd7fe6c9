"""Creditors by API: registered, changed, read, and kept apart."""

import pytest

ACME = {
    "name": "Acme AS",
    "country": "NO",
    "organisation_number": "974760673",
    "address": {"lines": ["Storgata 1"], "postal_code": "0155", "city": "Oslo", "country": "NO"},
    "email": "post@acme.example",
    "kid_formats": [{"length": 7, "modulus": "mod10"}],
    "bank_account": "15032080119",
}


def test_a_creditor_is_registered_and_read_back(api):
    put = api.put("/v1/creditors/acme", ACME)
    got = api.get("/v1/creditors/acme")

    assert put.status == got.status == 200
    assert put.body == got.body
    assert got.body | ACME == got.body
    assert got.body["clearing_order"] == "costs_first"
    assert got.headers["etag"] == '"1"'


def test_the_same_again_changes_nothing(api, engine):
    api.put("/v1/creditors/acme", ACME)
    before = engine.everything()

    reply = api.put("/v1/creditors/acme", ACME)

    assert reply.status == 200
    assert reply.headers["etag"] == '"1"'
    assert engine.everything() == before


def test_a_change_raises_the_revision(api, clock):
    first = api.put("/v1/creditors/acme", ACME).body
    clock.advance(hours=1)

    second = api.put("/v1/creditors/acme", {**ACME, "name": "Acme Norge AS"}).body

    assert (first["revision"], second["revision"]) == (1, 2)
    assert second["created_at"] == first["created_at"] < second["updated_at"]


def test_a_change_may_depend_on_what_was_seen(api):
    api.put("/v1/creditors/acme", ACME, if_match='"0"')

    stale = api.put("/v1/creditors/acme", {**ACME, "name": "B"}, if_match='"0"')
    malformed = api.put("/v1/creditors/acme", {**ACME, "name": "B"}, if_match="yesterday")
    fresh = api.put("/v1/creditors/acme", {**ACME, "name": "B"}, if_match='"1"')

    assert stale.status == 412
    assert stale.body["revision"] == 1
    assert malformed.status == 400
    assert malformed.faults == {"/headers/If-Match": "malformed"}
    assert fresh.status == 200


@pytest.mark.parametrize(
    ("country", "number"),
    [("NO", "974760673"), ("SE", "556016-0680"), ("FI", "0112038-9"), ("DK", "22756214")],
)
def test_every_country_has_its_own_organisation_numbers(api, country, number):
    reply = api.put("/v1/creditors/acme", {**ACME, "country": country, "organisation_number": number})

    assert reply.status == 200
    assert reply.body["organisation_number"] == number.replace("-", "")


@pytest.mark.parametrize(
    ("country", "number", "code"),
    [
        ("NO", "974760674", "wrong_check_digit"),
        ("NO", "9747606", "malformed_organisation_number"),
        ("SE", "974760673", "malformed_organisation_number"),
        ("SE", "811218-9876", "national_identity_number"),
    ],
)
def test_a_wrong_organisation_number_is_refused(api, country, number, code):
    reply = api.put("/v1/creditors/acme", {**ACME, "country": country, "organisation_number": number})

    assert reply.status == 400
    assert reply.faults == {"/organisation_number": code}
    assert number not in reply.text


def test_every_fault_is_named(api, engine):
    before = len(engine.everything())
    wrong = {
        "name": "",
        "country": "DE",
        "organisation_number": 974760673,
        "address": {"lines": [], "postal_code": "0155", "city": "Oslo", "country": "Norway"},
        "email": "nobody",
        "kid_formats": [{"length": 26, "modulus": "mod12"}, {"length": "7", "modulus": "mod10"}],
        "clearing_order": "any",
        "vat": True,
    }

    reply = api.put("/v1/creditors/acme", wrong)

    assert reply.status == 400
    assert reply.faults == {
        "/name": "too_short",
        "/country": "unknown_value",
        "/organisation_number": "wrong_type",
        "/address/lines": "too_few",
        "/address/country": "malformed",
        "/email": "malformed",
        "/kid_formats/0/length": "out_of_range",
        "/kid_formats/0/modulus": "unknown_value",
        "/kid_formats/1/length": "wrong_type",
        "/clearing_order": "unknown_value",
        "/vat": "unknown_field",
    }
    assert len(engine.everything()) == before


@pytest.mark.parametrize(
    ("creditor_id", "code"),
    [("a%20b", "malformed_id"), ("a%23b", "malformed_id"), ("01010750160", "national_identity_number")],
)
def test_an_id_is_chosen_with_care(api, creditor_id, code):
    reply = api.put(f"/v1/creditors/{creditor_id}", ACME)

    assert reply.status == 400
    assert reply.faults == {"/path/creditor_id": code}


def test_the_country_stays_once_an_agreement_rests_on_it(api, world):
    world.ready()

    reply = api.put("/v1/creditors/acme", {**ACME, "country": "DK", "organisation_number": "22756214"})

    assert reply.status == 409
    assert reply.code == "country_fixed"


def test_another_creditors_is_as_missing_as_one_that_does_not_exist(api, world):
    api.put("/v1/creditors/globex", ACME)
    bound = world.client(creditors=["acme"])

    foreign = bound.get("/v1/creditors/globex")
    missing = bound.get("/v1/creditors/acme")
    written = bound.put("/v1/creditors/globex", ACME)

    assert foreign.status == missing.status == written.status == 404
    assert foreign.problem == missing.problem == written.problem


@pytest.mark.parametrize("scope", ["read", "write"])
def test_setting_up_needs_an_admin(world, scope):
    assert world.client(scope).put("/v1/creditors/acme", ACME).status == 403


def test_creditors_are_paged(api):
    for number in range(5):
        api.put(f"/v1/creditors/c{number}", ACME)

    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = api.get(f"/v1/creditors?limit=2{cursor and '&cursor=' + cursor}").body
        seen += [each["creditor_id"] for each in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1

    assert seen == ["c0", "c1", "c2", "c3", "c4"]
    assert pages == 3


def test_a_bound_key_lists_its_own(api, world):
    for number in range(4):
        api.put(f"/v1/creditors/c{number}", ACME)
    bound = world.client("read", creditors=["c3", "c1", "never-registered"])

    first = bound.get("/v1/creditors?limit=1").body
    rest = bound.get(f"/v1/creditors?cursor={first['next_cursor']}")

    assert [each["creditor_id"] for each in first["items"]] == ["c1"]
    assert [each["creditor_id"] for each in rest.body["items"]] == ["c3"]
    assert rest.body["next_cursor"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "colour=red", "cursor=made-up"])
def test_a_wrong_query_is_refused(api, query):
    assert api.get(f"/v1/creditors?{query}").status == 400
