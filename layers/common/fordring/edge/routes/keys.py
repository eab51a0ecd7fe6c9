"""API keys: the routes."""

from fordring.domain import things
from fordring.domain.creditor import ApiKey, Scope
from fordring.domain.refs import Listing
from fordring.edge.call import Call
from fordring.edge.key_text import digest_of_key
from fordring.edge.listing import answer_list, caller
from fordring.edge.once import new_key, show_once
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.keys import NewKey, ToldKeys, ToldNewKey, tell_key, tell_new_key
from fordring.usecases.keys import make_key, revoke_key, within


def create_key(call: Call) -> Answer:
    """Make a key and show it once."""
    body = call.given(NewKey)
    key_id, text = new_key(call.hub.desk)
    creditors = tuple(dict.fromkeys(body.creditors)) if body.creditors is not None else None
    # Keys live in real time: their holders do.
    wanted = ApiKey(key_id, digest_of_key(text), body.name, body.scope, creditors, call.hub.wall.now())
    answer = call.transact((), lambda work: make_key(work, wanted, caller(call)), tell_new_key, status=201)
    return show_once(answer, key=text)


def delete_key(call: Call) -> Answer:
    """Revoke a key."""
    key_id = call.path["key_id"]
    real = call.hub.wall.now()
    return call.transact(
        (things.API_KEY(key_id),),
        lambda work: revoke_key(work, key_id, caller(call), real),
        lambda _: None,
        status=204,
    )


def list_keys(call: Call) -> Answer:
    """List the keys that allow no more than the caller's own."""
    call.read()
    own = caller(call)
    listing = Listing(things.API_KEY, "api_keys")
    keep = None if own.creditors is None else lambda key: within(own, key.creditors)
    return answer_list(call, listing, tell_key, keep=keep)


KEY_ROUTES = (
    Route(
        "POST",
        "/v1/api-keys",
        create_key,
        "Make an API key",
        "keys",
        Scope.ADMIN,
        {201: ToldNewKey},
        body=NewKey,
        claims=True,
        description=(
            "The key is in the answer to the first request only and is stored nowhere: repeated with the "
            "same Idempotency-Key, the answer has `null` in its place. If the first answer was lost, revoke "
            "the key by its `key_id` and make another one. A key makes keys of its own scope and for its "
            "own creditors at the most."
        ),
    ),
    Route(
        "DELETE",
        "/v1/api-keys/{key_id}",
        delete_key,
        "Revoke an API key",
        "keys",
        Scope.ADMIN,
        {204: None},
        description="The next request that shows the key is refused.",
    ),
)
KEY_READ_ROUTES = (
    Route(
        "GET",
        "/v1/api-keys",
        list_keys,
        "List the API keys",
        "keys",
        Scope.ADMIN,
        {200: ToldKeys},
        query=Paging,
    ),
)
