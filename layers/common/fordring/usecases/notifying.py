"""Delivering webhooks: one attempt at a time, each in the log, on the schedule of Standard Webhooks."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from fordring.domain import things
from fordring.domain.command import AttentionKind
from fordring.domain.events import Event
from fordring.domain.service_windows import wait_until
from fordring.domain.transport import Http, Request, Response, TransportFailed
from fordring.domain.webhooks import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    next_delay,
)
from fordring.usecases.recording import ask_for_attention, attention_id
from fordring.usecases.work import Desk, Work, transact

HASTE: Final = timedelta(seconds=30)
"""How much of a lease must be left to begin an attempt: it may take 15 seconds, and the writes after it."""

LONGEST_WAIT: Final = timedelta(hours=24)
"""A Retry-After beyond this is cut to it: an endpoint may slow the hub down, not switch it off."""

KEPT_ATTEMPTS: Final = 30

type Sign = Callable[[str, datetime, bytes, Sequence[str]], Mapping[str, str]]
type Secrets = Callable[[Endpoint, datetime], Sequence[str]]


def body_of(event: Event) -> bytes:
    """Write the payload: type, timestamp, data (Standard Webhooks 1.0, "Payload structure")."""
    payload = {
        "type": event.type.value,
        "timestamp": event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {"event_id": event.event_id, "creditor_id": _creditor(event), **event.data},
    }
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def _creditor(event: Event) -> str | None:
    """Tell whose event it is; a test-fire for all creditors is nobody's."""
    return None if event.creditor_id == "*" else event.creditor_id


def deliver(
    desk: Desk, http: Http, sign: Sign, secrets: Secrets, delivery: str | Delivery, owner: str
) -> DeliveryState | None:
    """Make one attempt, if the delivery is due and nobody else is at it; gives its state after it.

    ``None``: no attempt was made, also because the endpoint is being serviced (SAN-20).

    Parameters
    ----------
    delivery
        Its id, or the delivery itself as ``owner`` has made and leased it.
    """
    leased = _still_leased(desk, delivery) or _lease(desk, _id_of(delivery), owner)
    if leased is None:
        return None
    ref = things.DELIVERY(leased.delivery_id)
    work = desk.read(things.ENDPOINT(leased.endpoint_id), things.EVENT(*leased.event))
    endpoint = work.find(things.ENDPOINT(leased.endpoint_id))
    event = work.find(things.EVENT(*leased.event))
    until = wait_until(endpoint.service_windows, work.now) if endpoint else None
    if until is not None:
        # The billing product is being serviced: it waits, and no attempt is spent.
        return transact(desk, [ref], lambda again: _put_off(again, leased, owner, until))
    if endpoint is None or event is None or endpoint.state is EndpointState.DISABLED:
        attempt, wait, gone = None, None, True
    else:
        attempt, wait = _attempt(desk, http, sign, secrets, leased, endpoint, event)
        gone = attempt.status == 410
    attention = things.ATTENTION(attention_id(AttentionKind.DELIVERY_DEAD, ("delivery", leased.delivery_id)))
    return transact(
        desk,
        [ref, things.ENDPOINT(leased.endpoint_id), attention],
        lambda again: _settle(again, leased, owner, attempt, wait, gone=gone),
    )


def _put_off(work: Work, leased: Delivery, owner: str, until: datetime) -> None:
    ref = things.DELIVERY(leased.delivery_id)
    held = work.get(ref)
    if held.lease_owner == owner:
        free = replace(held, state=DeliveryState.PENDING, lease_owner=None, lease_until=None, due_at=until)
        work.change(ref, free)


def _id_of(delivery: str | Delivery) -> str:
    return delivery if isinstance(delivery, str) else delivery.delivery_id


def _still_leased(desk: Desk, delivery: str | Delivery) -> Delivery | None:
    if isinstance(delivery, str) or delivery.lease_until is None:
        return None
    return delivery if delivery.lease_until - desk.wall.now() >= HASTE else None


def _lease(desk: Desk, delivery_id: str, owner: str) -> Delivery | None:
    ref = things.DELIVERY(delivery_id)
    real = desk.wall.now()

    def decide(work: Work) -> Delivery | None:
        delivery = work.find(ref)
        if delivery is None or delivery.due_at is None or delivery.due_at > work.now:
            return None
        taken = delivery.lease_until is not None and delivery.lease_until > real
        if taken and delivery.lease_owner != owner:
            return None
        leased = delivery.leased(owner, real)
        work.change(ref, leased)
        return leased

    return transact(desk, [ref], decide)


def _attempt(
    desk: Desk,
    http: Http,
    sign: Sign,
    secrets: Secrets,
    delivery: Delivery,
    endpoint: Endpoint,
    event: Event,
) -> tuple[Attempt, timedelta | None]:
    """Post once; gives what happened and how long the endpoint asks to wait."""
    begun = desk.wall.now()
    body = body_of(event)
    headers = {
        "content-type": "application/json",
        "user-agent": "Fordring-Webhooks/1",
        **sign(delivery.delivery_id, begun, body, secrets(endpoint, begun)),
    }
    status: int | None = None
    failure: str | None = None
    wait: timedelta | None = None
    try:
        response = http.exchange(Request("POST", endpoint.url, headers, body, timeout_seconds=15.0))
        status = response.status
        wait = retry_after(response, begun)
    except TransportFailed as failed:
        failure = failed.reason
    took = int((desk.wall.now() - begun).total_seconds() * 1000)
    return Attempt(begun, status, failure, max(took, 0)), wait


def retry_after(response: Response, now: datetime) -> timedelta | None:
    """Read Retry-After, in seconds or as a date (RFC 9110, section 10.2.3); nonsense counts as absent."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(timedelta(), min(moment - now, LONGEST_WAIT))


def _settle(
    work: Work, leased: Delivery, owner: str, attempt: Attempt | None, wait: timedelta | None, *, gone: bool
) -> DeliveryState:
    ref = things.DELIVERY(leased.delivery_id)
    held = work.get(ref)
    if held.lease_owner != owner:
        return held.state
    attempts = (*held.attempts, attempt)[-KEPT_ATTEMPTS:] if attempt else held.attempts
    step = held.step + 1
    free = replace(
        held, lease_owner=None, lease_until=None, attempts=tuple(filter(None, attempts)), step=step
    )
    if gone:
        _disable(work, leased.endpoint_id, attempt)
        settled = replace(free, state=DeliveryState.DISABLED, due_at=None)
    elif attempt is not None and attempt.status is not None and 200 <= attempt.status < 300:
        settled = replace(free, state=DeliveryState.DELIVERED, due_at=None)
    else:
        settled = _again(work, free, wait)
    work.change(ref, settled)
    return settled.state


def _again(work: Work, free: Delivery, wait: timedelta | None) -> Delivery:
    delay = next_delay(free.step)
    if delay is None:
        ask_for_attention(
            work,
            AttentionKind.DELIVERY_DEAD,
            free.creditor_id,
            ("delivery", free.delivery_id),
            "every_attempt_failed",
        )
        return replace(free, state=DeliveryState.DEAD, due_at=None)
    # Up to a tenth of jitter, from the id: two deliveries that failed together do not come back together.
    spread = int(free.delivery_id[-4:], 16) / 0xFFFF * 0.1 if _hexadecimal(free.delivery_id[-4:]) else 0.05
    due_at = work.now + max(delay * (1 + spread), wait or timedelta())
    return replace(free, state=DeliveryState.PENDING, due_at=due_at)


def _hexadecimal(text: str) -> bool:
    return all(character in "0123456789ABCDEF" for character in text)


def _disable(work: Work, endpoint_id: str, attempt: Attempt | None) -> None:
    ref = things.ENDPOINT(endpoint_id)
    endpoint = work.find(ref)
    if endpoint is not None and endpoint.state is EndpointState.ACTIVE and attempt is not None:
        work.change(ref, replace(endpoint, state=EndpointState.DISABLED, disabled_reason="answered_410_gone"))


def replay(work: Work, delivery: Delivery) -> Delivery:
    """Put a delivery on its way again, from the first step; the id stays, so a receiver may recognise it."""
    again = replace(delivery, state=DeliveryState.PENDING, step=0, due_at=work.now)
    work.change(things.DELIVERY(delivery.delivery_id), again)
    return again
