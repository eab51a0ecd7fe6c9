"""What the stories of invoice administration have in common."""

from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Service
from tests.story.stage import Stage
from tests.story.telling import ACME, money


def agreed(hub: Stage, service: str = "administration") -> None:
    """Let the creditor agree with the agency on a service."""
    ref = things.AGREEMENT("acme", "svea")
    agreement = hub.world.get(ref)
    settings = replace(agreement.settings, service=Service(service))
    hub.world.put(ref, replace(agreement, settings=settings))


def new_invoice(number: str = "F-1", amount: str = "1000.00", **more: Any) -> dict[str, Any]:
    """Give an invoice that is due in two weeks."""
    return {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": money(amount),
        "invoice_date": "2026-03-02",
        "due_date": "2026-03-16",
    } | more


def register(hub: Stage, **more: Any) -> Any:
    """Register an invoice through the API; nothing is sent yet."""
    reply = hub.api.post(f"{ACME}/invoices", new_invoice(**more))
    assert reply.status == 201, reply.text
    return reply.body


def administered(hub: Stage, **more: Any) -> tuple[str, str]:
    """Register an invoice and wait until the agency has sent it out; gives invoice and case."""
    body = register(hub, **more)
    hub.pump()
    hub.advance(hub.api, minutes=10)
    return body["invoice_id"], body["collection"]["case_id"]


def shown(hub: Stage, invoice_id: str) -> Any:
    """Give the invoice as the API shows it."""
    reply = hub.api.get(f"{ACME}/invoices/{invoice_id}")
    assert reply.status == 200, reply.text
    return reply.body
