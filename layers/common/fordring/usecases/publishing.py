"""Fanning events out: into the creditor's feed, without gaps, and to the endpoints that want them.

The feed is a chain of pages. A page is written once, under the position of its first event, on the condition
that nothing is there; so there is one page for each place, and no gap between two. What else belongs to an
event (its deliveries, and that its row says so) follows in single writes, each of which may be made again.
Nobody writes a page before that is done for the page in front of it: an event that still waits is therefore
in the newest page or in none, and one look at that page tells which. A transaction would tell the same and
cost twice as much for each row (docs/decisions.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from itertools import batched
from typing import Any, Final

from fordring.domain import things
from fordring.domain.errors import Busy
from fordring.domain.events import Event
from fordring.domain.refs import Listing, Ref
from fordring.domain.running import FEED_PAGE_LINES, FeedLine, FeedPage
from fordring.domain.values import dataclass
from fordring.domain.webhooks import Delivery, Endpoint
from fordring.usecases.recording import derived_id
from fordring.usecases.store_port import Change, Conflict, Stored
from fordring.usecases.work import ATTEMPTS, Desk

PATIENCE: Final = 3
"""How often somebody is waited for who has begun a page and not completed it, before that is done for him."""


def endpoints_of(desk: Desk) -> Sequence[Endpoint]:
    """Read all webhook endpoints of the tenant."""
    return [endpoint for _, endpoint in desk.every(Listing(things.ENDPOINT, "endpoints"))]


@dataclass(slots=True)
class FannedOut:
    """The events that were fanned out now, and the deliveries that were made, leased by their maker."""

    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)


def fan_out(desk: Desk, refs: Iterable[Ref[Event]], owner: str, made: FannedOut) -> None:
    """Fan events out, in the order given; whoever ``owner`` names is then to make the deliveries.

    Parameters
    ----------
    made
        Gets what was done, also when it could not all be done.

    Raises
    ------
    Busy
        When others were faster every time.
    """
    wanted = list(dict.fromkeys(refs))
    if not wanted:
        return
    by_creditor: dict[str, list[Ref[Event]]] = {}
    read = desk.store.read(wanted)
    for ref in wanted:
        if _waits(read, ref):
            by_creditor.setdefault(read[ref].value.creditor_id, []).append(ref)
    if not by_creditor:
        return
    endpoints = endpoints_of(desk)
    for creditor_id, waiting in by_creditor.items():
        feed = _Feed(desk, creditor_id, endpoints, owner, made)
        for batch in batched(waiting, FEED_PAGE_LINES, strict=False):
            feed.append(batch)


@dataclass(slots=True)
class _Feed:
    """One creditor's feed, and who wants to hear of it."""

    desk: Desk
    creditor_id: str
    endpoints: Sequence[Endpoint]
    owner: str
    made: FannedOut

    def append(self, refs: Sequence[Ref[Event]]) -> None:
        """Give events their places, unless they have them."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self.desk.give_way(attempt - 1)
            newest = self._newest_page()
            placed = _refs_in(newest)
            # Read after the page: what still waits now, and is not in it, is in no page before it either.
            read = self.desk.store.read(dict.fromkeys((*placed, *refs, *self.desk.clock.refs)))
            if attempt < PATIENCE and any(_waits(read, ref) for ref in placed):
                continue
            self._complete(placed, read)
            fresh = [ref for ref in refs if ref not in placed and _waits(read, ref)]
            if not fresh or self._add_page(newest.last + 1 if newest else 1, fresh, read):
                return
        raise Busy

    def _add_page(self, first: int, refs: Sequence[Ref[Event]], read: Mapping[Ref[Any], Stored]) -> bool:
        page = FeedPage(first, tuple(_line_of(read[ref].value) for ref in refs))
        try:
            self.desk.store.commit([Change("add", things.FEED_PAGE(self.creditor_id, first), page)])
        except Conflict:
            return False
        self._complete(_refs_in(page), read)
        return True

    def _newest_page(self) -> FeedPage | None:
        listing = Listing(things.FEED_PAGE, "feed_of", (self.creditor_id,), newest_first=True)
        for _, page in self.desk.store.page(listing, limit=1).items:
            return page
        return None

    def _complete(self, placed: Mapping[Ref[Event], int], read: Mapping[Ref[Any], Stored]) -> None:
        """Do for the events of a page what is still to be done."""
        now = self.desk.clock.now(read)
        for ref, position in placed.items():
            if _waits(read, ref):
                self._complete_one(ref, read[ref], position, now)

    def _complete_one(self, ref: Ref[Event], stored: Stored, position: int, now: datetime) -> None:
        event: Event = stored.value
        for endpoint in self.endpoints:
            if endpoint.wants(event.creditor_id, event.type.value):
                self._deliver_to(event, endpoint, now)
        told = replace(event, fan_out_at=None, position=position)
        if self._write(Change("change", ref, told, stored)):
            self.made.events.append(told)

    def _deliver_to(self, event: Event, endpoint: Endpoint, now: datetime) -> None:
        leased = delivery_of(event, endpoint, now).leased(self.owner, self.desk.wall.now())
        if self._write(Change("add", things.DELIVERY(leased.delivery_id), leased)):
            self.made.deliveries.append(leased)

    def _write(self, change: Change) -> bool:
        """Write one thing; ``False`` when somebody else has done so before.

        Raises
        ------
        Busy
            When that cannot be told: nothing may follow then, or an event could stand in the feed twice.
        """
        try:
            self.desk.store.commit([change])
        except Conflict as conflict:
            if not conflict.refs:
                raise Busy from conflict
            return False
        return True


def _refs_in(page: FeedPage | None) -> dict[Ref[Event], int]:
    """Name the events of a page, with their positions."""
    return {things.EVENT(*line.parent, line.event_id): n for n, line in page.numbered} if page else {}


def _waits(read: Mapping[Ref[Any], Stored], ref: Ref[Event]) -> bool:
    return ref in read and read[ref].value.fan_out_at is not None


def _line_of(event: Event) -> FeedLine:
    return FeedLine(event.event_id, event.parent, event.type.value, event.data, event.occurred_at)


def delivery_of(event: Event, endpoint: Endpoint, now: datetime) -> Delivery:
    """Give the delivery of an event to an endpoint, due at once; its id follows from both."""
    return Delivery(
        delivery_id=derived_id("dlv", event.event_id, endpoint.endpoint_id),
        endpoint_id=endpoint.endpoint_id,
        creditor_id=event.creditor_id,
        event=(*event.parent, event.event_id),
        event_type=event.type.value,
        created_at=now,
        due_at=now,
    )
