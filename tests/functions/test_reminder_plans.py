"""Reminder plans by API: chosen, changed, refused where they break the law or the agreement, switched off."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.agency import Level
from fordring.domain.agreement import AgreementState
from fordring.domain.agreement_settings import Settings
from fordring.domain.references import KidFormat

AT = "/v1/creditors/acme/reminder-plan"
TODAY = "2026-03-02"


@pytest.fixture(autouse=True)
def acme(world):
    world.creditor(kid_formats=(KidFormat(7, "mod10"),), bank_account="15032080119")
    world.debtor()


def letters(plan):
    return [(step["kind"], step["days"]) for step in plan["steps"]]


def codes(plan):
    return [each["code"] for each in plan["preconditions"]]


@pytest.mark.capability("FIK-4", "FIK-5", "FIK-6", "FIK-7", "FIK-8")
@pytest.mark.parametrize(
    ("name", "days", "transfer"),
    [("tight", [3], 14), ("recommended", [5, 10], 21), ("calm", [7, 14, 21], 28)],
)
def test_a_named_plan_says_when_free_notices_go_and_when_the_agency_gets_it(api, world, name, days, transfer):
    world.agreement()

    reply = api.put(AT, {"plan": name, "agency": "svea"})

    assert reply.status == 200, reply.text
    assert reply.body["plan"] == name
    assert letters(reply.body) == [*(("free_notice", day) for day in days), ("transfer", transfer)]
    assert {step["anchor"] for step in reply.body["steps"]} == {"due_date"}
    assert not any(step["fee"] for step in reply.body["steps"])
    assert reply.body["level"] == "reminder"
    assert reply.body["active_from"] == TODAY
    assert reply.body["preconditions"] == []
    assert api.get(AT).body == reply.body


@pytest.mark.capability("FIK-9", "FIK-15")
def test_the_choice_is_kept_and_can_be_changed_and_switched_off_and_on(api, world, clock):
    assert api.get(AT).status == 404
    world.agreement()
    first = api.put(AT, {"plan": "calm", "agency": "svea"})
    same = api.put(AT, {"plan": "calm", "agency": "svea"})
    clock.advance(days=1)
    later = api.put(AT, {"plan": "calm", "agency": "svea"})
    changed = api.put(AT, {"plan": "tight", "agency": "svea", "active_from": "2026-03-01"})
    off = api.delete(AT)
    again = api.delete(AT)
    on = api.put(AT, {"plan": "tight", "agency": "svea", "active_from": "2026-03-01"})

    assert same.body == later.body == first.body
    assert (first.body["number"], first.headers["etag"]) == (1, '"1"')
    assert (changed.body["number"], changed.headers["etag"], changed.body["plan"]) == (2, '"2"', "tight")
    assert changed.body["active_from"] == "2026-03-01"
    assert (off.status, off.body["ended_at"], off.headers["etag"]) == (200, "2026-03-03T09:00:00Z", '"3"')
    assert again.body == off.body
    assert (on.body["number"], on.body["ended_at"], on.headers["etag"]) == (3, None, '"4"')


def test_a_change_may_depend_on_what_was_seen(api):
    api.put(AT, {"plan": "calm"}, if_match='"0"')

    stale = api.put(AT, {"plan": "tight"}, if_match='"0"')
    fresh = api.put(AT, {"plan": "tight"}, if_match='"1"')
    stale_end = api.delete(AT, if_match='"1"')
    end = api.delete(AT, if_match='"2"')

    assert (stale.status, stale.body["revision"]) == (412, 1)
    assert (fresh.status, stale_end.status, end.status) == (200, 412, 200)


def test_every_setting_is_kept(api, world):
    world.agreement()
    wanted = {
        "plan": "custom",
        "steps": [
            {"kind": "free_notice", "days": 3, "anchor": "due_date", "deadline_days": None, "fee": False},
            {"kind": "reminder", "days": 20, "anchor": "last_letter", "deadline_days": 14, "fee": True},
            {"kind": "transfer", "days": 1, "anchor": "last_deadline", "deadline_days": None, "fee": False},
        ],
        "agency": "svea",
        "level": "reminder",
        "sender": "billing_product",
        "channels": ["ehf", "email", "paper"],
        "sms": True,
        "local_steps": 2,
        "minimum": {"amount": "50.00", "currency": "NOK"},
        "active_from": "2026-02-01",
        "fees_agreed": True,
        "claims_compensation": True,
        "agency_notice_from": "2027-01-01",
        "wording": {"nb": "Ta kontakt om noe er uklart.", "en": "Call us."},
    }

    reply = api.put(AT, wanted)

    assert reply.status == 200, reply.text
    assert reply.body | wanted == reply.body


def test_the_billing_product_may_send_as_ehf_email_or_letter_with_an_sms(api):
    reply = api.put(AT, {"plan": "tight", "channels": ["ehf", "email"], "sms": True})
    on_paper = api.put(AT, {"plan": "tight", "channels": ["paper"]})

    assert (reply.body["channels"], reply.body["sms"]) == (["ehf", "email"], True)
    assert (on_paper.body["channels"], on_paper.body["sms"]) == (["paper"], False)


def test_the_hub_sends_emails_only(api, hub):
    hub.settings = replace(hub.settings, mail_sender="post@fordring.example")

    good = api.put(AT, {"plan": "tight", "sender": "hub"})
    bad = api.put(AT, {"plan": "tight", "sender": "hub", "channels": ["email", "ehf", "paper"], "sms": True})

    assert good.status == 200
    assert bad.status == 422
    assert bad.code == "plan_cannot_be_followed"
    assert bad.faults == {
        "/channels/1": "channel_not_sent_by_hub",
        "/channels/2": "channel_not_sent_by_hub",
        "/sms": "channel_not_sent_by_hub",
    }


def test_a_hub_without_an_address_sends_nothing(api):
    assert api.put(AT, {"plan": "tight", "sender": "hub"}).faults == {"/sender": "hub_sends_no_email"}


@pytest.mark.capability("ZIR-26")
def test_how_many_steps_run_before_the_agency_can_be_said(api, world):
    world.agreement()

    one = api.put(AT, {"plan": "calm", "agency": "svea", "local_steps": 1}).body
    none = api.put(AT, {"plan": "calm", "agency": "svea", "local_steps": 0}).body

    assert len(one["steps"]) == len(none["steps"]) == 4
    assert [step["kind"] for step in one["followed"]] == ["free_notice", "transfer"]
    assert [step["kind"] for step in none["followed"]] == ["transfer"]


@pytest.mark.capability("ZIR-27", "VIS-3")
def test_where_the_agency_reminds_nothing_is_sent_before(api, world):
    world.agreement()

    reply = api.put(AT, {"plan": "recommended", "agency": "svea", "sender": "agency"})
    mixed = api.put(
        AT, {"plan": "recommended", "agency": "svea", "sender": "agency", "local_steps": 1, "sms": True}
    )
    own = api.put(
        AT,
        {
            "plan": "custom",
            "agency": "svea",
            "sender": "agency",
            "steps": [{"kind": "reminder", "days": 10}, {"kind": "transfer", "days": 20}],
        },
    )
    nobody = api.put(AT, {"plan": "recommended", "sender": "agency"})

    assert [(step["kind"], step["days"]) for step in reply.body["followed"]] == [("transfer", 1)]
    assert mixed.faults == {"/local_steps": "local_letters_off", "/sms": "local_letters_off"}
    assert own.faults == {"/steps": "local_letters_off"}
    assert nobody.faults == {"/agency": "missing"}


@pytest.mark.capability("ZIR-19")
def test_the_level_is_the_agreements_and_a_contradiction_is_refused(api, world):
    world.agreement(level="collection")

    fitting = api.put(AT, {"plan": "tight", "agency": "svea"})
    other = api.put(AT, {"plan": "tight", "agency": "svea", "level": "reminder"})
    reminded = api.put(AT, {"plan": "tight", "agency": "svea", "sender": "agency"})

    assert fitting.body["level"] == "collection"
    assert [step["kind"] for step in fitting.body["steps"]] == [
        "free_notice",
        "notice_of_collection",
        "transfer",
    ]
    assert fitting.body["steps"][-1] == {
        "kind": "transfer",
        "days": 1,
        "anchor": "last_deadline",
        "deadline_days": None,
        "fee": False,
    }
    assert other.faults == {"/level": "level_contradicts_agreement"}
    assert "level collection" in other.body["errors"][0]["detail"]
    assert reminded.faults == {"/sender": "sender_contradicts_level"}


@pytest.mark.capability("ZIR-19")
def test_the_agreement_gets_no_level_that_the_plan_contradicts(api, world):
    world.agreement()
    api.put(AT, {"plan": "tight", "agency": "svea"})
    agreement = "/v1/creditors/acme/agreements/svea"

    refused = api.put(agreement, {"level": "collection"})
    api.put(AT, {"plan": "tight"})
    changed = api.put(agreement, {"level": "collection"})
    plan = api.put(AT, {"plan": "tight", "agency": "svea"})

    assert (refused.status, refused.faults) == (422, {"/level": "level_contradicts_reminder_plan"})
    assert changed.status == 200
    assert (plan.status, plan.body["level"]) == (200, "collection")


def test_collection_needs_a_reminder_and_a_notice_that_are_sent(api, world):
    world.agreement(level="collection")
    reminder = {"kind": "reminder", "days": 10, "deadline_days": 14}
    notice = {"kind": "notice_of_collection", "days": 30}
    transfer = {"kind": "transfer", "days": 1, "anchor": "last_deadline"}

    def put(*steps, **more):
        return api.put(AT, {"plan": "custom", "agency": "svea", "steps": list(steps), **more})

    assert put(reminder, notice, transfer).status == 200
    assert put(reminder, transfer).faults == {"/steps": "notice_of_collection_missing"}
    assert put(notice, transfer).faults == {"/steps": "reminder_missing"}
    assert put(reminder, notice, transfer, local_steps=0).faults == {"/local_steps": "reminder_missing"}
    named = {"plan": "calm", "agency": "svea", "local_steps": 0}
    assert api.put(AT, named).faults == {"/local_steps": "reminder_missing"}


def test_the_agreements_own_conditions_are_kept(api, world):
    settings = Settings(level=Level.REMINDER, transfer_from=20, transfer_status="reminded")
    world.agreement(settings=settings)

    early = api.put(AT, {"plan": "tight", "agency": "svea"})
    unsent = api.put(AT, {"plan": "calm", "agency": "svea", "local_steps": 0})
    own = api.put(AT, {"plan": "custom", "agency": "svea", "steps": [{"kind": "transfer", "days": 5}]})

    assert early.faults == {"/plan": "transfer_too_early"}
    assert unsent.faults == {"/local_steps": "status_not_reached"}
    assert own.faults == {"/steps/0/days": "transfer_too_early", "/plan": "status_not_reached"}


@pytest.mark.capability("FIK-5")
def test_a_plan_that_breaks_the_law_is_refused_and_told_the_first_lawful_day(api, world):
    world.agreement()

    reply = api.put(
        AT,
        {
            "plan": "custom",
            "agency": "svea",
            "steps": [
                {"kind": "reminder", "days": 7, "fee": True},
                {"kind": "reminder", "days": 20, "fee": True},
                {"kind": "transfer", "days": 60},
            ],
        },
    )

    assert reply.status == 422
    assert reply.code == "plan_cannot_be_followed"
    assert reply.faults["/steps/0/days"] == "too_early"
    detail = reply.body["errors"][0]["detail"]
    assert "in NO the first lawful day is the due date + 14 days" in detail
    assert api.get(AT).status == 404


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"/plan": "missing"}),
        ({"plan": "fast"}, {"/plan": "unknown_value"}),
        ({"plan": "calm", "colour": "red"}, {"/colour": "unknown_field"}),
        ({"plan": "calm", "sms": "yes"}, {"/sms": "wrong_type"}),
        ({"plan": "calm", "sender": "post"}, {"/sender": "unknown_value"}),
        ({"plan": "calm", "channels": []}, {"/channels": "too_few"}),
        ({"plan": "calm", "channels": ["email", "email"]}, {"/channels": "channel_twice"}),
        ({"plan": "calm", "channels": ["fax"]}, {"/channels/0": "unknown_value"}),
        (
            {"plan": "calm", "minimum": {"amount": "0.00", "currency": "NOK"}},
            {"/minimum": "amount_not_positive"},
        ),
        ({"plan": "calm", "active_from": "1 March"}, {"/active_from": "malformed_date"}),
        ({"plan": "calm", "local_steps": -1}, {"/local_steps": "out_of_range"}),
        ({"plan": "calm", "level": "administration"}, {"/level": "unknown_value"}),
        ({"plan": "calm", "local_steps": 1.0}, {"/local_steps": "wrong_type"}),
        ({"plan": "calm", "wording": {"de": "Bitte zahlen."}}, {"/wording/de": "unknown_value"}),
        ({"plan": "calm", "wording": {"nb": ""}}, {"/wording/nb": "too_short"}),
        (
            {"plan": "calm", "minimum": {"amount": "1.001", "currency": "NOK"}},
            {"/minimum": "too_many_decimals"},
        ),
        ({"plan": "calm", "minimum": {"amount": 1, "currency": "NOK"}}, {"/minimum/amount": "wrong_type"}),
        ({"plan": "calm", "active_from": "2026-02-30"}, {"/active_from": "malformed_date"}),
        ({"plan": "calm", "move": "yes"}, {"/move": "wrong_type"}),
        ({"plan": "custom", "steps": []}, {"/steps": "too_few"}),
        ({"plan": "custom", "steps": "calm"}, {"/steps": "wrong_type"}),
        ({"plan": "custom", "steps": [3]}, {"/steps/0": "wrong_type"}),
        ({"plan": "custom", "steps": [{"kind": "free_notice", "days": 3}] * 13}, {"/steps": "too_many"}),
        ({"plan": "custom", "steps": [{"kind": "reminder"}]}, {"/steps/0/days": "missing"}),
        ({"plan": "custom", "steps": [{"kind": "reminder", "days": 3.5}]}, {"/steps/0/days": "wrong_type"}),
        ({"plan": "custom", "steps": [{"kind": "reminder", "days": 3.0}]}, {"/steps/0/days": "wrong_type"}),
        ({"plan": "custom", "steps": [{"kind": "reminder", "days": True}]}, {"/steps/0/days": "wrong_type"}),
        ({"plan": "custom", "steps": [{"kind": "reminder", "days": "3"}]}, {"/steps/0/days": "wrong_type"}),
        ({"plan": "custom", "steps": [{"kind": "reminder", "days": -1}]}, {"/steps/0/days": "out_of_range"}),
        (
            {"plan": "custom", "steps": [{"kind": "reminder", "days": 10**30}]},
            {"/steps/0/days": "out_of_range"},
        ),
        (
            {"plan": "custom", "steps": [{"kind": "reminder", "days": 20, "day": 3}]},
            {"/steps/0/day": "unknown_field"},
        ),
        (
            {"plan": "custom", "steps": [{"kind": "reminder", "days": 20, "deadline_days": 0}]},
            {"/steps/0/deadline_days": "out_of_range"},
        ),
        (
            {"plan": "custom", "steps": [{"kind": "reminder", "days": 20, "anchor": "invoice_date"}]},
            {"/steps/0/anchor": "unknown_value"},
        ),
        ({"plan": "custom", "steps": [{"kind": "call", "days": 3}]}, {"/steps/0/kind": "unknown_value"}),
        ({"plan": "custom", "steps": [{"kind": "reminder", "days": 900}]}, {"/steps/0/days": "out_of_range"}),
        (
            {"plan": "custom", "steps": [{"kind": "transfer", "days": 9, "fee": True}]},
            {"/steps/0": "transfer_is_no_letter"},
        ),
    ],
)
def test_what_is_malformed_is_named(api, body, faults):
    reply = api.put(AT, body)

    assert (reply.status, reply.faults) == (400, faults)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"plan": "custom"}, {"/steps": "steps_of_custom_only"}),
        ({"plan": "calm", "steps": [{"kind": "reminder", "days": 9}]}, {"/steps": "steps_of_custom_only"}),
        ({"plan": "calm", "agency": "nobody"}, {"/agency": "unknown_agency"}),
        (
            {"plan": "custom", "steps": [{"kind": "reminder", "days": 20}], "agency": "svea"},
            {"/agency": "nothing_to_hand_over"},
        ),
        ({"plan": "custom", "steps": [{"kind": "transfer", "days": 20}]}, {"/agency": "missing"}),
        (
            {"plan": "custom", "steps": [{"kind": "free_notice", "days": 3, "fee": True}]},
            {"/steps/0/fee": "free_notice_with_fee"},
        ),
        (
            {
                "plan": "custom",
                "agency": "svea",
                "steps": [{"kind": "transfer", "days": 3}, {"kind": "reminder", "days": 9}],
            },
            {"/steps/0/kind": "not_last"},
        ),
        (
            {
                "plan": "custom",
                "agency": "svea",
                "steps": [{"kind": "transfer", "days": 30}, {"kind": "transfer", "days": 40}],
            },
            {"/steps/0/kind": "not_last"},
        ),
    ],
)
def test_what_cannot_be_is_named(api, body, faults):
    reply = api.put(AT, body)

    assert reply.status == 422
    assert reply.faults | faults == reply.faults
    assert api.get(AT).status == 404


@pytest.mark.capability("FIK-2", "FIK-12", "FIK-13")
def test_what_is_missing_is_told_with_what_to_do(api, world):
    world.creditor()

    without = api.put(AT, {"plan": "tight"}).body
    named = api.put(AT, {"plan": "tight", "agency": "svea"}).body
    world.agreement(state=AgreementState.ORDERED, credentials=None)
    ordered = api.get(AT).body
    world.creditor(kid_formats=(KidFormat(7, "mod10"),), bank_account="15032080119")
    world.agreement()

    assert codes(without) == ["kid_agreement_missing", "bank_account_missing", "no_agency"]
    assert [step["kind"] for step in without["steps"]] == ["free_notice"]
    assert codes(named) == ["kid_agreement_missing", "bank_account_missing", "agreement_missing"]
    assert [step["kind"] for step in named["steps"]] == ["free_notice", "transfer"]
    assert "nothing can go to collection" in named["preconditions"][2]["detail"]
    assert "PUT /v1/creditors/{creditor_id}/agreements/{agency}" in named["preconditions"][2]["remedy"]
    assert codes(ordered)[2:] == ["credentials_missing"]
    assert codes(api.get(AT).body) == []
    overdue = world.invoice().invoice_id
    world.put(things.AGREEMENT("acme", "svea"), world.agreement(state=AgreementState.ENDED))
    handed = api.post("/v1/creditors/acme/cases", {"invoice_id": overdue, "agency": "svea"})
    assert codes(api.get(AT).body) == ["agreement_ended"]
    assert handed.faults["/invoice_id"] == "agreement_ended"


TWO_FEES = [{"kind": "reminder", "days": 14, "fee": True}, {"kind": "reminder", "days": 24, "fee": True}]


@pytest.mark.capability("FIK-5")
@pytest.mark.parametrize(
    ("country", "number", "first_lawful"),
    [("NO", "974760673", 29), ("SE", "5560360793", None), ("FI", "01120389", 28), ("DK", "22756214", None)],
)
def test_what_is_lawful_in_one_country_may_not_be_in_another(api, world, country, number, first_lawful):
    """The law is that of the creditor's country, and the stricter of those for consumers and businesses."""
    world.creditor(country=country, organisation_number=number)

    tried = {"plan": "custom", "steps": TWO_FEES, "fees_agreed": True}
    reply = api.put(AT, tried)

    if first_lawful is None:
        assert reply.status == 200
        return
    assert reply.faults == {"/steps/1/days": "too_early"}
    assert f"days is at least {first_lawful}" in reply.body["errors"][0]["detail"]
    day_before, on_the_day = (
        api.put(AT, tried | {"steps": [TWO_FEES[0], TWO_FEES[1] | {"days": day}]})
        for day in (first_lawful - 1, first_lawful)
    )
    assert (day_before.status, on_the_day.status) == (422, 200)


def test_an_agency_that_does_not_work_in_the_country_is_refused(api, world):
    world.creditor(country="DK", organisation_number="22756214")

    assert api.put(AT, {"plan": "tight", "agency": "svea"}).status == 200
    assert api.put(AT, {"plan": "tight", "agency": "intrum"}).faults == {"/agency": "country_not_supported"}


def test_a_plan_is_kept_apart_from_other_creditors(api, world):
    world.creditor("other")
    api.put(AT, {"plan": "calm"})
    stranger = world.client(creditors=["other"])

    assert stranger.get(AT).status == 404
    assert stranger.put(AT, {"plan": "tight"}).status == 404
    assert stranger.delete(AT).status == 404
    assert stranger.get("/v1/creditors/other/reminder-plan").status == 404
    assert world.client("write").put(AT, {"plan": "tight"}).status == 403


def test_invoices_are_under_way_by_the_plan_they_started_with_unless_moved(api, world):
    api.put(AT, {"plan": "calm"})
    stays = api.put(AT, {"plan": "tight"})
    moves = api.put(AT, {"plan": "tight", "move": True})
    again = api.put(AT, {"plan": "tight", "move": True})

    present = world.get(things.REMINDER_PLAN("acme"))
    assert (stays.body["number"], moves.body["number"]) == (2, 2)
    assert again.body == moves.body
    assert present.goes_on_by(1) == 2
    assert world.get(things.FORMER_PLAN("acme", 1)).active_from == date(2026, 3, 2)


def meanwhile(engine, monkeypatch, happens):
    """Let something happen just before the next write."""
    write, waiting = engine.write, [happens]

    def later(changes):
        if waiting:
            waiting.pop()()
        write(changes)

    monkeypatch.setattr(engine, "write", later)


@pytest.mark.parametrize("seen", [None, '"1"'], ids=["whatever_there_is", "if_it_is_as_seen"])
def test_of_two_plans_in_the_same_second_the_later_one_holds_and_both_are_kept(
    api, world, engine, monkeypatch, seen
):
    api.put(AT, {"plan": "calm"})
    other = world.client()
    meanwhile(engine, monkeypatch, lambda: other.put(AT, {"plan": "tight"}))

    reply = api.put(AT, {"plan": "recommended"}, if_match=seen)

    if seen:
        assert (reply.status, reply.body["revision"]) == (412, 2)
    else:
        assert (reply.status, reply.body["number"]) == (200, 3)
    present = api.get(AT).body
    assert (present["plan"], present["number"]) == (("tight", 2) if seen else ("recommended", 3))
    kept = [world.get(things.FORMER_PLAN("acme", number)).name for number in range(1, present["number"] + 1)]
    assert kept == ["calm", "tight", "recommended"][: present["number"]]


def test_a_level_that_changes_in_the_same_second_is_seen(api, world, engine, monkeypatch):
    world.agreement()
    meanwhile(engine, monkeypatch, lambda: world.agreement(level="collection"))

    reply = api.put(AT, {"plan": "tight", "agency": "svea", "level": "reminder"})

    assert reply.faults == {"/level": "level_contradicts_agreement"}


def test_a_plan_that_changes_in_the_same_second_is_seen(api, world, engine, monkeypatch):
    world.agreement()
    api.put(AT, {"plan": "tight"})
    other = {"plan": "tight", "agency": "svea"}
    meanwhile(engine, monkeypatch, lambda: api.put(AT, other))

    reply = api.put("/v1/creditors/acme/agreements/svea", {"level": "collection"})

    assert reply.faults == {"/level": "level_contradicts_reminder_plan"}
