"""The story with the project's own sample data: two months of one creditor, told as they pass."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from demo.client import Failed, Scene
from demo.creditor import Client, agree, register_creditor
from demo.einvoices import Outcome, hand_in
from demo.inbox import Inbox
from demo.progress import say

SAMPLE: Final = Path(__file__).parent / "sample"

_CREDITOR: Final = "fjordlys"
_AT: Final = f"/v1/creditors/{_CREDITOR}"
_START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_ISSUED, _DUE = date(2026, 1, 5), date(2026, 1, 19)
_ADDRESS: Final = {"postal_code": "9999", "city": "Ingensteds", "country": "NO"}
_DEBTORS: Final = {
    "kari": {"kind": "private", "name": "Kari Oppdiktet", "email": "kari@kunde.example"},
    "ola": {"kind": "private", "name": "Ola Oppdiktet", "email": "ola@kunde.example"},
    "brygge": {"kind": "business", "name": "Søndre Brygge AS", "organisation_number": "315000017"},
}
_INVOICES: Final = (
    # number, debtor, amount, payment reference
    ("1001", "brygge", "1250.00", "10017"),
    ("1002", "kari", "890.50", "10025"),
    ("1003", "ola", "4300.00", "10033"),
    ("1004", "kari", "640.00", "10041"),
    ("1005", "ola", "399.00", "10058"),
)


@dataclass
class Story:
    """What has happened so far; each method is a chapter."""

    scene: Scene
    inbox: Inbox
    client: Client = field(init=False)
    invoices: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def tell(self) -> Client:
        """Tell all of it; gives the client whose books are to be compared."""
        self.agreement()
        self.webhooks()
        self.register()
        self.electronic()
        self.due()
        self.hand_over()
        self.numbers()
        self.letters()
        self.payments()
        self.credit_note()
        self.withdrawal()
        self.later()
        return self.client

    # --- the chapters ----------------------------------------------------------------------------

    def agreement(self) -> None:
        """Register the creditor, and order its agreement."""
        chapter("The creditor and its agreement")
        self.scene.clock.move(_START)
        say(f"The test clock is set to {_START:%A %d %B %Y, %H:%M} UTC.")
        creditor = register_creditor(
            self.scene,
            _CREDITOR,
            {
                "name": "Fjordlys Strøm AS",
                "country": "NO",
                "organisation_number": "312345676",
                "address": {"lines": ["Oppdiktet kai 1"], **_ADDRESS},
                "kid_formats": [{"length": 5, "modulus": "mod10"}, {"length": 10, "modulus": "mod10"}],
            },
        )
        say(f"Creditor {creditor['name']}, organisation number {creditor['organisation_number']}.")
        self.client, agreement = agree(self.scene, _CREDITOR, "79021", "Berit Oppdiktet")
        consent = agreement["consent"]
        say(
            f"{consent['given_by']} consents to {self._agency}'s terms, version {consent['terms_version']}, "
            "and orders."
        )
        say(
            f"{self._agency} gets the callback URL, and hands out a client number, "
            "a user name and a password."
        )
        say(f"The credentials are written, and never read back. The agreement is {agreement['state']}.")

    def webhooks(self) -> None:
        """Have the events sent to a receiver."""
        chapter("Webhooks")
        made = self.scene.hub.post("/v1/webhook-endpoints", {"url": self.inbox.url})
        self.inbox.secret = made["secret"]
        say(f"The billing product receives its events at {self.inbox.url} and checks every signature.")

    def register(self) -> None:
        """Register debtors and invoices as JSON."""
        chapter("Invoices as JSON")
        for number, (debtor_id, details) in enumerate(_DEBTORS.items(), start=1):
            address = {"lines": [f"Oppdiktet gate {number}"], **_ADDRESS}
            debtor = {"country": "NO", "address": address, **details}
            self.scene.hub.put(f"{_AT}/debtors/{debtor_id}", debtor)
        told = self.scene.hub.post(
            f"{_AT}/invoices/batch", {"invoices": [_invoice(*row) for row in _INVOICES]}
        )
        for answer in told["items"]:
            if answer["status"] != 201:
                raise Failed(f"The hub refuses a sample invoice: {answer['body'].get('detail')}.")
            invoice = answer["body"]
            self.invoices[invoice["document_number"]] = invoice["invoice_id"]
            amount, reference = money(invoice["principal"]), invoice["payment_reference"]["value"]
            say(
                f"Invoice {invoice['document_number']}: {amount}, due {invoice['due_date']}, KID {reference}."
            )

    def electronic(self) -> None:
        """Register invoices as EHF."""
        chapter("Invoices as EHF")
        for file in ("invoice-10045.xml", "invoice-10046.xml", "refused-10047.xml"):
            outcome = self._take(file)
            say("\n".join(outcome.lines()))
            if outcome.told is not None:
                self.invoices[outcome.told["document_number"]] = outcome.told["invoice_id"]

    def due(self) -> None:
        """Let the due date pass; one debtor pays in time."""
        chapter("The due date passes")
        self._go(datetime(2026, 1, 16, 9, tzinfo=UTC))
        self._pay_creditor("1005", "399.00")
        self._go(datetime(2026, 1, 20, 8, tzinfo=UTC))
        found = list(
            self.scene.hub.every(f"{_AT}/candidates", agency=self.scene.agency.name, level="reminder")
        )
        ready = [each for each in found if each["transferable"]]
        numbers = sorted(each["document_number"] for each in ready)
        say(f"{len(ready)} invoices can be handed over: {', '.join(numbers)}.")
        for each in found:
            if not each["transferable"]:
                reasons = ", ".join(reason["code"] for reason in each["reasons"])
                say(f"Invoice {each['document_number']} cannot: {reasons}.")

    def hand_over(self) -> None:
        """Hand over what is overdue, while the agency misbehaves."""
        chapter(f"Handed over to {self._agency}, whose first answer gets lost")
        self.scene.agency.misbehave("timeout_after", operation="register_case")
        say(f"Fault: {self._agency} takes the next registration in, and its answer never arrives.")
        for number in ("1001", "1002", "1003", "1004", "10045", "10046"):
            case = self.scene.hub.post(
                f"{_AT}/cases",
                {
                    "agency": self.scene.agency.name,
                    "invoice_id": self.invoices[number],
                    "level": "reminder",
                },
            )
            self.cases[number] = case["case_id"]
            say(f"Invoice {number} becomes {case['case_id']}: {case['release']}.")

    def numbers(self) -> None:
        """Wait for the case numbers."""
        chapter("The case numbers")
        # long enough for an agency, too, that does not call: its list is read every hour
        self._go(self._now + timedelta(hours=2), "hour")
        for number in self.cases:
            case = self._case(number)
            say(f"Invoice {number}: case number {case['case_number']}, {case['release']}, {case['stage']}.")
        used = sum(fault["used"] for fault in self.scene.agency.faults())
        there = self.scene.agency.cases(self.client.client_number)
        say(
            f"The fault struck {used} time. The hub did not know whether its case had arrived, and made sure:"
        )
        say(f"{self._agency} has {len(there)} cases for {len(self.cases)} invoices, none of them twice.")

    def letters(self) -> None:
        """Let the agency remind."""
        chapter("Letters")
        self._go(datetime(2026, 1, 22, 9, tzinfo=UTC))
        for number in self.cases:
            for letter in self.scene.hub.every(f"/v1/cases/{self.cases[number]}/dispatches"):
                say(f"Invoice {number}: {_letter(letter)}.")

    def payments(self) -> None:
        """Let debtors pay, at the agency and at the creditor."""
        chapter("Payments, at the agency and at the creditor")
        self._go(datetime(2026, 1, 23, 10, tzinfo=UTC))
        self._pay_agency("1001", "1250.00")
        self._pay_agency("1003", "1000.00")
        self._pay_creditor("1002", "890.50")
        self._go(datetime(2026, 1, 26, 10, tzinfo=UTC))
        for number in ("1001", "1002", "1003"):
            self._show(number)

    def credit_note(self) -> None:
        """Credit a part of an invoice."""
        chapter("A credit note")
        say("\n".join(self._take("credit-note-501.xml").lines()))
        self._go(self._now + timedelta(hours=2))
        self._show("10045")

    def withdrawal(self) -> None:
        """Take a case back."""
        chapter("A withdrawal")
        self.scene.hub.post(f"/v1/cases/{self.cases['1004']}/withdraw")
        say("Fjordlys and the debtor of invoice 1004 have agreed: the case is taken back.")
        self._go(self._now + timedelta(hours=2))
        self._show("1004")

    def later(self) -> None:
        """Let two weeks pass, with the next letters and their fees."""
        chapter("Two weeks later")
        self._go(datetime(2026, 2, 9, 9, tzinfo=UTC))
        self._pay_creditor("1003", "3300.00")
        self._go(datetime(2026, 2, 12, 9, tzinfo=UTC))
        for number in ("1003", "10045", "10046"):
            self._show(number)
        say()
        say(f"Webhooks received, each with a right signature ({self.inbox.refused} refused):")
        for event_type, times in self.inbox.counts().items():
            say(f"  {event_type:<28} {times}")
        if not self.inbox.events:
            raise Failed("No webhook has arrived.")

    # --- what the chapters have in common --------------------------------------------------------

    @property
    def _agency(self) -> str:
        return self.scene.agency.title

    @property
    def _now(self) -> datetime:
        now = self.scene.clock.now
        if now is None:
            raise Failed("The test clock was never set.")
        return now

    def _go(self, goal: datetime, step: str = "day") -> None:
        self.scene.clock.move(goal, step)
        say(f"-- {goal:%A %d %B, %H:%M} --")

    def _take(self, file: str) -> Outcome:
        return hand_in(self.scene, _CREDITOR, SAMPLE / "einvoices" / file)

    def _case(self, number: str) -> dict[str, Any]:
        case: dict[str, Any] = self.scene.hub.get(f"/v1/cases/{self.cases[number]}")
        return case

    def _show(self, number: str) -> None:
        case = self._case(number)
        end = f", {case['closed_reason']}" if case["closed_reason"] else ""
        left, cost = money(case["remaining"]), money(case["agency_cost"])
        say(
            f"Invoice {number}: case {case['case_number']} is {case['processing']}{end}; "
            f"{self._agency} says {case['agency_status']}; {left} left to pay, {cost} of its cost."
        )

    def _pay_agency(self, number: str, amount: str) -> None:
        case_number = self._case(number)["case_number"]
        self.scene.agency.pay(amount, "NOK", self._now.date().isoformat(), case_number=case_number)
        say(f"The debtor of invoice {number} pays NOK {amount} to {self._agency}.")

    def _pay_creditor(self, number: str, amount: str) -> None:
        self.scene.hub.post(
            f"{_AT}/invoices/{self.invoices[number]}/payments",
            {
                "amount": {"amount": amount, "currency": "NOK"},
                "paid_date": self._now.date().isoformat(),
                "origin": "debtor",
            },
        )
        say(f"The debtor of invoice {number} pays NOK {amount} to Fjordlys.")


def chapter(title: str) -> None:
    """Begin a chapter."""
    say(f"\n{title}\n{'=' * len(title)}")


def money(told: dict[str, str]) -> str:
    """Spell an amount."""
    return f"{told['currency']} {told['amount']}"


def _invoice(number: str, debtor_id: str, amount: str, reference: str) -> dict[str, Any]:
    return {
        "debtor_id": debtor_id,
        "document_number": number,
        "principal": {"amount": amount, "currency": "NOK"},
        "invoice_date": _ISSUED.isoformat(),
        "due_date": _DUE.isoformat(),
        "payment_reference": {"type": "kid", "value": reference},
    }


def _letter(letter: dict[str, Any]) -> str:
    fee = f", fee {money(letter['fee'])}" if Decimal(letter["fee"]["amount"]) else ", without a fee"
    deadline = f", to be paid by {letter['deadline_date']}" if letter["deadline_date"] else ""
    return f"{letter['kind']} by {letter['channel']} on {letter['sent_date']}{deadline}{fee}"
