"""Fanning events out: into the creditor's feed, in commit order, and to the endpoints that want them.

One transaction gives each event its place in the feed and makes its deliveries, so that an event is fanned
out once, whoever finds it first: the stream or the sweep.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from itertools import batched

from fordring.domain import things
from fordring.domain.events import Event
from fordring.domain.refs import Listing, Ref
from fordring.domain.running import FeedCounter, FeedLine
from fordring.domain.values import dataclass
from fordring.domain.webhooks import Delivery, Endpoint
from fordring.usecases.recording import derived_id
from fordring.usecases.work import Desk, Work, transact

AT_ONCE = 15
"""Events in one transaction: with a few endpoints each, well under 100 writes."""


def endpoints_of(desk: Desk) -> Sequence[Endpoint]:
    """Read all webhook endpoints of the tenant."""
    return [endpoint for _, endpoint in desk.every(Listing(things.ENDPOINT, "endpoints"))]


@dataclass(slots=True)
class FannedOut:
    """The events that were fanned out now, and the ids of the deliveries that were made."""

    events: list[Event] = field(default_factory=list)
    deliveries: list[str] = field(default_factory=list)


def fan_out(desk: Desk, refs: Iterable[Ref[Event]]) -> FannedOut:
    """Fan events out, in the order given."""
    wanted = list(dict.fromkeys(refs))
    made = FannedOut()
    if not wanted:
        return made
    stored = desk.store.read(wanted)
    by_creditor: dict[str, list[Ref[Event]]] = {}
    for ref in wanted:
        if ref in stored and stored[ref].value.fan_out_at is not None:
            by_creditor.setdefault(stored[ref].value.creditor_id, []).append(ref)
    if not by_creditor:
        return made
    endpoints = endpoints_of(desk)
    for creditor_id, events in by_creditor.items():
        at_once = max(1, min(AT_ONCE, 90 // (2 + len(endpoints))))
        for batch in batched(events, at_once, strict=False):
            part = _fan_out(desk, creditor_id, batch, endpoints)
            made.events += part.events
            made.deliveries += part.deliveries
    return made


def _fan_out(
    desk: Desk, creditor_id: str, refs: Sequence[Ref[Event]], endpoints: Sequence[Endpoint]
) -> FannedOut:
    counter_ref = things.FEED_COUNTER(creditor_id)

    def decide(work: Work) -> FannedOut:
        counter = work.find(counter_ref)
        position = counter.last if counter else 0
        made = FannedOut()
        for ref in refs:
            event = work.get(ref)
            if event.fan_out_at is None:
                continue
            position += 1
            work.change(ref, replace(event, fan_out_at=None, position=position))
            work.add(
                things.FEED_LINE(creditor_id, position),
                FeedLine(
                    position, event.event_id, event.parent, event.type.value, event.data, event.occurred_at
                ),
            )
            for endpoint in endpoints:
                if endpoint.wants(event.creditor_id, event.type.value):
                    made.deliveries.append(deliver_to(work, event, endpoint).delivery_id)
            made.events.append(event)
        if position != (counter.last if counter else 0):
            work.put(counter_ref, FeedCounter(position))
        return made

    return transact(desk, [counter_ref, *refs], decide)


def deliver_to(work: Work, event: Event, endpoint: Endpoint) -> Delivery:
    """Make the delivery of an event to an endpoint; its id follows from both."""
    delivery = Delivery(
        delivery_id=derived_id("dlv", event.event_id, endpoint.endpoint_id),
        endpoint_id=endpoint.endpoint_id,
        creditor_id=event.creditor_id,
        event=(*event.parent, event.event_id),
        event_type=event.type.value,
        created_at=work.now,
        due_at=work.now,
    )
    work.add(things.DELIVERY(delivery.delivery_id), delivery)
    return delivery
