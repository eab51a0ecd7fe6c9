"""Invoices that follow a reminder plan: taken in by themselves or by hand, and told what comes next."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordring.domain import things
from fordring.domain.agency import Service
from fordring.domain.clock import utc
from fordring.domain.creditor import Creditor
from fordring.edge.telemetry import log
from fordring.edge.workers.clockwork import Clockwork
from fordring.usecases.moving_plans import move_invoices
from tests.unit.formats.ehf_documents import INVOICE

PLAN = "/v1/creditors/acme/reminder-plan"
INVOICES = "/v1/creditors/acme/invoices"


@pytest.fixture(autouse=True)
def acme(world) -> Creditor:
    world.ready()


def body(number="F-1", *, invoice_date="2026-03-02", due_date="2026-03-16", **more):
    return {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": {"amount": "1250.00", "currency": "NOK"},
        "invoice_date": invoice_date,
        "due_date": due_date,
        **more,
    }


def register(api, number="F-1", **more):
    reply = api.post(INVOICES, body(number, **more))
    assert reply.status == 201, reply.text
    return reply.body


def due_at(world, invoice_id):
    follow_up = world.get(things.INVOICE(invoice_id)).follow_up
    return follow_up and follow_up.due_at


def test_an_invoice_is_followed_up_from_its_registration_on(api, world, meter):
    api.put(PLAN, {"plan": "recommended", "agency": "svea"})
    meter.clear()

    made = register(api)

    assert meter.operations == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert made["follow_up"]["plan_number"] == 1
    assert made["follow_up"]["steps_done"] == 0
    # Five days after the due date, at eight in the morning in Oslo.
    assert made["follow_up"]["look_again_at"] == "2026-03-21T07:00:00Z"
    assert due_at(world, made["invoice_id"]) == utc(2026, 3, 21, 7)
    assert things.INVOICE(made["invoice_id"]) not in world.hub.store.due(utc(2026, 3, 21, 6))
    assert things.INVOICE(made["invoice_id"]) in world.hub.store.due(utc(2026, 3, 21, 7))


def test_so_are_those_of_a_batch_and_electronic_ones(api, world):
    world.creditor(organisation_number="988077917")
    api.put(PLAN, {"plan": "tight", "agency": "svea", "active_from": "2026-01-01"})

    batch = api.post(f"{INVOICES}/batch", {"invoices": [body("F-1"), body("F-2", due_date="2026-04-01")]})
    einvoice = api.post(INVOICES, INVOICE.encode(), content_type="application/xml")

    told = [item["body"]["follow_up"] for item in batch.body["items"]] + [einvoice.body["follow_up"]]
    assert [each["look_again_at"] for each in told] == [
        "2026-03-19T07:00:00Z",
        "2026-04-04T06:00:00Z",
        # Overdue by more than three days when it came: the next time a working day begins.
        "2026-03-02T07:00:00Z",
    ]


@pytest.mark.capability("FIK-3")
def test_only_invoices_from_the_activation_on_are_followed_up_by_themselves(api):
    before = register(api, "F-1")
    api.put(PLAN, {"plan": "tight", "agency": "svea"})
    older = register(api, "F-2", invoice_date="2026-03-01")
    new = register(api, "F-3")
    api.delete(PLAN)
    after = register(api, "F-4")

    assert [each["follow_up"] is not None for each in (before, older, new, after)] == [
        False,
        False,
        True,
        False,
    ]


@pytest.mark.capability("FIK-3")
def test_an_older_invoice_is_enrolled_by_hand(api, world):
    made = register(api)
    at = f"{INVOICES}/{made['invoice_id']}/enrol"
    early = api.post(at, {})
    api.put(PLAN, {"plan": "recommended", "agency": "svea"})

    reply = api.post(at, {}, idempotency_key="once")
    replayed = api.post(at, {}, idempotency_key="once")
    again = api.post(at, {})

    assert (early.status, early.code) == (409, "no_reminder_plan")
    assert reply.status == 200, reply.text
    assert replayed.body == reply.body
    assert reply.body["follow_up"]["look_again_at"] == "2026-03-21T07:00:00Z"
    assert reply.body["revision"] == made["revision"] + 1
    assert (again.status, again.code) == (409, "already_enrolled")


@pytest.mark.capability("FIK-15")
def test_one_invoice_alone_is_moved_by_enrolling_it(api):
    api.put(PLAN, {"plan": "calm"})
    stays, goes = (register(api, number)["invoice_id"] for number in ("F-1", "F-2"))
    api.put(PLAN, {"plan": "tight"})

    moved = api.post(f"{INVOICES}/{goes}/enrol", {})

    assert moved.body["follow_up"]["next"]["date"] == "2026-03-19"
    assert [told(api, each)["plan_number"] for each in (stays, goes)] == [1, 2]


def test_the_letters_that_an_enrolled_invoice_has_had_count(api, clock):
    made = register(api, due_date="2026-03-04")
    clock.advance(days=7)
    letter = {"kind": "reminder", "sent_date": "2026-03-09", "channel": "email"}
    api.post(f"{INVOICES}/{made['invoice_id']}/reminders", letter)
    api.put(PLAN, {"plan": "recommended", "agency": "svea"})

    reply = api.post(f"{INVOICES}/{made['invoice_id']}/enrol", {})

    assert reply.body["follow_up"]["steps_done"] == 1
    assert reply.body["follow_up"]["look_again_at"] == "2026-03-14T07:00:00Z"


@pytest.mark.parametrize(
    ("letters", "level", "done", "coming"),
    [
        (["free_notice", "notice_of_collection"], "collection", 3, "transfer"),
        (["notice_of_collection"], "reminder", 2, "transfer"),
        # For collection a case needs a reminder, too: it is still to come.
        (["notice_of_collection"], "collection", 0, "free_notice"),
    ],
)
def test_a_notice_that_was_sent_counts_where_a_reminder_came_before_it(
    api, world, clock, letters, level, done, coming
):
    world.agreement(level=level)
    api.put(PLAN, {"plan": "recommended", "agency": "svea", "active_from": "2026-01-01"})
    sent = [
        {"kind": kind, "sent_date": f"2026-02-{day}", "channel": "email"}
        | {"deadline_date": f"2026-02-{until}"}
        for kind, day, until in zip(letters, ("02", "07"), ("06", "23"), strict=False)
    ]
    made = register(api, invoice_date="2026-01-10", due_date="2026-01-24", reminders=sent)

    follow_up = made["follow_up"]
    assert (follow_up["steps_done"], follow_up["next"]["kind"]) == (done, coming)


def test_what_is_settled_or_at_an_agency_is_not_enrolled(api, world):
    case = world.case()
    handed_over = case.members[0].invoice_id
    made = register(api)
    api.post(
        f"{INVOICES}/{made['invoice_id']}/payments",
        {"amount": {"amount": "1250.00", "currency": "NOK"}, "paid_date": "2026-03-02"},
    )
    api.put(PLAN, {"plan": "tight", "agency": "svea"})

    assert api.post(f"{INVOICES}/{handed_over}/enrol", {}).code == "transferred"
    assert api.post(f"{INVOICES}/{made['invoice_id']}/enrol", {}).code == "settled"


def test_another_creditors_invoice_is_not_enrolled(api, world):
    made = register(api)
    world.creditor("other")
    api.put("/v1/creditors/other/reminder-plan", {"plan": "tight"})

    assert api.post(f"/v1/creditors/other/invoices/{made['invoice_id']}/enrol", {}).status == 404


def test_an_invoice_that_an_agency_administers_is_registered_with_a_plan_too(api, world):
    agreement = world.get(things.AGREEMENT("acme", "svea"))
    settings = replace(agreement.settings, service=Service.ADMINISTRATION)
    world.put(things.AGREEMENT("acme", "svea"), replace(agreement, settings=settings))
    api.put(PLAN, {"plan": "tight", "agency": "svea"})

    made = register(api)

    assert made["collection"]["release"] == "queued"
    assert made["follow_up"]["plan_number"] == 1
    assert world.get(things.INVOICE(made["invoice_id"])).terms.due_date == date(2026, 3, 16)


def told(api, invoice_id):
    return api.get(f"{INVOICES}/{invoice_id}").body["follow_up"]


def nok(amount):
    return {"amount": amount, "currency": "NOK"}


@pytest.mark.capability("FIK-1")
def test_an_invoice_tells_what_happens_next_and_why_not_earlier(api, world, clock):
    api.put(PLAN, {"plan": "recommended", "agency": "svea"})
    made = register(api)

    first = told(api, made["invoice_id"])
    listed = api.get(INVOICES).only["follow_up"]

    assert first == listed
    assert (
        first
        | {
            "plan_number": 1,
            "steps_done": 0,
            "asked": None,
            "stopped": None,
            "missing_law": None,
            "warnings": first["warnings"],
        }
        == first
    )
    assert first["next"] == {
        "kind": "free_notice",
        "date": "2026-03-21",
        "planned_date": "2026-03-21",
        "why_not_earlier": [
            {"reason": "planned", "until_date": "2026-03-21", "days": None, "detail": "the plan says so"}
        ],
    }


def test_a_step_that_is_put_off_names_the_rule(api, clock):
    steps = [
        {"kind": "free_notice", "days": 10},
        {"kind": "reminder", "days": 5, "anchor": "last_letter", "fee": True},
    ]
    assert api.put(PLAN, {"plan": "custom", "steps": steps, "active_from": "2026-01-01"}).status == 200
    letter = {"kind": "free_notice", "sent_date": "2026-03-01", "channel": "email"}
    made = register(api, invoice_date="2026-02-10", due_date="2026-02-24", reminders=[letter])

    coming = told(api, made["invoice_id"])["next"]

    assert (coming["kind"], coming["planned_date"], coming["date"]) == (
        "reminder",
        "2026-03-06",
        "2026-03-10",
    )
    assert coming["why_not_earlier"] == [
        {
            "reason": "waiting_time",
            "until_date": "2026-03-10",
            "days": 14,
            "detail": "waiting time in Norway: due date + 14 days",
        }
    ]


@pytest.mark.capability("FIK-2")
def test_an_invoice_that_payments_do_not_find_says_so_and_what_to_do(api, world):
    api.put(PLAN, {"plan": "tight"})
    found = {}
    for kind, reference in {
        "none": None,
        "free_text": {"type": "free_text", "value": "Kunde 17"},
        "kid": {"type": "kid", "value": "12344"},
    }.items():
        more = {"payment_reference": reference} if reference else {}
        made = register(api, f"F-{kind}", **more)
        previewed = api.post(f"{PLAN}/preview", {"invoice_id": made["invoice_id"]}).only
        assert previewed["warnings"] == made["follow_up"]["warnings"]
        found[kind] = made["follow_up"]["warnings"]

    assert {kind: [each["code"] for each in warnings] for kind, warnings in found.items()} == {
        "none": ["payment_reference_missing"],
        "free_text": ["payment_reference_is_free_text"],
        "kid": [],
    }
    (warning,) = found["none"]
    assert "reminded of although it is paid" in warning["detail"]
    assert "PATCH /v1/creditors/{creditor_id}/invoices/{invoice_id}" in warning["remedy"]


def stop(api, invoice_id):
    found = told(api, invoice_id)
    return found["next"], found["stopped"]


def test_what_stops_it_is_told_with_a_sentence_and_goes_away_again(api, world):
    api.put(PLAN, {"plan": "tight", "agency": "svea"})
    made = register(api)["invoice_id"]
    at = f"{INVOICES}/{made}"

    dispute = api.post(f"{at}/disputes", {"reason": "wrong_goods"}).body
    disputed = stop(api, made)
    api.post(f"{at}/disputes/{dispute['dispute_id']}/resolve", {"resolution": "upheld"})
    api.patch(at, {"excluded_from_dunning": True})
    excluded = stop(api, made)
    api.patch(at, {"excluded_from_dunning": False})
    world.debtor(collection_ban=True)
    banned = stop(api, made)
    world.debtor()
    going_on = stop(api, made)
    api.delete(PLAN)
    off = stop(api, made)

    assert disputed == (None, {"reason": "disputed", "detail": "an objection to the invoice is open"})
    assert excluded[1]["reason"] == "excluded_from_dunning"
    assert banned[1]["reason"] == "collection_ban"
    assert going_on[0]["date"] == "2026-03-19"
    assert going_on[1] is None
    assert off == (None, {"reason": "plan_ended", "detail": "the plan is switched off"})


@pytest.mark.parametrize("reason", ["no_email", "law_row_missing", "agreement_ended"])
def test_what_an_attempt_has_found_stays_told_until_the_next_one(api, world, clock, reason):
    api.put(PLAN, {"plan": "tight"})
    made = register(api)["invoice_id"]
    invoice = world.get(things.INVOICE(made))
    stopped = replace(invoice.follow_up, stopped=reason)
    world.put(things.INVOICE(made), replace(invoice, follow_up=stopped))
    clock.advance(days=17)

    coming, told_of = stop(api, made)

    assert coming is None
    assert told_of["reason"] == reason
    assert len(told_of["detail"]) > 20


@pytest.mark.capability("FIK-15")
def test_it_goes_on_by_the_plan_it_started_with_unless_it_is_moved(api):
    api.put(PLAN, {"plan": "calm"})
    made = register(api)["invoice_id"]
    before = told(api, made)
    api.put(PLAN, {"plan": "tight"})
    changed = told(api, made)
    api.put(PLAN, {"plan": "tight", "move": True})
    moved = told(api, made)
    api.put(PLAN, {"plan": "recommended"})
    still = told(api, made)

    assert [(each["plan_number"], each["next"]["date"]) for each in (before, changed, moved, still)] == [
        (1, "2026-03-23"),
        (1, "2026-03-23"),
        (2, "2026-03-19"),
        (2, "2026-03-19"),
    ]


def test_a_move_has_every_invoice_looked_at_by_a_job(api, world, hub, clock, queue):
    api.put(PLAN, {"plan": "calm"})
    unmoved = [register(api, f"F-{number}")["invoice_id"] for number in range(30)]
    clock.advance(hours=1)
    api.put(PLAN, {"plan": "recommended"})
    later = register(api, "F-99")["invoice_id"]
    plan = api.put(PLAN, {"plan": "tight", "move": True}).body
    queued = api.get(f"/v1/jobs/{plan['move_job_id']}").body
    left = iter([timedelta(minutes=9)] * 26 + [timedelta(seconds=9)] + [timedelta(minutes=9)] * 99)

    clockwork = Clockwork(hub, lambda _: queue, log, lambda: next(left))
    message = {"Records": [{"messageId": "1", "body": json.dumps({"job_id": plan["move_job_id"]})}]}
    first = clockwork.take(message)
    halfway = api.get(f"/v1/jobs/{plan['move_job_id']}").body
    clockwork.take(message)
    done = api.get(f"/v1/jobs/{plan['move_job_id']}").body
    clockwork.take(message)

    assert first == {"batchItemFailures": []}
    assert (queued["state"], queued["type"]) == ("queued", "reminder_plan")
    assert (halfway["state"], halfway["lines"]) == ("running", 27)
    assert (done["state"], done["lines"]) == ("done", 31)
    assert {due_at(world, each) for each in (*unmoved, later)} == {clock.present}
    assert told(api, later)["next"]["date"] == "2026-03-19"


@pytest.mark.parametrize("writes", [1, 2, 20, 26, 27, 31])
def test_a_move_that_dies_is_finished_by_the_next_worker(api, world, hub, clock, engine, monkeypatch, writes):
    api.put(PLAN, {"plan": "calm"})
    invoices = [register(api, f"F-{number}")["invoice_id"] for number in range(30)]
    job_id = api.put(PLAN, {"plan": "tight", "move": True}).body["move_job_id"]
    write, made = engine.write, []

    def die(changes):
        if len(made) == writes:
            raise RuntimeError("killed")
        made.append(write(changes))

    def enough():
        return timedelta(minutes=9)

    monkeypatch.setattr(engine, "write", die)
    with pytest.raises(RuntimeError):
        move_invoices(hub.desk, job_id, "first", enough)
    monkeypatch.setattr(engine, "write", write)
    assert move_invoices(hub.desk, job_id, "second", enough) is None
    clock.advance(minutes=3)
    finished = move_invoices(hub.desk, job_id, "second", enough)

    assert finished is not None
    assert finished.state == "done"
    revisions = {world.get(things.INVOICE(each)).revision for each in invoices}
    assert revisions == {world.get(things.INVOICE(invoices[0])).revision}
    assert all(due_at(world, each) <= clock.present for each in invoices)


def test_nothing_is_moved_where_nothing_was_before(api):
    first = api.put(PLAN, {"plan": "calm", "move": True}).body
    again = api.put(PLAN, {"plan": "calm", "move": True}).body

    assert first["move_job_id"] is None
    assert again == first


def test_an_invoice_at_the_agency_or_paid_says_so(api, world, clock):
    api.put(PLAN, {"plan": "tight", "agency": "svea", "active_from": "2026-01-01"})
    paid = register(api, "F-1")["invoice_id"]
    handed = world.invoice().invoice_id
    money = {"amount": {"amount": "1250.00", "currency": "NOK"}, "paid_date": "2026-03-02"}
    api.post(f"{INVOICES}/{paid}/payments", money)
    api.post("/v1/creditors/acme/cases", {"invoice_id": handed, "agency": "svea"})

    assert stop(api, paid)[1]["reason"] == "settled"
    assert stop(api, handed)[1]["reason"] == "transferred"


def test_an_invoice_that_follows_no_plan_tells_none_and_reads_no_more(api, world, meter):
    made = register(api)["invoice_id"]
    meter.clear()

    assert told(api, made) is None
    assert meter.operations == {"BatchGetItem": 1}


def test_reading_an_invoice_under_way_takes_one_more_read(api, meter):
    api.put(PLAN, {"plan": "calm"})
    made = register(api)["invoice_id"]
    register(api, "F-2")
    meter.clear()
    told(api, made)

    assert meter.operations == {"BatchGetItem": 2}
    meter.clear()
    api.get(INVOICES)
    assert meter.operations == {"BatchGetItem": 2, "Query lists": 1}


@pytest.mark.parametrize("plan", ["calm", "tight"], ids=["goes_on", "is_moved"])
def test_every_answer_with_an_invoice_tells_the_same_as_reading_it(api, world, clock, plan):
    world.creditor(organisation_number="988077917")
    older = register(api, "F-0")["invoice_id"]
    api.put(PLAN, {"plan": "calm", "agency": "svea", "active_from": "2026-01-01"})
    answers = [
        register(api, "F-1"),
        api.post(f"{INVOICES}/batch", {"invoices": [body("F-2")]}).body["items"][0]["body"],
        api.post(INVOICES, INVOICE.encode(), content_type="application/xml").body,
        api.post(f"{INVOICES}/{older}/enrol", {}).body,
    ]
    assert [each["follow_up"] for each in answers] == [told(api, each["invoice_id"]) for each in answers]
    at = f"{INVOICES}/{answers[0]['invoice_id']}"
    api.put(PLAN, {"plan": "calm", "agency": "svea", "sms": True})
    if plan != "calm":
        api.put(PLAN, {"plan": plan, "agency": "svea", "move": True})
    clock.advance(days=30)
    letter = {"kind": "free_notice", "sent_date": "2026-04-01", "channel": "email"}
    cost = {"component": "interest", "amount": nok("5.00"), "date": "2026-04-01"}
    written_off = {"amount": nok("1255.00"), "date": "2026-04-01"}

    replies = [
        (lambda: api.post(f"{at}/reminders", letter), "free_notice", None),
        (lambda: api.post(f"{at}/costs", cost), "free_notice", None),
        (lambda: api.patch(at, {"due_date": "2026-05-04"}), "free_notice", None),
        (lambda: api.patch(at, {"excluded_from_dunning": True}), None, "excluded_from_dunning"),
        (lambda: api.patch(at, {"excluded_from_dunning": False}), "free_notice", None),
        (lambda: api.post(f"{at}/write-off", written_off), None, "settled"),
    ]
    for send, kind, stopped in replies:
        reply = send()
        assert reply.status in (200, 201), reply.text
        answered = reply.body["follow_up"]
        assert answered == told(api, answers[0]["invoice_id"])
        if plan == "calm":
            assert (answered["next"] or {}).get("kind") == kind
        assert (answered["stopped"] or {}).get("reason") == stopped


def test_what_comes_next_is_told_from_what_is_read_anyway(api, meter):
    older = register(api, "F-0")["invoice_id"]
    api.put(PLAN, {"plan": "calm", "active_from": "2026-01-01"})
    made = register(api, "F-1", invoice_date="2026-02-01", due_date="2026-02-10")["invoice_id"]
    letter = {"kind": "free_notice", "sent_date": "2026-03-02", "channel": "email"}
    found = {}
    for name, send in {
        "enrol": lambda: api.post(f"{INVOICES}/{older}/enrol", {}),
        "confirm": lambda: api.post(f"{INVOICES}/{made}/reminders", letter),
        "change": lambda: api.patch(f"{INVOICES}/{made}", {"due_date": "2026-03-30"}),
    }.items():
        meter.clear()
        assert send().body["follow_up"]["next"]["kind"] == "free_notice"
        found[name] = meter.operations["BatchGetItem"]

    # The invoice, and then all that decides with it; a letter is looked for on the attention list, too.
    assert found == {"enrol": 2, "confirm": 4, "change": 2}
