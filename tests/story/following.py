"""A billing product that sends the letters it is asked for, and the plans and invoices that lead to them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Level
from fordring.domain.calendar import start_of_business
from fordring.domain.follow_up import FollowUp
from fordring.domain.invoice import Invoice
from fordring.domain.reminder_plan import PlanName, PlanStep, ReminderPlan, Sender, StepKind, named_steps
from tests.functions.world import World
from tests.story.stage import Stage
from tests.story.telling import ACME, told

FEE_BEARING = (
    PlanStep(StepKind.REMINDER, 14, fee=True, deadline_days=14),
    PlanStep(StepKind.NOTICE_OF_COLLECTION, 30, fee=True, deadline_days=14),
    PlanStep(StepKind.TRANSFER, 45),
)
"""A plan of a creditor's own, whose letters cost what the law allows."""


def plan(
    world: World,
    name: str = "tight",
    *,
    number: int = 1,
    level: str = "reminder",
    creditor_id: str = "acme",
    agency: str | None = "svea",
    **changes: Any,
) -> ReminderPlan:
    """Write a creditor's plan down, as the present one and under its number."""
    chosen, at = PlanName(name), Level(level)
    made = ReminderPlan(
        creditor_id=creditor_id,
        number=number,
        name=chosen,
        steps=named_steps(chosen, at) if chosen is not PlanName.CUSTOM else FEE_BEARING,
        agency=agency,
        level=at,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        active_from=date(2026, 1, 1),
    )
    made = replace(made, **changes)
    world.put(things.REMINDER_PLAN(creditor_id), made)
    return world.put(things.FORMER_PLAN(creditor_id, str(number)), made)


def followed(world: World, due_date: date = date(2026, 3, 16), *, number: int = 1, **more: Any) -> str:
    """Register an invoice that follows the creditor's plan; gives its id."""
    made = world.invoice(due_date=due_date, **{"invoice_date": date(2026, 3, 2), **more})
    due_at = start_of_business(due_date + timedelta(days=1), made.country)
    ref = things.INVOICE(made.invoice_id)
    world.put(ref, replace(world.get(ref), follow_up=FollowUp(plan=number, due_at=due_at)))
    return made.invoice_id


def follow_up(world: World, invoice_id: str) -> FollowUp:
    """Give how an invoice stands in its plan."""
    follow = world.get(things.INVOICE(invoice_id)).follow_up
    assert follow is not None
    return follow


def confirmation(asked: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Say that a letter was sent as it was asked for."""
    body = {
        "kind": asked["kind"],
        "sent_date": asked["date"],
        "channel": "email",
        "deadline_date": asked["deadline_date"],
        "fee": asked["fee"],
        "compensation": asked["compensation"],
        "reminder_id": asked["reminder_id"],
    } | changes
    return {name: value for name, value in body.items() if value is not None}


@dataclass
class Product:
    """Sends each letter once, by its id, and confirms it."""

    hub: Stage
    sent: list[str] = field(default_factory=list)
    """The ids of the letters that debtors got."""

    def asked(self, invoice_id: str | None = None) -> list[dict[str, Any]]:
        """Give what it was asked for, in order."""
        return [
            data
            for data in told(self.hub, "invoice.reminder_due")
            if invoice_id in (None, data["invoice_id"])
        ]

    def work(self) -> None:
        """Send what was asked for and was not sent, as it was asked for last, and confirm it."""
        for reminder_id, asked in {each["reminder_id"]: each for each in self.asked()}.items():
            if reminder_id not in self.sent:
                self.sent.append(reminder_id)
                self.confirm(asked)

    def confirm(self, asked: dict[str, Any], **changes: Any) -> Any:
        path = f"{ACME}/invoices/{asked['invoice_id']}/reminders"
        reply = self.hub.api.post(path, confirmation(asked, **changes))
        assert reply.status == 201, reply.text
        return reply.body

    def until(self, goal: date) -> None:
        """Let days pass, each with its letters."""
        while (now := self.hub.hub.desk.read().now).date() < goal:
            self.hub.advance_to(self.hub.api, (now + timedelta(days=1)).replace(hour=9, minute=0))
            self.work()
            self.hub.pump()


def letters_of(invoice: Invoice) -> list[tuple[str, str]]:
    """Give which letters an invoice got, and when."""
    return [(letter.kind, letter.sent_date.isoformat()) for letter in invoice.reminders]


def agency_reminds() -> dict[str, Any]:
    """Give what makes a plan one under which the agency sends every letter."""
    return {"sender": Sender.AGENCY}
