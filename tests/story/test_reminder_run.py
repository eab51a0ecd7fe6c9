"""The run of the reminder plans: late, twice, at once, interrupted, restored; and how much it touches."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Barrier, Thread

import pytest

from fordring.agencies.svea.terms import CAPABILITIES
from fordring.domain import things
from fordring.domain.agreement import AgreementState
from fordring.domain.calendar import start_of_business
from fordring.domain.clock import utc
from fordring.domain.errors import Unavailable
from fordring.domain.follow_up import FollowUp
from fordring.domain.invoice import Dispute, Invoice, Reminder
from fordring.domain.law import law
from fordring.domain.ledger import Component, EntryKind, Source
from fordring.domain.refs import Listing
from fordring.domain.running import TestClock
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.edge.hub import Hub
from fordring.edge.settings import Settings
from fordring.edge.telemetry import log
from fordring.edge.workers.outbox import Outbox
from fordring.store.items import Item, encode
from fordring.store.keys import Key, due_partition, instant, key_of
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.booking import book
from fordring.usecases.following_up import Rules, follow_up_due
from fordring.usecases.planning import end_plan
from fordring.usecases.restoring import raise_epoch
from fordring.usecases.sealed import Vault
from fordring.usecases.work import transact
from tests.fakes import MemoryQueue, MemorySealer
from tests.functions.conftest import FixedClock, Gateway, World
from tests.store.faulty import FaultyEngine
from tests.story.evenness import everything_of
from tests.story.following import Product, follow_up, followed, letters_of, plan
from tests.story.stage import refill
from tests.story.telling import faults_of, invoice_of, told

RULES = Rules(law(), HolidayCalendar(), lambda _agency: CAPABILITIES)


@pytest.fixture
def product(hub):
    return Product(hub)


def at(hub, day, hour=9):
    return hub.advance_to(hub.api, datetime(2026, *day, hour, tzinfo=UTC))


# --- late, and again and again -------------------------------------------------------------------


@pytest.mark.capability("FIK-1")
def test_a_run_that_was_missed_for_weeks_catches_up_at_twice_the_pace_and_skips_no_step(hub, product):
    plan(hub.world, "calm")
    invoice_id = followed(hub.world)
    # Nobody looks for two months, also not at what is due: the clock alone has moved.
    hub.world.put(things.TEST_CLOCK(), TestClock(utc(2026, 5, 18, 9)))
    hub.pump()
    product.work()
    hub.pump()
    product.until(date(2026, 6, 1))

    assert letters_of(invoice_of(hub, invoice_id)) == [
        ("free_notice", "2026-05-18"),
        ("free_notice", "2026-05-22"),
        ("free_notice", "2026-05-26"),
    ]
    assert hub.case(invoice_of(hub, invoice_id).case_id).opened_at.date() == date(2026, 5, 30)
    assert len(told(hub, "case.submitted")) == 1


def test_a_billing_product_that_sleeps_for_weeks_is_asked_for_one_letter(hub, product):
    plan(hub.world, "calm")
    followed(hub.world)
    hub.advance(hub.api, days=60)
    assert len(product.asked()) == 1
    assert told(hub, "case.submitted") == []


@pytest.mark.parametrize("seed", range(3))
def test_any_number_of_looks_in_any_order_takes_each_step_once(hub, product, seed):
    chance = Random(seed)
    plan(hub.world, "calm")
    invoices = [followed(hub.world, due_date=date(2026, 3, 10 + number)) for number in range(3)]
    now = hub.hub.desk.read().now
    while now < utc(2026, 4, 25):
        now += timedelta(hours=chance.choice([1, 3, 7, 24, 50]))
        hub.world.put(things.TEST_CLOCK(), TestClock(now))
        looks = chance.choices(invoices, k=chance.randrange(8))
        for invoice_id in looks:
            follow_up_due(hub.hub.desk, RULES, invoice_id)
        hub.pump()
        if chance.random() < 0.7:
            product.work()
    hub.pump()
    for invoice_id in invoices:
        asked = [each["reminder_id"] for each in product.asked(invoice_id)]
        assert len(asked) == len(set(asked))
        days = [day for _, day in letters_of(invoice_of(hub, invoice_id))]
        assert len(days) == len(set(days))
    assert len(told(hub, "case.submitted")) == sum(follow_up(hub.world, each).done == 4 for each in invoices)


# --- at once -------------------------------------------------------------------------------------


class Ground:
    """A hub without an agency on the other side, whose engine fails when it is told to."""

    def __init__(self, gateway: Gateway | None = None) -> None:

        self.memory = MemoryEngine()
        self.engine = FaultyEngine(self.memory)
        self.clock = FixedClock(utc(2026, 3, 30, 9))
        environment = Settings(table="t", tenant="demo", stage="development", mode="live")
        self.hub = Hub(environment, Repository(self.engine), self.clock)
        self.hub.vault = Vault(MemorySealer())
        self.world = World(self.hub, self.memory, gateway)  # type: ignore[arg-type]
        self.world.ready()

    def look(self, invoice_id: str) -> str | None:
        return follow_up_due(self.hub.desk, RULES, invoice_id)

    def events(self, invoice_id: str) -> list[str]:
        listing = Listing(things.EVENT, "events_of_invoice", (invoice_id,))
        return [each.type.value for each in everything_of(self.hub.store, listing)]

    def cases(self) -> int:
        return len(everything_of(self.hub.store, Listing(things.CASE, "cases_of", ("acme",))))

    def change(self, ref, **changes):
        self.world.put(ref, replace(self.world.get(ref), **changes))


@pytest.fixture
def ground():
    return Ground()


def due_for_transfer(ground: Ground) -> str:
    invoice_id = followed(ground.world)
    ref = things.INVOICE(invoice_id)
    ground.change(ref, follow_up=FollowUp(plan=1, done=1, due_at=ground.clock.present))
    return invoice_id


def settle(ground, invoice_id, kind):
    ref = things.INVOICE(invoice_id)

    def decide(work):
        invoice = work.get(ref)
        amounts = {Component.PRINCIPAL: invoice.principal}
        book(work, invoice, kind, amounts, date(2026, 3, 30), Source.CREDITOR)

    transact(ground.hub.desk, [ref], decide)


def pay(ground, invoice_id):
    settle(ground, invoice_id, EntryKind.PAYMENT)


def credit(ground, invoice_id):
    settle(ground, invoice_id, EntryKind.CREDIT)


def dispute(ground, invoice_id):
    opened = (Dispute("dis_1", "wrong_goods", date(2026, 3, 30)),)
    ground.change(things.INVOICE(invoice_id), disputes=opened)


def exclude(ground, invoice_id):
    ground.change(things.INVOICE(invoice_id), excluded_from_dunning=True)


def ban(ground, invoice_id):
    ground.change(things.DEBTOR("acme", "d-1"), collection_ban=True)


def die(ground, invoice_id):
    ground.change(things.DEBTOR("acme", "d-1"), deceased_at=ground.clock.present)


def switch_off(ground, invoice_id):
    transact(ground.hub.desk, [things.REMINDER_PLAN("acme")], lambda work: end_plan(work, "acme"))


def end_agreement(ground, invoice_id):
    ground.change(things.AGREEMENT("acme", "svea"), state=AgreementState.ENDED)


STOPPED_BY = {
    pay: "settled",
    credit: "settled",
    dispute: "disputed",
    exclude: "excluded_from_dunning",
    ban: "collection_ban",
    die: "debtor_deceased",
    switch_off: "plan_ended",
    end_agreement: "agreement_ended",
}


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (step, what)
        for step in ("letter", "transfer")
        for what in STOPPED_BY
        # A letter of the creditor's own needs no agency.
        if (step, what) != ("letter", end_agreement)
    ],
)
def test_what_arrives_between_look_and_step_comes_first(ground, step, what):
    plan(ground.world, "tight")
    invoice_id = followed(ground.world) if step == "letter" else due_for_transfer(ground)
    # It happens when everything has been read and decided, immediately before that is written.
    ground.engine.writing.append(lambda: what(ground, invoice_id))
    assert ground.look(invoice_id) == STOPPED_BY[what]
    assert ground.events(invoice_id) == ["invoice.registered"]
    assert ground.cases() == 0
    assert follow_up(ground.world, invoice_id).asked is None


def move_to_a_later_plan(ground, invoice_id):
    plan(ground.world, "calm", number=2, moved_to=2, created_at=ground.clock.present)


def give_more_time(ground, invoice_id):
    ref = things.INVOICE(invoice_id)
    ground.change(ref, terms=replace(ground.world.get(ref).terms, due_date=date(2026, 3, 29)))


def write_a_letter_oneself(ground, invoice_id):
    own = (Reminder("free_notice", date(2026, 3, 30), "paper"),)
    ground.change(things.INVOICE(invoice_id), reminders=own)


def be_bought(ground, invoice_id):
    ground.change(things.INVOICE(invoice_id), owner="agency")


@pytest.mark.parametrize("step", ["letter", "transfer"])
@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        (move_to_a_later_plan, {"letter": "free_notice", "transfer": "free_notice"}),
        (give_more_time, {"letter": "waits", "transfer": "waits"}),
        (write_a_letter_oneself, {"letter": "waits", "transfer": "waits"}),
        (be_bought, {"letter": "owned_by_agency", "transfer": "owned_by_agency"}),
    ],
)
def test_what_changes_the_plan_between_look_and_step_counts(ground, step, what, outcome):
    plan(ground.world, "tight")
    invoice_id = followed(ground.world) if step == "letter" else due_for_transfer(ground)
    ground.engine.writing.append(lambda: what(ground, invoice_id))
    assert ground.look(invoice_id) == outcome[step]
    assert ground.cases() == 0
    asked = follow_up(ground.world, invoice_id).asked
    assert (asked is not None) == (outcome[step] == "free_notice")
    # A letter is the later plan's: the agency has to wait for three of them.
    assert follow_up(ground.world, invoice_id).plan == (2 if what is move_to_a_later_plan else 1)


@pytest.mark.parametrize("step", ["letter", "transfer"])
@pytest.mark.parametrize("failure", ["conflict", "lost"])
def test_a_write_that_fails_or_whose_answer_is_lost_makes_no_second_step(ground, step, failure):

    plan(ground.world, "tight")
    invoice_id = followed(ground.world) if step == "letter" else due_for_transfer(ground)
    ground.engine.writing.append(failure)
    for _ in range(3):
        with suppress(Unavailable):
            ground.look(invoice_id)
    assert ground.events(invoice_id).count("invoice.reminder_due") == (step == "letter")
    assert ground.cases() == (step == "transfer")


@pytest.mark.parametrize("step", ["letter", "transfer"])
def test_eight_runs_at_once_take_a_step_once(ground, step):
    plan(ground.world, "tight")
    invoices = [followed(ground.world) if step == "letter" else due_for_transfer(ground) for _ in range(4)]
    barrier = Barrier(8)
    outcomes: list[str | None] = []

    def run(seed: int) -> None:
        mine = Random(seed).sample(invoices, k=len(invoices))
        barrier.wait()
        outcomes.extend(ground.look(invoice_id) for invoice_id in mine)

    threads = [Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 32
    assert len([outcome for outcome in outcomes if outcome is not None]) == 4
    for invoice_id in invoices:
        assert ground.events(invoice_id).count("invoice.reminder_due") == (step == "letter")
    assert ground.cases() == (4 if step == "transfer" else 0)


# --- a table that has gone back in time ----------------------------------------------------------


@pytest.mark.capability("BEY-10")
@pytest.mark.parametrize("confirm_first", [True, False], ids=["confirmed_first", "run_first"])
@pytest.mark.parametrize("asked_before", [True, False], ids=["was_asked", "was_not_asked"])
def test_nobody_gets_a_letter_twice_because_the_table_was_restored(hub, product, confirm_first, asked_before):
    plan(hub.world, "recommended")
    invoice_id = followed(hub.world)
    if not asked_before:
        kept = hub.engine.everything()
    at(hub, (3, 21))
    if asked_before:
        kept = hub.engine.everything()
    (asked,) = product.asked()
    product.work()
    at(hub, (3, 23))
    refill(hub.engine, kept)
    hub.world.put(things.TEST_CLOCK(), TestClock(utc(2026, 3, 23, 9)))
    raise_epoch(hub.hub.desk)

    if confirm_first:
        product.confirm(asked)
    hub.pump()
    assert [each["reminder_id"] for each in product.asked()][:1] in ([], [asked["reminder_id"]])
    if not confirm_first:
        # It has sent this letter, and says so again, as it has sent it.
        product.confirm(asked)
    product.until(date(2026, 4, 12))

    days = [day for _, day in letters_of(invoice_of(hub, invoice_id))]
    assert days == ["2026-03-21", "2026-03-26"]
    assert len(product.sent) == 2
    assert len(told(hub, "case.submitted")) == 1
    assert len(hub.control("GET", "svea/cases")["items"]) == 1
    assert faults_of(hub) == []


def test_a_case_of_the_lost_time_is_not_made_a_second_time(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    product.until(date(2026, 3, 25))
    kept = hub.engine.everything()
    product.until(date(2026, 4, 2))
    assert len(hub.control("GET", "svea/cases")["items"]) == 1
    refill(hub.engine, kept)
    # Time does not go back with the table.
    hub.world.put(things.TEST_CLOCK(), TestClock(utc(2026, 4, 2, 9)))
    raise_epoch(hub.hub.desk)
    product.until(date(2026, 4, 6))
    assert invoice_of(hub, invoice_id).release == "registered"
    assert len(hub.control("GET", "svea/cases")["items"]) == 1
    assert len(product.sent) == 1
    assert faults_of(hub) == []


# --- how much it touches -------------------------------------------------------------------------


def test_with_100_000_open_invoices_a_run_touches_only_those_that_are_due(monkeypatch):
    touched: set[str] = set()
    read: list[str] = []

    def note(call):
        keys = [touch for touch in call.touched if touch.pk.startswith("INV#")]
        read.extend(touch.pk for touch in keys)
        touched.update(touch.pk for touch in keys)

    ground = Ground()
    plan(ground.world, "tight")
    pattern = ground.world.get(things.INVOICE(followed(ground.world)))
    today = date(2026, 3, 30)
    due, items = set(), []
    for number in range(100_000):
        invoice_id = f"inv_{number:026d}"
        # One in a thousand has its day today, every other one later, or never.
        day = today if number % 1000 == 0 else today + timedelta(days=1 + number % 28)
        due_at = None if number % 7 == 3 and number % 1000 else start_of_business(day, "NO")
        items.append(listed(pattern, invoice_id, due_at))
        if number % 1000 == 0:
            due.add(f"INV#{invoice_id}")
    put_all(ground.memory, items)
    due.add(f"INV#{pattern.invoice_id}")
    monkeypatch.setattr(ground.memory, "_on_call", note)
    queue = MemoryQueue()
    worker = Outbox(ground.hub, lambda _name: queue, log)
    assert worker.take({"source": "fordring.sweep"}) == {"batchItemFailures": []}
    assert touched == set()
    assert len(queue.messages) == len(due) == 101

    for message in queue.messages:
        assert ground.look(message["follow_up"]) == "free_notice"
    assert touched == due
    # Each is looked for, read once more with everything that decides, and written, with its event.
    assert max(read.count(pk) for pk in due) <= 4
    queue.sent.clear()
    worker.take({"source": "fordring.sweep"})
    assert [message for message in queue.messages if "follow_up" in message] == []


def listed(pattern: Invoice, invoice_id: str, due_at: datetime | None) -> Item:
    """Give an invoice like another one, as it stands in the table, without working out each anew."""
    ref = things.INVOICE(invoice_id)
    if due_at is not None and due_at.date() == date(2026, 3, 30):
        return encode(ref, replace(pattern, invoice_id=invoice_id, follow_up=FollowUp(1, 0, due_at)), 1)
    pk, sk = key_of(ref)
    place = (due_partition(pk), f"{instant(due_at)}#{pk}#{sk}") if due_at is not None else None
    return Item(pk, sk, "invoice", 1, {}, lists=("CRED#acme#invoice", f"N#{invoice_id}"), due=place)


def put_all(engine: MemoryEngine, items: list[Item]) -> None:
    """Write items past the engine's checks: one by one, a hundred thousand would take a minute."""
    for item in items:
        engine._items[Key(item.pk, item.sk)] = item
        for index in (None, "lists", "due"):
            place = (item.pk, item.sk) if index is None else getattr(item, index)
            if place is not None:
                rows = engine._partitions.setdefault((index, place[0]), [])
                rows.append((place[1], item.pk, item.sk))
    for rows in engine._partitions.values():
        rows.sort()
