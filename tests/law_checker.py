"""What the law says about letters and hand-overs, read a second time: slow, plain, nothing of the hub in it.

Written from the table of rules alone, without the hub's own reading of it, so that the two can be held
against each other: where the hub sends a letter that this checker complains of, one of them has misread the
law. Amounts, rates and days stand here as they stand in the provisions; no row of ``fordring/law`` is looked
at. Where the table leaves a choice, the stricter reading is taken.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from sandbox.bank_days import first_after

CURRENCIES = {"NO": "NOK", "SE": "SEK", "FI": "EUR", "DK": "DKK"}
NOTICE = "notice_of_collection"


@dataclass(frozen=True)
class Sent:
    """A letter that went to the debtor; amounts in øre, öre or cents."""

    kind: str
    on: date
    deadline: date | None = None
    fee: int = 0
    compensation: int = 0


@dataclass(frozen=True)
class HandedOver:
    """The invoice went to the agency."""

    on: date
    level: str


@dataclass(frozen=True)
class Claim:
    """What is owed, by whom, and what was agreed about it.

    Parameters
    ----------
    objections
        From which day to which (not counted; none: still open) the debtor objected.
    agency_notice_from
        From when on only an agency may send the notice of collection.
    """

    country: str
    debtor: str
    due: date
    principal: int
    fees_agreed: bool = False
    agency_notice_from: date | None = None
    objections: tuple[tuple[date, date | None], ...] = ()


def violations(claim: Claim, letters: Sequence[Sent], handed_over: HandedOver | None = None) -> list[str]:
    """Say everything that the law has against these letters and this hand-over."""
    letters = sorted(letters, key=lambda letter: letter.on)
    found = [*_of_every_letter(claim, letters), *_of_fees(claim, letters), *_of_compensation(claim, letters)]
    if claim.country == "NO":
        found += _of_norwegian_fees(claim, letters)
    if claim.country == "SE":
        found += _of_swedish_fees(claim, letters)
    if claim.country == "FI":
        found += _of_finnish_fees(claim, letters)
    if claim.country == "DK":
        found += _of_danish_fees(claim, letters)
    if handed_over is not None:
        found += _of_hand_over(claim, letters, handed_over)
    return found


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _of_every_letter(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    found = []
    for earlier, later in pairwise(letters):
        if later.on == earlier.on:
            found.append(f"two letters on {later.on}")
        elif earlier.deadline is not None and later.on <= earlier.deadline:
            found.append(f"{later.kind} of {later.on} before the deadline {earlier.deadline} had passed")
    for letter in letters:
        if letter.on <= claim.due:
            found.append(f"{letter.kind} of {letter.on} while nothing is overdue")
        for since, until in claim.objections:
            if letter.on >= since and (until is None or letter.on < until):
                found.append(f"{letter.kind} of {letter.on} while the debtor objects")
        if letter.deadline is not None:
            if letter.deadline <= letter.on:
                found.append(f"{letter.kind} of {letter.on} leaves no time")
            if first_after(letter.deadline - _days(1), CURRENCIES[claim.country]) != letter.deadline:
                found.append(f"the deadline {letter.deadline} is no bank day")
        if letter.kind == NOTICE:
            # Norway 14 days; Sweden's demand 8; Denmark's § 10 letter 10; Finland 10 for businesses, and 14
            # between a consumer's reminder and the professional's demand.
            least = {"NO": 14, "SE": 8, "DK": 10, "FI": 14 if claim.debtor == "consumer" else 10}[
                claim.country
            ]
            if letter.deadline is None or letter.deadline < letter.on + _days(least):
                found.append(f"the notice of {letter.on} leaves fewer than {least} days")
            if claim.agency_notice_from is not None and letter.on >= claim.agency_notice_from:
                found.append(f"the notice of {letter.on} is the agency's to send")
    return found


def _highest_fee(claim: Claim, letter: Sent) -> int:
    if letter.kind == "free_notice":
        return 0
    if claim.country == "NO":
        if letter.on < date(2020, 10, 1):
            return 0
        return 3500 if letter.on <= date(2025, 12, 31) else 3800
    if claim.country == "SE":
        if letter.kind == NOTICE:
            return 18000
        return 6000 if claim.fees_agreed else 0
    if claim.country == "DK":
        return 10000
    if claim.debtor == "consumer":
        return 500
    if letter.on < date(2022, 5, 1):
        return 0
    # The creditor's own payment demand may cost more; a notice of collection is a reminder here.
    return 1200


def _of_fees(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    return [
        f"{letter.kind} of {letter.on} costs {letter.fee}, more than {_highest_fee(claim, letter)}"
        for letter in letters
        if not 0 <= letter.fee <= _highest_fee(claim, letter)
    ]


def _highest_compensation(claim: Claim, on: date) -> int:
    if claim.debtor != "business" or claim.country == "DK":
        return 0
    if claim.country == "SE":
        return 45000
    if claim.country == "FI":
        return 4000
    highest = 0
    for since, amount in (
        (date(2023, 7, 1), 46000),
        (date(2024, 1, 1), 47000),
        (date(2024, 7, 1), 46000),
        (date(2025, 1, 1), 47000),
        (date(2025, 7, 1), 46000),
        (date(2026, 1, 1), 46000),
        (date(2026, 7, 1), 43000),
        (date(2027, 1, 1), 0),
    ):
        if on >= since:
            highest = amount
    return highest


def _of_compensation(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    asking = [letter for letter in letters if letter.compensation]
    found = [
        f"{letter.kind} of {letter.on} asks for compensation of {letter.compensation}"
        for letter in asking
        if letter.compensation > _highest_compensation(claim, letter.on)
    ]
    if len(asking) > 1:
        found.append("compensation is asked for more than once")
    if asking:
        compensation = asking[0].compensation
        fees = sum(letter.fee for letter in letters)
        if compensation + fees > max(
            compensation, fees, sum(_highest_fee(claim, letter) for letter in letters)
        ):
            found.append(f"compensation of {compensation} and fees of {fees} are summed")
    return found


def _charged(letters: Sequence[Sent]) -> list[Sent]:
    return [letter for letter in letters if letter.fee > 0]


def _of_norwegian_fees(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    found = []
    counted: list[Sent] = []
    for letter in _charged(letters):
        if letter.on < claim.due + _days(14):
            found.append(f"fee on {letter.on}, before due date + 14 days")
        if letter.deadline is None or letter.deadline < letter.on + _days(14):
            found.append(f"fee-bearing letter of {letter.on} sets no deadline of 14 days")
        if counted and letter.on >= _months_after(counted[-1].on, 6):
            counted = []
        if len(counted) >= 2:
            found.append(f"a third fee-bearing letter on {letter.on}")
        elif counted:
            first = counted[0]
            if first.deadline is None or first.deadline < first.on + _days(14) or letter.on <= first.deadline:
                found.append(f"second fee on {letter.on} without a missed deadline of 14 days")
        counted.append(letter)
    return found


def _of_swedish_fees(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    return [
        f"fee on {letter.on}, before the due date" for letter in _charged(letters) if letter.on <= claim.due
    ]


def _of_finnish_fees(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    charged = _charged(letters)
    found = []
    if claim.debtor == "consumer":
        for letter in charged:
            before = [claim.due, *(other.on for other in letters if other.on < letter.on)]
            if letter.on < max(before) + _days(14):
                found.append(f"fee on {letter.on}, before due date or previous reminder + 14 days")
        if len(charged) > 2:
            found.append("more than two chargeable letters")
        highest = 6000 if claim.principal <= 10000 else 12000 if claim.principal <= 100000 else 21000
        if sum(letter.fee for letter in charged) > highest:
            found.append(f"fees above {highest} altogether")
        return found
    for earlier, later in pairwise(charged):
        if later.on < earlier.on + _days(10):
            found.append(f"chargeable letters on {earlier.on} and {later.on}")
    return found


def _of_danish_fees(claim: Claim, letters: Sequence[Sent]) -> list[str]:
    charged = _charged(letters)
    found = [f"fee on {letter.on}, before the due date" for letter in charged if letter.on <= claim.due]
    for earlier, later in pairwise(charged):
        if later.on < earlier.on + _days(10):
            found.append(f"fees on {earlier.on} and {later.on}, fewer than 10 days apart")
    if len(charged) > 3:
        found.append("more than three fee-bearing letters")
    return found


def _of_hand_over(claim: Claim, letters: Sequence[Sent], handed_over: HandedOver) -> list[str]:
    if handed_over.level == "administration":
        return []
    found = []
    if handed_over.on <= claim.due:
        found.append(f"handed over on {handed_over.on} while nothing is overdue")
    for since, until in claim.objections:
        if handed_over.on >= since and (until is None or handed_over.on < until):
            found.append(f"handed over on {handed_over.on} while the debtor objects")
    for letter in letters:
        if letter.on >= handed_over.on:
            found.append(f"{letter.kind} of {letter.on} although the agency has the invoice")
    if letters and letters[-1].deadline is not None and handed_over.on <= letters[-1].deadline:
        found.append(f"handed over on {handed_over.on} before the deadline {letters[-1].deadline} had passed")
    if handed_over.level == "collection":
        if claim.country == "NO" and not any(
            letter.kind == NOTICE and letter.deadline is not None and letter.deadline < handed_over.on
            for letter in letters
        ):
            found.append("handed over for collection without a notice whose deadline has passed")
        if claim.country == "FI" and claim.debtor == "consumer":
            if not any(letter.on + _days(14) <= handed_over.on for letter in letters):
                found.append("handed over for collection less than 14 days after a reminder")
        elif claim.country == "FI" and not any(
            letter.deadline is not None and letter.on + _days(10) <= letter.deadline < handed_over.on
            for letter in letters
        ):
            found.append("handed over for collection without a reminder whose deadline has passed")
    return found


RATES = {
    ("NO", "any"): (
        ("2023-07-01", "11.75"),
        ("2024-01-01", "12.50"),
        ("2024-07-01", "12.50"),
        ("2025-01-01", "12.50"),
        ("2025-07-01", "12.25"),
        ("2026-01-01", "12.00"),
        ("2026-07-01", "12.25"),
    ),
    ("SE", "any"): (
        ("2023-01-01", "10.50"),
        ("2023-07-01", "11.50"),
        ("2024-01-01", "12.00"),
        ("2024-07-01", "12.00"),
    ),
    ("FI", "consumer"): (
        ("2023-01-01", "9.5"),
        ("2023-07-01", "11.0"),
        ("2024-01-01", "11.5"),
        ("2024-07-01", "11.5"),
        ("2025-01-01", "10.5"),
        ("2025-07-01", "9.5"),
        ("2026-01-01", "9.5"),
    ),
    ("FI", "business"): (
        ("2023-01-01", "10.5"),
        ("2023-07-01", "12.0"),
        ("2024-01-01", "12.5"),
        ("2024-07-01", "12.5"),
        ("2025-01-01", "11.5"),
        ("2025-07-01", "10.5"),
        ("2026-01-01", "10.5"),
    ),
    ("DK", "any"): (
        ("2023-01-01", "9.90"),
        ("2023-07-01", "11.25"),
        ("2024-01-01", "11.75"),
        ("2024-07-01", "11.50"),
    ),
}
"""Late interest, per cent a year, each rate for the half-year that begins on its day and for no other."""


def interest(
    country: str, debtor: str, due: date, course: Sequence[tuple[date, int]], until: date
) -> int | None:
    """Add interest up day by day, on what is owed of the principal that day; ``None``: no rate is known."""
    rates = dict(RATES.get((country, "any"), RATES.get((country, debtor), ())))
    exact = Fraction(0)
    day = due + _days(1)
    while day < until:
        owed = [amount for since, amount in course if since <= day]
        if owed and owed[-1] > 0:
            half_year = date(day.year, 1 if day.month <= 6 else 7, 1).isoformat()
            if half_year not in rates:
                return None
            year = 366 if country != "NO" and monthrange(day.year, 2)[1] == 29 else 365
            exact += Fraction(owed[-1]) * Fraction(rates[half_year]) / 100 / year
        day += _days(1)
    return int(exact + Fraction(1, 2))
