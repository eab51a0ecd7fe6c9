"""``docs/events.md`` has an example of everything that is told, with exactly the members that are told."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.agency import Address, Credentials, Level
from fordring.domain.clock import utc
from fordring.domain.events import EventType
from fordring.domain.instructions import DebtorDetails, InvoiceDetails, RegisterCase
from fordring.domain.money import Money
from fordring.domain.reminder_plan import Sender
from fordring.edge import settings
from fordring.store.memory import MemoryEngine
from tests.functions.world import PASSWORD
from tests.story.administering import administered, agreed, shown
from tests.story.following import followed, plan
from tests.story.stage import HandingQueue, Stage, onboard, stage

DOC = Path(__file__).resolve().parents[2] / "docs" / "events.md"

ENVIRONMENT = {
    "FORDRING_TABLE": "fordring",
    "FORDRING_TENANT": "demo",
    "FORDRING_STAGE": "development",
    "FORDRING_MODE": "test",
    "POWERTOOLS_SERVICE_NAME": "test",
}
AT = "/v1/creditors/acme"


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Give the page's examples, each with the heading above it."""
    found = []
    heading = ""
    for match in re.finditer(
        r"^### `(?P<heading>[a-z_.]+)`$|```json\n(?P<example>.*?)```", DOC.read_text(), re.M | re.S
    ):
        if match["heading"]:
            heading = match["heading"]
        elif heading:
            found.append((heading, json.loads(match["example"])))
    return found


def shape(value: Any) -> Any:
    """Reduce a payload to its members; what may be null, and how long a list is, is left aside."""
    if isinstance(value, dict):
        return tuple(sorted((name, shape(member)) for name, member in value.items()))
    return "list" if isinstance(value, list) else "value"


def shapes(payloads: list[dict[str, Any]]) -> dict[str, set[Any]]:
    """Give the shapes of the data of each type."""
    found: dict[str, set[Any]] = {}
    for payload in payloads:
        found.setdefault(payload["type"], set()).add(_loose(shape(payload["data"])))
    return found


def _loose(of: Any) -> Any:
    """Let an amount or an object that is null on one occasion have the shape of a value."""
    if not isinstance(of, tuple):
        return of
    members = dict(of)
    if set(members) == {"amount", "currency"}:
        return "value"
    return tuple(sorted((name, _loose(member)) for name, member in members.items()))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """Everything that a creditor's story sends to a webhook endpoint."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        settings.settings.cache_clear()
        with stage(tmp_path_factory.mktemp("events"), MemoryEngine()) as hub:
            hub.api = hub.world.client()  # type: ignore[attr-defined]
            hub.advance_to(hub.api, utc(2026, 3, 2, 9))  # type: ignore[attr-defined]
            onboard(hub)
            Story(hub).play()
            yield [payload for _, payload in hub.inbox]
        settings.settings.cache_clear()


class Story:
    """All that can happen, once in each form."""

    def __init__(self, hub: Stage) -> None:
        self.hub = hub
        self.api = hub.world.client()
        self.numbers = iter(range(10042, 10099))

    def post(self, path: str, body: Any = None) -> Any:
        reply = self.api.post(path, body)
        assert reply.status < 300, reply.text
        self.hub.pump()
        return reply.body

    def invoice(self) -> str:
        made = self.post(
            f"{AT}/invoices",
            {
                "debtor_id": "d-1",
                "document_number": str(next(self.numbers)),
                "principal": {"amount": "1250.00", "currency": "NOK"},
                "invoice_date": "2026-01-15",
                "due_date": "2026-01-29",
            },
        )
        return str(made["invoice_id"])

    def case(self) -> tuple[str, str]:
        invoice_id = self.invoice()
        case = self.post(f"{AT}/cases", {"agency": "svea", "invoice_id": invoice_id})
        return invoice_id, str(case["case_id"])

    def number(self, case_id: str) -> str:
        return str(self.hub.case(case_id).case_number)

    def control(self, what: str, body: Any) -> Any:
        told = self.hub.control("POST", f"svea/{what}", body)
        self.hub.pump()
        return told

    def play(self) -> None:
        made = self.post("/v1/webhook-endpoints", {"url": f"{self.hub.url}/inbox"})  # type: ignore[attr-defined]
        self.post(f"/v1/webhook-endpoints/{made['endpoint_id']}/test")
        cases = [self.case() for _ in range(6)]
        self.control("faults", {"kind": "reject_case", "count": 1, "reasons": ["DebtorUnknown"]})
        self.case()
        self.hub.advance(self.api, minutes=10)
        self.at_the_creditor(*cases[0])
        self.at_the_agency(cases[1][1])
        self.correspondence(*cases[2])
        self.one_more_and_one_less(cases[4][1])
        self.control("adjust", {"case_number": self.number(cases[3][1]), "principal": "1000.00"})
        self.stranger()
        self.administration()
        self.ended_without_account(cases[5][1])
        self.reminder()
        self.letter()
        # Over a Monday, when the agency pays out; a difference is told when a second run finds it.
        self.hub.advance(self.api, days=8)
        self.agreement()

    def agreement(self) -> None:
        path = f"{AT}/agreements/intrum"
        self.api.put(path, {})
        version = self.api.get("/v1/agencies/intrum/terms").body["version"]
        self.post(
            f"{path}/orders",
            {
                "contact": {"name": "Ola Nordmann", "email": "ola@acme.example"},
                "consent": {"given_by": "Ola Nordmann", "terms_version": version},
            },
        )
        written = {"customer_number": "79021", "user_name": "acme", "password": PASSWORD}
        assert self.api.put(f"{path}/credentials", written).status == 200
        agreed = {"confirmed_by": "Berit at Intrum", "confirmed_date": "2026-03-02"}
        self.post(f"{path}/contract-change", {**written, "customer_number": "79022", "confirmation": agreed})

    def at_the_creditor(self, invoice_id: str, case_id: str) -> None:
        amount = {"amount": "250.00", "currency": "NOK"}
        paid = self.post(
            f"{AT}/invoices/{invoice_id}/payments",
            {"amount": amount, "paid_date": "2026-03-02", "origin": "debtor"},
        )
        self.post(f"/v1/payments/{paid['payment_id']}/reverse", {"date": "2026-03-02"})
        self.post(
            f"{AT}/credit-notes",
            {
                "document_number": "501",
                "amount": amount,
                "credit_date": "2026-03-02",
                "invoice_id": invoice_id,
            },
        )
        dispute = self.post(f"{AT}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"})
        dispute_id = dispute["dispute_id"]
        self.post(f"{AT}/invoices/{invoice_id}/disputes/{dispute_id}/resolve", {"resolution": "rejected"})
        fee = {"amount": "35.00", "currency": "NOK"}
        given_up = self.invoice()
        cost = {"component": "fee", "amount": fee, "date": "2026-03-02"}
        self.post(f"{AT}/invoices/{given_up}/costs", cost)
        self.post(f"{AT}/invoices/{given_up}/write-off", {"date": "2026-03-02"})

    def at_the_agency(self, case_id: str) -> None:
        money = {"currency": "NOK", "date": "2026-03-02"}
        part = self.control("payments", {"case_number": self.number(case_id), "amount": "250.00", **money})
        self.control(f"payments/{part['payment_id']}/reverse", {})
        self.control("payments", {"case_number": self.number(case_id), "amount": "1250.00", **money})
        self.control(
            "payments",
            {"reference": "no-such-reference", "amount": "99.00", "client_number": "4711", **money},
        )

    def one_more_and_one_less(self, case_id: str) -> None:
        more = self.invoice()
        self.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": more})
        self.post(f"/v1/cases/{case_id}/withdraw", {"invoice_id": more})

    def ended_without_account(self, case_id: str) -> None:
        self.control("close", {"case_number": self.number(case_id), "reason": "other"})
        handled = {"handling": "written_off", "date": "2026-03-02"}
        self.post(f"/v1/cases/{case_id}/acknowledge-closed", handled)

    def reminder(self) -> None:
        """Let a letter of a reminder plan be due; afterwards nothing more of it happens."""
        plan(self.hub.world, "custom")
        invoice_id = followed(self.hub.world, due_date=date(2026, 2, 10), invoice_date=date(2026, 1, 27))
        self.hub.pump()
        self.post(f"{AT}/invoices/{invoice_id}/write-off", {"date": "2026-03-02"})

    def letter(self) -> None:
        """Let the hub send a letter of a reminder plan, and let that come back."""
        settings = self.hub.hub.settings
        self.hub.hub.settings = replace(settings, mail_sender="letters@fordring.example")
        accepted = self.hub.world.debtor(debtor_id="d-2", email_accepted_date=date(2026, 2, 1))
        plan(self.hub.world, "custom", number=2, sender=Sender.HUB)
        invoice_id = followed(
            self.hub.world,
            due_date=date(2026, 2, 10),
            invoice_date=date(2026, 1, 27),
            debtor_id=accepted.debtor_id,
            number=2,
        )
        self.hub.pump()
        letter = self.hub.world.get(things.INVOICE(invoice_id)).follow_up.letter
        event = {"mail_event": "Bounce", "invoice": [invoice_id], "letter": [letter]}
        HandingQueue(self.hub, "agency_queue").send([event])
        self.hub.pump()
        self.hub.hub.settings = settings

    def correspondence(self, invoice_id: str, case_id: str) -> None:
        del invoice_id
        self.post(f"/v1/cases/{case_id}/pause", {"until_date": "2026-03-20", "reason": "promise_to_pay"})
        self.post(f"/v1/cases/{case_id}/resume", {})
        for text in ("Where does the debtor live?", "Have you another address?"):
            asked = {"case_number": self.number(case_id), "kind": "address", "text": text}
            theirs = self.control("questions", asked | {"deadline_date": "2026-03-16"})
        self.control(
            "withdraw-question", {"case_number": self.number(case_id), "question_id": theirs["question_id"]}
        )
        (question,) = self.api.get(f"{AT}/questions").body["items"]
        path = f"/v1/cases/{case_id}/questions/{question['question_id']}/answer"
        self.post(path, {"text": "At the address that you have."})
        self.control(
            "messages", {"case_number": self.number(case_id), "text": "We need a copy of the order."}
        )

    def administration(self) -> None:
        """Let invoices be administered: one bounces, one is bought and given back, one is not bought."""
        agreed(self.hub, "purchase")
        self.hub.world.debtor(
            kind="business", name="Acme Kunde AS", organisation_number="974760673", credit_check=True
        )
        sold, case_id = administered(self.hub, number="601")
        self.control("purchase-decisions", {"approve": False})
        administered(self.hub, number="602")
        self.control("bounces", {"case_number": self.number(case_id)})
        self.hub.advance(self.api, days=2)
        self.control("recourses", {"case_number": self.number(case_id), "fee": "50.00"})
        assert shown(self.hub, sold)["owner"] == "creditor"
        agreed(self.hub, "reminders_and_collection")

    def stranger(self) -> None:
        """Let the agency have a case that the hub has never heard of."""
        nok = Money.parse("700.00", "NOK")
        address = Address(("Oppdiktet gate 1",), "9999", "Ingensteds", "NO")
        now = self.hub.hub.desk.read().now
        due = (now - timedelta(days=30)).date()
        invoice = InvoiceDetails("lost-1", "9001", due, due, nok, nok, None, None)
        self.hub.hub.agency("svea").send(
            RegisterCase(
                "lost-1",
                Level.REMINDER,
                "Acme AS",
                "974760673",
                DebtorDetails("d-9", "private", "Kari Oppdiktet", None, address),
                (invoice,),
            ),
            Credentials("4711", "acme", PASSWORD),
        )


def test_each_example_is_a_payload_of_its_type():
    for heading, example in examples():
        assert list(example) == ["type", "timestamp", "data"], heading
        assert example["type"] == heading
        assert example["data"]["event_id"].startswith("evt_"), heading


def test_every_type_is_documented():
    assert {heading for heading, _ in examples()} == {each.value for each in EventType}


def test_the_examples_have_the_members_that_are_told(told):
    documented = shapes([example for _, example in examples()])
    assert shapes(told) == documented
