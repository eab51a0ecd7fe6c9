"""From the first invoice to the last payment, day by day, and what came of it."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo.receivables import Receivable
from fordring.domain.ageing import BUCKETS, Ages, bucket_of
from fordring.domain.late_interest import Claim, late_interest
from fordring.domain.law import LawRowMissing, law
from fordring.domain.reminder_plan import PlanName
from replay.ground import Ledger

type Run = Callable[[Ledger], None]


@dataclass
class Outcome:
    """What one plan did in one country.

    Parameters
    ----------
    letters
        How many of each kind.
    fees, interest
        Minor units; the interest is what the law gives for the days between due date and payment.
    paid_before
        How many late ones were paid before each step of the plan, by the steps that had been taken; the last
        are those that came to the agency.
    without_row
        How many invoices' interest was refused, because a time has no row of law.
    aged
        For the first day of each week, what was owed in each of ``ageing.BUCKETS``, minor units.
    """

    country: str
    plan: PlanName
    letters: Counter[str] = field(default_factory=Counter)
    fees: int = 0
    interest: int = 0
    cases: int = 0
    paid_before: Counter[int] = field(default_factory=Counter)
    disputed: int = 0
    without_row: int = 0
    aged: list[tuple[date, tuple[int, ...]]] = field(default_factory=list)


def extent(receivables: Iterable[Receivable]) -> tuple[date, date]:
    """Tell on which day the first invoice was made, and on which the last one was paid."""
    known = list(receivables)
    return min(each.invoice_date for each in known), max(each.settled_date for each in known)


def replay(
    country: str,
    plan: PlanName,
    receivables: Sequence[Receivable],
    run: Run | None = None,
    tell: Callable[[date], None] = lambda _: None,
) -> Outcome:
    """Follow receivables under a plan.

    Parameters
    ----------
    run
        How a day's due invoices are worked on; one after the other where not said.
    tell
        Is told each day.
    """
    day, last = extent(receivables)
    ledger = Ledger(country, plan, day, Random(0).getrandbits)
    begins, falls_due, is_paid = (defaultdict[date, list[Receivable]](list) for _ in range(3))
    for each in receivables:
        begins[each.invoice_date].append(each)
        falls_due[each.due_date].append(each)
        is_paid[each.settled_date].append(each)
    outcome = Outcome(country, plan)
    while day <= last:
        ledger.morning(day)
        for each in begins[day]:
            ledger.registered(each)
        for each in falls_due[day]:
            if each.disputed:
                ledger.disputed(each)
        for each in is_paid[day]:
            _settle(outcome, ledger, each)
        (run or one_run)(ledger)
        if day.weekday() == 0:
            outcome.aged.append((day, _aged(receivables, day)))
        tell(day)
        day += timedelta(days=1)
    return outcome


def _settle(outcome: Outcome, ledger: Ledger, each: Receivable) -> None:
    """Book a payment, and note how far the plan had come by then."""
    invoice = ledger.invoice(each.number)
    outcome.letters.update(letter.kind for letter in invoice.reminders)
    outcome.fees += sum(letter.fee for letter in invoice.reminders)
    outcome.cases += invoice.case_id is not None
    late = each.settled_date > each.due_date
    if late and each.disputed:
        outcome.disputed += 1
    elif late:
        outcome.paid_before[len(invoice.reminders) + (invoice.case_id is not None)] += 1
    if late:
        claim = Claim(ledger.country, "consumer", each.due_date, [(each.invoice_date, invoice.principal)])
        try:
            outcome.interest += late_interest(law(), claim, each.settled_date).amount
        except LawRowMissing:
            outcome.without_row += 1
    ledger.paid(each)


def _aged(receivables: Iterable[Receivable], day: date) -> tuple[int, ...]:
    ages = Ages()
    for each in receivables:
        if each.invoice_date <= day < each.settled_date:
            ages = ages.plus(bucket_of(each.due_date, day), int(each.amount * 100))
    return tuple(ages.amounts.get(bucket, 0) for bucket in BUCKETS)


# --- how a day's work is done ---------------------------------------------------------------------------


def one_run(ledger: Ledger) -> None:
    """Work on what is due, one invoice after the other, until nothing is."""
    while due := ledger.due():
        for invoice_id in due:
            ledger.look(invoice_id)


def two_runs_and_one_dies(chance: Random) -> Run:
    """Give a way in which two runs are at it at once, each in its own order, and one dies midway."""

    def run(ledger: Ledger) -> None:
        due = ledger.due()
        if due:
            dead = chance.randrange(len(due))
            runs = [_shuffled(due, chance)[:dead], _shuffled(due, chance)]
            threads = [threading.Thread(target=_work, args=(ledger, each)) for each in runs]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        # The next hour's run finds what is left.
        one_run(ledger)

    return run


def _shuffled(due: Sequence[str], chance: Random) -> list[str]:
    return chance.sample(list(due), len(due))


def _work(ledger: Ledger, invoice_ids: Sequence[str]) -> None:
    for invoice_id in invoice_ids:
        ledger.look(invoice_id)
