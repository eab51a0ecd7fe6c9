"""What a morning of a reminder plan touches among thousands of open invoices, on the running stack."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from bench.table import Line
from demo.client import Clock, Hub
from local.stack import start

BEGUN: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
_AT: Final = "/v1/creditors/bench"
_ADDRESS: Final = {"lines": ["Benkveien 1"], "postal_code": "9999", "city": "Ingensteds", "country": "NO"}
_DAYS: Final = 3
"""From the due date to the first letter of the tight plan."""

_BATCH: Final = 100


def measure(invoices: int, due: int, tell: Callable[[str], None]) -> list[Line]:
    """Count the invoices that a morning writes, and the letters that it asks for; both are those due.

    Parameters
    ----------
    invoices
        How many are open.
    due
        Of how many the first letter is due that morning.
    """
    tell("reminders: starting the stack")
    with (
        tempfile.TemporaryDirectory() as folder,
        start(Path(folder)) as stack,
        httpx.Client(
            base_url=stack.url, headers={"authorization": f"Bearer {stack.api_key}"}, timeout=60
        ) as api,
    ):
        hub = Hub(api)
        clock = Clock(hub)
        clock.move(BEGUN)
        _register(hub, invoices, due, tell)
        clock.move(BEGUN + timedelta(days=_DAYS - 1))
        tell(f"reminders: the morning of {due} letters")
        before, seen = _revisions(hub), _asked(hub)
        began = time.perf_counter()
        clock.move(BEGUN + timedelta(days=_DAYS))
        taken = time.perf_counter() - began
        after = _revisions(hub)
        written = sum(after[invoice_id] != revision for invoice_id, revision in before.items())
        asked = _asked(hub) - seen
    assert len(after) == invoices, "an invoice is missing"
    return [
        _counted(f"invoices written of {invoices}", written, due),
        _counted("letters asked for", asked, due),
        Line("the day, each letter", taken / due * 1000, "ms"),
    ]


def _counted(what: str, count: int, due: int) -> Line:
    return Line(what, count, "", due, count / due, 1.0)


def _register(hub: Hub, invoices: int, due: int, tell: Callable[[str], None]) -> None:
    details: dict[str, Any] = {"name": "Benk AS", "country": "NO", "address": _ADDRESS}
    hub.put(_AT, details | {"organisation_number": "312345676"})
    debtor: dict[str, Any] = {"kind": "private", "name": "Kari Oppdiktet", "country": "NO"}
    hub.put(f"{_AT}/debtors/kari", debtor | {"address": _ADDRESS})
    hub.put(f"{_AT}/reminder-plan", {"plan": "tight"})
    every = invoices // due
    for first in range(0, invoices, _BATCH):
        tell(f"reminders: {first} of {invoices} invoices registered")
        batch = [_invoice(number, soon=number % every == 0) for number in range(first, first + _BATCH)]
        told = hub.post(f"{_AT}/invoices/batch", {"invoices": batch})
        assert all(each["status"] == 201 for each in told["items"]), told


def _invoice(number: int, *, soon: bool) -> dict[str, Any]:
    falls_due = BEGUN if soon else BEGUN + timedelta(days=30 + number % 300)
    return {
        "debtor_id": "kari",
        "document_number": f"B-{number}",
        "principal": {"amount": "1250.00", "currency": "NOK"},
        "invoice_date": BEGUN.date().isoformat(),
        "due_date": falls_due.date().isoformat(),
    }


def _revisions(hub: Hub) -> dict[str, int]:
    return {each["invoice_id"]: each["revision"] for each in hub.every(f"{_AT}/invoices")}


def _asked(hub: Hub) -> int:
    """Count the letters that the billing product was ever asked for."""
    found, after, more = 0, 0, True
    while more:
        page = hub.get("/v1/events", creditor_id="bench", after=str(after), limit="100")
        found += sum(event["type"] == "invoice.reminder_due" for event in page["items"])
        after, more = page["next_after"], page["more"]
    return found
