"""The store that use cases see, over either engine's promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.command import CommandState
from fordring.domain.refs import Listing, Ref
from fordring.domain.running import CaseNumber, SyncState
from fordring.domain.webhooks import DeliveryState
from fordring.store.items import UnreadableItem
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter
from fordring.store.repository import Repository
from fordring.usecases.store_port import Change, Conflict, Stored
from tests.store.values import sample

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def engine(meter: Meter) -> MemoryEngine:
    return MemoryEngine(on_call=meter)


@pytest.fixture
def store(engine: MemoryEngine) -> Repository:
    return Repository(engine)


def number(text: str) -> Ref[CaseNumber]:
    return things.CASE_NUMBER("svea", "creditor", text)


def add(store: Repository, ref: Ref[Any], value: Any) -> None:
    store.commit([Change("add", ref, value)])


def command(seq: int, due_at: datetime | None, state: CommandState = CommandState.QUEUED) -> Any:
    row = sample(things.COMMAND.type, "command", full=False)
    return replace(row, case_id="case-1", seq=seq, due_at=due_at, state=state)


# --- reading and writing -------------------------------------------------------------------------


def test_what_does_not_exist_is_left_out(store: Repository) -> None:
    add(store, number("1"), CaseNumber("case-1"))
    assert store.read([number("1"), number("2"), number("1")]) == {
        number("1"): Stored(CaseNumber("case-1"), 1)
    }


def test_nothing_is_read_without_a_call(store: Repository, meter: Meter) -> None:
    assert store.read([]) == {}
    assert meter.calls == []


def test_more_than_a_hundred_things_take_more_round_trips(store: Repository, meter: Meter) -> None:
    refs = [number(str(n)) for n in range(101)]
    store.commit([Change("add", ref, CaseNumber("c")) for ref in refs[:100]])
    meter.clear()
    assert len(store.read(refs)) == 100
    assert meter.operations == {"BatchGetItem": 2}


def test_more_than_a_hundred_changes_are_refused(store: Repository, engine: MemoryEngine) -> None:
    with pytest.raises(ValueError, match="at most 100 writes, not 101"):
        store.commit([Change("add", number(str(n)), CaseNumber("c")) for n in range(101)])
    assert engine.everything() == ()


def test_a_name_answers_as_it_was_asked(store: Repository) -> None:
    """Also when a position was spelt in another way, which leads to the same item."""
    add(store, things.COMMAND("case-1", "007"), command(7, NOW))
    assert set(store.read([things.COMMAND("case-1", "07")])) == {things.COMMAND("case-1", "07")}


def test_a_conflict_names_what_it_was_about(store: Repository) -> None:
    add(store, number("1"), CaseNumber("case-1"))
    old = Stored(CaseNumber("case-1"), 9)
    with pytest.raises(Conflict) as conflict:
        store.commit(
            [
                Change("add", number("2"), CaseNumber("case-2")),
                Change("add", number("1"), CaseNumber("case-2")),
            ]
        )
    assert conflict.value.refs == (number("1"),)
    for action in ("change", "remove", "unchanged"):
        with pytest.raises(Conflict) as conflict:
            store.commit([Change(action, number("1"), CaseNumber("x"), old)])
        assert conflict.value.refs == (number("1"),)
    assert store.read([number("1")])[number("1")] == Stored(CaseNumber("case-1"), 1)


def test_a_thing_goes_through_its_life(store: Repository, engine: MemoryEngine) -> None:
    ref = things.SYNC("creditor", "svea")
    add(store, ref, SyncState("creditor", "svea", applied=0))
    for last in range(1, 4):
        stored = store.read([ref])[ref]
        assert stored.version == last
        store.commit([Change("change", ref, SyncState("creditor", "svea", applied=last), stored)])
    store.commit([Change("unchanged", ref, None, store.read([ref])[ref])])
    store.commit([Change("remove", ref, None, store.read([ref])[ref])])
    assert engine.everything() == ()


def test_an_item_of_another_kind_is_not_taken_for_the_right_one(
    store: Repository, engine: MemoryEngine
) -> None:
    add(store, number("1"), CaseNumber("case-1"))
    (item,) = engine.everything()
    engine._items = {next(iter(engine._items)): replace(item, kind="document")}
    with pytest.raises(UnreadableItem, match="a document where a case_number is expected"):
        store.read([number("1")])


# --- lists ---------------------------------------------------------------------------------------


def test_a_list_comes_page_by_page(store: Repository) -> None:
    for seq in range(1, 8):
        add(store, things.COMMAND("case-1", seq), command(seq, NOW))
    listing = Listing(things.COMMAND, "commands_of", ("case-1",))
    for newest_first in (False, True):
        after, found = None, []
        while True:
            page = store.page(replace(listing, newest_first=newest_first), after=after, limit=3)
            found += [(ref.ids, value.seq) for ref, value in page.items]
            after = page.next
            if after is None:
                break
        expected = [(("case-1", str(seq)), seq) for seq in range(1, 8)]
        assert found == (expected[::-1] if newest_first else expected)


def test_an_empty_list_is_one_empty_page(store: Repository) -> None:
    page = store.page(Listing(things.CASE, "cases_of", ("nobody",)))
    assert (page.items, page.next) == ((), None)


def test_an_index_comes_page_by_page_and_by_group(store: Repository) -> None:
    case = sample(things.CASE.type, "case", full=False)
    for n in range(6):
        opened = replace(case, case_id=f"case-{n}", creditor_id="c", opened_at=NOW - timedelta(days=n))
        value = opened if n % 2 else replace(opened, processing=type(case.processing).CLOSED)
        add(store, things.CASE(f"case-{n}"), value)

    def ids(prefix: str) -> list[str]:
        found, after = [], None
        while True:
            page = store.page(
                Listing(things.CASE, "cases_of", ("c",), prefix, newest_first=True), after=after, limit=2
            )
            found += [value.case_id for _, value in page.items]
            after = page.next
            if after is None:
                return found

    assert ids("open#") == ["case-1", "case-3", "case-5"]
    assert ids("archived#") == ["case-0", "case-2", "case-4"]
    assert len(ids("")) == 6


# --- what is due ---------------------------------------------------------------------------------


def event(event_id: str, fan_out_at: datetime | None, parent: tuple[str, str]) -> Any:
    value = sample(things.EVENT.type, "event", full=False)
    return replace(value, event_id=event_id, fan_out_at=fan_out_at, parent=parent)


def due_things() -> dict[Ref[Any], Any]:
    """One thing of every kind that can be due, each a second later than the one before."""
    delivery = sample(things.DELIVERY.type, "delivery", full=False)
    request = sample(things.SYNC_REQUEST.type, "request", full=False)
    job = sample(things.JOB.type, "job", full=False)
    instants = iter(NOW + timedelta(seconds=n) for n in range(20))
    parents = (("case", "case-1"), ("invoice", "inv-1"), ("creditor", "c-1"))
    return {
        things.COMMAND("case-1", 12): command(12, next(instants)),
        **{
            things.EVENT(*parent, f"evt-{parent[0]}"): event(f"evt-{parent[0]}", next(instants), parent)
            for parent in parents
        },
        things.DELIVERY("dlv-1"): replace(delivery, state=DeliveryState.PENDING, due_at=next(instants)),
        things.JOB("job-1"): replace(job, due_at=next(instants)),
        things.SYNC_REQUEST("c-1", "svea", "request-1"): replace(request, due_at=next(instants)),
    }


def test_everything_that_is_due_is_named(store: Repository) -> None:
    rows = due_things()
    for ref, value in reversed(rows.items()):
        add(store, ref, value)
    assert store.due(NOW - timedelta(microseconds=1)) == ()
    assert store.due(NOW) == (next(iter(rows)),)
    assert store.due(NOW + timedelta(hours=1)) == tuple(rows)
    assert store.due(NOW + timedelta(hours=1), limit=3) == tuple(rows)[:3]
    assert set(store.read(store.due(NOW + timedelta(hours=1)))) == set(rows)


def test_what_is_due_next_is_told_with_its_instant(store: Repository) -> None:
    assert store.upcoming() == ()
    rows = due_things()
    for ref, value in reversed(rows.items()):
        add(store, ref, value)
    assert tuple(ref for _, ref in store.upcoming()) == tuple(rows)
    assert store.upcoming(limit=1) == ((NOW, next(iter(rows))),)
    ref = things.COMMAND("case-1", 12)
    stored = store.read([ref])[ref]
    store.commit([Change("change", ref, replace(stored.value, state=CommandState.DONE), stored)])
    assert store.upcoming()[0][0] == NOW + timedelta(seconds=1)
    assert ref not in store.due(NOW + timedelta(hours=1))


def test_every_kind_that_is_placed_among_what_is_due_is_recognised() -> None:
    """A kind that gets a due date has to be found again by the sweep."""
    from fordring.store.items import _PLACES, KINDS, _places
    from fordring.store.repository import _DUE_KINDS

    placed = {
        name
        for name, kind in KINDS.items()
        if kind.type in _PLACES
        and any(_places(sample(kind.type, name, full=full))[1] is not None for full in (False, True))
    }
    states = {"command", "delivery"}  # due in some states only
    assert placed | states == set(_DUE_KINDS.values())
