"""Overdue receivables from a file, followed from day to day: registered, disputed, handed over, paid."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from demo.client import FAULTS, Failed, Refused, Scene
from demo.creditor import Client, agree, register_creditor

START: Final = date(2012, 1, 1)
END: Final = date(2014, 2, 1)
CURRENCY: Final = "NOK"

_MORNING: Final = time(7, tzinfo=UTC)
_NOON: Final = time(11, tzinfo=UTC)
_BATCH: Final = 100
_CREDITOR: Final = "receivables"
_COLUMNS: Final = (
    "customerID",
    "invoiceNumber",
    "InvoiceDate",
    "DueDate",
    "InvoiceAmount",
    "Disputed",
    "SettledDate",
)


@dataclass(frozen=True, slots=True)
class Receivable:
    """One row of the file."""

    number: str
    customer: str
    invoice_date: date
    due_date: date
    settled_date: date
    amount: Decimal
    disputed: bool

    @property
    def kid(self) -> str:
        """The payment reference: the number and its MOD10 check digit."""
        return self.number + check_digit(self.number)

    @property
    def late_and_undisputed(self) -> bool:
        """Whether it must become a case, by the file alone."""
        return self.settled_date > self.due_date and not self.disputed

    @property
    def handed_over_on(self) -> date:
        """The first day on which it may be handed over for reminders."""
        return self.due_date + timedelta(days=1)


def check_digit(number: str) -> str:
    """Make the MOD10 check digit (Luhn) of a number."""
    total = 0
    for position, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def read_receivables(path: Path) -> list[Receivable]:
    """Read the file.

    Raises
    ------
    Failed
        When it cannot be read, with the line on which it is wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (rows.fieldnames or [])]
            if missing:
                raise Failed(f"{path} lacks the column {missing[0]}.")
            return [_receivable(row, path, rows.line_num) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failed(f"{path} cannot be read: {error}.") from error


def _receivable(row: dict[str, str], path: Path, line: int) -> Receivable:
    try:
        number = row["invoiceNumber"]
        if not (number.isascii() and number.isdigit()):
            raise ValueError("the number of an invoice is digits")
        amount = Decimal(row["InvoiceAmount"])
        if amount != amount.quantize(Decimal("0.01")) or amount <= 0:
            raise ValueError("an amount is above zero and has at most two decimals")
        return Receivable(
            number=number,
            customer=row["customerID"],
            invoice_date=_day(row["InvoiceDate"]),
            due_date=_day(row["DueDate"]),
            settled_date=_day(row["SettledDate"]),
            amount=amount.quantize(Decimal("0.01")),
            disputed=row["Disputed"] == "Yes",
        )
    except (ValueError, InvalidOperation, TypeError) as error:
        raise Failed(f"{path}, line {line}: {error}.") from error


def _day(text: str) -> date:
    """Read a date such as 2/25/2013: month first."""
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))


@dataclass
class Journey:
    """All receivables of a file on their way through the hub, one day after the other.

    Parameters
    ----------
    watch
        Is told each day how many of the days and deeds are done.
    faults
        Whether the agency and the network fail, in every way in turn, until the last day.
    """

    scene: Scene
    receivables: list[Receivable]
    watch: Callable[[int, date], None]
    faults: bool = False
    client: Client = field(init=False)
    invoices: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    disputes: int = 0
    paid_at_agency: int = 0
    refused: list[str] = field(default_factory=list)
    _debtors: set[str] = field(default_factory=set)
    _done: int = 0
    _misbehaved: int = 0

    @property
    def work(self) -> int:
        """How much there is to do: a unit for each day, each invoice and each payment."""
        return (END - START).days + 2 * len(self.receivables)

    def begin(self) -> None:
        """Make the creditor and its agreement."""
        details = {
            "name": "Invented Receivables AS",
            "country": "NO",
            "organisation_number": "313987655",
            "address": _invented_address(1),
            "kid_formats": [
                {"length": length, "modulus": "mod10"}
                for length in sorted({len(each.kid) for each in self.receivables})
            ],
        }
        register_creditor(self.scene, _CREDITOR, details)
        self.client, _ = agree(self.scene, _CREDITOR, "70200", "Ingen Virkelig")

    def run(self) -> None:
        """Follow the receivables through all days."""
        by_invoice_date = _by_day(self.receivables, lambda each: each.invoice_date)
        by_due_date = _by_day(self.receivables, lambda each: each.due_date)
        by_hand_over = _by_day(self.receivables, lambda each: each.handed_over_on)
        by_settled_date = _by_day(self.receivables, lambda each: each.settled_date)
        day = min([START, *by_invoice_date])
        last = max([END, *by_settled_date])
        while day <= last:
            new, paying = by_invoice_date.get(day, []), by_settled_date.get(day, [])
            disputed = [each for each in by_due_date.get(day, []) if each.disputed]
            late = [
                each
                for each in by_hand_over.get(day, [])
                if not each.disputed and each.number not in self.paid
            ]
            if new or disputed or late or paying:
                self._live(day, new, disputed, late, paying)
            self._done += 1 + len(new) + len(paying)
            self.watch(min(self._done, self.work - 1), day)
            day += timedelta(days=1)
        if self.faults:
            self.scene.agency.heal()
            last += timedelta(days=3)
        self.scene.clock.move(datetime.combine(last, _NOON))
        self.watch(self.work, last)

    def _live(
        self,
        day: date,
        new: list[Receivable],
        disputed: list[Receivable],
        late: list[Receivable],
        paying: list[Receivable],
    ) -> None:
        """Live through one day: the office's morning, and the bank's noon."""
        if self.faults and (late or paying):
            self.scene.agency.misbehave(FAULTS[self._misbehaved % len(FAULTS)])
            self._misbehaved += 1
        self.scene.clock.move(datetime.combine(day, _MORNING))
        self._register(new)
        for each in disputed:
            self._dispute(each)
        for each in late:
            self._hand_over(each)
        # A case that was only just handed over gets its number before anybody pays on it.
        fresh = [each for each in paying if each in late]
        for each in paying:
            if each not in fresh:
                self._pay(each)
        if fresh:
            self.scene.clock.move(datetime.combine(day, _NOON))
            for each in fresh:
                self._pay(each)

    @property
    def _at(self) -> str:
        return f"/v1/creditors/{_CREDITOR}"

    def _register(self, receivables: list[Receivable]) -> None:
        for customer in dict.fromkeys(each.customer for each in receivables):
            if customer not in self._debtors:
                self._debtors.add(customer)
                self.scene.hub.put(f"{self._at}/debtors/{customer}", _debtor(customer, len(self._debtors)))
        for first in range(0, len(receivables), _BATCH):
            batch = receivables[first : first + _BATCH]
            told = self.scene.hub.post(f"{self._at}/invoices/batch", {"invoices": list(map(_invoice, batch))})
            for each, answer in zip(batch, told["items"], strict=True):
                if answer["status"] == 201:
                    self.invoices[each.number] = answer["body"]["invoice_id"]
                else:
                    self.refused.append(f"{each.number}: {Refused(answer['status'], answer['body'])}")

    def _dispute(self, each: Receivable) -> None:
        invoice_id = self.invoices.get(each.number)
        if invoice_id is not None:
            body = {"reason": "disputed", "opened_date": each.due_date.isoformat()}
            self.scene.hub.post(f"{self._at}/invoices/{invoice_id}/disputes", body)
            self.disputes += 1

    def _hand_over(self, each: Receivable) -> None:
        invoice_id = self.invoices.get(each.number)
        if invoice_id is not None:
            body = {"agency": self.scene.agency.name, "invoice_id": invoice_id, "level": "reminder"}
            self.cases[each.number] = self.scene.hub.post(f"{self._at}/cases", body)["case_id"]

    def _pay(self, each: Receivable) -> None:
        invoice_id = self.invoices.get(each.number)
        if invoice_id is None:
            return
        with_case = each.number in self.cases
        amount, day = str(each.amount), each.settled_date.isoformat()
        self.paid.add(each.number)
        if with_case and (len(self.paid & self.cases.keys())) % 2 == 0 and self._is_known(each):
            self.scene.agency.pay(amount, CURRENCY, day, reference=each.kid)
            self.paid_at_agency += 1
            return
        body: dict[str, Any] = {"amount": {"amount": amount, "currency": CURRENCY}, "paid_date": day}
        self.scene.hub.post(f"{self._at}/invoices/{invoice_id}/payments", {**body, "origin": "debtor"})

    def _is_known(self, each: Receivable) -> bool:
        """Whether the agency has come to examine the case; when it fails, that may take longer."""
        case = self.scene.hub.get(f"/v1/cases/{self.cases[each.number]}") if self.faults else None
        return case is None or case["case_number"] is not None


def _by_day(
    receivables: Iterable[Receivable], day_of: Callable[[Receivable], date]
) -> dict[date, list[Receivable]]:
    sorted_out: defaultdict[date, list[Receivable]] = defaultdict(list)
    for each in receivables:
        sorted_out[day_of(each)].append(each)
    return dict(sorted_out)


def _invented_address(number: int) -> dict[str, Any]:
    return {
        "lines": [f"Oppdiktet gate {number}"],
        "postal_code": "9999",
        "city": "Ingensteds",
        "country": "NO",
    }


def _debtor(customer: str, number: int) -> dict[str, Any]:
    name = f"Invented customer {customer}"
    return {"kind": "private", "country": "NO", "name": name, "address": _invented_address(number)}


def _invoice(each: Receivable) -> dict[str, Any]:
    return {
        "debtor_id": each.customer,
        "document_number": each.number,
        "principal": {"amount": str(each.amount), "currency": CURRENCY},
        "invoice_date": each.invoice_date.isoformat(),
        "due_date": each.due_date.isoformat(),
        "payment_reference": {"type": "kid", "value": each.kid},
    }
