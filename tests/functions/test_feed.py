"""What a billing product reads of events, money and synchronisation."""

from dataclasses import replace
from datetime import date, timedelta

from fordring.domain import things
from fordring.domain.ledger import Source
from fordring.domain.payment import Match, Origin, Payment, Settlement, SettlementLine
from fordring.domain.running import SyncState
from fordring.usecases.publishing import FannedOut, fan_out


def test_the_feed_is_read_in_order_and_without_gaps(api, world, hub, store):
    world.ready()
    world.ready("globex")
    for _ in range(3):
        world.case()
    world.case("globex")
    fan_out(
        hub.desk,
        [ref for ref in store.due(hub.wall.now()) if ref.kind is things.EVENT],
        "worker",
        FannedOut(),
    )

    first = api.get("/v1/events?creditor_id=acme&limit=4").body
    rest = api.get(f"/v1/events?creditor_id=acme&after={first['next_after']}").body
    nothing = api.get(f"/v1/events?creditor_id=acme&after={rest['next_after']}").body

    positions = [each["position"] for each in first["items"] + rest["items"]]
    assert positions == [1, 2, 3, 4, 5, 6]
    assert first["more"] and not rest["more"]
    assert {each["type"] for each in first["items"] + rest["items"]} == {
        "invoice.registered",
        "case.submitted",
    }
    assert all(
        each["data"]["creditor_id"] == "acme" for each in first["items"] if "creditor_id" in each["data"]
    )
    assert nothing == {"items": [], "next_after": "6", "more": False}


def test_an_empty_feed_begins_at_its_beginning(api, world):
    world.creditor()

    assert api.get("/v1/events?creditor_id=acme").body == {"items": [], "next_after": "0", "more": False}
    assert api.get("/v1/events?creditor_id=acme&after=-1").faults == {"/query/after": "malformed"}


def test_events_hold_no_personal_data(api, world, hub, store):
    world.ready()
    world.case()
    fan_out(
        hub.desk,
        [ref for ref in store.due(hub.wall.now()) if ref.kind is things.EVENT],
        "worker",
        FannedOut(),
    )

    text = api.get("/v1/events?creditor_id=acme").text

    for personal in ("Kari", "Nordmann", "Lillegata", "kari@"):
        assert personal not in text


def payment(number, match, **more):
    return Payment(
        payment_id=f"pay_{number}",
        creditor_id="acme",
        amount=125000,
        currency="NOK",
        paid_date=date(2026, 2, number),
        origin=Origin.DEBTOR,
        source=Source.CREDITOR,
        match=match,
        reason="reference",
        created_at=more.pop("created_at"),
        **more,
    )


def test_payments_are_listed_by_how_they_were_matched(api, world, clock):
    world.creditor()
    for number, match in enumerate((Match.MATCHED, Match.UNMATCHED, Match.UNMATCHED), 1):
        made = payment(number, match, created_at=clock.now())
        world.put(things.PAYMENT(made.payment_id), made)

    unmatched = api.get("/v1/payments?creditor_id=acme&match=unmatched")

    assert [each["payment_id"] for each in unmatched.body["items"]] == ["pay_3", "pay_2"]
    assert unmatched.body["items"][0]["amount"] == {"amount": "1250.00", "currency": "NOK"}
    assert len(api.get("/v1/payments?creditor_id=acme").body["items"]) == 3
    assert api.get("/v1/payments?creditor_id=acme&match=lost").faults == {"/query/match": "unknown_value"}


def test_settlements_are_listed_with_their_lines(api, world, clock):
    world.creditor()
    line = SettlementLine("case_1", "4711", 100000, 3500, 1000, 5000, 1250, 98250)
    world.put(
        things.SETTLEMENT("set_1"),
        Settlement("set_1", "acme", "svea", "S-1", date(2026, 2, 27), "NOK", 98250, (line,), clock.now()),
    )

    [told] = api.get("/v1/settlements?creditor_id=acme").body["items"]

    assert told["payout"] == {"amount": "982.50", "currency": "NOK"}
    assert told["lines"][0]["principal"] == {"amount": "1000.00", "currency": "NOK"}
    assert told["lines"][0]["case_number"] == "4711"


def test_how_the_synchronisation_stands_is_told(api, world, clock):
    world.ready()
    never = api.get("/v1/creditors/acme/sync?agency=svea").body
    state = SyncState(
        "acme",
        "svea",
        cursor="the-agencys-own",
        lease_owner="x",
        lease_until=clock.now() + timedelta(minutes=5),
        last_started_at=clock.now(),
        differences=({"case_id": "case_1", "runs": 2},),
    )
    world.put(things.SYNC("acme", "svea"), state)

    running = api.get("/v1/creditors/acme/sync?agency=svea")
    clock.advance(minutes=5)
    world.put(things.SYNC("acme", "svea"), replace(state, last_finished_at=clock.now(), applied=3))
    idle = api.get("/v1/creditors/acme/sync?agency=svea").body

    assert (never["state"], never["last_started_at"]) == ("never_run", None)
    assert running.body["state"] == "running"
    assert "the-agencys-own" not in running.text
    assert (idle["state"], idle["applied"]) == ("idle", 3)
    assert idle["differences"] == [{"case_id": "case_1", "runs": 2}]
    assert api.get("/v1/creditors/acme/sync?agency=nobody").status == 404
