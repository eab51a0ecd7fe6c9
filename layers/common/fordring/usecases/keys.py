"""API keys: who may make which, and their end."""

from dataclasses import replace
from datetime import datetime

from fordring.domain import things
from fordring.domain.creditor import ApiKey, Scope
from fordring.domain.errors import Forbidden, NotFound, Refused
from fordring.domain.refs import Listing
from fordring.usecases.work import Desk, Work, transact


def within(maker: ApiKey, creditors: tuple[str, ...] | None) -> bool:
    """Whether all of these creditors are ones that a key acts for; ``None`` is every creditor."""
    if maker.creditors is None:
        return True
    return creditors is not None and set(creditors) <= set(maker.creditors)


def make_key(work: Work, wanted: ApiKey, maker: ApiKey) -> ApiKey:
    """Write a new key down.

    Raises
    ------
    Forbidden
        When it would allow more than the key that makes it.
    """
    if not within(maker, wanted.creditors):
        raise Forbidden("a key makes keys for its own creditors only")
    if not maker.scope.includes(wanted.scope):
        raise Forbidden("a key makes keys of its own scope at the most")
    work.add(things.API_KEY(wanted.key_id), wanted)
    return wanted


def revoke_key(work: Work, key_id: str, revoker: ApiKey, real: datetime) -> None:
    """End a key: the very next request that shows it is refused. Revoked again, nothing changes.

    Raises
    ------
    NotFound
        When there is none, or it acts for creditors that the revoking key does not act for.
    """
    ref = things.API_KEY(key_id)
    key = work.get(ref)
    if not within(revoker, key.creditors):
        raise NotFound
    if key.revoked_at is None:
        work.change(ref, replace(key, revoked_at=real))


def keep_first_key(desk: Desk, key_id: str, digest: str, name: str, *, another: bool = False) -> ApiKey:
    """Write the first key of a tenant down: it allows everything, for every creditor.

    Parameters
    ----------
    another
        Make one although there are keys already: for an operator who has lost them all.

    Raises
    ------
    Refused
        ``key_exists``: there is a key that was not revoked.
    """
    if not another and _any_alive(desk):
        raise Refused("key_exists", "there is an API key already")
    key = ApiKey(key_id, digest, name, Scope.ADMIN, None, desk.wall.now())
    transact(desk, (), lambda work: work.add(things.API_KEY(key_id), key))
    return key


def _any_alive(desk: Desk) -> bool:
    return any(key.revoked_at is None for _, key in desk.every(Listing(things.API_KEY, "api_keys")))
