"""Reminder plans from end to end, as a billing product has them: chosen, previewed, followed to the case."""

from datetime import date

import pytest

from tests.story.following import Product
from tests.story.telling import ACME, told

PLAN = f"{ACME}/reminder-plan"
OWN_STEPS = [
    {"kind": "free_notice", "days": 5},
    {"kind": "reminder", "days": 14, "fee": True, "deadline_days": 14},
    {"kind": "notice_of_collection", "days": 1, "anchor": "last_deadline", "fee": True},
    {"kind": "transfer", "days": 1, "anchor": "last_deadline"},
]


@pytest.fixture
def product(hub):
    hub.world.ready()
    return Product(hub)


def choose(hub, **plan):
    reply = hub.api.put(PLAN, {"agency": "svea", **plan})
    assert reply.status == 200, reply.text
    return reply.body


def register(hub, number="F-1", *, currency="NOK", due_date="2026-03-16"):
    body = {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": {"amount": "10000.00", "currency": currency},
        "invoice_date": "2026-03-02",
        "due_date": due_date,
    }
    reply = hub.api.post(f"{ACME}/invoices", body)
    assert reply.status == 201, reply.text
    return reply.body["invoice_id"]


def previewed(hub, invoice_id):
    """Give what is told to be asked for and handed over, and when."""
    (item,) = hub.api.post(f"{PLAN}/preview", {"invoice_id": invoice_id}).body["items"]
    return [
        (step["kind"], step["date"], step["fee"], step["interest"], step["deadline_date"])
        for step in item["steps"]
    ]


def happened(hub, invoice_id):
    """Give what was asked for and handed over, and when."""
    letters = [
        (each["kind"], each["date"], each["fee"], each["interest"], each["deadline_date"])
        for each in told(hub, "invoice.reminder_due")
        if each["invoice_id"] == invoice_id
    ]
    submitted = [each for each in told(hub, "case.submitted") if each["invoice_ids"] == [invoice_id]]
    cases = [hub.api.get(f"/v1/cases/{each['case_id']}").body for each in submitted]
    return [*letters, *(("transfer", case["opened_at"][:10], None, None, None) for case in cases)]


@pytest.mark.capability("FIK-4", "FIK-6", "FIK-7", "FIK-8")
@pytest.mark.parametrize(
    ("level", "plan"),
    [
        ("reminder", {"plan": "tight"}),
        ("reminder", {"plan": "recommended"}),
        ("reminder", {"plan": "calm"}),
        ("collection", {"plan": "recommended"}),
        ("collection", {"plan": "custom", "steps": OWN_STEPS}),
        ("reminder", {"plan": "calm", "local_steps": 1}),
        ("reminder", {"plan": "calm", "sender": "agency"}),
    ],
)
def test_what_was_previewed_is_what_happens(hub, product, level, plan):
    hub.world.agreement(level=level)
    choose(hub, **plan)
    invoice_id = register(hub)
    foreseen = previewed(hub, invoice_id)
    assert foreseen[-1][0] == "transfer"

    product.until(date(2026, 6, 1))

    assert happened(hub, invoice_id) == foreseen


ORGANISATIONS = {"NO": "974760673", "SE": "5560360793", "FI": "01120389", "DK": "22756214"}
CURRENCIES = {"NO": "NOK", "SE": "SEK", "FI": "EUR", "DK": "DKK"}


@pytest.mark.capability("FIK-4", "FIK-6", "FIK-7", "FIK-8")
@pytest.mark.parametrize("country", ["NO", "SE", "FI", "DK"])
@pytest.mark.parametrize("level", ["reminder", "collection"])
@pytest.mark.parametrize(
    ("plan", "notices", "transfer"),
    [("tight", [3], 14), ("recommended", [5, 10], 21), ("calm", [7, 14, 21], 28)],
)
def test_each_named_plan_keeps_its_days_in_each_country(
    hub, product, country, level, plan, notices, transfer
):
    """Counted from the due date, also where that is a holiday; on Saturdays and Sundays, too."""
    hub.world.creditor(country=country, organisation_number=ORGANISATIONS[country])
    hub.world.debtor(country=country)
    hub.world.agreement(level=level)
    choose(hub, plan=plan)
    on_monday, on_good_friday = date(2026, 3, 16), date(2026, 4, 3)
    foreseen = {}
    for due in (on_monday, on_good_friday):
        invoice_id = register(hub, f"F-{due}", currency=CURRENCIES[country], due_date=due.isoformat())
        foreseen[due, invoice_id] = previewed(hub, invoice_id)

    product.until(date(2026, 6, 10))

    for (due, invoice_id), steps in foreseen.items():
        found = happened(hub, invoice_id)
        assert found == steps
        days = [(date.fromisoformat(day) - due).days for _, day, *_ in found]
        kinds = [kind for kind, *_ in found]
        assert all(fee["amount"] == "0.00" for kind, _, fee, *_ in found if kind != "transfer")
        if (country, level) == ("SE", "collection"):
            # Sweden's demand has to tell the interest, and no row has that year's rate.
            assert (kinds, days) == (["free_notice"] * len(notices), notices)
            shown = hub.api.get(f"{ACME}/invoices/{invoice_id}").body["follow_up"]
            assert shown["stopped"]["reason"] == "law_row_missing"
            continue
        last = ["transfer"] if level == "reminder" else ["notice_of_collection", "transfer"]
        assert kinds == ["free_notice"] * len(notices) + last
        assert days[: len(notices) + 1] == [*notices, transfer]
        if level == "collection":
            # The agency gets it when the deadline of the notice has passed.
            assert found[-1][1] > found[-2][4] > found[-2][1]


def test_at_each_moment_the_invoice_tells_what_comes_next(hub, product):
    choose(hub, plan="recommended")
    invoice_id = register(hub)

    def follow_up():
        return hub.api.get(f"{ACME}/invoices/{invoice_id}").body["follow_up"]

    before = follow_up()
    hub.advance_to(hub.api, hub.hub.desk.read().now.replace(day=21, hour=9))
    asked = follow_up()
    (event,) = told(hub, "invoice.reminder_due")
    product.work()
    hub.pump()
    confirmed = follow_up()
    product.until(date(2026, 4, 8))
    over = follow_up()

    assert (before["next"]["kind"], before["next"]["date"]) == ("free_notice", "2026-03-21")
    assert asked["next"] is None
    assert (asked["asked"]["reminder_id"], asked["asked"]["on"]) == (event["reminder_id"], "2026-03-21")
    assert (confirmed["asked"], confirmed["steps_done"]) == (None, 1)
    assert confirmed["next"]["date"] == "2026-03-26"
    assert (over["next"], over["stopped"]["reason"]) == (None, "transferred")


@pytest.mark.capability("FIK-15")
def test_a_plan_that_is_changed_with_what_is_under_way_holds_from_then_on(hub, product):
    choose(hub, plan="calm")
    moved = register(hub)
    changed = choose(hub, plan="tight", move=True)
    hub.pump()
    product.until(date(2026, 4, 1))

    assert hub.api.get(f"/v1/jobs/{changed['move_job_id']}").body["state"] == "done"
    assert [(kind, day) for kind, day, *_ in happened(hub, moved)] == [
        ("free_notice", "2026-03-19"),
        ("transfer", "2026-03-30"),
    ]


@pytest.mark.capability("FIK-15")
def test_a_plan_that_is_switched_off_sends_nothing_until_another_takes_it_along(hub, product):
    choose(hub, plan="tight")
    invoice_id = register(hub)
    hub.api.delete(PLAN)
    product.until(date(2026, 3, 25))
    quiet = happened(hub, invoice_id)
    choose(hub, plan="recommended", move=True)
    hub.pump()
    product.until(date(2026, 3, 29))

    assert quiet == []
    assert [(kind, day) for kind, day, *_ in happened(hub, invoice_id)] == [
        ("free_notice", "2026-03-25"),
        ("free_notice", "2026-03-28"),
    ]


@pytest.mark.capability("FIK-3")
def test_an_older_invoice_is_followed_up_once_it_is_enrolled(hub, product):
    invoice_id = register(hub)
    choose(hub, plan="tight")
    product.until(date(2026, 3, 24))
    quiet = happened(hub, invoice_id)
    hub.api.post(f"{ACME}/invoices/{invoice_id}/enrol", {})
    product.until(date(2026, 4, 1))

    assert quiet == []
    assert [(kind, day) for kind, day, *_ in happened(hub, invoice_id)] == [
        ("free_notice", "2026-03-24"),
        ("transfer", "2026-03-30"),
    ]


@pytest.mark.capability("FIK-10", "FIK-11")
@pytest.mark.parametrize(
    ("channels", "sms", "sent_by"), [(["ehf", "email"], True, "ehf"), (["paper"], False, "paper")]
)
def test_reminders_go_as_ehf_email_or_letter_with_an_sms_where_that_is_wanted(
    hub, product, channels, sms, sent_by
):
    choose(hub, plan="tight", channels=channels, sms=sms)
    invoice_id = register(hub)
    hub.advance_to(hub.api, hub.hub.desk.read().now.replace(day=19, hour=9))

    (asked,) = product.asked(invoice_id)
    product.confirm(asked, channel=sent_by)

    assert (asked["channels"], asked["sms"]) == (channels, sms)
    (letter,) = hub.api.get(f"{ACME}/invoices/{invoice_id}").body["reminders"]
    assert (letter["channel"], letter["sent_date"]) == (sent_by, "2026-03-19")
