"""Any plan at all, by the API: refused until it is lawful, previewed, and followed through what happens."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from tests.law_checker import CURRENCIES, Claim, HandedOver, Sent, violations
from tests.story.following import Product, confirmation
from tests.story.stage import Stage
from tests.story.telling import ACME, faults_of, told

PLAN = f"{ACME}/reminder-plan"
ORGANISATIONS = {"NO": "974760673", "SE": "5560360793", "FI": "01120389", "DK": "22756214"}
BEGUN = date(2026, 3, 2)
TROUBLE = 70
"""For so many days something may happen to the invoice; then nothing stands in the way of its plan."""

NEXT = ("kind", "date", "planned_date", "why_not_earlier")
"""What an invoice tells of its next step, as its preview does."""


@pytest.fixture
def product(hub):
    hub.world.ready()
    return Product(hub)


@dataclass
class Ledger:
    """A creditor in some country, with one debtor and an agreement at some level, and chance."""

    hub: Stage
    chance: Random
    country: str
    level: str
    business: bool
    objections: list[tuple[date, date | None]] = field(default_factory=list)
    dispute_id: str | None = None

    @classmethod
    def by(cls, hub: Stage, chance: Random) -> "Ledger":
        country = chance.choice(["NO", "NO", "FI", "DK", "SE"])
        # No row tells Sweden's rate of that year, which its demand has to state.
        level = "reminder" if country == "SE" else chance.choice(["reminder", "collection"])
        made = cls(hub, chance, country, level, chance.random() < 0.5)
        hub.world.creditor(country=country, organisation_number=ORGANISATIONS[country])
        hub.world.agreement(level=level)
        made.debtor()
        return made

    def debtor(self, **more: Any) -> None:
        kind: dict[str, Any] = {"kind": "private"}
        if self.business:
            kind = {"kind": "business", "organisation_number": ORGANISATIONS[self.country]}
        self.hub.world.debtor(country=self.country, **kind, **more)

    def _step(self, kind: str) -> dict[str, Any]:
        chance = self.chance
        step: dict[str, Any] = {"kind": kind, "days": chance.randint(1, 20)}
        step["anchor"] = chance.choice(["due_date", "last_letter", "last_deadline"])
        if kind in ("reminder", "notice_of_collection"):
            step["fee"] = chance.random() < 0.6
        if kind != "transfer" and chance.random() < 0.4:
            step["deadline_days"] = chance.randint(1, 20)
        return step

    def choose(self, **more: Any) -> None:
        """Choose a plan; one that is refused is chosen again as the refusal says."""
        chance = self.chance
        body: dict[str, Any] = {"plan": chance.choice(["calm", "tight", "recommended"]), "agency": "svea"}
        if chance.random() < 0.6:
            kinds = chance.choices(["free_notice", "reminder", "reminder"], k=chance.randint(1, 4))
            if self.level == "collection" or (self.country != "SE" and chance.random() < 0.3):
                kinds.append("notice_of_collection")
            body |= {"plan": "custom", "fees_agreed": True}
            body["steps"] = [self._step(kind) for kind in (*kinds, "transfer")]
            body["claims_compensation"] = self.country != "DK" and chance.random() < 0.4
        for _ in range(len(body.get("steps", ())) + 1):
            reply = self.hub.api.put(PLAN, body | more)
            if reply.status == 200:
                return
            for each in reply.body["errors"]:
                step = body["steps"][int(each["pointer"].split("/")[2])]
                least = re.search(r"days is at least (\d+)$", each["detail"])
                step |= {"days": int(least[1])} if least else {"fee": False}
        raise AssertionError(reply.text)

    def register(self, *, days_to_due: int) -> str:
        """Register an invoice that follows the plan, if need be by hand."""
        due = BEGUN + timedelta(days=days_to_due)
        self.due = due
        body = {
            "debtor_id": "d-1",
            "document_number": "F-1",
            "principal": {"amount": "10000.00", "currency": CURRENCIES[self.country]},
            "invoice_date": (due - timedelta(days=10)).isoformat(),
            "due_date": due.isoformat(),
        }
        reply = self.hub.api.post(f"{ACME}/invoices", body)
        assert reply.status == 201, reply.text
        if reply.body["follow_up"] is None:
            enrolled = self.hub.api.post(f"{ACME}/invoices/{reply.body['invoice_id']}/enrol", {})
            assert enrolled.status == 200, enrolled.text
        invoice_id: str = reply.body["invoice_id"]
        return invoice_id

    # --- what may happen ---------------------------------------------------------------------------

    def happen(self, at: str, today: date) -> None:
        """Let something happen to the invoice, its debtor or the plan."""
        api = self.hub.api
        what = self.chance.choice(
            ["object", "agree", "exclude", "include", "ban", "plan", "move", "off", "pay"]
        )
        if what == "object" and self.dispute_id is None:
            self.dispute_id = api.post(f"{at}/disputes", {"reason": "wrong_goods"}).body["dispute_id"]
            # What was asked for this morning was asked for before.
            self.objections.append((today + timedelta(days=1), None))
        elif what == "agree":
            self.agree(at, today)
        elif what in ("exclude", "include"):
            api.patch(at, {"excluded_from_dunning": what == "exclude"})
        elif what == "ban":
            self.debtor(collection_ban=self.chance.random() < 0.5)
        elif what in ("plan", "move"):
            self.choose(move=what == "move")
        elif what == "off":
            api.delete(PLAN)
        elif what == "pay":
            amount = {"amount": "10.00", "currency": CURRENCIES[self.country]}
            api.post(f"{at}/payments", {"amount": amount, "paid_date": today.isoformat()})

    def agree(self, at: str, today: date) -> None:
        """End the objection, if there is one."""
        if self.dispute_id is not None:
            self.hub.api.post(f"{at}/disputes/{self.dispute_id}/resolve", {"resolution": "rejected"})
            self.dispute_id = None
            since, _ = self.objections.pop()
            self.objections.append((since, max(since, today)))

    def clear(self, at: str, today: date) -> None:
        """Take everything away that stands in the way, and have the invoice follow a plan that is on."""
        self.agree(at, today)
        self.hub.api.patch(at, {"excluded_from_dunning": False})
        self.debtor()
        if self.hub.api.get(PLAN).body["ended_at"] is not None:
            self.choose()
        self.hub.api.post(f"{at}/enrol", {})

    def complaints(self, invoice: dict[str, Any]) -> list[str]:
        """Hear what the checker of the law says of the letters and the hand-over."""
        letters = [
            Sent(
                each["kind"],
                date.fromisoformat(each["sent_date"]),
                date.fromisoformat(each["deadline_date"]) if each["deadline_date"] else None,
                round(100 * float(each["fee"]["amount"])),
            )
            for each in invoice["reminders"]
        ]
        case = self.hub.api.get(f"/v1/cases/{invoice['collection']['case_id']}").body
        handed_over = HandedOver(date.fromisoformat(case["opened_at"][:10]), case["level"])
        debtor = "business" if self.business else "consumer"
        claim = Claim(self.country, debtor, self.due, 1_000_000, True, None, tuple(self.objections))
        return violations(claim, letters, handed_over)


@pytest.mark.capability("FIK-5")
@pytest.mark.parametrize("seed", range(10))
def test_whatever_the_plan_its_preview_is_what_happens(hub, product, seed):
    chance = Random(seed)
    ledger = Ledger.by(hub, chance)
    ledger.choose()
    invoice_id = ledger.register(days_to_due=chance.choice([-60, -14, 0, 14, 32]))
    (item,) = hub.api.post(f"{PLAN}/preview", {"invoice_id": invoice_id}).body["items"]
    *letters, transfer = item["steps"]
    assert item["transfer_blocked_by"] == []

    product.until(date.fromisoformat(transfer["date"]) + timedelta(days=1))

    names = ("kind", "date", "deadline_date", "fee", "compensation", "interest")
    asked = product.asked(invoice_id)
    assert [[each[name] for name in names] for each in asked] == [
        [each[name] for name in names] for each in letters
    ]
    invoice = hub.api.get(f"{ACME}/invoices/{invoice_id}").body
    case = hub.api.get(f"/v1/cases/{invoice['collection']['case_id']}").body
    assert (transfer["kind"], transfer["date"]) == ("transfer", case["opened_at"][:10])
    assert ledger.complaints(invoice) == []


@pytest.mark.capability("FIK-1")
@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_the_law_is_kept_and_the_agency_gets_it_once(hub, product, seed):
    chance = Random(1000 + seed)
    ledger = Ledger.by(hub, chance)
    ledger.choose()
    invoice_id = ledger.register(days_to_due=chance.choice([-60, -20, 0, 5, 14]))
    at = f"{ACME}/invoices/{invoice_id}"
    for passed in range(1, 260):
        hub.advance_to(hub.api, (hub.hub.desk.read().now + timedelta(days=1)).replace(hour=9))
        today = BEGUN + timedelta(days=passed)
        if passed == TROUBLE:
            ledger.clear(at, today)
        elif passed < TROUBLE and chance.random() < 0.15:
            ledger.happen(at, today)
        waiting = hub.api.get(at).body["follow_up"]["asked"]
        # The billing product takes its time.
        if waiting and (passed > TROUBLE or chance.random() < 0.6):
            asked = {each["reminder_id"]: each for each in product.asked(invoice_id)}
            reply = hub.api.post(f"{at}/reminders", confirmation(asked[waiting["reminder_id"]]))
            assert reply.status == 201, reply.text
        hub.pump()
        invoice = hub.api.get(at).body
        (ahead,) = hub.api.post(f"{PLAN}/preview", {"invoice_id": invoice_id}).body["items"]
        follow_up = invoice["follow_up"]
        if not follow_up["asked"]:
            coming = ahead["steps"][0] if ahead["steps"] else {}
            assert {name: coming.get(name) for name in NEXT} == (follow_up["next"] or dict.fromkeys(NEXT))
            assert (follow_up["stopped"], follow_up["steps_done"]) == (ahead["stopped"], ahead["steps_done"])
        if invoice["collection"]:
            break

    assert invoice["collection"] is not None, invoice["follow_up"]
    assert ledger.complaints(invoice) == []
    assert len(told(hub, "case.submitted")) == 1
    assert faults_of(hub) == []
