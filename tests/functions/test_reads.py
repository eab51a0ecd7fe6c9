"""What a billing product reads of cases and candidates."""

from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.correspondence import Dispatch, Message


def ids(reply, name="case_id"):
    return [each[name] for each in reply.body["items"]]


def test_a_case_is_read_in_one_round_trip(api, world, meter):
    world.ready()
    case = world.case()
    meter.clear()

    reply = api.get(f"/v1/cases/{case.case_id}")

    assert reply.status == 200
    assert reply.body["case_id"] == case.case_id
    assert reply.body["as_of"] == "2026-03-02T09:00:00Z"
    assert reply.body["available_actions"] == ["send_message", "withdraw", "pause"]
    assert (meter.reads, meter.writes) == (1, 0)


@pytest.mark.capability("ZIR-29", "ZIR-34", "ZIR-35")
def test_cases_are_listed_as_open_or_archived(api, world, clock):
    world.ready()
    closed, first, second = (world.case() for _ in range(3) if clock.advance(minutes=1))
    world.close(closed)

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
            "document": {
                "state": "none",
                "content_type": None,
                "size": None,
                "sha256": None,
                "expires_at": None,
            },
        }
    ]


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


def test_a_candidate_follows_what_its_debtor_is_now(api, world, meter):
    world.ready()
    world.debtor(debtor_id="d-2", collection_ban=True)
    world.invoice(debtor_id="d-2")
    [blocked] = api.get("/v1/creditors/acme/candidates?agency=svea").body["items"]
    world.debtor(debtor_id="d-2")
    meter.clear()

    reply = api.get("/v1/creditors/acme/candidates?agency=svea")

    assert [reason["code"] for reason in blocked["reasons"]] == ["collection_ban"]
    assert reply.only["transferable"] is True
    assert meter.reads == 3, "the key with the agreement, the page, the debtors that block"


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
