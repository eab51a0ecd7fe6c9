"""Late interest: simple, on what is owed of the principal on each day, at the rates of each half-year.

Source: forsinkelsesrenteloven §§ 2 and 3 (NO), räntelagen 3 and 6 §§ (SE), korkolaki 4 and 4 a §§ (FI),
renteloven § 5 (DK). The first day is the day after the due date; the day of a payment is not counted for what
was paid. Interest that has accrued is owed whatever becomes of the principal (BEY-4).
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from fordring.domain.invoice import Invoice
from fordring.domain.law import Law, LawRow
from fordring.domain.ledger import Balance, Component, Entry
from fordring.domain.money import round_half_up
from fordring.domain.values import dataclass

type Course = Sequence[tuple[date, int]]
"""From which day on how much was owed of the principal, in the order of days, minor units."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What late interest is asked for.

    Parameters
    ----------
    country, debtor_kind
        Whose law; ``consumer`` or ``business``.
    due_date
        The last day on which nothing was late.
    course
        What was owed of the principal.
    agreed_per_cent
        The rate that was agreed with a business debtor, per cent a year; ``None``: the law's.
    """

    country: str
    debtor_kind: str
    due_date: date
    course: Course
    agreed_per_cent: Fraction | None = None


def claim_on(invoice: Invoice, debtor_kind: str, course: Course) -> Claim:
    """Give what late interest is asked for on an invoice.

    A rate that was agreed holds for a business only: the law's is a consumer's whatever was agreed.
    """
    agreed = invoice.agreed_interest if debtor_kind == "business" else None
    per_cent = None if agreed is None else Fraction(agreed, 100)
    return Claim(invoice.country, debtor_kind, invoice.terms.due_date, course, per_cent)


@dataclass(frozen=True, slots=True)
class InterestPeriod:
    """Interest for the days from one day to before another, on one balance, at one rate.

    ``interest`` is exact, in minor units. ``row`` is the row of law with the rate; ``None``: it was agreed.
    """

    since: date
    until: date
    principal: int
    per_cent: Fraction
    interest: Fraction
    row: LawRow | None

    @property
    def days(self) -> int:
        """How many days."""
        return (self.until - self.since).days


@dataclass(frozen=True, slots=True)
class LateInterest:
    """What has accrued, period by period."""

    periods: tuple[InterestPeriod, ...]

    @property
    def amount(self) -> int:
        """The sum in minor units, rounded once, halves up."""
        return round_half_up(sum((period.interest for period in self.periods), Fraction(0)))

    @property
    def shares(self) -> tuple[int, ...]:
        """What each period contributes to the rounded sum, minor units: they add up to it."""
        found: list[int] = []
        exact, told = Fraction(0), 0
        for period in self.periods:
            exact += period.interest
            found.append(round_half_up(exact) - told)
            told += found[-1]
        return tuple(found)


def late_interest(law: Law, claim: Claim, until: date) -> LateInterest:
    """Work out the interest for the days before a day: of the payment, or of the letter.

    Raises
    ------
    LawRowMissing
        When there is no rate, or no way to count days, for a part of the time.
    """
    first = claim.due_date + timedelta(days=1)
    if until <= first:
        return LateInterest(())
    cuts = {first, until}
    cuts.update(day for day, _ in claim.course if first < day < until)
    # A rate that was agreed goes on over the half-years; what a year has of days may change with the year.
    changes = (1,) if claim.agreed_per_cent is not None else (1, 7)
    cuts.update(day for day in _firsts_of(changes, first, until))
    days = sorted(cuts)
    periods = []
    for since, before in pairwise(days):
        principal = _owed_on(claim.course, since)
        if principal > 0:
            periods.append(_period(law, claim, since, before, principal))
    return LateInterest(tuple(periods))


def _firsts_of(months: Iterable[int], since: date, until: date) -> Iterable[date]:
    for year in range(since.year, until.year + 1):
        for month in months:
            if since < (day := date(year, month, 1)) < until:
                yield day


def _owed_on(course: Course, day: date) -> int:
    """Give what was owed on a day; nothing before the first entry."""
    owed = 0
    for since, amount in course:
        if since <= day:
            owed = amount
    return owed


def _period(law: Law, claim: Claim, since: date, until: date, principal: int) -> InterestPeriod:
    row = None
    per_cent = claim.agreed_per_cent
    if per_cent is None:
        row = law.row(claim.country, "late_interest", claim.debtor_kind, since)
        per_cent = Fraction(str(row.value))
    counted = law.row(claim.country, "day_count", claim.debtor_kind, since).value
    year = 366 if counted == "actual/actual" and _is_leap(since.year) else 365
    interest = Fraction(principal) * per_cent / 100 * (until - since).days / year
    return InterestPeriod(since, until, principal, per_cent, interest, row)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def principal_course(entries: Iterable[Entry], currency: str) -> Course:
    """Read from an invoice's ledger what was owed of the principal from which day on.

    Entries count from their own date, not from when they were written: a payment that is heard of late was
    made when it was made. A day that leaves the principal as it was, such as that of a fee, is no step.
    """
    by_day: dict[date, int] = {}
    balance = Balance(currency)
    for entry in entries:
        before = balance.part(Component.PRINCIPAL).remaining
        balance = balance.after(entry)
        change = balance.part(Component.PRINCIPAL).remaining - before
        by_day[entry.entry_date] = by_day.get(entry.entry_date, 0) + change
    owed, course = 0, []
    for day, change in sorted(by_day.items()):
        if change:
            owed += change
            course.append((day, owed))
    return course
