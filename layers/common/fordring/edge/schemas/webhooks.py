"""Webhook endpoints and deliveries: what is asked and told."""

from typing import Annotated, Any

from pydantic import Field

from fordring.domain.events import EventType
from fordring.domain.webhooks import Delivery, DeliveryState, Endpoint, EndpointState
from fordring.edge.schemas.common import ChosenId, Given, Paging
from fordring.edge.schemas.service_windows import ServiceWindows, ToldServiceWindow, tell_service_window
from fordring.edge.schemas.told import Instant, Told, instant
from fordring.usecases.endpoints import NOBODY


class NewEndpoint(Given):
    """Where webhooks shall go."""

    url: Annotated[
        str, Field(min_length=1, max_length=2048, examples=["https://billing.example/hooks/fordring"])
    ]
    creditors: Annotated[
        list[ChosenId] | None,
        Field(min_length=1, max_length=100, description="Only their events; `null`: every creditor's."),
    ] = None
    types: Annotated[
        list[Annotated[EventType, Field(strict=False)]] | None,
        Field(min_length=1, description="Only events of these types; `null`: all."),
    ] = None
    service_windows: ServiceWindows


class ToldSecret(Told):
    """That there is a secret, and until when it signs; ``null``: until it is replaced."""

    created_at: Instant
    expires_at: Instant | None


class ToldEndpoint(Told):
    """Where webhooks go. A disabled endpoint has answered 410 Gone and gets nothing more."""

    endpoint_id: str
    url: str
    creditors: list[str] | None
    types: list[str] | None
    state: EndpointState
    disabled_reason: str | None
    service_windows: list[ToldServiceWindow]
    secrets: list[ToldSecret]
    created_at: Instant


class ToldNewSecret(ToldEndpoint):
    """An endpoint with a new secret, shown this once; a repeated request is answered with ``null``."""

    secret: str | None = Field(examples=["whsec_…"])


class ToldEndpoints(Told):
    """A page of endpoints."""

    items: list[ToldEndpoint]
    next_cursor: str | None


class DeliveryQuery(Paging):
    """Which deliveries."""

    endpoint_id: Annotated[str | None, Field(pattern=r"^end_[0-9A-Z]{26}$")] = None
    state: Annotated[DeliveryState | None, Field(strict=False)] = None


class ToldAttempt(Told):
    """One attempt: the status that was answered, or why there was none."""

    at: Instant
    status: int | None
    failure: str | None
    milliseconds: int


class ToldDelivery(Told):
    """One event on its way to one endpoint; ``delivery_id`` is the ``webhook-id``."""

    delivery_id: str
    endpoint_id: str
    creditor_id: str | None
    event_id: str
    event_type: str
    state: DeliveryState
    attempts: list[ToldAttempt]
    next_attempt_at: Instant | None
    created_at: Instant


class ToldDeliveries(Told):
    """A page of deliveries, the newest first."""

    items: list[ToldDelivery]
    next_cursor: str | None


def tell_endpoint(endpoint: Endpoint) -> dict[str, Any]:
    """Tell an endpoint; never its secrets."""
    return {
        "endpoint_id": endpoint.endpoint_id,
        "url": endpoint.url,
        "creditors": list(endpoint.creditors) if endpoint.creditors is not None else None,
        "types": list(endpoint.types) if endpoint.types is not None else None,
        "state": endpoint.state.value,
        "disabled_reason": endpoint.disabled_reason,
        "service_windows": [tell_service_window(each) for each in endpoint.service_windows],
        "secrets": [
            {"created_at": instant(secret.created_at), "expires_at": instant(secret.expires_at)}
            for secret in endpoint.secrets
        ],
        "created_at": instant(endpoint.created_at),
    }


def tell_new_secret(endpoint: Endpoint) -> dict[str, Any]:
    """Tell an endpoint that has a new secret, with a place for it."""
    return {**tell_endpoint(endpoint), "secret": None}


def tell_delivery(delivery: Delivery) -> dict[str, Any]:
    """Tell a delivery with all its attempts."""
    return {
        "delivery_id": delivery.delivery_id,
        "endpoint_id": delivery.endpoint_id,
        "creditor_id": delivery.creditor_id if delivery.creditor_id != NOBODY else None,
        "event_id": delivery.event[2],
        "event_type": delivery.event_type,
        "state": delivery.state.value,
        "attempts": [
            {
                "at": instant(attempt.at),
                "status": attempt.status,
                "failure": attempt.failure,
                "milliseconds": attempt.milliseconds,
            }
            for attempt in delivery.attempts
        ],
        "next_attempt_at": instant(delivery.due_at),
        "created_at": instant(delivery.created_at),
    }
