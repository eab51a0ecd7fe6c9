"""Webhook endpoints: registered, tried out, their secrets replaced."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from fordring.domain import things
from fordring.domain.creditor import ApiKey
from fordring.domain.errors import Forbidden, NotFound, Refused
from fordring.domain.events import Event, EventType
from fordring.domain.webhooks import (
    ROTATION_OVERLAP,
    Delivery,
    Endpoint,
    EndpointSecret,
    EndpointState,
)
from fordring.usecases.keys import within
from fordring.usecases.publishing import delivery_of, endpoints_of
from fordring.usecases.work import Desk, Work

MOST: Final = 50
"""Endpoints of one tenant: an event and its deliveries are one transaction."""

MOST_SECRETS: Final = 4
"""Secrets that sign side by side: every one is a signature in the header."""

NOBODY: Final = "*"
"""Stands for the creditor where an event is about none: no creditor can be called so."""


def refuse_too_many(desk: Desk) -> None:
    """Refuse one more endpoint when there are as many as there may be.

    Raises
    ------
    Refused
        ``too_many_endpoints``.
    """
    if len(endpoints_of(desk)) >= MOST:
        raise Refused("too_many_endpoints", f"there are {MOST} endpoints already; delete one")


def register_endpoint(work: Work, endpoint: Endpoint, key: ApiKey) -> Endpoint:
    """Write a new endpoint down.

    Raises
    ------
    Forbidden
        When it would get events of creditors that the key does not act for.
    """
    if not within(key, endpoint.creditors):
        raise Forbidden("a key for certain creditors makes endpoints for these creditors only")
    work.add(things.ENDPOINT(endpoint.endpoint_id), endpoint)
    return endpoint


def endpoint_of(work: Work, endpoint_id: str, key: ApiKey) -> Endpoint:
    """Give an endpoint that a key may manage.

    Raises
    ------
    NotFound
        When there is none, or it gets events of creditors that the key does not act for.
    """
    endpoint = work.get(things.ENDPOINT(endpoint_id))
    if not within(key, endpoint.creditors):
        raise NotFound
    return endpoint


def rotate_secret(work: Work, endpoint: Endpoint, sealed: str, real: datetime) -> Endpoint:
    """Give an endpoint a new secret; the one before signs beside it for a day.

    ``real`` is real time: secrets live in it.
    """
    kept = tuple(
        secret if secret.expires_at else replace(secret, expires_at=real + ROTATION_OVERLAP)
        for secret in endpoint.secrets
        if secret.expires_at is None or secret.expires_at > real
    )
    rotated = replace(endpoint, secrets=(EndpointSecret(sealed, real), *kept)[:MOST_SECRETS])
    work.change(things.ENDPOINT(endpoint.endpoint_id), rotated)
    return rotated


def try_out(work: Work, endpoint: Endpoint) -> Delivery:
    """Send a test event to one endpoint (BEY-9). It is in nobody's feed, and goes to no other endpoint.

    Raises
    ------
    Refused
        ``endpoint_disabled``.
    """
    if endpoint.state is not EndpointState.ACTIVE:
        raise Refused("endpoint_disabled", "the endpoint answered 410 Gone; register it again")
    creditor_id = endpoint.creditors[0] if endpoint.creditors else NOBODY
    event = Event(
        event_id=work.new_id("evt"),
        type=EventType.WEBHOOK_TEST,
        creditor_id=creditor_id,
        parent=("creditor", creditor_id),
        data={"endpoint_id": endpoint.endpoint_id},
        occurred_at=work.now,
        fan_out_at=None,
    )
    work.add(things.EVENT(*event.parent, event.event_id), event)
    delivery = delivery_of(event, endpoint, work.now)
    work.add(things.DELIVERY(delivery.delivery_id), delivery)
    return delivery
