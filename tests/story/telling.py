"""What happens in stories: what a billing product, a debtor and a case handler do, and what came of it."""

from typing import Any

from fordring.domain import things
from fordring.domain.command import Attention, CommandRow
from fordring.domain.refs import Listing
from tests.story.evenness import everything_of, faults_between, faults_of_the_hub
from tests.story.stage import Stage

ACME = "/v1/creditors/acme"


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "NOK"}


def hand_over(hub: Stage, **invoice: Any) -> tuple[str, str]:
    """Register an invoice and hand it over; nothing is sent yet."""
    made = hub.world.invoice(**invoice)
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_id": made.invoice_id})
    assert reply.status == 202, reply.text
    return made.invoice_id, reply.body["case_id"]


def registered(hub: Stage, **invoice: Any) -> tuple[str, str]:
    """Hand an invoice over and wait for its case number."""
    invoice_id, case_id = hand_over(hub, **invoice)
    hub.pump()
    hub.wait_for_news(hub.api)
    assert hub.case(case_id).case_number
    return invoice_id, case_id


def today(hub: Stage) -> str:
    return hub.hub.desk.read().now.date().isoformat()


def pay_creditor(hub: Stage, invoice_id: str, amount: str, **more: Any) -> Any:
    """The debtor pays the creditor; nothing is told to the agency yet."""
    body = {"amount": money(amount), "paid_date": today(hub), "origin": "debtor", **more}
    reply = hub.api.post(f"{ACME}/invoices/{invoice_id}/payments", body)
    assert reply.status == 201, reply.text
    return reply.body


def pay_agency(hub: Stage, case_id: str, amount: str, **more: Any) -> str:
    """The debtor pays the agency."""
    named = more or {"case_number": hub.case(case_id).case_number}
    paid = hub.control("POST", f"{hub.agency}/payments", named | money(amount) | {"date": today(hub)})
    return str(paid["payment_id"])


def there(hub: Stage, case_id: str) -> Any:
    """Give the agency's own view of a case."""
    outside = hub.case(case_id).external_id
    (found,) = hub.control("GET", f"{hub.agency}/cases?external_id={outside}")["items"]
    return found


def invoice_of(hub: Stage, invoice_id: str) -> Any:
    return hub.world.get(things.INVOICE(invoice_id))


def lane(hub: Stage, case_id: str) -> list[CommandRow]:
    return everything_of(hub.hub.store, Listing(things.COMMAND, "commands_of", (case_id,)))


def attention(hub: Stage, creditor_id: str = "acme") -> list[Attention]:
    """Give what a person is asked to look at."""
    return everything_of(hub.hub.store, Listing(things.ATTENTION, "attention_of", (creditor_id,), "open"))


def told(hub: Stage, kind: str, creditor_id: str = "acme") -> list[Any]:
    """Give the events of a kind."""
    return [line.data for line in hub.events(creditor_id) if line.type == kind]


def sent(hub: Stage, operation: str) -> list[Any]:
    """Give the requests of a kind that the agency was sent."""
    found: list[Any] = hub.control("GET", f"{hub.agency}/requests?operation={operation}")["items"]
    return found


def faults_of(hub: Stage) -> list[str]:
    """Tell everything that is wrong: here, between here and there, and what a person is asked for."""
    now = hub.hub.desk.read().now
    theirs = hub.control("GET", f"{hub.agency}/cases")["items"]
    wrong = [*faults_of_the_hub(hub.hub.store, now), *faults_between(hub.hub.store, theirs)]
    wrong += [f"drift: {data}" for data in told(hub, "ledger.drift")]
    return wrong + [f"attention: {each.kind} {each.reason} {each.subject}" for each in attention(hub)]
