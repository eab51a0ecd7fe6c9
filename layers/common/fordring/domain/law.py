"""Fees, deadlines and rates as the law of each country has them, as dated rows (``law/*.json``).

Nothing is ever defaulted or carried over: a question for which there is no row is refused, and the refusal
names the row. Where the law has no such limit, a row says so: its value is ``None``.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from fordring.domain.errors import Refused
from fordring.domain.money import round_half_up
from fordring.domain.values import dataclass

FILES: Final = ("dunning.json", "late_interest.json")

type Value = int | str | bool | tuple[tuple[int | None, int], ...] | None


@dataclass(frozen=True, slots=True)
class LawRow:
    """One rule of one country, for a time.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    debtor_kind
        ``consumer``, ``business``, or ``any``.
    rule
        Which one: see ``RULES``.
    valid_from, valid_until
        From which day, and before which; ``None``: until further notice.
    value
        Minor units, days, months, a share (``"1/20"``), per cent a year (``"12.25"``), a way of counting
        days, or bands: pairs of a largest principal and an amount. ``None``: the law has no such limit.
    source, grade
        The provision; ``P``: read in the primary text, ``S``: in a secondary source that cites it, ``D``:
        derived from a confirmed rule.
    review_by
        When somebody has to look again whether it still holds.
    url
        Where that was read; ``None``: on paper, or ``source`` says it.
    """

    country: str
    debtor_kind: Literal["consumer", "business", "any"]
    rule: str
    valid_from: date
    valid_until: date | None
    value: Value
    source: str
    grade: Literal["P", "S", "D"]
    review_by: date
    url: str | None = None

    @property
    def facts(self) -> dict[str, Value]:
        """What is kept and told of a row that something rests on."""
        return {
            "country": self.country,
            "rule": self.rule,
            "value": self.value,
            "valid_from": self.valid_from.isoformat(),
            "source": self.source,
        }

    def holds_on(self, day: date) -> bool:
        """Whether it is the law on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


type Unit = Literal["amount", "share", "days", "months", "letters", "truth", "way", "per_cent"]

RULES: Final[Mapping[str, tuple[Unit, str]]] = {
    "collection_rate": ("amount", "the rate that fees are shares of (inkassosats)"),
    "reminder_fee_share": (
        "share",
        "the fee for a reminder or a notice of collection, as a share of that rate",
    ),
    "demand_fee_share": ("share", "the fee for the creditor's own payment demand, as a share of that rate"),
    "reminder_fee": ("amount", "the fee for a reminder"),
    "demand_fee": ("amount", "the fee for the creditor's own payment demand"),
    "first_fee_after_days": ("days", "days after the due date from which a letter may cost something"),
    "most_fee_letters": ("letters", "how many letters may cost something before a demand"),
    "fee_gap_days": ("days", "days between two letters that cost something"),
    "fee_letter_deadline_days": ("days", "the deadline that a letter sets that costs something, in days"),
    "fee_count_reset_months": (
        "months",
        "months after the last letter that cost something when counting begins anew",
    ),
    "notice_deadline_days": ("days", "the shortest deadline in a notice of collection, in days"),
    "demand_after_reminder_days": ("days", "days after a reminder before a professional may demand payment"),
    "agency_demand_fee": ("amount", "the most that an agency's demand may cost"),
    "cost_cap": ("amount", "the most that all letters and demands may cost altogether"),
    "late_compensation": ("amount", "the lump sum for late payment"),
    "compensation_offsets_fees": (
        "truth",
        "whether the lump sum is instead of fees: the larger, not the sum",
    ),
    "day_count": ("way", "how the days of late interest are counted"),
    "late_interest": ("per_cent", "late interest, per cent a year"),
}
"""Every rule, with the unit of its value and what it means."""

CONSUMERS_ONLY: Final = frozenset({"agency_demand_fee", "cost_cap"})
"""What no business is asked about: Finland limits what a consumer pays."""

CURRENCY: Final[Mapping[str, str]] = {"NO": "NOK", "SE": "SEK", "FI": "EUR", "DK": "DKK"}
"""In which currency each country's law speaks."""


class LawRowMissing(Refused):
    """There is no row for what was asked, and nothing is made up (409). ``facts`` name the row."""

    def __init__(self, country: str, rule: str, debtor_kind: str, on: date) -> None:
        super().__init__(
            "law_row_missing",
            "there is no row of law for this",
            facts={"country": country, "rule": rule, "debtor_kind": debtor_kind, "on": on.isoformat()},
        )


@dataclass(frozen=True, slots=True)
class Law:
    """All rows that there are."""

    rows: tuple[LawRow, ...]

    def row(self, country: str, rule: str, debtor_kind: str, on: date) -> LawRow:
        """Give the row that holds on a day.

        Raises
        ------
        LawRowMissing
            When there is none.
        """
        for row in self.rows:
            same = row.country == country and row.rule == rule and row.debtor_kind in (debtor_kind, "any")
            if same and row.holds_on(on):
                return row
        raise LawRowMissing(country, rule, debtor_kind, on)

    def number(self, country: str, rule: str, debtor_kind: str, on: date) -> int | None:
        """Give a rule's value as a number: minor units, days or months; ``None``: no such limit.

        Raises
        ------
        LawRowMissing
            When there is no row.
        """
        value = self.row(country, rule, debtor_kind, on).value
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            message = f"{rule} is no number"
            raise TypeError(message)
        return value

    def applying(self, country: str, on: date) -> tuple[LawRow, ...]:
        """Give everything that holds in a country on a day."""
        return tuple(row for row in self.rows if row.country == country and row.holds_on(on))

    def missing(self, country: str, on: date) -> tuple[tuple[str, str], ...]:
        """Give the rules of a country for which no row holds on a day, each with the debtors concerned.

        A rule is a country's if it has a row there at all, for whomever and whenever.
        """
        found = []
        for rule in (
            each for each in RULES if any((row.country, row.rule) == (country, each) for row in self.rows)
        ):
            kinds = ("consumer",) if rule in CONSUMERS_ONLY else ("consumer", "business")
            without = [kind for kind in kinds if not self._has(country, rule, kind, on)]
            if without == ["consumer", "business"]:
                without = ["any"]
            found += [(rule, kind) for kind in without]
        return tuple(found)

    def _has(self, country: str, rule: str, debtor_kind: str, on: date) -> bool:
        try:
            self.row(country, rule, debtor_kind, on)
        except LawRowMissing:
            return False
        return True

    def outdated(self, today: date) -> tuple[LawRow, ...]:
        """Give the rows that somebody should have looked at again, and that a later row has not replaced."""
        return tuple(
            row
            for row in self.rows
            if row.review_by < today and (row.valid_until is None or row.valid_until > today)
        )

    # --- amounts that are worked out from rows ------------------------------------------------------

    def reminder_fee(self, country: str, debtor_kind: str, on: date) -> int:
        """Give the most that a reminder, or a notice of collection, may cost, minor units.

        In Norway a twentieth of the collection rate, to the nearest krone, halves up (112.5 is 113). Whether
        a fee is allowed at all is another question; in Sweden it must have been agreed.

        Raises
        ------
        LawRowMissing
            When there is no row.
        """
        if country == "NO":
            return self._share("reminder_fee_share", debtor_kind, on)
        return self.number(country, "reminder_fee", debtor_kind, on) or 0

    def demand_fee(self, country: str, debtor_kind: str, on: date, principal: int) -> int:
        """Give the most that the creditor's own payment demand may cost, minor units, for a principal.

        Raises
        ------
        LawRowMissing
            When there is no row.
        """
        if country == "NO":
            return self._share("demand_fee_share", debtor_kind, on)
        return self.by_principal(country, "demand_fee", debtor_kind, on, principal)

    def by_principal(self, country: str, rule: str, debtor_kind: str, on: date, principal: int) -> int:
        """Give an amount that goes by the principal, or is the same for all, minor units; 0: none.

        Raises
        ------
        LawRowMissing
            When there is no row.
        """
        value = self.row(country, rule, debtor_kind, on).value
        if isinstance(value, tuple):
            return next(amount for most, amount in value if most is None or principal <= most)
        return value if isinstance(value, int) else 0

    def _share(self, rule: str, debtor_kind: str, on: date) -> int:
        rate = self.number("NO", "collection_rate", debtor_kind, on) or 0
        share = Fraction(str(self.row("NO", rule, debtor_kind, on).value))
        return round_half_up(Fraction(rate, 100) * share) * 100


@cache
def law() -> Law:
    """Load and check the rows; once, and only when somebody asks.

    Raises
    ------
    ValueError
        When rows contradict each other, or name a rule that there is none of.
    """
    loaded: list[LawRow] = []
    for name in FILES:
        text = (files("fordring") / "law" / name).read_text("utf-8")
        loaded.extend(_read(row) for row in json.loads(text))
    for fault in faults_in(loaded):
        raise ValueError(fault)
    return Law(tuple(loaded))


def _read(row: Mapping[str, object]) -> LawRow:
    until, value = row["valid_until"], row["value"]
    if isinstance(value, list):
        value = tuple((most, amount) for most, amount in value)
    return LawRow(
        **{
            **row,
            "valid_from": date.fromisoformat(str(row["valid_from"])),
            "valid_until": date.fromisoformat(str(until)) if until else None,
            "value": value,
            "review_by": date.fromisoformat(str(row["review_by"])),
        }  # type: ignore[arg-type]
    )


def faults_in(rows: Iterable[LawRow]) -> Iterable[str]:
    """Tell what is wrong with rows: unknown rules, periods that end before they begin, two rows for a day."""
    known = list(rows)
    for row in known:
        name = f"{row.country} {row.rule} {row.debtor_kind} {row.valid_from}"
        if row.rule not in RULES:
            yield f"{name}: there is no such rule"
        if row.valid_until is not None and row.valid_until <= row.valid_from:
            yield f"{name}: it ends before it begins"
    for at, row in enumerate(known):
        for other in known[at + 1 :]:
            if (row.country, row.rule) != (other.country, other.rule):
                continue
            if "any" not in (row.debtor_kind, other.debtor_kind) and row.debtor_kind != other.debtor_kind:
                continue
            if row.holds_on(other.valid_from) or other.holds_on(row.valid_from):
                yield f"{row.country} {row.rule}: two rows hold on {max(row.valid_from, other.valid_from)}"
