"""Reports: what is owed and for how long, and what was recovered (BEY-12).

They read projections, never ledgers: one list each, as far as a bound. What does not fit into one answer in
good time is asked for in parts, by the year or month in which invoices fell due, or cases were opened.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import Final

from fordring.domain import things
from fordring.domain.ageing import Ages, bucket_of, owed_on
from fordring.domain.agency import Stage
from fordring.domain.calendar import local_date
from fordring.domain.case import Case
from fordring.domain.errors import Unprocessable
from fordring.domain.invoice import Release
from fordring.domain.refs import Listing
from fordring.domain.values import dataclass
from fordring.usecases.work import Desk

MOST: Final = 10_000
"""How many invoices, cases or settlements one report reads: some 12 MB, within the API's time limit."""

_PAGE: Final = 1000


def ageing(desk: Desk, creditor_id: str, on: date, today: date, due: str) -> dict[str, dict[str, Ages]]:
    """Sum up what debtors owed a creditor on a day, by currency, debtor and age.

    Invoices that an agency has bought are not the creditor's any more.

    Parameters
    ----------
    on, today
        The day that is asked for, and the present one, both local.
    due
        The beginning of the due dates that are looked at, for example ``2026-03``; empty: all.

    Raises
    ------
    Unprocessable
        ``report_too_large``.
    """
    # What is settled now was not, perhaps, on an earlier day.
    groups = ("N", "T") if on >= today else ("N", "T", "S")
    found: dict[str, dict[str, Ages]] = defaultdict(lambda: defaultdict(Ages))
    listings = [Listing(things.INVOICE, "invoices_of", (creditor_id,), f"{group}#{due}") for group in groups]
    for invoice in _read(desk, listings, "due"):
        owed = owed_on(invoice, on, today)
        if owed > 0 and invoice.owner == "creditor":
            ages = found[invoice.currency]
            bucket = bucket_of(invoice.terms.due_date, on)
            ages[invoice.debtor_id] = ages[invoice.debtor_id].plus(bucket, owed)
    return {currency: dict(ages) for currency, ages in sorted(found.items())}


@dataclass(slots=True)
class Recovered:
    """What came of cases in one currency, minor units.

    ``weighted_days`` is the sum over the receipts of amount times days from the opening of the case;
    ``owed`` what each invoice was handed over with: once, at its highest, however often that was.
    """

    cases: int = 0
    owed: dict[str, int] = field(default_factory=dict)
    collected: dict[Stage, int] = field(default_factory=dict)
    weighted_days: int = 0
    charged: int = 0
    paid: int = 0
    given_up: int = 0
    commission: int = 0
    vat: int = 0

    @property
    def handed_over(self) -> int:
        """What was to be collected."""
        return sum(self.owed.values())

    @property
    def total(self) -> int:
        """What was collected in all stages."""
        return sum(self.collected.values())


def recovery(
    desk: Desk, creditor_id: str, on: date, opened: str, agency: str | None, country: str
) -> dict[str, Recovered]:
    """Sum up what cases have brought until a day, by currency.

    What an agency has rejected, or was never sent, is no case of its.

    Parameters
    ----------
    on
        The day that is asked for.
    opened
        The beginning of the dates, in UTC, at which the cases were opened, for example ``2026``; empty: all.
    agency
        Only this agency's cases; ``None``: all.
    country
        The creditor's, whose local date counts.

    Raises
    ------
    Unprocessable
        ``report_too_large``.
    """
    found: dict[str, Recovered] = defaultdict(Recovered)
    currency_of: dict[str, str] = {}
    listings = [
        Listing(things.CASE, "cases_of", (creditor_id,), f"{group}#{opened}")
        for group in ("open", "archived")
    ]
    for case in _read(desk, listings, "opened"):
        begun = local_date(case.opened_at, country)
        if begun <= on and agency in (None, case.agency) and not _never_taken(case):
            _add(found[case.currency], case, begun, on)
            currency_of[case.case_id] = case.currency
    _add_settlements(desk, creditor_id, on, currency_of, found)
    return dict(sorted(found.items()))


def _never_taken(case: Case) -> bool:
    if case.receipts:
        return False
    return case.release is Release.REJECTED or not (case.open or case.case_number)


def _add(sums: Recovered, case: Case, begun: date, on: date) -> None:
    sums.cases += 1
    for member in case.held:
        sums.owed[member.invoice_id] = max(member.principal, sums.owed.get(member.invoice_id, 0))
    for receipt in case.receipts:
        if receipt.counts(on):
            sums.collected[receipt.stage] = sums.collected.get(receipt.stage, 0) + receipt.amount
            sums.weighted_days += receipt.amount * max((receipt.on - begun).days, 0)
    for move in case.cost_moves:
        if move.on <= on:
            sums.charged += move.charged
            sums.paid += move.paid
            sums.given_up += move.given_up


def _add_settlements(
    desk: Desk, creditor_id: str, on: date, currency_of: Mapping[str, str], found: Mapping[str, Recovered]
) -> None:
    """Add what the agency kept for itself, by what its settlements say of these cases."""
    listing = Listing(things.SETTLEMENT, "settlements_of", (creditor_id,))
    for settlement in _read(desk, [listing], "opened"):
        for line in settlement.lines:
            currency = currency_of.get(line.case_id or "")
            if currency is not None and settlement.settled_date <= on:
                found[currency].commission += line.commission
                found[currency].vat += line.vat


def _read[T](desk: Desk, listings: Iterable[Listing[T]], narrowed_by: str) -> Iterator[T]:
    read = 0
    for listing in listings:
        after: str | None = None
        while True:
            page = desk.store.page(listing, after=after, limit=_PAGE)
            read += len(page.items)
            if read > MOST:
                raise Unprocessable(
                    "report_too_large",
                    f"there are more than {MOST} rows to read; ask for one year or month at a time",
                    facts={"narrow_by": narrowed_by, "most": MOST},
                )
            yield from (thing for _, thing in page.items)
            after = page.next
            if after is None:
                break
