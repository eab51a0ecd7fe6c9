"""Previews of reminder plans: the dated steps, what letters cost, and why not earlier; nothing is done."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain.agreement import AgreementState
from fordring.domain.references import KidFormat

PLAN = "/v1/creditors/acme/reminder-plan"
PREVIEW = f"{PLAN}/preview"
INVOICES = "/v1/creditors/acme/invoices"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def nok(amount):
    return {"amount": amount, "currency": "NOK"}


def register(api, number="F-1", due_date="2026-03-16", **more):
    body = {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": nok("10000.00"),
        "invoice_date": "2026-03-02",
        "due_date": due_date,
        **more,
    }
    reply = api.post(INVOICES, body)
    assert reply.status == 201, reply.text
    return reply.body["invoice_id"]


def dates(item):
    return [(step["kind"], step["date"]) for step in item["steps"]]


@pytest.mark.capability("FIK-5", "FIK-6", "FIK-7", "FIK-8", "VIS-11")
@pytest.mark.parametrize(
    ("plan", "steps"),
    [
        ("tight", [("free_notice", "2026-03-19"), ("transfer", "2026-03-30")]),
        (
            "recommended",
            [("free_notice", "2026-03-21"), ("free_notice", "2026-03-26"), ("transfer", "2026-04-06")],
        ),
        (
            "calm",
            [
                ("free_notice", "2026-03-23"),
                ("free_notice", "2026-03-30"),
                ("free_notice", "2026-04-06"),
                ("transfer", "2026-04-13"),
            ],
        ),
    ],
)
def test_each_step_of_a_named_plan_has_its_day_counted_from_the_due_date(api, plan, steps):
    invoice = register(api)
    api.put(PLAN, {"plan": plan, "agency": "svea"})

    reply = api.post(PREVIEW, {"invoice_id": invoice})

    assert reply.status == 200, reply.text
    item = reply.only
    assert dates(item) == steps
    assert (item["enrolled"], item["plan_number"], item["steps_done"]) == (False, 1, 0)
    assert [step["fee"] for step in item["steps"]] == [nok("0.00")] * (len(steps) - 1) + [None]
    assert item["stopped"] is item["missing_law"] is None


@pytest.mark.parametrize(
    ("plan", "level", "days"),
    [
        ("tight", "reminder", [0, 6]),
        ("recommended", "reminder", [0, 3, 9]),
        ("calm", "reminder", [0, 4, 8, 12]),
        ("tight", "collection", [0, 6, 22]),
        ("calm", "collection", [0, 4, 8, 12, 29]),
    ],
)
def test_an_invoice_that_came_two_months_late_is_not_hurried_through(api, world, plan, level, days):
    """Half of the days that the plan has between two steps, and all of the notice's, until a Monday."""
    world.agreement(level=level)
    api.put(PLAN, {"plan": plan, "agency": "svea", "active_from": "2025-12-01"})
    invoice = register(api, invoice_date="2025-12-20", due_date="2026-01-01")

    item = api.post(PREVIEW, {"invoice_id": invoice}).only

    today = date(2026, 3, 2)
    assert [(date.fromisoformat(step["date"]) - today).days for step in item["steps"]] == days
    second = item["steps"][1]
    why = second["why_not_earlier"][-1]
    assert (why["reason"], why["until_date"], why["days"]) == ("plan_pace", second["date"], days[1])
    assert why["detail"].endswith(f"{days[1]} days after the last letter")


def test_letters_tell_their_fee_interest_and_deadline(api):
    steps = [
        {"kind": "free_notice", "days": 5},
        {"kind": "reminder", "days": 14, "fee": True},
        {"kind": "notice_of_collection", "days": 1, "anchor": "last_deadline", "fee": True},
    ]
    invoice = register(api)

    item = api.post(PREVIEW, {"invoice_id": invoice, "plan": {"plan": "custom", "steps": steps}}).only

    free, reminder, notice = item["steps"]
    assert (item["plan_number"], item["enrolled"]) == (None, False)
    assert (free["date"], free["deadline_date"], free["interest"]) == ("2026-03-21", None, None)
    assert (reminder["date"], reminder["fee"]) == ("2026-03-30", nok("38.00"))
    # A letter that costs something leaves 14 days.
    assert reminder["deadline_date"] == "2026-04-13"
    # 10,000.00 at 12 per cent for the 13 days from 17 to 29 March.
    assert reminder["interest"] == nok("42.74")
    assert (notice["date"], notice["fee"], notice["deadline_date"]) == (
        "2026-04-14",
        nok("38.00"),
        "2026-04-28",
    )


@pytest.mark.capability("ZIR-27", "VIS-3")
def test_where_the_agency_reminds_the_only_step_is_the_transfer(api):
    invoice = register(api)
    api.put(PLAN, {"plan": "calm", "agency": "svea", "sender": "agency"})

    assert dates(api.post(PREVIEW, {"invoice_id": invoice}).only) == [("transfer", "2026-03-17")]


@pytest.mark.capability("ZIR-26")
def test_as_many_reminders_go_before_the_agency_as_the_plan_says(api):
    invoice = register(api)
    api.put(PLAN, {"plan": "calm", "agency": "svea", "local_steps": 1})

    assert dates(api.post(PREVIEW, {"invoice_id": invoice}).only) == [
        ("free_notice", "2026-03-23"),
        ("transfer", "2026-04-13"),
    ]


def test_at_level_collection_the_transfer_waits_for_the_notice(api, world):
    world.agreement(level="collection")
    invoice = register(api)
    api.put(PLAN, {"plan": "tight", "agency": "svea"})

    item = api.post(PREVIEW, {"invoice_id": invoice}).only

    assert [step["kind"] for step in item["steps"]] == ["free_notice", "notice_of_collection", "transfer"]
    notice, transfer = item["steps"][1:]
    assert (notice["date"], notice["deadline_date"], transfer["date"]) == (
        "2026-03-30",
        "2026-04-13",
        "2026-04-14",
    )


def test_the_whole_ledger_is_previewed_page_by_page(api, world):
    api.put(PLAN, {"plan": "tight", "agency": "svea"})
    late = register(api, "F-2", "2026-04-01")
    early = register(api, "F-1", "2026-03-16")
    world.case()
    settled = register(api, "F-3")
    api.post(f"{INVOICES}/{settled}/payments", {"amount": nok("10000.00"), "paid_date": "2026-03-02"})

    first = api.post(f"{PREVIEW}?limit=1", {}).body
    second = api.post(f"{PREVIEW}?limit=1&cursor={first['next_cursor']}", {}).body
    found = [*first["items"], *second["items"]]

    assert [item["invoice_id"] for item in found] == [early, late]
    assert [dates(item)[-1] for item in found] == [("transfer", "2026-03-30"), ("transfer", "2026-04-15")]
    assert all(item["enrolled"] for item in found)
    assert second["next_cursor"] is None


@pytest.mark.parametrize("sender", ["billing_product", "hub"])
def test_nothing_is_done(api, hub, engine, meter, clock, sender):
    hub.settings = replace(hub.settings, mail_sender="post@fordring.example")
    api.put(PLAN, {"plan": "tight", "agency": "svea", "sender": sender})
    invoice = register(api)
    clock.advance(days=40)
    before = engine.everything()
    meter.clear()

    for asked in ({}, {"plan": {"plan": "calm"}}, {"invoice_id": invoice}):
        assert api.post(PREVIEW, asked).status == 200
    assert api.post(PREVIEW, {"plan": {"plan": "custom"}}).status == 422
    assert api.post(f"{PREVIEW}?cursor=x", {}).status == 400

    assert set(meter.operations) == {"BatchGetItem", "Query lists", "Query"}
    assert engine.everything() == before


def test_a_cursor_of_another_creditors_ledger_or_key_is_refused(api, world):
    api.put(PLAN, {"plan": "tight", "agency": "svea"})
    for number in range(3):
        register(api, f"F-{number}")
    cursor = api.post(f"{PREVIEW}?limit=1", {}).body["next_cursor"]
    world.creditor("other")
    api.put("/v1/creditors/other/reminder-plan", {"plan": "tight"})
    changed = cursor[:-4] + ("AAAA" if cursor[-4:] != "AAAA" else "BBBB")

    assert api.post(f"{PREVIEW}?limit=1&cursor={cursor}", {}).status == 200
    for reply in (
        api.post(f"{PREVIEW}?limit=1&cursor={changed}", {}),
        api.post(f"/v1/creditors/other/reminder-plan/preview?cursor={cursor}", {}),
        world.client("read").post(f"{PREVIEW}?cursor={cursor}", {}),
        api.get(f"{INVOICES}?cursor={cursor}"),
    ):
        assert (reply.status, reply.faults) == (400, {"/query/cursor": "wrong_cursor"})


def test_what_stops_an_invoice_is_told_instead_of_steps(api):
    api.put(PLAN, {"plan": "tight", "agency": "svea", "minimum": nok("20000.00")})
    invoice = register(api)

    item = api.post(PREVIEW, {"invoice_id": invoice}).only

    assert (item["steps"], item["stopped"]["reason"]) == ([], "below_minimum")


def test_interest_that_no_row_of_law_has_is_not_guessed(api, world, clock):
    clock.advance(days=280)
    invoice = register(api, due_date="2026-12-14", invoice_date="2026-12-07")
    steps = [{"kind": "reminder", "days": 20, "fee": True}]

    item = api.post(PREVIEW, {"invoice_id": invoice, "plan": {"plan": "custom", "steps": steps}}).only

    assert dates(item) == [("reminder", "2027-01-03")]
    assert item["steps"][0]["interest"] is None
    assert item["steps"][0]["fee"] == nok("38.00")
    row = {"country": "NO", "rule": "late_interest", "debtor_kind": "consumer", "on": "2027-01-01"}
    assert item["missing_law"] == item["steps"][0]["missing_law"] == row


@pytest.mark.capability("FIK-12", "FIK-13")
def test_what_the_plan_waits_for_is_told_before_it_is_chosen(api, world):
    world.creditor(kid_formats=(KidFormat(7, "mod10"),), bank_account="15032080119")
    world.agreement(state=AgreementState.ENDED)
    invoice = register(api)

    for asked in ({}, {"invoice_id": invoice}):
        tried = api.post(PREVIEW, {"plan": {"plan": "tight", "agency": "svea"}, **asked}).body
        alone = api.post(PREVIEW, {"plan": {"plan": "tight"}, **asked}).body
        assert [each["code"] for each in tried["preconditions"]] == ["agreement_ended"]
        assert "order it anew" in tried["preconditions"][0]["remedy"]
        assert [each["code"] for each in alone["preconditions"]] == ["no_agency"]
    api.put(PLAN, {"plan": "tight", "agency": "svea"})
    assert api.post(PREVIEW, {}).body["preconditions"] == tried["preconditions"]
    world.agreement()
    assert api.post(PREVIEW, {}).body["preconditions"] == []


def test_what_would_block_a_transfer_on_its_day_is_told(api, world):
    in_order = register(api, "F-1")
    foreign = register(api, "F-2", principal={"amount": "100.00", "currency": "USD"})
    world.debtor(debtor_id="d-2", address=None)
    nowhere = register(api, "F-3", debtor_id="d-2")
    plan = {"plan": "tight", "agency": "svea"}

    def blocked(**asked):
        items = api.post(PREVIEW, asked).body["items"]
        return {
            item["invoice_id"]: [each["reason"] for each in item["transfer_blocked_by"]] for item in items
        }

    assert blocked(plan=plan) == {
        in_order: [],
        foreign: ["currency_not_supported"],
        nowhere: ["billing_address_incomplete"],
    }
    assert set(map(len, blocked(plan={"plan": "tight"}).values())) == {0}
    world.agreement(state=AgreementState.ENDED)
    assert blocked(plan=plan)[in_order] == ["agreement_ended"]
    world.agreement(level="collection")
    assert blocked(plan=plan)[in_order] == []


def test_a_plan_that_cannot_be_followed_is_refused_before_it_is_chosen(api, world):
    world.agreement(state=AgreementState.ACTIVE)
    steps = [{"kind": "reminder", "days": 3, "fee": True}]

    reply = api.post(PREVIEW, {"plan": {"plan": "custom", "steps": steps}})
    wrong = api.post(PREVIEW, {"plan": {"plan": "calm", "agency": "nobody"}})
    nothing = api.post(PREVIEW, {})

    assert (reply.status, reply.code) == (422, "plan_cannot_be_followed")
    assert reply.faults["/plan/steps/0/days"] == "too_early"
    assert wrong.faults == {"/plan/agency": "unknown_agency"}
    assert (nothing.status, nothing.code) == (409, "no_reminder_plan")


def test_another_creditors_invoice_is_not_previewed(api, world):
    invoice = register(api)
    world.creditor("other")

    reply = api.post(
        "/v1/creditors/other/reminder-plan/preview", {"invoice_id": invoice, "plan": {"plan": "calm"}}
    )

    assert reply.status == 404


def test_a_key_that_reads_may_preview(api, world):
    invoice = register(api)

    assert world.client("read").post(PREVIEW, {"invoice_id": invoice, "plan": {"plan": "calm"}}).status == 200


def test_letters_that_the_hub_sends_are_shown_word_by_word(api, world, hub):
    hub.settings = replace(hub.settings, mail_sender="post@fordring.example")
    world.creditor(bank_account="15032080119")
    invoice = register(api)
    plan = {
        "plan": "custom",
        "sender": "hub",
        "steps": [
            {"kind": "free_notice", "days": 5},
            {"kind": "reminder", "days": 14, "fee": True},
            {"kind": "notice_of_collection", "days": 1, "anchor": "last_deadline", "fee": True},
        ],
        "wording": {"nb": "Ring oss gjerne."},
    }

    (item,) = api.post(PREVIEW, {"invoice_id": invoice, "plan": plan}).body["items"]
    free, reminder, notice = (step["letter"] for step in item["steps"])

    assert free["language"] == "nb"
    assert "F-1" in free["subject"]
    assert "Ring oss gjerne." in free["text"]
    assert "Ring oss gjerne." in free["html"]
    assert free["not_sent"] is None
    assert "10\u00a0038,00" in reminder["text"]
    assert "10\u00a0076,00" in notice["text"]
    assert reminder["not_sent"]["reason"] == "email_not_accepted"
    by_product = api.post(PREVIEW, {"invoice_id": invoice, "plan": plan | {"sender": "billing_product"}}).only
    assert [step["letter"] for step in by_product["steps"]] == [None] * 3


def test_the_whole_ledger_is_shown_word_by_word_too_on_shorter_pages(api, world, hub):
    hub.settings = replace(hub.settings, mail_sender="post@fordring.example")
    world.creditor(bank_account="15032080119")
    api.put(PLAN, {"plan": "calm", "agency": "svea", "sender": "hub"})
    invoices = [register(api, f"F-{number}") for number in range(27)]

    pages = [api.post(f"{PREVIEW}?limit=100", {}).body]
    pages.append(api.post(f"{PREVIEW}?limit=100&cursor={pages[0]['next_cursor']}", {}).body)
    alone = api.post(PREVIEW, {"invoice_id": invoices[0]}).only
    tried = api.post(f"{PREVIEW}?limit=100", {"plan": {"plan": "tight"}}).body
    api.put(PLAN, {"plan": "calm", "agency": "svea"})
    still = api.post(f"{PREVIEW}?limit=100", {}).body

    assert [len(page["items"]) for page in pages] == [25, 2]
    items = {item["invoice_id"]: item for page in pages for item in page["items"]}
    assert set(items) == set(invoices)
    assert items[invoices[0]] == alone
    for number, invoice in enumerate(invoices):
        texts = [step["letter"] and step["letter"]["text"] for step in items[invoice]["steps"]]
        assert [f"F-{number}" in text if text else None for text in texts] == [True, True, True, None]
    # They go on by the plan that they started with.
    assert still["items"] == pages[0]["items"]
    # What a billing product sends is its own to write.
    assert len(tried["items"]) == 27
    assert {step["letter"] for item in tried["items"] for step in item["steps"]} == {None}
