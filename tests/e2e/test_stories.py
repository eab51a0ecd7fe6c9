"""Twenty random stories at once on the running stack: what the model tells in memory, told over HTTP.

Each story is a creditor of its own, with debtors who pay on either side or not at all, credit notes,
withdrawals, and an agency that fails at random. Once the network heals, both ledgers are equal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from demo.client import FAULTS, Agency, Clock, Hub, Refused, Scene
from demo.creditor import Client, agree, register_creditor
from local.stack import Stack

pytest_plugins = ["tests.stack"]

STORIES = 20
DAYS = 8
ORGANISATIONS = ("312345676", "315000017", "974760673")


@dataclass
class Story:
    """One creditor's two weeks, at random."""

    scene: Scene
    number: int
    chance: Random
    client: Client = field(init=False)
    invoices: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """Where the creditor lives in the API."""
        return f"/v1/creditors/{self.client.creditor_id}"

    def begin(self) -> None:
        """Register the creditor, its agreement and a debtor."""
        name = f"story-{self.number}"
        address = {"lines": ["Oppdiktet vei 1"], "postal_code": "9999", "city": "Ingensteds", "country": "NO"}
        register_creditor(
            self.scene,
            name,
            {
                "name": f"Fortelling {self.number} AS",
                "country": "NO",
                "organisation_number": self.chance.choice(ORGANISATIONS),
                "address": address,
            },
        )
        self.client, _ = agree(self.scene, name, f"8{self.number:04}", "Berit Oppdiktet")
        debtor = {"kind": "private", "name": "Kari Oppdiktet", "country": "NO", "address": address}
        self.scene.hub.put(f"{self.at}/debtors/kari", debtor)

    def day(self, today: datetime) -> None:
        """Let a few things happen."""
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            act = self.chance.choice(
                (self.register, self.register, self.pay_here, self.pay_there, self.credit, self.withdraw)
            )
            act(today)

    def register(self, today: datetime) -> None:
        """Register an overdue invoice and hand it over."""
        number = f"{self.number}-{len(self.invoices) + 1}"
        made = self.scene.hub.post(
            f"{self.at}/invoices",
            {
                "debtor_id": "kari",
                "document_number": number,
                "principal": money(self.chance.randrange(10_000, 300_000)),
                "invoice_date": day_of(today, -40),
                "due_date": day_of(today, -20),
            },
        )
        self.invoices[number] = made["invoice_id"]
        asked = {"agency": self.scene.agency.name, "invoice_id": made["invoice_id"]}
        self.cases[number] = self.scene.hub.post(f"{self.at}/cases", asked)["case_id"]

    def pay_here(self, today: datetime) -> None:
        """Let the debtor pay the creditor, some or all of what is left."""
        if owed := self._owed():
            number, left = owed
            paid = self.chance.choice((left, max(left // 3, 1)))
            self.scene.hub.post(
                f"{self.at}/invoices/{self.invoices[number]}/payments",
                {"amount": money(paid), "paid_date": day_of(today), "origin": "debtor"},
            )

    def pay_there(self, today: datetime) -> None:
        """Let the debtor pay the agency."""
        case = self._case()
        if case["case_number"] and case["processing"] == "open":
            there = self.scene.agency.case(case["case_number"])
            left = cents(there["principal"]["remaining"]) + cents(there["cost"]["remaining"])
            if there["state"] == "open" and left:
                paid = money(self.chance.choice((left, max(left // 2, 1))))
                self.scene.agency.pay(
                    paid["amount"], paid["currency"], day_of(today), case_number=case["case_number"]
                )

    def credit(self, today: datetime) -> None:
        """Credit a part of an invoice."""
        if owed := self._owed():
            number, left = owed
            self.scene.hub.post(
                f"{self.at}/credit-notes",
                {
                    "document_number": f"C-{number}-{self.chance.getrandbits(30)}",
                    "amount": money(max(left // 4, 1)),
                    "credit_date": day_of(today),
                    "invoice_id": self.invoices[number],
                },
            )

    def withdraw(self, today: datetime) -> None:
        """Take a case back, now and then."""
        case = self._case()
        if "withdraw" in case["available_actions"] and self.chance.random() < 0.4:
            self._unless_too_late(f"/v1/cases/{case['case_id']}/withdraw")

    def _unless_too_late(self, path: str) -> None:
        try:
            self.scene.hub.post(path)
        except Refused as refused:
            assert refused.status == 409, refused.problem

    def _owed(self) -> tuple[str, int] | None:
        number = self.chance.choice(list(self.invoices))
        invoice = self.scene.hub.get(f"{self.at}/invoices/{self.invoices[number]}")
        left = cents(invoice["remaining"]["amount"])
        return (number, left) if left else None

    def _case(self) -> dict[str, Any]:
        case_id = self.chance.choice(list(self.cases.values()))
        case: dict[str, Any] = self.scene.hub.get(f"/v1/cases/{case_id}")
        return case

    def differences(self) -> Iterator[str]:
        """Compare every case with the agency's own ledger."""
        there = {case["external_id"]: case for case in self.scene.agency.cases(self.client.client_number)}
        known = set()
        for number, case_id in self.cases.items():
            case = self.scene.hub.get(f"/v1/cases/{case_id}")
            theirs = there.get(f"{self.invoices[number]}-1")
            if theirs is None:
                if case["processing"] != "closed":
                    yield f"{number} never came to the agency, and is {case['processing']}"
                continue
            known.add(theirs["external_id"])
            if case["case_number"] != theirs["case_number"]:
                yield f"{number}: {case['case_number']} here, {theirs['case_number']} there"
            if (case["processing"] == "closed") != (theirs["state"] == "closed"):
                yield f"{number} of {self.scene.agency.name}: {case} here, {theirs} there"
            if theirs["state"] == "open":
                left = self.scene.hub.get(f"{self.at}/invoices/{self.invoices[number]}")["remaining"][
                    "amount"
                ]
                ours = (left, case["agency_cost"]["amount"])
                if ours != (theirs["principal"]["remaining"], theirs["cost"]["remaining"]):
                    yield f"{number}: {ours} here, {theirs['principal']}, {theirs['cost']} there"
        if strangers := there.keys() - known:
            yield f"the agency has cases that the hub does not know: {strangers}"
        received = sorted(
            payment["payment_id"]
            for case in there.values()
            for payment in case["payments"]
            if payment["source"] == "debtor_to_agency"
        )
        booked = sorted(
            payment["agency_payment_id"]
            for payment in self.scene.hub.every("/v1/payments", creditor_id=self.client.creditor_id)
            if payment["source"] == "agency"
        )
        if received != booked:
            yield f"payments at the agency: {booked} here, {received} there"
        yield from self._faults_of_the_vouchers(there.values())

    def _faults_of_the_vouchers(self, theirs: Iterable[dict[str, Any]]) -> Iterator[str]:
        """Every voucher balances, and the balance account is what the agency has received and not settled."""
        claims = 0
        for voucher in self.scene.hub.every("/v1/vouchers", creditor_id=self.client.creditor_id):
            on = [(line["role"], cents(line["debit"]["amount"]) - cents(line["credit"]["amount"]))
                  for line in voucher["lines"]]  # fmt: skip
            if sum(amount for _, amount in on):
                yield f"{voucher['voucher_id']} does not balance"
            claims += sum(amount for role, amount in on if role == "agency_claims")
        owed = sum(
            cents(payment["principal"])
            for case in theirs
            for payment in case["payments"]
            if payment["source"] == "debtor_to_agency" and payment["settlement"] is None
        )
        if claims != owed:
            yield f"the vouchers say that the agency owes {claims}, its books {owed}"


def money(minor: int) -> dict[str, str]:
    return {"amount": f"{minor // 100}.{minor % 100:02}", "currency": "NOK"}


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def day_of(today: datetime, days: int = 0) -> str:
    return (today + timedelta(days=days)).date().isoformat()


@pytest.fixture(scope="module")
def scenes(stack: Stack) -> Iterator[list[Scene]]:
    """One scene for each agency; they share the hub and its clock."""
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
        clock = Clock(hub)
        names = [agency["agency"] for agency in hub.get("/v1/agencies")["items"]]
        yield [Scene(hub, Agency(sandbox, name), clock) for name in names]


@pytest.mark.capability("VIS-9", "BEY-10", "BEY-13")
def test_both_ledgers_are_equal_once_the_network_heals(scenes: list[Scene]) -> None:
    scene = scenes[0]
    chance = Random(20261121)
    told = scene.hub.get("/v1/test-clock")["now"]
    today = datetime.fromisoformat(told) if told else datetime(2026, 3, 2, 9, tzinfo=UTC)
    scene.clock.move(today + timedelta(hours=1))
    today += timedelta(hours=1)
    stories = [
        Story(scenes[number % len(scenes)], number, Random(chance.getrandbits(64)))
        for number in range(STORIES)
    ]
    for story in stories:
        story.begin()
        story.register(today)
    for _ in range(DAYS):
        for _ in range(2):
            chance.choice(scenes).agency.misbehave(chance.choice(FAULTS), chance.randrange(1, 4))
        for story in stories:
            story.day(today)
        today += timedelta(days=1)
        scene.clock.move(today)
    for each in scenes:
        each.agency.heal()
    scene.clock.move(today + timedelta(days=3))

    assert not (found := [difference for story in stories for difference in story.differences()]), "\n".join(
        found
    )
    assert sum(len(story.cases) for story in stories) > 2 * STORIES
    assert [event for story in stories for event in drifts_of(scene, story.client.creditor_id)] == []


def drifts_of(scene: Scene, creditor_id: str) -> Iterator[dict[str, Any]]:
    after, more = 0, True
    while more:
        page = scene.hub.get("/v1/events", creditor_id=creditor_id, after=str(after), limit="100")
        yield from (event for event in page["items"] if event["type"] == "ledger.drift")
        after, more = page["next_after"], page["more"]
