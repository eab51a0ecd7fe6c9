"""The feed of a creditor, whoever writes it at the same time, and whoever dies while writing."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain import things
from fordring.domain.errors import Busy, Unavailable
from fordring.domain.events import Event, EventType
from fordring.domain.ids import RandomIds
from fordring.domain.refs import Listing, Ref
from fordring.domain.webhooks import DeliveryState, Endpoint, EndpointSecret
from fordring.store.engine import Engine
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.publishing import FannedOut, fan_out
from fordring.usecases.store_port import Change
from fordring.usecases.work import Desk
from tests.store.faulty import FaultyEngine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRITERS = 6
EVENTS = 40


class RealWall:
    def now(self) -> datetime:
        return NOW

    def pause(self, _: timedelta) -> None:
        """Go on at once: what a pause is good for must not be needed."""


class RealTime:
    refs = ()

    def now(self, _: Any) -> datetime:
        return NOW


def desk_over(engine: Engine) -> Desk:
    return Desk(Repository(engine), RandomIds(random.randbytes), RealWall(), RealTime(), random.getrandbits)


def happened(desk: Desk, number: int) -> Ref[Event]:
    ref = things.EVENT("case", f"case_{number % 3}", f"evt_{number:03}")
    event = Event(
        ref.ids[2],
        EventType.CASE_STATUS_CHANGED,
        "acme",
        ("case", ref.ids[1]),
        {"stage": "reminder"},
        NOW,
        NOW,
    )
    desk.store.commit([Change("add", ref, event)])
    return ref


def listening(desk: Desk, *names: str) -> None:
    for name in names:
        endpoint = Endpoint(name, "https://x.example", None, None, (EndpointSecret("sealed", NOW),), NOW)
        desk.store.commit([Change("add", things.ENDPOINT(name), endpoint)])


def check(desk: Desk, refs: list[Ref[Event]], endpoints: int) -> None:
    """Hold what a reader of the feed and of webhooks relies on."""
    pages = [page for _, page in desk.every(Listing(things.FEED_PAGE, "feed_of", ("acme",)))]
    lines = [numbered for page in pages for numbered in page.numbered]
    assert [position for position, _ in lines] == list(range(1, len(refs) + 1))
    assert Counter(line.event_id for _, line in lines) == Counter(ref.ids[2] for ref in refs)
    stored = desk.store.read(refs)
    for position, line in lines:
        event = stored[things.EVENT(*line.parent, line.event_id)].value
        assert (event.fan_out_at, event.position) == (None, position)
    deliveries = [one for _, one in desk.every(Listing(things.DELIVERY, "deliveries"))]
    assert len(deliveries) == endpoints * len(refs)
    assert {one.state for one in deliveries} <= {DeliveryState.SENDING}


def test_many_writers_make_one_feed(engine: Engine) -> None:
    desk = desk_over(engine)
    listening(desk, "end_1", "end_2")
    refs = [happened(desk, number) for number in range(EVENTS)]
    barrier = threading.Barrier(WRITERS)

    def write(writer: int) -> FannedOut:
        chance = random.Random(writer)
        mine = chance.sample(refs, len(refs))
        own = desk_over(engine)
        made = FannedOut()
        barrier.wait()
        while mine:
            batch, mine = mine[:7], mine[7:]
            try:
                fan_out(own, batch, f"writer-{writer}", made)
            except Busy:
                mine += batch
        return made

    with ThreadPoolExecutor(WRITERS) as pool:
        parts = list(pool.map(write, range(WRITERS)))
    check(desk, refs, endpoints=2)
    told = Counter(event.event_id for part in parts for event in part.events)
    assert told == Counter(ref.ids[2] for ref in refs)
    leased = Counter(one.delivery_id for part in parts for one in part.deliveries)
    assert set(leased.values()) == {1}
    assert len(leased) == 2 * EVENTS


@given(
    st.lists(st.lists(st.integers(0, 19), min_size=1, max_size=6), min_size=1, max_size=8),
    st.lists(st.sampled_from(["throttled", "lost", "conflict", "fine"]), max_size=60),
)
def test_whatever_fails_on_the_way_the_feed_ends_whole(batches: list[list[int]], failures: list[str]) -> None:
    engine = FaultyEngine(MemoryEngine())
    desk = desk_over(engine)
    listening(desk, "end_1")
    refs = {number: happened(desk, number) for number in set().union(*batches)}
    for failure in failures:
        engine.writing.append((lambda: None) if failure == "fine" else failure)  # type: ignore[arg-type]
    # Each batch once, as a worker would that then dies; and, in the end, whatever still waits.
    for batch in batches:
        try:
            fan_out(desk, [refs[number] for number in batch], "first", FannedOut())
        except (Unavailable, Busy):
            continue
    engine.writing.clear()
    fan_out(desk, refs.values(), "sweep", FannedOut())
    check(desk, list(refs.values()), endpoints=1)


@pytest.mark.parametrize("done", range(7))
def test_what_one_has_begun_another_completes_before_going_on(done: int) -> None:
    engine = FaultyEngine(MemoryEngine())
    desk = desk_over(engine)
    listening(desk, "end_1")
    first, second, third = (happened(desk, number) for number in range(3))
    engine.writing.extend([*([lambda: None] * done), "throttled"])
    try:
        fan_out(desk, [first, second], "died", FannedOut())
    except Unavailable:
        assert done < 5
    engine.writing.clear()

    fan_out(desk, [third], "next", FannedOut())
    if done:  # The page was written: its events are in the feed, so they are completed with it.
        check(desk, [first, second, third], endpoints=1)
    again = FannedOut()
    fan_out(desk, [first, second, third], "sweep", again)
    check(desk, [first, second, third], endpoints=1)
    assert bool(again.events) == (not done)


def test_a_feed_is_one_creditors() -> None:
    desk = desk_over(MemoryEngine())
    mine, other = happened(desk, 1), things.EVENT("case", "case_9", "evt_900")
    event = Event("evt_900", EventType.CASE_CLOSED, "globex", ("case", "case_9"), {}, NOW, NOW)
    desk.store.commit([Change("add", other, event)])

    made = FannedOut()
    fan_out(desk, [other, mine, other], "worker", made)

    assert {(each.creditor_id, each.position) for each in made.events} == {("acme", 1), ("globex", 1)}
