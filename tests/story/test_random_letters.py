"""Random weeks of letters: whatever happens, none goes out twice, and every invoice comes to its end.

The mail service fails in every way, letters come back, plans and senders change on the way, debtors object
and pay a part, a person decides now and then, the billing product confirms late, and the table goes back in
time.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.email import LetterRefused
from fordring.domain.hub_letter import LetterState
from fordring.domain.running import TestClock
from fordring.domain.transport import TransportFailed
from fordring.usecases.restoring import raise_epoch
from tests.story.following import FEE_BEARING, Product, confirmation
from tests.story.stage import Stage, refill
from tests.story.telling import ACME, attention, invoice_of, money, pay_creditor
from tests.story.test_hub_letters import SENDER, letters, told_by_ses

STEPS = [
    {"kind": step.kind.value, "days": step.days, "fee": step.fee, "deadline_days": step.deadline_days}
    for step in FEE_BEARING
    if step.kind != "notice_of_collection"
]
PLANS = (
    {"plan": "tight", "sender": "hub"},
    {"plan": "calm", "sender": "hub"},
    {"plan": "custom", "sender": "hub", "steps": STEPS},
    {"plan": "recommended", "sender": "billing_product"},
)
FAILURES = {
    "fail": lambda: TransportFailed("no", "too_many"),
    "doubt": lambda: TransportFailed("maybe", "no_answer"),
    "refuse": lambda: LetterRefused("message_rejected"),
}
EVENTS = [*["day"] * 6, *FAILURES, "send", "bounce", "object", "agree", "plan", "snapshot", "restore", "pay"]
EVENTS += ["decide", "confirm", "confirm"]


@dataclass
class Weeks:
    """What happens, by chance, to the invoices of one debtor."""

    hub: Stage
    chance: Random
    invoices: list[str] = field(default_factory=list)
    kept: Any = None
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the billing product was asked for and has sent, by its id."""

    def begin(self) -> None:
        self.hub.world.debtor(email_accepted_date=date(2026, 2, 1))
        self.choose_plan()
        for number in range(3):
            body = {
                "debtor_id": "d-1",
                "document_number": f"F-{number}",
                "principal": money("1250.00"),
                "invoice_date": "2026-03-01",
                "due_date": f"2026-03-{10 + number * 3}",
            }
            reply = self.hub.api.post(f"{ACME}/invoices", body)
            self.invoices.append(reply.body["invoice_id"])

    def choose_plan(self, **more: Any) -> None:
        body = self.chance.choice(PLANS) | {"agency": "svea", "active_from": "2026-01-01"} | more
        assert self.hub.api.put(f"{ACME}/reminder-plan", body).status in (200, 201)

    def let_pass(self, days: int) -> None:
        now = self.hub.hub.desk.read().now
        self.hub.advance_to(self.hub.api, (now + timedelta(days=days)).replace(hour=9, minute=0))

    def happen(self, what: str) -> None:
        hub, invoice_id = self.hub, self.chance.choice(self.invoices)
        match what:
            case "day":
                self.let_pass(self.chance.choice([1, 1, 2, 5]))
            case "fail" | "doubt" | "refuse":
                hub.hub.mail.fails.append(FAILURES[what]())
            case "send" | "bounce":
                rows = letters(hub, invoice_id)
                if rows:
                    told_by_ses(hub, self.chance.choice(rows), what.capitalize())
            case "object":
                hub.api.post(f"{ACME}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"})
            case "agree":
                self.agree(invoice_id)
            case "plan":
                self.choose_plan(move=self.chance.random() < 0.7)
            case "snapshot":
                self.kept = hub.engine.everything()
            case "restore":
                self.restore()
            case "pay" if invoice_of(hub, invoice_id).release == "candidate":
                pay_creditor(hub, invoice_id, "100.00")
            case "decide":
                self.decide(lambda: self.chance.choice(["sent", "not_sent"]))
            case "confirm":
                self.confirm(0.7)
        hub.pump()

    def agree(self, invoice_id: str) -> None:
        for dispute in invoice_of(self.hub, invoice_id).disputes:
            path = f"{ACME}/invoices/{invoice_id}/disputes/{dispute.dispute_id}/resolve"
            self.hub.api.post(path, {"resolution": "rejected"})

    def restore(self) -> None:
        if self.kept is not None:
            now = self.hub.hub.desk.read().now
            refill(self.hub.engine, self.kept)
            self.hub.world.put(things.TEST_CLOCK(), TestClock(now))
            raise_epoch(self.hub.hub.desk)

    def decide(self, decision: Any) -> None:
        for each in attention(self.hub):
            at = f"/v1/attention/{each.attention_id}"
            if each.kind == "letter_in_doubt":
                assert self.hub.api.post(f"{at}/resolve", {"resolution": decision()}).status == 202
            if each.kind == "letter_not_sent":
                self.hub.api.post(f"{at}/retry")

    def confirm(self, share: float = 1) -> None:
        """Send each letter once, as it was asked for first, and say so, late and often."""
        for asked in Product(self.hub).asked():
            self.asked.setdefault(asked["reminder_id"], asked)
        for asked in self.asked.values():
            if self.chance.random() < share:
                path = f"{ACME}/invoices/{asked['invoice_id']}/reminders"
                reply = self.hub.api.post(path, confirmation(asked))
                assert reply.status in (201, 409, 422), reply.text

    def end(self) -> None:
        """Let every doubt be settled, and the plans run to their end."""
        self.hub.hub.mail.fails.clear()
        for invoice_id in self.invoices:
            self.agree(invoice_id)
        ref = things.DEBTOR("acme", "d-1")
        for _ in range(14):
            self.hub.world.put(ref, replace(self.hub.world.get(ref), email_bounced_at=None))
            self.decide(lambda: "sent")
            self.hub.pump()
            self.confirm()
            self.let_pass(6)


@pytest.mark.capability("BEY-10")
@pytest.mark.parametrize("seed", range(10))
def test_no_letter_goes_out_twice_and_every_invoice_comes_to_its_end(hub, seed):
    hub.hub.settings = replace(hub.hub.settings, mail_sender=SENDER)
    weeks = Weeks(hub, Random(seed))
    weeks.begin()
    for _ in range(25):
        weeks.happen(weeks.chance.choice(EVENTS))
    weeks.end()
    weeks.confirm()
    hub.pump()

    sent = [dict(mail.tags)["letter"] for mail in hub.hub.mail.sent]
    assert len(sent) == len(set(sent))
    for invoice_id in weeks.invoices:
        invoice = invoice_of(hub, invoice_id)
        stopped = invoice.follow_up.stopped
        assert invoice.release == "registered" or stopped in ("completed", "returned"), invoice.follow_up
        rows = letters(hub, invoice_id)
        assert not any(row.state.open for row in rows)
        counted = {each.letter_id for each in invoice.reminders if (each.letter_id or "").startswith("ltr_")}
        assert counted == {row.letter_id for row in rows if row.state is LetterState.SENT}
