"""From the first invoice to the last payment, day by day, and what came of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Final

from demo.receivables import Receivable
from fordring.domain.ageing import BUCKETS, Ages, bucket_of
from fordring.domain.late_interest import Claim, late_interest
from fordring.domain.law import LawRowMissing, law
from fordring.domain.ledger import Component
from replay.ground import Ledger
from replay.plans import Followed
from replay.turns import Toll

type Run = Callable[[Ledger], None]

STAGES: Final = ("no letter yet", "one letter", "two letters", "three letters", "at the agency", "disputed")
"""How far an overdue invoice has come."""


@dataclass
class Outcome:
    """What one plan did in one country.

    Parameters
    ----------
    steps
        How many the plan has, the transfer included.
    letters
        How many of each kind.
    fees, compensation, interest
        Minor units; the interest is what the law gives for the days between due date and payment, on the
        principal.
    late, disputed
        How many were paid after their due date, and how many of these were objected to.
    paid_before
        How many late ones without an objection were paid before each step of the plan, by the steps that had
        been taken; the last are those that had come to the agency.
    interest_refused
        How many invoices' interest was refused, because a time has no row of law.
    letters_refused
        How many invoices had no letter on its day, because a row that it needs is missing.
    rows_missing
        Those rows: country, rule, and since when or for whom, as words.
    aged
        For the first day of each week, what was owed in each of ``ageing.BUCKETS``, minor units.
    chased
        For the same days, what was overdue in each of ``STAGES``, minor units.
    """

    followed: Followed
    steps: int = 0
    letters: Counter[str] = field(default_factory=Counter)
    fees: int = 0
    compensation: int = 0
    interest: int = 0
    cases: int = 0
    late: int = 0
    disputed: int = 0
    paid_before: Counter[int] = field(default_factory=Counter)
    interest_refused: int = 0
    letters_refused: int = 0
    rows_missing: set[str] = field(default_factory=set)
    aged: list[tuple[date, tuple[int, ...]]] = field(default_factory=list)
    chased: list[tuple[date, tuple[int, ...]]] = field(default_factory=list)


def extent(receivables: Iterable[Receivable]) -> tuple[date, date]:
    """Tell on which day the first invoice was made, and on which the last one was paid."""
    known = list(receivables)
    return min(each.invoice_date for each in known), max(each.settled_date for each in known)


def replay(
    followed: Followed,
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
    ledger = Ledger(followed, day, Random(0).getrandbits)
    begins, falls_due, is_paid = (defaultdict[date, list[Receivable]](list) for _ in range(3))
    for each in receivables:
        begins[each.invoice_date].append(each)
        falls_due[each.due_date].append(each)
        is_paid[each.settled_date].append(each)
    outcome = Outcome(followed, ledger.steps)
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
            unpaid = [each for each in receivables if each.invoice_date <= day < each.settled_date]
            outcome.aged.append((day, _aged(unpaid, day)))
            outcome.chased.append((day, _chased(ledger, unpaid, day)))
        tell(day)
        day += timedelta(days=1)
    outcome.rows_missing.update(ledger.rows_missing())
    return outcome


def _settle(outcome: Outcome, ledger: Ledger, each: Receivable) -> None:
    """Book a payment, and note how far the plan had come by then."""
    invoice = ledger.invoice(each.number)
    follow, sent = invoice.follow_up, invoice.reminders
    outcome.letters.update(letter.kind for letter in sent)
    outcome.fees += invoice.balance.part(Component.FEE).original
    outcome.compensation += invoice.balance.part(Component.COMPENSATION).original
    outcome.cases += invoice.case_id is not None
    outcome.letters_refused += follow is not None and follow.stopped == "law_row_missing"
    if each.settled_date > each.due_date:
        outcome.late += 1
        if each.disputed:
            outcome.disputed += 1
        else:
            outcome.paid_before[len(sent) + (invoice.case_id is not None)] += 1
        course = [(each.invoice_date, invoice.principal)]
        followed = ledger.followed
        claim = Claim(followed.country, followed.debtor_kind, each.due_date, course)
        try:
            outcome.interest += late_interest(law(), claim, each.settled_date).amount
        except LawRowMissing as missing:
            outcome.interest_refused += 1
            outcome.rows_missing.add(named(missing))
    ledger.paid(each)


def named(missing: LawRowMissing) -> str:
    """Say which row is missing, by its half-year."""
    facts = missing.facts
    year, month, _ = str(facts["on"]).split("-")
    return f"{facts['country']} {facts['rule']} {year}-{'01' if int(month) < 7 else '07'}-01"


def _aged(unpaid: Iterable[Receivable], day: date) -> tuple[int, ...]:
    ages = Ages()
    for each in unpaid:
        ages = ages.plus(bucket_of(each.due_date, day), int(each.amount * 100))
    return tuple(ages.amounts.get(bucket, 0) for bucket in BUCKETS)


def _chased(ledger: Ledger, unpaid: Iterable[Receivable], day: date) -> tuple[int, ...]:
    amounts = dict.fromkeys(STAGES, 0)
    for each in unpaid:
        if each.due_date < day:
            invoice = ledger.invoice(each.number)
            stage = STAGES[len(invoice.reminders)]
            if invoice.case_id is not None:
                stage = "at the agency"
            elif each.disputed:
                stage = "disputed"
            amounts[stage] += int(each.amount * 100)
    return tuple(amounts.values())


# --- how a day's work is done ---------------------------------------------------------------------------


def one_run(ledger: Ledger) -> None:
    """Work on what is due, one invoice after the other, until nothing is."""
    while due := ledger.due():
        for invoice_id in due:
            ledger.look(invoice_id)
        ledger.confirm(due)


def two_runs_and_one_dies(chance: Random, toll: Toll) -> Run:
    """Give a way in which two runs are at it at once, of which one is killed midway.

    Some days they begin with the same invoice, on others each has an order of its own.
    """

    def run(ledger: Ledger) -> None:
        if due := ledger.due():
            order = _shuffled(due, chance)
            other = order if chance.random() < 0.5 else _shuffled(due, chance)
            runs = [partial(_work, ledger, each) for each in (order, other)]
            ledger.engine.at_once(runs, chance, chance.randrange(3 * len(due)), toll)
            ledger.confirm(due)
        # The next hour's run finds what is left.
        one_run(ledger)

    return run


def _shuffled(due: Sequence[str], chance: Random) -> list[str]:
    return chance.sample(list(due), len(due))


def _work(ledger: Ledger, invoice_ids: Sequence[str]) -> None:
    for invoice_id in invoice_ids:
        ledger.look(invoice_id)
