"""Reminder plans on the running stack: what the preview tells beforehand is what then happens, day by day."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from demo.client import Agency, Clock, Hub, Refused, Scene
from demo.creditor import agree, register_creditor
from local import mail
from local.stack import Stack

pytest_plugins = ["tests.stack"]

HUB, PRODUCT = "sends-itself", "sends-by-product"
ADDRESS = {"lines": ["Oppdiktet vei 1"], "postal_code": "9999", "city": "Ingensteds", "country": "NO"}
STEPS = [
    {"kind": "free_notice", "anchor": "due_date", "days": 1},
    {"kind": "reminder", "anchor": "due_date", "days": 14, "deadline_days": 14, "fee": True},
    {"kind": "notice_of_collection", "anchor": "last_deadline", "days": 1, "deadline_days": 14, "fee": True},
    {"kind": "transfer", "anchor": "last_deadline", "days": 1},
]
OWED = 125_000
"""Øre, on each invoice."""


@pytest.fixture(scope="module")
def scene(stack: Stack) -> Iterator[Scene]:
    with (
        httpx.Client(
            base_url=stack.url, headers={"authorization": f"Bearer {stack.api_key}"}, timeout=30
        ) as api,
        httpx.Client(base_url=stack.sandbox.url, timeout=30) as sandbox,
    ):
        hub = Hub(api)
        for endpoint in hub.every("/v1/webhook-endpoints"):
            # Nobody listens any more: a year of retries would be waited for.
            api.delete(f"/v1/webhook-endpoints/{endpoint['endpoint_id']}").raise_for_status()
        yield Scene(hub, Agency(sandbox, "svea"), Clock(hub))


@pytest.fixture(scope="module")
def begun(scene: Scene) -> datetime:
    """Noon of the day on which the story begins; the clock of a stack that has told one goes only forward."""
    with suppress(Refused):
        scene.clock.move(datetime(2026, 3, 2, 9, tzinfo=UTC))
    now = datetime.fromisoformat(scene.hub.get("/v1/test-clock")["now"])
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    scene.clock.move(noon)
    return noon


@pytest.fixture(scope="module")
def happened(stack: Stack, scene: Scene, begun: datetime) -> dict[str, Any]:
    """Seven weeks under two plans: who sends, and what became of five invoices."""
    hub = scene.hub
    for number, creditor_id in enumerate((HUB, PRODUCT)):
        details: dict[str, Any] = {"name": "Påminner AS", "country": "NO", "address": ADDRESS}
        details |= {"organisation_number": "312345676", "bank_account": "15030000017"}
        register_creditor(scene, creditor_id, details | {"email": f"post@{creditor_id}.example"})
        agree(scene, creditor_id, f"9{number:04}", "Berit Oppdiktet")
    plans: dict[str, dict[str, Any]] = {
        HUB: {"plan": "custom", "sender": "hub", "channels": ["email"], "steps": STEPS},
        PRODUCT: {"plan": "tight", "sender": "billing_product", "channels": ["ehf", "email"], "sms": True},
    }
    for creditor_id, plan in plans.items():
        hub.put(f"/v1/creditors/{creditor_id}/reminder-plan", {**plan, "agency": "svea"})
    invoices = {
        "goes all the way": registered(hub, HUB, begun, "1001"),
        "is objected to": registered(hub, HUB, begun, "1002"),
        "comes back": registered(hub, HUB, begun, "1003"),
        "is asked for": registered(hub, PRODUCT, begun, "2001"),
        "is paid": registered(hub, PRODUCT, begun, "2002"),
    }
    previews = {
        name: hub.post(
            f"/v1/creditors/{creditor_of(name)}/reminder-plan/preview", {"invoice_id": invoice_id}
        )["items"][0]["steps"]
        for name, invoice_id in invoices.items()
    }
    scene.clock.move(begun + timedelta(days=3))
    for asked in asked_for(hub):
        confirm(hub, asked)
    bounce(stack, hub, invoices["comes back"])
    at = f"/v1/creditors/{HUB}/invoices/{invoices['is objected to']}"
    hub.post(f"{at}/disputes", {"reason": "wrong_amount"})
    at = f"/v1/creditors/{PRODUCT}/invoices/{invoices['is paid']}"
    today = (begun + timedelta(days=3)).date().isoformat()
    hub.post(f"{at}/payments", {"amount": money(OWED), "paid_date": today, "origin": "debtor"})
    scene.clock.move(begun + timedelta(days=50))
    told = {
        name: hub.get(f"/v1/creditors/{creditor_of(name)}/invoices/{invoice_id}")
        for name, invoice_id in invoices.items()
    }
    return {"invoices": told, "previews": previews}


def creditor_of(name: str) -> str:
    return PRODUCT if name in ("is asked for", "is paid") else HUB


def registered(hub: Hub, creditor_id: str, begun: datetime, number: str) -> str:
    """Register an invoice that falls due today, of a debtor who has accepted letters by e-mail."""
    today = begun.date()
    debtor: dict[str, Any] = {"kind": "private", "name": "Kari Oppdiktet", "country": "NO"}
    debtor |= {"email": f"{number}@debtor.example", "email_accepted_date": today.isoformat()}
    hub.put(f"/v1/creditors/{creditor_id}/debtors/d-{number}", debtor | {"address": ADDRESS})
    made = hub.post(
        f"/v1/creditors/{creditor_id}/invoices",
        {
            "debtor_id": f"d-{number}",
            "document_number": number,
            "principal": money(OWED),
            "invoice_date": today.isoformat(),
            "due_date": today.isoformat(),
            "payment_reference": {"type": "kid", "value": "12344"},
        },
    )
    invoice_id: str = made["invoice_id"]
    return invoice_id


def asked_for(hub: Hub) -> list[Mapping[str, Any]]:
    """Give the letters that the billing product is asked for and has not confirmed."""
    return [
        event["data"]
        for event in events_of(hub, PRODUCT, "invoice.reminder_due")
        if (asked := invoice_of(hub, PRODUCT, event)["follow_up"]["asked"])
        and asked["reminder_id"] == event["data"]["reminder_id"]
    ]


def invoice_of(hub: Hub, creditor_id: str, event: Mapping[str, Any]) -> Any:
    return hub.get(f"/v1/creditors/{creditor_id}/invoices/{event['data']['invoice_id']}")


def confirm(hub: Hub, asked: Mapping[str, Any]) -> None:
    """Confirm a letter as it was asked for."""
    hub.post(
        f"/v1/creditors/{PRODUCT}/invoices/{asked['invoice_id']}/reminders",
        {
            "reminder_id": asked["reminder_id"],
            "kind": asked["kind"],
            "sent_date": asked["date"],
            "channel": "email",
        },
    )


def bounce(stack: Stack, hub: Hub, invoice_id: str) -> None:
    """Tell of a bounce of an invoice's letter as SES does; the emulator's own SES tells nothing.

    It goes the way of the template's rule, but for its source: nobody else may speak as one of AWS.
    """
    [letter] = [
        event["data"]
        for event in events_of(hub, HUB, "invoice.reminder_sent")
        if event["data"]["invoice_id"] == invoice_id
    ]
    bus = stack.emulator.client("events")
    [rule] = [each for each in bus.list_rules()["Rules"] if "aws.ses" in each.get("EventPattern", "")]
    pattern = json.loads(rule["EventPattern"])
    bus.put_rule(Name=rule["Name"], EventPattern=json.dumps(pattern | {"source": ["test.ses"]}))
    tags = pattern["detail"]["mail"]["tags"] | {"invoice": [invoice_id], "letter": [letter["letter_id"]]}
    told = {"eventType": "Bounce", "mail": {"tags": tags}}
    entry = {"Source": "test.ses", "DetailType": "Email Bounced", "Detail": json.dumps(told)}
    assert bus.put_events(Entries=[entry])["FailedEntryCount"] == 0


def events_of(hub: Hub, creditor_id: str, kind: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    after, more = 0, True
    while more:
        page = hub.get("/v1/events", creditor_id=creditor_id, after=str(after), limit="100")
        found.extend(event for event in page["items"] if event["type"] == kind)
        after, more = page["next_after"], page["more"]
    return found


def money(minor: int) -> dict[str, str]:
    return {"amount": f"{minor // 100}.{minor % 100:02}", "currency": "NOK"}


def letters_to(stack: Stack, number: str) -> list[dict[str, Any]]:
    return [each for each in mail.sent(stack.emulator) if f"{number}@debtor.example" in str(each)]


@pytest.mark.capability("FIK-1", "FIK-14")
def test_letters_and_hand_over_are_those_of_the_preview(happened: dict[str, Any]) -> None:
    for name in ("goes all the way", "is asked for"):
        invoice, preview = happened["invoices"][name], happened["previews"][name]
        told = [(step["kind"], step["date"], step["deadline_date"], step["fee"]) for step in preview[:-1]]
        sent = [
            (each["kind"], each["sent_date"], each["deadline_date"], each["fee"])
            for each in invoice["reminders"]
        ]
        assert sent == told, name
        assert preview[-1]["kind"] == "transfer"
        assert invoice["collection"] is not None
        assert invoice["follow_up"]["stopped"]["reason"] == "transferred"


def test_each_letter_of_the_hub_went_out_once_with_its_fee(stack: Stack, happened: dict[str, Any]) -> None:
    sent = letters_to(stack, "1001")
    titles = ("Betalingspåminnelse", "Purring", "Inkassovarsel")
    assert len(sent) == len(titles)
    for letter, title in zip(sent, titles, strict=True):
        assert title in str(letter)
    balance = happened["invoices"]["goes all the way"]["balance"]
    assert balance["fee"]["original"] == {"amount": "76.00", "currency": "NOK"}


def test_each_letter_can_be_read_again(scene: Scene, happened: dict[str, Any]) -> None:
    invoice = happened["invoices"]["goes all the way"]
    at = f"/v1/creditors/{HUB}/invoices/{invoice['invoice_id']}/reminders"
    letters = scene.hub.get(at)["items"]
    assert [(each["kind"], each["state"]) for each in letters] == [
        ("free_notice", "sent"),
        ("reminder", "sent"),
        ("notice_of_collection", "sent"),
    ]
    read = scene.hub.get(f"{at}/{letters[-1]['letter_id']}")
    assert "Inkassovarsel" in read["content"]["text"]
    assert {row["rule"] for row in read["law"]} >= {"notice_deadline_days", "late_interest"}
    bounced = at.replace(invoice["invoice_id"], happened["invoices"]["comes back"]["invoice_id"])
    [back] = scene.hub.get(bounced)["items"]
    assert (back["state"], back["counts"]) == ("bounced", False)


def test_the_agency_has_each_case_once(scene: Scene, happened: dict[str, Any]) -> None:
    cases = [case for number in ("90000", "90001") for case in scene.agency.cases(number)]
    assert sorted(case["external_id"].rpartition("-")[0] for case in cases) == sorted(
        happened["invoices"][name]["invoice_id"] for name in ("goes all the way", "is asked for")
    )


def test_an_objection_and_a_payment_stop_the_rest(stack: Stack, happened: dict[str, Any]) -> None:
    objected, paid = happened["invoices"]["is objected to"], happened["invoices"]["is paid"]
    assert [each["kind"] for each in objected["reminders"]] == ["free_notice"]
    assert objected["follow_up"]["stopped"]["reason"] == "disputed"
    assert len(letters_to(stack, "1002")) == 1
    assert [each["kind"] for each in paid["reminders"]] == ["free_notice"]
    assert paid["follow_up"]["stopped"]["reason"] == "settled"
    assert objected["collection"] is None
    assert paid["collection"] is None


def test_a_letter_that_came_back_does_not_count_and_is_told(happened: dict[str, Any], scene: Scene) -> None:
    invoice = happened["invoices"]["comes back"]
    assert invoice["reminders"] == []
    assert invoice["follow_up"]["stopped"]["reason"] == "letter_bounced"
    assert len(events_of(scene.hub, HUB, "invoice.reminder_bounced")) == 1
    [asked] = [each for each in scene.hub.every("/v1/attention") if each["kind"] == "letter_bounced"]
    assert asked["creditor_id"] == HUB
