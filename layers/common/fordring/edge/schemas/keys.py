"""API keys: what is asked and told."""

from typing import Annotated, Any

from pydantic import Field

from fordring.domain.creditor import ApiKey, Scope
from fordring.edge.schemas.common import ChosenId, Given, Text
from fordring.edge.schemas.told import Instant, Told, instant

Creditors = Annotated[
    list[ChosenId] | None,
    Field(min_length=1, max_length=100, description="The creditors it is for; `null`: every one."),
]


class NewKey(Given):
    """Make an API key."""

    name: Text
    scope: Annotated[Scope, Field(strict=False, description="Each scope includes the ones before it.")]
    creditors: Creditors = None


class ToldKey(Told):
    """An API key, without what makes it one."""

    key_id: str
    name: str
    scope: Scope
    creditors: list[str] | None
    created_at: Instant
    revoked_at: Instant | None


class ToldNewKey(ToldKey):
    """A new API key. ``key`` is shown this once; the answer to a repeated request has ``null`` there."""

    key: str | None = Field(examples=["fordring_01JD8Q4V5W6X7Y8Z9A0B1C2D3E_…"])


class ToldKeys(Told):
    """A page of API keys."""

    items: list[ToldKey]
    next_cursor: str | None


def tell_key(key: ApiKey) -> dict[str, Any]:
    """Tell a key; never its digest."""
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scope": key.scope.value,
        "creditors": list(key.creditors) if key.creditors is not None else None,
        "created_at": instant(key.created_at),
        "revoked_at": instant(key.revoked_at),
    }


def tell_new_key(key: ApiKey) -> dict[str, Any]:
    """Tell a key that was just made, with a place for its text."""
    return {**tell_key(key), "key": None}
