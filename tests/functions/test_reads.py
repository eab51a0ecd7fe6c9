"""What a billing product reads: cases, candidates, the feed, payments, synchronisation, agencies."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordring import VERSION
from fordring.domain import things
from fordring.domain.agency import ClosedReason
from fordring.domain.correspondence import Dispatch, Message
from fordring.domain.ledger import Source
from fordring.domain.payment import Match, Origin, Payment, Settlement, SettlementLine
from fordring.domain.running import SyncState
from fordring.usecases.publishing import fan_out
from fordring.usecases.submitting import end
from fordring.usecases.work import transact


@pytest.fixture
def close(world, hub):
    """Close a case as the agency would."""

    def run(case):
        refs = [things.CASE(case.case_id), *(things.INVOICE(each.invoice_id) for each in case.members)]

        def decide(work):
            work.change(refs[0], end(work, work.get(refs[0]), ClosedReason.PAID, "Paid"))

        transact(hub.desk, refs, decide)

    return run


def ids(reply, name="case_id"):
    return [each[name] for each in reply.body["items"]]


# --- cases ---------------------------------------------------------------------------------------


def test_a_case_is_read_in_one_round_trip(api, world, meter):
    world.ready()
    case = world.case()
    meter.clear()

    reply = api.get(f"/v1/cases/{case.case_id}")

    assert reply.status == 200
    assert reply.body["case_id"] == case.case_id
    assert reply.body["as_of"] == "2026-03-02T09:00:00Z"
    assert reply.body["available_actions"] == ["send_message", "withdraw"]
    assert (meter.reads, meter.writes) == (1, 0)


@pytest.mark.capability("ZIR-29", "ZIR-34", "ZIR-35")
def test_cases_are_listed_as_open_or_archived(api, world, clock, close):
    world.ready()
    closed, first, second = (world.case() for _ in range(3) if clock.advance(minutes=1))
    close(closed)

    everything = api.get("/v1/cases?creditor_id=acme")
    open_ones = api.get("/v1/cases?creditor_id=acme&state=open")
    archived = api.get("/v1/cases?creditor_id=acme&state=archived")

    assert ids(open_ones) == [second.case_id, first.case_id]
    assert {each["processing"] for each in open_ones.body["items"]} == {"open"}
    assert ids(archived) == [closed.case_id]
    assert [each["processing"] for each in archived.body["items"]] == ["closed"]
    assert ids(everything) == ids(open_ones) + ids(archived)
    assert ids(api.get("/v1/cases?creditor_id=acme&state=open,archived")) == ids(everything)
    assert everything.body["as_of"] == "2026-03-02T09:03:00Z"


def test_cases_are_listed_by_agency(api, world):
    world.ready()
    case = world.case()

    assert ids(api.get("/v1/cases?creditor_id=acme&agency=svea")) == [case.case_id]
    assert ids(api.get("/v1/cases?creditor_id=acme&agency=intrum")) == []


def test_cases_are_paged(api, world, clock):
    world.ready()
    made = [world.case().case_id for _ in range(5) if clock.advance(seconds=1)]

    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/v1/cases?creditor_id=acme&limit=2{cursor and '&cursor=' + cursor}")
        seen += ids(page)
        cursor = page.body["next_cursor"]

    assert seen == made[::-1]


@pytest.mark.parametrize("change", ["creditor_id=globex", "creditor_id=acme&state=open"])
def test_a_cursor_is_good_for_its_filter_only(api, world, change):
    world.ready()
    world.ready("globex")
    for _ in range(3):
        world.case()
    cursor = api.get("/v1/cases?creditor_id=acme&limit=2").body["next_cursor"]

    reply = api.get(f"/v1/cases?{change}&limit=2&cursor={cursor}")

    assert reply.status == 400
    assert reply.faults == {"/query/cursor": "wrong_cursor"}


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("", {"/query/creditor_id": "missing"}),
        ("creditor_id=acme&state=closed", {"/query/state": "unknown_value"}),
        (
            "creditor_id=acme&limit=0&colour=red",
            {"/query/limit": "malformed", "/query/colour": "unknown_field"},
        ),
    ],
)
def test_a_wrong_query_is_named(api, world, query, faults):
    world.creditor()

    reply = api.get(f"/v1/cases?{query}")

    assert reply.status == 400
    assert reply.faults == faults


@pytest.mark.parametrize("part", ["", "/events", "/dispatches", "/messages"])
def test_another_creditors_case_is_as_missing_as_none(world, part):
    world.ready("globex")
    case = world.case("globex")
    bound = world.client("read", creditors=["acme"])

    foreign = bound.get(f"/v1/cases/{case.case_id}{part}")
    missing = bound.get(f"/v1/cases/case_00000000000000000000000000-1{part}")

    assert foreign.status == missing.status == 404
    assert foreign.problem == missing.problem


@pytest.mark.parametrize(
    "path",
    [
        "/v1/cases?creditor_id={}",
        "/v1/payments?creditor_id={}",
        "/v1/settlements?creditor_id={}",
        "/v1/events?creditor_id={}",
        "/v1/creditors/{}/candidates?agency=svea",
        "/v1/creditors/{}/sync?agency=svea",
    ],
)
def test_another_creditors_lists_are_as_missing_as_none(api, world, path):
    world.ready("globex")
    bound = world.client("read", creditors=["acme", "initech"])

    foreign = bound.get(path.format("globex"))
    missing = bound.get(path.format("initech"))

    assert foreign.status == missing.status == 404
    assert foreign.problem == missing.problem
    assert api.get(path.format("globex")).status == 200
    assert api.get(path.format("initech")).status == 404


def test_what_belongs_to_a_case_is_read(api, world, clock):
    world.ready()
    case = world.case()
    api.post(f"/v1/cases/{case.case_id}/messages", {"text": "Please call the debtor"})
    clock.advance(hours=1)
    inbound = Message(case.case_id, "20260302T100000-msg_1", "in", "Done", at=clock.now())
    world.put(things.MESSAGE(case.case_id, inbound.message_id), inbound)
    dispatch = Dispatch(
        case.case_id,
        "20260303-dsp_1",
        "reminder",
        "letter",
        date(2026, 3, 3),
        date(2026, 3, 17),
        3500,
        clock.now(),
    )
    world.put(things.DISPATCH(case.case_id, dispatch.dispatch_id), dispatch)

    events = api.get(f"/v1/cases/{case.case_id}/events").body["items"]
    messages = api.get(f"/v1/cases/{case.case_id}/messages").body["items"]
    dispatches = api.get(f"/v1/cases/{case.case_id}/dispatches").body["items"]

    assert [each["type"] for each in events] == ["case.submitted"]
    assert events[0]["data"]["case_id"] == case.case_id
    assert [(each["direction"], each["text"]) for each in messages] == [
        ("out", "Please call the debtor"),
        ("in", "Done"),
    ]
    assert dispatches == [
        {
            "dispatch_id": "20260303-dsp_1",
            "kind": "reminder",
            "channel": "letter",
            "sent_date": "2026-03-03",
            "deadline_date": "2026-03-17",
            "fee": {"amount": "35.00", "currency": "NOK"},
        }
    ]


# --- candidates ----------------------------------------------------------------------------------


@pytest.mark.capability("BEY-1")
def test_every_reason_against_a_hand_over_is_named_at_once(api, world):
    world.creditor()
    world.debtor(address=None, collection_ban=True)
    world.agreement(level="collection", credentials=None)
    good = world.invoice(due_date=date(2026, 3, 30), excluded_from_dunning=True, currency="NOK")

    reply = api.get("/v1/creditors/acme/candidates?agency=svea&level=collection")

    [candidate] = reply.body["items"]
    assert candidate["invoice_id"] == good.invoice_id
    assert candidate["transferable"] is False
    assert [reason["code"] for reason in candidate["reasons"]] == [
        "not_overdue",
        "excluded_from_dunning",
        "collection_ban",
        "billing_address_incomplete",
        "credentials_missing",
        "reminder_missing",
        "notice_of_collection_missing",
    ]
    assert all(reason["detail"] for reason in candidate["reasons"])
    submitted = api.post(
        "/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": good.invoice_id, "level": "collection"}
    )
    assert submitted.status == 422
    assert [each["code"] for each in submitted.body["errors"]] == [
        reason["code"] for reason in candidate["reasons"]
    ]


def test_candidates_are_what_no_agency_has(api, world):
    world.ready()
    later = world.invoice(due_date=date(2026, 2, 10))
    sooner = world.invoice(due_date=date(2026, 1, 20))
    world.case()

    reply = api.get("/v1/creditors/acme/candidates?agency=svea")

    assert ids(reply, "invoice_id") == [sooner.invoice_id, later.invoice_id]
    assert [each["transferable"] for each in reply.body["items"]] == [True, True]
    assert reply.body["items"][0]["level"] == "reminder"
    assert reply.body["items"][0]["remaining"] == {"amount": "1250.00", "currency": "NOK"}


def test_candidates_differ_by_level(api, world):
    world.ready()
    world.invoice()

    [candidate] = api.get("/v1/creditors/acme/candidates?agency=svea&level=collection").body["items"]

    assert [reason["code"] for reason in candidate["reasons"]] == [
        "level_contradicts_agreement",
        "reminder_missing",
        "notice_of_collection_missing",
    ]


def test_candidates_are_paged_and_for_a_known_agency(api, world):
    world.ready()
    for _ in range(3):
        world.invoice()

    first = api.get("/v1/creditors/acme/candidates?agency=svea&limit=2").body
    second = api.get(f"/v1/creditors/acme/candidates?agency=svea&cursor={first['next_cursor']}").body

    assert (len(first["items"]), len(second["items"])) == (2, 1)
    assert api.get("/v1/creditors/acme/candidates?agency=nobody").status == 404
    assert api.get("/v1/creditors/acme/candidates").faults == {"/query/agency": "missing"}


# --- the feed ------------------------------------------------------------------------------------


def test_the_feed_is_read_in_order_and_without_gaps(api, world, hub, store):
    world.ready()
    world.ready("globex")
    for _ in range(3):
        world.case()
    world.case("globex")
    fan_out(hub.desk, [ref for ref in store.due(hub.wall.now()) if ref.kind is things.EVENT])

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
    fan_out(hub.desk, [ref for ref in store.due(hub.wall.now()) if ref.kind is things.EVENT])

    text = api.get("/v1/events?creditor_id=acme").text

    for personal in ("Kari", "Nordmann", "Lillegata", "kari@"):
        assert personal not in text


# --- money ---------------------------------------------------------------------------------------


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

    assert ids(unmatched, "payment_id") == ["pay_3", "pay_2"]
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


# --- synchronisation -----------------------------------------------------------------------------


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


# --- agencies, and the API itself ----------------------------------------------------------------


@pytest.mark.capability("BEY-11")
def test_agencies_tell_what_they_can_do_and_cases_what_may_be_done(api, world, close):
    world.ready()
    case = world.case()

    [svea] = api.get("/v1/agencies").body["items"]
    open_case = api.get(f"/v1/cases/{case.case_id}").body
    close(case)

    assert svea["agency"] == "svea"
    assert svea["interface"] == "modelled"
    assert "NO" in svea["countries"]
    assert "withdraw_case" in svea["operations"]
    assert open_case["available_actions"] == ["send_message", "withdraw"]
    assert api.get(f"/v1/cases/{case.case_id}").body["available_actions"] == []


@pytest.mark.capability("BEY-11")
def test_what_an_agency_lacks_is_a_typed_error(api, world, hub, monkeypatch):
    world.ready()
    case = world.case()
    capabilities = replace(hub.capabilities("svea"), operations=frozenset())
    monkeypatch.setattr(type(hub), "capabilities", lambda *_: capabilities)

    withdrawn = api.post(f"/v1/cases/{case.case_id}/withdraw", {})
    wanted = {"agency": "svea", "invoice_id": world.invoice().invoice_id}
    submitted = api.post("/v1/creditors/acme/cases", wanted)

    assert (withdrawn.status, withdrawn.code) == (409, "not_offered")
    assert submitted.status == 422
    assert [each["code"] for each in submitted.body["errors"]] == ["level_not_offered"]
    assert api.get("/v1/agencies").body["items"][0]["operations"] == []


def test_health_needs_no_key_and_no_table(api, meter):
    api.key = None
    meter.clear()

    reply = api.get("/v1/health")

    assert reply.status == 200
    assert reply.body == {"status": "ok", "version": VERSION}
    assert meter.calls == []


def test_the_description_is_open_to_everybody(api, meter):
    api.key = None
    meter.clear()

    reply = api.get("/v1/openapi.json")

    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    document = json.loads(reply.text)
    assert document["openapi"].startswith("3.1")
    assert "/v1/cases/{case_id}" in document["paths"]
    assert meter.calls == []


def test_the_documentation_is_a_page_that_runs_nothing_foreign(api):
    api.key = None

    reply = api.get("/docs")

    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_everything_else_is_a_problem_document(api):
    for reply in (api.get("/v1/nothing"), api.post("/v1/health", {}), api.get("/")):
        assert reply.status == 404
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.code == "not_found"


@pytest.mark.parametrize(
    "path", ["/v1/agencies", "/v1/cases?creditor_id=acme", "/v1/events?creditor_id=acme", "/v1/attention"]
)
def test_reads_need_a_key(api, path):
    api.key = None

    assert api.get(path).status == 401
