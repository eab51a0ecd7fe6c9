"""Write units that one case takes, from the invoice to the closed case, step by step.

The whole hub runs in one process against the sandbox agency, over a table that charges as DynamoDB does:
one unit for each kilobyte, twice in a transaction, and once more for each index that a write changes.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.table import Line
from fordring.domain.clock import utc
from fordring.domain.money import Money
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Call
from tests.story.stage import Stage, onboard, stage

AIM: Final = 60.0
START: Final = utc(2026, 3, 2, 9)
_NOT_OF_A_CASE: Final = ("CLOCK", "JOB#", "SYNC#")
"""The test clock, its runs, and the state of an agreement's synchronisation."""


class Ledger:
    """Writes down what each step was charged."""

    def __init__(self) -> None:
        self.step = "set-up"
        self.units: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.items: Counter[str] = Counter()

    def __call__(self, call: Call) -> None:
        """Note one call."""
        if not call.write_units or any(touch.pk.startswith(_NOT_OF_A_CASE) for touch in call.touched):
            return
        kinds = {touch.pk.partition("#")[0] for touch in call.touched}
        step = self.step
        if "FEED" in kinds or all(touch.sk.startswith("EVT#") for touch in call.touched):
            step = "events into the feed"
        elif "DLV" in kinds or "END" in kinds:
            step = "webhooks delivered"
        self.units[step] += int(call.write_units)
        self.writes[step] += 1
        self.items[step] += len(call.touched)


def measure(endpoints: int, tell: Callable[[str], None]) -> list[Line]:
    """Take one case through, with so many webhook endpoints."""
    tell(f"write units, {endpoints} endpoints")
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), MemoryEngine(on_call=ledger)) as hub:
        _story(hub, ledger, endpoints)
    del ledger.units["set-up"]
    lines = [
        Line(f"{step}: {ledger.writes[step]} writes of {ledger.items[step]} items", units, "units")
        for step, units in ledger.units.items()
    ]
    total = float(sum(ledger.units.values()))
    lines.append(Line(f"a case with {endpoints} endpoints", total, "units", AIM, total / AIM, 1.0))
    return lines


def _story(hub: Stage, ledger: Ledger, endpoints: int) -> None:
    @contextmanager
    def step(name: str) -> Iterator[None]:
        ledger.step = name
        yield
        ledger.step = "later"

    api = hub.world.client()
    hub.advance_to(api, START)
    onboard(hub)
    for _ in range(endpoints):
        made = api.post("/v1/webhook-endpoints", {"url": f"{hub.url}/inbox"})  # type: ignore[attr-defined]
        assert made.status == 201, made.text
    hub.pump()
    with step("invoice registered"):
        body: dict[str, Any] = {
            "debtor_id": "d-1",
            "document_number": "F-1",
            "principal": {"amount": "1250.00", "currency": "NOK"},
            "invoice_date": "2026-01-15",
            "due_date": "2026-01-29",
        }
        invoice = api.post("/v1/creditors/acme/invoices", body)
        assert invoice.status == 201, invoice.text
    hub.pump()
    with step("handed over"):
        asked = {"agency": "svea", "invoice_id": invoice.body["invoice_id"]}
        case_id = api.post("/v1/creditors/acme/cases", asked).body["case_id"]
    with step("told to the agency"):
        hub.pump()
    with step("case number, and what the agency says on receipt"):
        hub.advance(api, minutes=10)
    number = hub.case(case_id).case_number
    with step("one letter"):
        for _ in range(30):
            if any(line.type == "case.dispatch" for line in hub.events()):
                break
            hub.advance(api, days=1)
    with step("paid and closed"):
        open_case = hub.case(case_id)
        owed = Money(open_case.remaining + open_case.costs.remaining, "NOK")
        told = {"case_number": number, "amount": owed.text, "currency": "NOK", "date": "2026-03-30"}
        hub.control("POST", "svea/payments", told)
        hub.advance(api, days=2)
    case = hub.case(case_id)
    assert case.processing == "closed", case
    assert len([line for line in hub.events() if line.type == "case.dispatch"]) == 1
    del ledger.units["later"]
