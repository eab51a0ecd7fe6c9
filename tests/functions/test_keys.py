"""API keys by API: made, shown once, bounded, revoked."""

import re

import pytest

from fordring.domain.errors import Refused
from fordring.edge import hub as hubs
from fordring.edge.after_restore import raise_epoch
from fordring.edge.first_key import create_first_key, main

READER = {"name": "a reader", "scope": "read"}


def test_a_key_is_made_and_works(api, world):
    world.creditor()

    reply = api.post("/v1/api-keys", {"name": "shop", "scope": "write", "creditors": ["acme"]})

    assert reply.status == 201
    assert re.fullmatch(r"fordring_[0-9A-HJKMNP-TV-Z]{26}_[A-Za-z0-9_-]{43}", reply.body["key"])
    assert reply.body["scope"] == "write"
    assert reply.body["creditors"] == ["acme"]
    api.key = reply.body["key"]
    assert api.get("/v1/creditors/acme").status == 200


def test_a_key_is_shown_once_and_stored_nowhere(api, world):
    first = api.post("/v1/api-keys", READER, idempotency_key="k")
    again = api.post("/v1/api-keys", READER, idempotency_key="k")

    assert again.status == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.body == first.body | {"key": None}
    secret = first.body["key"].split("_", 2)[2]
    assert first.body["key"] not in world.everything
    assert secret not in world.everything
    assert secret not in api.get("/v1/api-keys").text


def test_the_list_has_no_digest(api):
    reply = api.get("/v1/api-keys")

    assert reply.status == 200
    assert set(reply.body["items"][0]) == {
        "key_id",
        "name",
        "scope",
        "creditors",
        "created_at",
        "revoked_at",
    }


def test_a_revoked_key_is_dead_at_once(api, world):
    made = api.post("/v1/api-keys", READER).body
    reader = world.client()
    reader.key = made["key"]
    assert reader.get("/v1/creditors").status == 200

    assert api.delete(f"/v1/api-keys/{made['key_id']}").status == 204

    refused = reader.get("/v1/creditors")
    assert refused.status == 401
    unknown = world.client()
    unknown.key = "fordring_01JD8Q4V5W6X7Y8Z9A0B1C2D3E_abc"
    assert refused.problem == unknown.get("/v1/creditors").problem
    assert api.delete(f"/v1/api-keys/{made['key_id']}").status == 204
    revoked = next(each for each in api.get("/v1/api-keys").body["items"] if each["key_id"] == made["key_id"])
    assert revoked["revoked_at"] is not None


@pytest.mark.parametrize(
    "key", [None, "nonsense", "fordring_short_x", "fordring_01JD8Q4V5W6X7Y8Z9A0B1C2D3E_"]
)
def test_without_a_key_nothing_is_told(api, key):
    api.key = key

    reply = api.get("/v1/api-keys")

    assert reply.status == 401
    assert reply.code == "unauthenticated"
    assert reply.headers["www-authenticate"] == "Bearer"


def test_the_right_id_with_a_wrong_secret_is_refused(api):
    api.key = api.key[:-1] + ("A" if api.key[-1] != "A" else "B")

    assert api.get("/v1/api-keys").status == 401


@pytest.mark.parametrize("scope", ["read", "write"])
def test_keys_are_made_by_admins_only(world, scope):
    client = world.client(scope)

    assert client.post("/v1/api-keys", READER).status == 403
    assert client.get("/v1/api-keys").status == 403
    assert client.delete("/v1/api-keys/key_01JD8Q4V5W6X7Y8Z9A0B1C2D3E").status == 403


@pytest.mark.parametrize("creditors", [None, ["globex"], ["acme", "globex"]])
def test_a_bound_key_makes_no_key_that_reaches_further(world, creditors):
    bound = world.client(creditors=["acme"])

    reply = bound.post("/v1/api-keys", {**READER, "creditors": creditors})

    assert reply.status == 403
    assert bound.post("/v1/api-keys", {**READER, "creditors": ["acme"]}).status == 201


def test_a_bound_key_sees_and_revokes_its_like_only(api, world):
    other = api.post("/v1/api-keys", {**READER, "creditors": ["globex"]}).body["key_id"]
    own = api.post("/v1/api-keys", {**READER, "creditors": ["acme"]}).body["key_id"]
    bound = world.client(creditors=["acme"])

    listed = [each["key_id"] for each in bound.get("/v1/api-keys").body["items"]]

    assert own in listed
    assert other not in listed
    refused = bound.delete(f"/v1/api-keys/{other}")
    missing = bound.delete("/v1/api-keys/key_01JD8Q4V5W6X7Y8Z9A0B1C2D3E")
    assert refused.status == missing.status == 404
    assert refused.problem == missing.problem
    assert bound.delete(f"/v1/api-keys/{own}").status == 204


def test_what_is_wrong_is_named_at_once(api, engine):
    before = len(engine.everything())

    reply = api.post("/v1/api-keys", {"name": 7, "scope": "root", "creditors": ["a b"], "colour": "red"})

    assert reply.status == 400
    assert reply.faults == {
        "/name": "wrong_type",
        "/scope": "unknown_value",
        "/creditors/0": "malformed",
        "/colour": "unknown_field",
    }
    assert len(engine.everything()) == before


def test_every_command_needs_an_idempotency_key(api):
    reply = api.post("/v1/api-keys", READER, idempotency_key="")

    assert reply.status == 400
    assert reply.faults == {"/headers/Idempotency-Key": "missing"}


def test_an_idempotency_key_is_good_for_one_request(api):
    api.post("/v1/api-keys", READER, idempotency_key="k")

    reply = api.post("/v1/api-keys", {**READER, "name": "another"}, idempotency_key="k")

    assert reply.status == 422
    assert reply.code == "idempotency_key_reused"


def test_keys_are_paged(api):
    for number in range(4):
        api.post("/v1/api-keys", {**READER, "name": f"reader {number}"})

    first = api.get("/v1/api-keys?limit=3").body
    second = api.get(f"/v1/api-keys?limit=3&cursor={first['next_cursor']}").body

    assert len(first["items"]) == 3
    assert len(second["items"]) == 2
    assert second["next_cursor"] is None


def test_a_cursor_is_good_for_its_key_only(api, world):
    for _ in range(3):
        world.key()
    cursor = api.get("/v1/api-keys?limit=2").body["next_cursor"]

    reply = world.client().get(f"/v1/api-keys?limit=2&cursor={cursor}")

    assert reply.status == 400
    assert reply.faults == {"/query/cursor": "wrong_cursor"}


@pytest.fixture
def deployed(hub):
    hubs.use(hub)
    yield hub
    hubs.use(None)


def test_the_first_key_allows_everything(deployed, world):
    client = world.client()
    client.key = None

    client.key = world_key = _first(world)

    assert client.post("/v1/api-keys", READER).status == 201
    assert world_key not in world.everything


def _first(world):
    # The fixtures' own client has a key already; a fresh tenant has none.
    return create_first_key(another=True)


def test_the_first_key_is_made_once(deployed, capsys):
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("fordring_")

    assert main([]) == 1
    assert "--another" in capsys.readouterr().err
    with pytest.raises(Refused):
        create_first_key()
    assert main(["--another"]) == 0


def test_a_restore_raises_the_epoch(deployed):
    assert [raise_epoch(), raise_epoch()] == [2, 3]
