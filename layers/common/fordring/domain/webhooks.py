"""Webhooks to billing products: endpoints, deliveries, and the schedule of attempts."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fordring.domain.service_windows import ServiceWindow
from fordring.domain.values import dataclass

DELIVERY_SCHEDULE: Final = (
    timedelta(),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Waits before each attempt, counted from the one before (Standard Webhooks 1.0, "Retries")."""

ROTATION_OVERLAP: Final = timedelta(hours=24)
"""How long a replaced secret goes on signing beside the new one."""


DELIVERY_LEASE: Final = timedelta(seconds=60)
"""How long a delivery belongs to whoever makes an attempt at it, real time."""


class EndpointState(StrEnum):
    """Whether an endpoint is delivered to."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """It answered 410 Gone, or was switched off."""


@dataclass(frozen=True, slots=True)
class EndpointSecret:
    """A signing secret, sealed under the stack's key; signs until ``expires_at`` (``None``: on)."""

    sealed: str
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a billing product wants its webhooks.

    ``creditors`` and ``types`` narrow what is sent; ``None`` is everything. Secrets: newest first.
    ``service_windows``: while one is open webhooks wait (SAN-20).
    """

    endpoint_id: str
    url: str
    creditors: tuple[str, ...] | None
    types: tuple[str, ...] | None
    secrets: tuple[EndpointSecret, ...]
    created_at: datetime
    state: EndpointState = EndpointState.ACTIVE
    disabled_reason: str | None = None
    service_windows: tuple[ServiceWindow, ...] = ()

    def wants(self, creditor_id: str, event_type: str) -> bool:
        """Whether an event goes to this endpoint."""
        return (
            self.state is EndpointState.ACTIVE
            and (self.creditors is None or creditor_id in self.creditors)
            and (self.types is None or event_type in self.types)
        )


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    DISABLED = "disabled"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: when, with which status or failure, and how long it took in milliseconds."""

    at: datetime
    status: int | None
    failure: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint.

    Parameters
    ----------
    delivery_id
        Follows from the event and the endpoint, so that it is made once; it is the ``webhook-id``.
    event
        The event's parent kind, parent id and id.
    step
        How many attempts of the present schedule have been made; a replay starts again at 0.
    due_at
        When to try next, business time.
    """

    delivery_id: str
    endpoint_id: str
    creditor_id: str
    event: tuple[str, str, str]
    event_type: str
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    step: int = 0
    due_at: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    attempts: tuple[Attempt, ...] = ()

    def leased(self, owner: str, at: datetime) -> "Delivery":
        """Give it as it is while ``owner`` makes an attempt, from ``at``, real time."""
        return replace(self, state=DeliveryState.SENDING, lease_owner=owner, lease_until=at + DELIVERY_LEASE)


def next_delay(step: int) -> timedelta | None:
    """Give the wait before attempt number ``step`` (from 0); ``None`` after the last one."""
    return DELIVERY_SCHEDULE[step] if step < len(DELIVERY_SCHEDULE) else None
