"""Invoices that are followed up by themselves: from the first letter to the case at the agency."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fordring.domain import things
from fordring.domain.agreement import AgreementState
from fordring.domain.agreement_settings import Grouping
from fordring.domain.follow_up import Asked, FollowUp
from fordring.domain.reminder_plan import PlanStep, Sender, StepKind
from tests.story.following import (
    FEE_BEARING,
    Product,
    agency_reminds,
    confirmation,
    follow_up,
    followed,
    letters_of,
    plan,
)
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    invoice_of,
    money,
    pay_creditor,
    registered,
    there,
    told,
)


@pytest.fixture
def product(hub):
    return Product(hub)


def case_of(hub, invoice_id):
    return hub.case(invoice_of(hub, invoice_id).case_id)


def choose(hub, name, **more):
    """Choose a plan as a billing product does."""
    reply = hub.api.put(f"{ACME}/reminder-plan", {"plan": name, "agency": "svea", **more})
    assert reply.status == 200, reply.text
    hub.pump()
    return reply.body


def register(hub, number, *, due_date, invoice_date="2026-03-02", **more):
    """Register an invoice; gives its id."""
    body = {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": money("1250.00"),
        "invoice_date": invoice_date,
        "due_date": due_date,
    }
    reply = hub.api.post(f"{ACME}/invoices", body | more)
    assert reply.status == 201, reply.text
    return reply.body["invoice_id"]


def at(hub, day, hour=9):
    return hub.advance_to(hub.api, datetime(2026, *day, hour, tzinfo=UTC))


@pytest.mark.capability("FIK-1", "VIS-2", "VIS-11")
def test_a_tight_plan_leads_from_the_registration_to_the_case_at_svea(hub, product):
    choose(hub, "tight")
    reference = {"type": "rf", "value": "RF341234561"}
    invoice_id = register(hub, "A-1", due_date="2026-03-16", payment_reference=reference)
    product.until(date(2026, 3, 18))
    assert product.asked() == []

    product.until(date(2026, 3, 29))
    (asked,) = product.asked()
    assert (asked["kind"], asked["date"], asked["step"]) == ("free_notice", "2026-03-19", 1)
    assert asked["remaining"] == money("1250.00")
    assert (asked["fee"], asked["compensation"], asked["interest"]) == (money("0.00"), money("0.00"), None)
    assert (asked["language"], asked["channels"], asked["sms"]) == ("nb", ["email"], False)
    assert (asked["payment_reference"], asked["payment_reference_type"]) == ("RF341234561", "rf")
    assert letters_of(invoice_of(hub, invoice_id)) == [("free_notice", "2026-03-19")]
    assert told(hub, "case.submitted") == []
    shown = hub.api.get(f"{ACME}/invoices/{invoice_id}").body["follow_up"]
    assert (shown["steps_done"], shown["asked"], shown["stopped"]) == (1, None, None)
    assert (shown["next"]["kind"], shown["next"]["date"]) == ("transfer", "2026-03-30")

    product.until(date(2026, 4, 1))
    (submitted,) = told(hub, "case.submitted")
    assert (submitted["invoice_ids"], submitted["level"]) == ([invoice_id], "reminder")
    case = case_of(hub, invoice_id)
    assert case.opened_at.date() == date(2026, 3, 30)
    assert there(hub, case.case_id)["state"] == "open"
    assert invoice_of(hub, invoice_id).follow_up == FollowUp(plan=1, done=2, letters=1)
    assert len(product.asked()) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("FIK-14", "VIS-2")
def test_every_invoice_that_is_not_paid_by_its_due_date_is_followed_up_and_no_other(hub, product):
    hub.world.debtor(debtor_id="d-2", kind="business", organisation_number="974760673")
    choose(hub, "recommended")
    invoices = {
        name: register(hub, name, **{"due_date": "2026-03-16", **more})
        for name, more in {
            "paid early": {},
            "paid on the day": {},
            "paid in part": {},
            "paid after a letter": {},
            "unpaid": {},
            "of a business": {"debtor_id": "d-2"},
            "due later": {"due_date": "2026-03-20"},
            "overdue when it came": {"invoice_date": "2026-03-02", "due_date": "2026-03-02"},
        }.items()
    }
    for name, day, amount in (
        ("paid early", (3, 10), "1250.00"),
        ("paid on the day", (3, 16), "1250.00"),
        ("paid in part", (3, 17), "250.00"),
    ):
        product.until(date(2026, *day))
        pay_creditor(hub, invoices[name], amount)
    product.until(date(2026, 3, 23))
    pay_creditor(hub, invoices["paid after a letter"], "1250.00")
    product.until(date(2026, 4, 13))

    happened = {
        name: [day for _, day in letters_of(invoice_of(hub, each))] for name, each in invoices.items()
    }
    handed_over = {
        name: case_of(hub, each).opened_at.date().isoformat()
        for name, each in invoices.items()
        if invoice_of(hub, each).case_id
    }
    on_time = ["2026-03-21", "2026-03-26"]
    assert happened == {
        "paid early": [],
        "paid on the day": [],
        "paid in part": on_time,
        "paid after a letter": ["2026-03-21"],
        "unpaid": on_time,
        "of a business": on_time,
        "due later": ["2026-03-25", "2026-03-30"],
        "overdue when it came": ["2026-03-07", "2026-03-12"],
    }
    assert handed_over == {
        "paid in part": "2026-04-06",
        "unpaid": "2026-04-06",
        "of a business": "2026-04-06",
        "due later": "2026-04-10",
        "overdue when it came": "2026-03-23",
    }
    assert len(told(hub, "case.submitted")) == len(handed_over)
    assert faults_of(hub) == []


def test_letters_go_in_the_morning_where_the_creditor_is(hub, product):
    plan(hub.world, "tight")
    followed(hub.world)
    # Summer time has not begun: eight o'clock in Oslo is seven in UTC.
    at(hub, (3, 19), 6)
    assert product.asked() == []
    at(hub, (3, 19), 7)
    assert len(product.asked()) == 1


def test_what_may_go_on_in_the_night_goes_on_in_the_morning(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    exclude(hub, invoice_id, excluded=True)
    at(hub, (3, 25), 3)
    exclude(hub, invoice_id, excluded=False)
    hub.pump()
    assert product.asked() == []
    at(hub, (3, 25), 7)
    assert [each["date"] for each in product.asked()] == ["2026-03-25"]


@pytest.mark.capability("FIK-1")
def test_letters_that_cost_something_wait_for_the_law_and_lead_to_collection(hub, product):
    hub.world.agreement(level="collection")
    plan(hub.world, "custom", level="collection")
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    product.until(date(2026, 5, 20))

    reminder, notice = product.asked()
    assert (reminder["kind"], reminder["date"], reminder["fee"]) == ("reminder", "2026-03-30", money("38.00"))
    # 14 days of 12.00 per cent on 1250.00, told and not booked
    assert reminder["interest"] == money("5.34")
    # The thirteenth is a Monday; Easter is before it.
    assert reminder["deadline_date"] == "2026-04-13"
    assert {row["rule"] for row in reminder["law"]} >= {"reminder_fee_share", "late_interest"}
    assert (notice["kind"], notice["date"], notice["fee"]) == (
        "notice_of_collection",
        "2026-04-15",
        money("38.00"),
    )
    assert notice["remaining"] == money("1288.00")
    assert notice["deadline_date"] == "2026-04-29"
    case = case_of(hub, invoice_id)
    assert (case.level, case.opened_at.date()) == ("collection", date(2026, 4, 30))
    assert invoice_of(hub, invoice_id).remaining.text == "1326.00"
    assert faults_of(hub) == []


@pytest.mark.parametrize("changes_on", [date(2026, 4, 15), date(2026, 4, 16)], ids=["before", "after"])
def test_from_a_date_on_the_agency_sends_the_notice_without_anybodys_doing(hub, product, changes_on):
    hub.world.agreement(level="collection")
    plan(hub.world, "custom", level="collection", agency_notice_from=changes_on)
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    product.until(date(2026, 5, 20))
    case = case_of(hub, invoice_id)
    kinds = [kind for kind, _ in letters_of(invoice_of(hub, invoice_id))]
    if changes_on == date(2026, 4, 15):
        # The notice's own day: it is the agency's already.
        assert kinds == ["reminder"]
        assert (case.level, case.opened_at.date()) == ("reminder", date(2026, 4, 15))
    else:
        assert kinds == ["reminder", "notice_of_collection"]
        assert (case.level, case.opened_at.date()) == ("collection", date(2026, 4, 30))
    assert faults_of(hub) == []


@pytest.mark.parametrize("postponed", [False, True])
def test_the_laws_date_holds_for_what_is_under_way_by_an_earlier_plan(hub, product, postponed):
    hub.world.agreement(level="collection")
    plan(hub.world, "custom", level="collection")
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    product.until(date(2026, 4, 1))
    steps = [
        {"kind": "reminder", "days": 14, "fee": True, "deadline_days": 14},
        {"kind": "notice_of_collection", "days": 30, "fee": True, "deadline_days": 14},
        {"kind": "transfer", "days": 45},
    ]
    body = {"plan": "custom", "agency": "svea", "steps": steps, "agency_notice_from": "2026-04-10"}
    assert hub.api.put(f"{ACME}/reminder-plan", body).status == 200
    if postponed:
        assert hub.api.put(f"{ACME}/reminder-plan", body | {"agency_notice_from": "2026-05-01"}).status == 200
    coming = hub.api.get(f"{ACME}/invoices/{invoice_id}").body["follow_up"]
    assert (coming["plan_number"], coming["next"]["kind"]) == (
        1,
        "notice_of_collection" if postponed else "transfer",
    )
    product.until(date(2026, 5, 20))
    kinds = [kind for kind, _ in letters_of(invoice_of(hub, invoice_id))]
    assert kinds == (["reminder", "notice_of_collection"] if postponed else ["reminder"])
    assert case_of(hub, invoice_id).level == ("collection" if postponed else "reminder")
    assert faults_of(hub) == []


def test_the_laws_date_undoes_no_letter_that_was_asked_for_before_it_was_known(hub, product):
    hub.world.agreement(level="collection")
    plan(hub.world, "custom", level="collection", steps=(PlanStep(StepKind.FREE_NOTICE, 3), *FEE_BEARING[1:]))
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    product.until(date(2026, 4, 14))
    # The notice is sent, and before that is told, the creditor writes a date down that has passed.
    at(hub, (4, 15))
    at(hub, (4, 16))
    asked = product.asked()[-1]
    choose(hub, "calm", agency_notice_from="2026-04-01")

    product.confirm(asked)
    product.sent.append(asked["reminder_id"])
    product.until(date(2026, 5, 20))

    assert letters_of(invoice_of(hub, invoice_id))[-1] == ("notice_of_collection", asked["date"])
    assert case_of(hub, invoice_id).level == "collection"
    assert faults_of(hub) == []


def test_all_of_a_large_group_goes_on_the_laws_date(hub, product):
    ref, agreement = things.AGREEMENT("acme", "svea"), hub.world.agreement(level="collection")
    hub.world.put(ref, replace(agreement, settings=replace(agreement.settings, grouping=Grouping.DEBTOR)))
    plan(hub.world, "custom", level="collection", agency_notice_from=date(2026, 3, 1), steps=FEE_BEARING[1:])
    several = [followed(hub.world, due_date=date(2026, 3, 16)) for _ in range(3)]
    several += [followed(hub.world, due_date=date(2026, 4, 10)) for _ in range(22)]
    hub.advance_to(hub.api, datetime(2026, 4, 16, 9, tzinfo=UTC))
    (case_id,) = {invoice_of(hub, invoice_id).case_id for invoice_id in several}
    assert len(hub.case(case_id).members) == 25
    assert (hub.case(case_id).level, product.asked()) == ("reminder", [])


@pytest.mark.capability("ZIR-27", "VIS-3")
def test_an_agency_that_reminds_gets_the_invoice_and_nobody_else_writes(hub, product):
    plan(hub.world, "calm", **agency_reminds())
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    product.until(date(2026, 5, 20))

    assert product.asked() == []
    case = case_of(hub, invoice_id)
    assert case.opened_at.date() == date(2026, 3, 17)
    assert there(hub, case.case_id)["letters"] != []
    refused = hub.api.post(
        f"{ACME}/invoices/{invoice_id}/reminders",
        {"kind": "free_notice", "sent_date": "2026-03-20", "channel": "email"},
    )
    assert (refused.status, refused.code) == (409, "already_transferred")


@pytest.mark.capability("VIS-3")
def test_what_is_handed_over_by_hand_gets_no_letter_of_the_creditors(hub, product):
    plan(hub.world, "calm")
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    at(hub, (3, 18))
    handed = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id})
    assert handed.status == 202, handed.text
    product.until(date(2026, 5, 1))
    assert product.asked() == []
    assert follow_up(hub.world, invoice_id).stopped == "transferred"


@pytest.mark.capability("ZIR-26")
@pytest.mark.parametrize(
    ("local_steps", "letters"),
    [(0, []), (1, ["2026-03-23"]), (2, ["2026-03-23", "2026-03-30"])],
)
def test_as_many_letters_go_before_the_agency_as_the_plan_says(hub, product, local_steps, letters):
    plan(hub.world, "calm", local_steps=local_steps)
    invoice_id = followed(hub.world, due_date=date(2026, 3, 16))
    product.until(date(2026, 4, 20))
    assert [day for _, day in letters_of(invoice_of(hub, invoice_id))] == letters
    assert case_of(hub, invoice_id).opened_at.date() == date(2026, 4, 13)


def test_a_part_payment_is_told_in_the_letter_and_a_whole_one_ends_the_plan(hub, product):
    plan(hub.world, "recommended")
    invoice_id = followed(hub.world)
    at(hub, (3, 20))
    pay_creditor(hub, invoice_id, "250.00")
    product.until(date(2026, 3, 22))
    (asked,) = product.asked()
    assert asked["remaining"] == money("1000.00")

    pay_creditor(hub, invoice_id, "1000.00")
    product.until(date(2026, 5, 1))
    assert len(product.asked()) == 1
    assert follow_up(hub.world, invoice_id).stopped == "settled"
    assert told(hub, "case.submitted") == []
    assert faults_of(hub) == []


def test_what_is_too_little_for_the_plan_is_followed_up_when_it_has_grown(hub, product):
    choose(hub, "tight", minimum=money("1300.00"))
    invoice_id = register(hub, "A-1", due_date="2026-03-16")
    at(hub, (3, 25))
    assert product.asked() == []
    assert follow_up(hub.world, invoice_id).stopped == "below_minimum"
    cost = {"component": "interest", "amount": money("50.00"), "date": "2026-03-25"}
    added = hub.api.post(f"{ACME}/invoices/{invoice_id}/costs", cost)
    assert added.status == 201, added.text
    hub.pump()
    assert [each["remaining"] for each in product.asked()] == [money("1300.00")]


def test_a_payment_that_does_not_stand_lets_the_plan_go_on(hub, product):
    plan(hub.world, "recommended")
    invoice_id = followed(hub.world)
    at(hub, (3, 20))
    paid = pay_creditor(hub, invoice_id, "1250.00")
    product.until(date(2026, 3, 25))
    assert product.asked() == []
    reversed_ = hub.api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": "2026-03-25"})
    assert reversed_.status < 300, reversed_.text
    hub.pump()
    # The day has begun: it is asked for at once.
    assert [each["date"] for each in product.asked()] == ["2026-03-25"]
    product.work()
    product.until(date(2026, 3, 29))
    # Five days lie between the two in the plan: half of them remain.
    assert [day for _, day in letters_of(invoice_of(hub, invoice_id))] == ["2026-03-25", "2026-03-28"]


def test_a_letter_that_a_payment_has_held_up_is_asked_for_anew_when_the_payment_does_not_stand(hub, product):
    plan(hub.world, "recommended")
    invoice_id = followed(hub.world)
    at(hub, (3, 21))
    paid = pay_creditor(hub, invoice_id, "1250.00")
    reversed_ = hub.api.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": "2026-03-21"})
    assert reversed_.status < 300, reversed_.text
    hub.pump()
    first, second = product.asked()
    assert first["reminder_id"] == second["reminder_id"]
    product.work()
    product.until(date(2026, 3, 25))
    assert [day for _, day in letters_of(invoice_of(hub, invoice_id))] == ["2026-03-21"]


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "not_confirmed"])
def test_an_objection_stops_the_plan_and_its_end_lets_it_go_on(hub, product, confirmed):
    plan(hub.world, "recommended")
    invoice_id = followed(hub.world)
    at(hub, (3, 21))
    assert len(product.asked()) == 1
    if confirmed:
        product.work()
    path = f"{ACME}/invoices/{invoice_id}/disputes"
    dispute = hub.api.post(path, {"reason": "wrong_goods"}).body["dispute_id"]
    hub.advance(hub.api, days=30)
    assert len(product.asked()) == 1
    assert follow_up(hub.world, invoice_id).stopped == "disputed"
    assert attention(hub) == []

    ended = hub.api.post(f"{path}/{dispute}/resolve", {"resolution": "rejected"})
    assert ended.status == 200, ended.text
    product.until(date(2026, 4, 24))
    ids = [each["reminder_id"] for each in product.asked()]
    # A letter that nobody has confirmed is the same letter still.
    assert len(ids) == (2 if confirmed else 3)
    assert len(set(ids)) == 2
    days = [day for _, day in letters_of(invoice_of(hub, invoice_id))]
    assert days == (["2026-03-21", "2026-04-20"] if confirmed else ["2026-04-20", "2026-04-23"])


def test_what_is_excluded_rests_until_it_is_included(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    exclude(hub, invoice_id, excluded=True)
    at(hub, (4, 10))
    assert product.asked() == []
    exclude(hub, invoice_id, excluded=False)
    hub.pump()
    assert [each["date"] for each in product.asked()] == ["2026-04-10"]


def exclude(hub, invoice_id, *, excluded):
    path = f"{ACME}/invoices/{invoice_id}"
    revision = hub.api.get(path).headers["etag"]
    reply = hub.api.patch(path, {"excluded_from_dunning": excluded}, headers={"if-match": revision})
    assert reply.status == 200, reply.text


def test_a_collection_ban_stops_the_plan_until_the_morning_after_it_is_lifted(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    hub.world.debtor(collection_ban=True)
    at(hub, (4, 10))
    assert product.asked() == []
    assert follow_up(hub.world, invoice_id).stopped == "collection_ban"
    hub.world.debtor()
    at(hub, (4, 11))
    assert [each["date"] for each in product.asked()] == ["2026-04-11"]


@pytest.mark.capability("VIS-11")
def test_a_due_date_that_is_moved_moves_the_plan(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    at(hub, (3, 19))
    assert len(product.asked()) == 1
    path = f"{ACME}/invoices/{invoice_id}"
    revision = hub.api.get(path).headers["etag"]
    moved = hub.api.patch(path, {"due_date": "2026-04-01"}, headers={"if-match": revision})
    assert moved.status == 200, moved.text
    at(hub, (4, 3))
    assert len(product.asked()) == 1
    product.until(date(2026, 4, 16))
    assert [day for _, day in letters_of(invoice_of(hub, invoice_id))] == ["2026-04-04"]
    assert case_of(hub, invoice_id).opened_at.date() == date(2026, 4, 15)


@pytest.mark.capability("FIK-15")
@pytest.mark.parametrize("move", [False, True], ids=["goes_on", "is_moved"])
def test_a_changed_plan_is_for_new_invoices_unless_it_takes_the_others_along(hub, product, move):
    choose(hub, "calm")
    old = register(hub, "A-1", due_date="2026-03-16")
    product.until(date(2026, 3, 24))
    choose(hub, "tight", move=move)
    new = register(hub, "A-2", due_date="2026-03-24", invoice_date="2026-03-24")
    product.until(date(2026, 4, 20))

    days = [day for _, day in letters_of(invoice_of(hub, old))]
    assert days == (["2026-03-23"] if move else ["2026-03-23", "2026-03-30", "2026-04-06"])
    assert case_of(hub, old).opened_at.date() == (date(2026, 3, 30) if move else date(2026, 4, 13))
    assert [day for _, day in letters_of(invoice_of(hub, new))] == ["2026-03-27"]


@pytest.mark.capability("FIK-15")
def test_a_plan_that_is_switched_off_stops_at_once(hub, product):
    choose(hub, "calm")
    invoice_id = register(hub, "A-1", due_date="2026-03-16")
    product.until(date(2026, 3, 24))
    assert hub.api.delete(f"{ACME}/reminder-plan").status in (200, 204)
    product.until(date(2026, 4, 20))
    assert len(product.asked()) == 1
    assert follow_up(hub.world, invoice_id).stopped == "plan_ended"
    assert told(hub, "case.submitted") == []

    # Chosen anew, it takes along what was under way only when that is wished.
    choose(hub, "calm", move=True)
    product.until(date(2026, 4, 30))
    days = [day for _, day in letters_of(invoice_of(hub, invoice_id))]
    assert days == ["2026-03-23", "2026-04-20", "2026-04-24"]
    assert case_of(hub, invoice_id).opened_at.date() == date(2026, 4, 28)


@pytest.mark.capability("FIK-12", "FIK-13")
def test_without_an_agreement_the_creditor_is_reminded_to_make_one_once(hub, product):
    hub.world.agreement(state=AgreementState.NONE, credentials=None)
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    product.until(date(2026, 4, 9))
    (asked,) = attention(hub)
    assert (asked.kind, asked.subject) == ("transfer_blocked", ("invoice", invoice_id))
    assert asked.reason == "agreement_not_ordered, credentials_missing"
    assert follow_up(hub.world, invoice_id).stopped == "agreement_not_ordered"
    acknowledged = hub.api.post(f"/v1/attention/{asked.attention_id}/resolve", {"resolution": "acknowledged"})
    assert acknowledged.status < 300, acknowledged.text
    product.until(date(2026, 4, 12))
    assert attention(hub) == []

    hub.world.agreement()
    product.until(date(2026, 4, 14))
    assert case_of(hub, invoice_id).opened_at.date() == date(2026, 4, 13)
    assert faults_of(hub) == []


def test_what_blocks_a_transfer_leaves_the_list_when_the_invoice_goes(hub, product):
    hub.world.debtor(address=None)
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    product.until(date(2026, 4, 2))
    (asked,) = attention(hub)
    assert (asked.kind, asked.reason) == ("transfer_blocked", "billing_address_incomplete")
    hub.world.debtor()
    product.until(date(2026, 4, 4))
    assert case_of(hub, invoice_id).release == "registered"
    assert faults_of(hub) == []


def test_a_letter_that_nobody_confirms_is_asked_after_once(hub, product):
    plan(hub.world, "recommended")
    invoice_id = followed(hub.world)
    at(hub, (3, 24), 6)
    assert attention(hub) == []
    hub.advance(hub.api, days=20)
    assert len(product.asked()) == 1
    (asked,) = attention(hub)
    assert (asked.kind, asked.reason) == ("reminder_not_confirmed", "free_notice")
    assert asked.subject == ("invoice", invoice_id, product.asked()[0]["reminder_id"])

    # It was sent in time, and is only confirmed late.
    product.work()
    assert attention(hub) == []
    product.until(date(2026, 4, 20))
    assert [day for _, day in letters_of(invoice_of(hub, invoice_id))] == ["2026-03-21", "2026-04-13"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"sent_date": "2026-03-29"}, "/sent_date", "too_early"),
        ({"fee": money("38.01")}, "/fee/amount", "fee_too_high"),
        ({"compensation": money("1.00")}, "/compensation/amount", "compensation_too_high"),
        ({"deadline_date": "2026-04-12"}, "/deadline_date", "deadline_too_short"),
        ({"deadline_date": None}, "/deadline_date", "deadline_too_short"),
        ({"reminder_id": f"rem_{'0' * 26}"}, "/reminder_id", "unknown_reminder"),
        ({"fee": {"amount": "38.00", "currency": "SEK"}}, "/fee/currency", "wrong_currency"),
    ],
)
def test_a_letter_that_is_not_as_the_law_has_it_is_not_confirmed(hub, product, changes, pointer, code):
    plan(hub.world, "custom")
    invoice_id = followed(hub.world)
    at(hub, (3, 30))
    (asked,) = product.asked()
    path = f"{ACME}/invoices/{invoice_id}/reminders"
    refused = hub.api.post(path, confirmation(asked, **changes))
    assert refused.status == 422, refused.text
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in refused.body["errors"]]
    assert invoice_of(hub, invoice_id).remaining.text == "1250.00"

    confirmed = hub.api.post(path, confirmation(asked))
    assert confirmed.status == 201, confirmed.text
    assert invoice_of(hub, invoice_id).remaining.text == "1288.00"
    again = hub.api.post(path, confirmation(asked))
    assert (again.status, again.code) == (409, "reminder_already_confirmed")


TOO_HIGH = [("/fee/amount", "fee_too_high")]


def refused_with(reply):
    assert (reply.status, reply.code) == (422, "letter_not_allowed"), reply.text
    return [(each["pointer"], each["code"]) for each in reply.body["errors"]]


@pytest.mark.parametrize("planned", [True, False], ids=["by_plan", "own"])
def test_an_objection_stops_what_letters_cost(hub, product, planned):
    if planned:
        plan(hub.world, "custom")
        invoice_id = followed(hub.world)
    else:
        invoice_id = hub.world.invoice(due_date=date(2026, 3, 16)).invoice_id
    at(hub, (3, 30))
    path = f"{ACME}/invoices/{invoice_id}"
    named = {"reminder_id": product.asked()[0]["reminder_id"]} if planned else {}
    letter = {"kind": "reminder", "channel": "email", **named}
    costly = {"fee": money("38.00")}
    opened = {"reason": "wrong_goods", "opened_date": "2026-03-30"}
    dispute = hub.api.post(f"{path}/disputes", opened).body["dispute_id"]

    at(hub, (3, 31))
    dated = letter | {"sent_date": "2026-03-31", "deadline_date": "2026-04-14"}
    assert refused_with(hub.api.post(f"{path}/reminders", dated | costly)) == [
        ("/fee/amount", "fee_too_high")
    ]
    assert invoice_of(hub, invoice_id).remaining.text == "1250.00"

    # What went out before it came, or after it has ended, may cost what the law allows.
    at(hub, (4, 2))
    resolved = {"resolution": "rejected"}
    assert hub.api.post(f"{path}/disputes/{dispute}/resolve", resolved).status == 200
    assert refused_with(hub.api.post(f"{path}/reminders", dated | costly)) == [
        ("/fee/amount", "fee_too_high")
    ]
    before = letter | {"sent_date": "2026-03-30", "deadline_date": "2026-04-13"}
    assert hub.api.post(f"{path}/reminders", before | costly).status == 201
    assert invoice_of(hub, invoice_id).remaining.text == "1288.00"


def test_a_letter_that_crossed_with_the_payment_costs_nothing_and_is_recorded(hub, product):
    plan(hub.world, "custom")
    invoice_id = followed(hub.world)
    at(hub, (3, 30))
    (asked,) = product.asked()
    at(hub, (4, 1))
    pay_creditor(hub, invoice_id, "1250.00", paid_date="2026-03-29")
    path = f"{ACME}/invoices/{invoice_id}/reminders"
    refused = hub.api.post(path, confirmation(asked))
    assert refused_with(refused) == TOO_HIGH
    assert hub.api.post(path, confirmation(asked, fee=money("0.00"))).status == 201
    assert invoice_of(hub, invoice_id).remaining.text == "0.00"


def test_a_letter_of_before_the_change_takes_no_notices_place(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    at(hub, (3, 19))
    (first,) = product.asked()
    steps = [{"kind": "notice_of_collection", "days": 20, "deadline_days": 14}]
    changed = {"plan": "custom", "steps": steps, "move": True}
    assert hub.api.put(f"{ACME}/reminder-plan", changed).status == 200
    hub.advance_to(hub.api, datetime(2026, 4, 5, 9, tzinfo=UTC))
    second = product.asked()[-1]
    assert (second["reminder_id"], second["kind"]) == (first["reminder_id"], "notice_of_collection")

    # It had sent the free notice before, and says so only now.
    product.confirm(first)
    hub.pump()
    hub.advance(hub.api, days=2)
    assert letters_of(invoice_of(hub, invoice_id)) == [("free_notice", "2026-03-19")]
    third = product.asked()[-1]
    assert third["kind"] == "notice_of_collection"
    assert third["reminder_id"] != first["reminder_id"]
    product.confirm(third)
    hub.pump()
    assert follow_up(hub.world, invoice_id).done == 1


def test_a_letter_of_ones_own_that_the_law_does_not_have_so_is_no_step(hub, product):
    plan(hub.world, "custom")
    invoice_id = followed(hub.world)
    at(hub, (3, 30), 5)
    own = {
        "kind": "reminder",
        "sent_date": "2026-03-30",
        "channel": "paper",
        "deadline_date": "2026-04-13",
        "fee": money("70.00"),
    }
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/reminders", own).status == 201
    assert follow_up(hub.world, invoice_id).done == 0


def test_a_letter_for_an_invoice_in_another_currency_is_free(hub, product):
    hub.world.debtor(kind="business", organisation_number="974760673")
    plan(hub.world, "custom", claims_compensation=True)
    invoice_id = followed(hub.world, currency="EUR")
    product.until(date(2026, 3, 31))
    (asked,) = product.asked()
    nothing = {"amount": "0.00", "currency": "EUR"}
    assert (asked["fee"], asked["compensation"]) == (nothing, nothing)
    assert invoice_of(hub, invoice_id).remaining.text == "1250.00"


def test_compensation_is_asked_of_a_business_instead_of_the_fee(hub, product):
    hub.world.debtor(kind="business", organisation_number="974760673")
    plan(hub.world, "custom", claims_compensation=True)
    invoice_id = followed(hub.world)
    product.until(date(2026, 3, 31))
    (asked,) = product.asked()
    assert (asked["fee"], asked["compensation"]) == (money("0.00"), money("460.00"))
    assert invoice_of(hub, invoice_id).remaining.text == "1710.00"
    product.until(date(2026, 4, 20))
    assert product.asked()[1]["fee"] == money("0.00")


def test_a_letter_of_the_creditors_own_moves_the_plan_and_is_no_step_of_it(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    at(hub, (3, 18), 12)
    letter = {"kind": "free_notice", "sent_date": "2026-03-18", "channel": "paper"}
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/reminders", letter).status == 201
    product.until(date(2026, 3, 21))
    assert [day for _, day in letters_of(invoice_of(hub, invoice_id))] == ["2026-03-18", "2026-03-19"]
    assert follow_up(hub.world, invoice_id).done == 1


def test_a_letter_of_the_creditors_own_confirms_none_that_the_hub_sends(hub):
    plan(hub.world, "tight", sender=Sender.HUB)
    invoice_id = followed(hub.world)
    ref = things.INVOICE(invoice_id)
    asked = Asked(step=0, kind="free_notice", on=date(2026, 3, 19))
    hub.world.put(ref, replace(hub.world.get(ref), follow_up=FollowUp(plan=1, asked=asked, letter="ltr_1")))
    at(hub, (3, 19), 12)
    letter = {"kind": "free_notice", "sent_date": "2026-03-19", "channel": "paper"}
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/reminders", letter).status == 201
    hub.advance(hub.api, days=10)
    assert follow_up(hub.world, invoice_id) == FollowUp(plan=1, asked=asked, letter="ltr_1")
    assert attention(hub) == []


def test_what_a_business_has_agreed_is_the_interest_of_its_letters(hub, product):
    hub.world.debtor(kind="business", organisation_number="914778271")
    plan(hub.world, "custom")
    invoice_id = followed(hub.world, agreed_interest=1800)
    product.until(date(2026, 4, 1))
    (asked,) = product.asked()
    # 1,250.00 at 18 per cent for the 13 days from 17 to 29 March.
    assert (asked["date"], asked["interest"]) == ("2026-03-30", money("8.01"))
    assert asked["interest_periods"] == [
        {
            "since": "2026-03-17",
            "until": "2026-03-30",
            "days": 13,
            "principal": money("1250.00"),
            "per_cent": "18.00",
            "basis": "agreed",
            "interest": money("8.01"),
            "source": None,
        }
    ]
    assert "late_interest" not in {row["rule"] for row in asked["law"]}
    shown = hub.api.get(f"{ACME}/invoices/{invoice_id}/late-interest?until=2026-03-30").body
    assert (shown["amount"], shown["periods"]) == (money("8.01"), asked["interest_periods"])


def test_a_letter_goes_on_its_day_without_the_interest_that_no_row_tells(hub, product):
    """No rate is known of 2027: the letter says so, its fee is known, and nobody has to wait."""
    plan(hub.world, "custom")
    hub.advance_to(hub.api, datetime(2026, 12, 21, 9, tzinfo=UTC))
    invoice_id = followed(hub.world, date(2026, 12, 20), invoice_date=date(2026, 12, 6))
    product.until(date(2027, 1, 4))
    (asked,) = product.asked()
    assert (asked["kind"], asked["date"]) == ("reminder", "2027-01-03")
    assert (asked["fee"], asked["interest"]) == (money("38.00"), None)
    assert asked["missing_law"] == {
        "country": "NO",
        "rule": "late_interest",
        "debtor_kind": "consumer",
        "on": "2027-01-01",
    }
    assert "late_interest" not in {row["rule"] for row in asked["law"] if row["valid_from"] > "2026-07-01"}
    assert follow_up(hub.world, invoice_id).stopped is None
    assert attention(hub) == []
    refused = hub.api.get(f"{ACME}/invoices/{invoice_id}/late-interest?until=2027-01-03")
    assert (refused.status, refused.code, refused.body["on"]) == (409, "law_row_missing", "2027-01-01")


def test_a_step_without_a_row_of_law_waits_and_says_which(hub, product):
    """Denmark's lump sum for late payment is not sourced, and a letter that claims it needs its figure."""
    hub.world.creditor(country="DK")
    hub.world.debtor(kind="business")
    plan(hub.world, "custom", claims_compensation=True)
    invoice_id = followed(hub.world, currency="DKK")
    product.until(date(2026, 4, 3))
    assert product.asked() == []
    (asked,) = attention(hub)
    assert (asked.kind, asked.subject) == (
        "law_row_missing",
        ("law", "acme", "DK", "late_compensation", "business"),
    )
    assert follow_up(hub.world, invoice_id).stopped == "law_row_missing"


def test_all_that_a_debtor_owes_goes_along_where_the_agreement_groups(hub, product):
    ref = things.AGREEMENT("acme", "svea")
    agreement = hub.world.get(ref)
    hub.world.put(ref, replace(agreement, settings=replace(agreement.settings, grouping=Grouping.DEBTOR)))
    plan(hub.world, "calm")
    first = followed(hub.world, due_date=date(2026, 3, 16))
    second = followed(hub.world, due_date=date(2026, 3, 26))
    product.until(date(2026, 5, 10))
    case = case_of(hub, first)
    assert [member.invoice_id for member in case.members] == [first, second]
    assert case.opened_at.date() == date(2026, 4, 13)
    # The second had got two letters by then, and gets no third.
    assert [day for _, day in letters_of(invoice_of(hub, second))] == ["2026-04-02", "2026-04-09"]
    assert follow_up(hub.world, second).stopped == "transferred"


@pytest.mark.parametrize("more", [0, 25], ids=["a_few", "more_than_at_once"])
def test_what_has_a_letter_whose_deadline_runs_does_not_go_along(hub, product, more):
    """Nothing is handed over before the deadline in its last letter has passed: the debtor has until then."""
    ref = things.AGREEMENT("acme", "svea")
    agreement = hub.world.get(ref)
    hub.world.put(ref, replace(agreement, settings=replace(agreement.settings, grouping=Grouping.DEBTOR)))
    steps = [
        {"kind": "free_notice", "days": 3, "deadline_days": 20},
        {"kind": "transfer", "days": 1, "anchor": "last_deadline"},
    ]
    # They follow no plan, and go along when another one goes.
    others = [register(hub, f"A-2-{number}", due_date="2026-03-10") for number in range(more)]
    choose(hub, "custom", steps=steps)
    first = register(hub, "A-1", due_date="2026-03-16")
    running = register(hub, "A-3", due_date="2026-03-26")
    product.until(date(2026, 4, 10))

    case = case_of(hub, first)
    assert case.opened_at.date() == date(2026, 4, 9)
    assert sorted(member.invoice_id for member in case.members) == sorted([first, *others])
    assert [(each.invoice_id, each.reasons) for each in case.left_out] == [
        (running, ("letter_deadline_not_passed",))
    ]
    assert follow_up(hub.world, running).stopped is None
    product.until(date(2026, 4, 22))
    assert case_of(hub, running).opened_at.date() == date(2026, 4, 21)
    assert attention(hub) == []


def test_what_comes_back_from_an_agency_is_not_handed_over_by_itself_again(hub, product):
    plan(hub.world, "tight")
    invoice_id = followed(hub.world)
    product.until(date(2026, 4, 1))
    case_id = case_of(hub, invoice_id).case_id
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202
    product.until(date(2026, 4, 20))
    assert len(told(hub, "case.submitted")) == 1
    assert follow_up(hub.world, invoice_id).stopped == "completed"


def test_a_case_that_ends_before_the_plan_does_gives_the_letters_back_to_the_creditor(hub, product):
    plan(hub.world, "calm")
    invoice_id, case_id = registered(hub, invoice_date=date(2026, 1, 15), due_date=date(2026, 2, 20))
    ref = things.INVOICE(invoice_id)
    hub.world.put(ref, replace(hub.world.get(ref), follow_up=FollowUp(plan=1)))
    assert hub.api.post(f"/v1/cases/{case_id}/withdraw", {}).status == 202
    product.until(date(2026, 3, 20))
    assert invoice_of(hub, invoice_id).release == "ended"
    assert [kind for kind, _ in letters_of(invoice_of(hub, invoice_id))] == ["free_notice"] * 3
    assert len(told(hub, "case.submitted")) == 1
    # Who has taken it back hands it over again, or does not.
    shown = hub.api.get(f"{ACME}/invoices/{invoice_id}").body["follow_up"]
    assert (shown["next"], shown["stopped"]["reason"]) == (None, "returned")
