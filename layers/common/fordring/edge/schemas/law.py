"""What the law says about letters and late interest: what is asked and told."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from fordring.domain.law import CURRENCY, RULES, Law, LawRow, LawRowMissing, Unit
from fordring.edge.schemas.common import BusinessDate, Given
from fordring.edge.schemas.told import Told, ToldMoney, day, money

KINDS = ("consumer", "business")


class LawQuery(Given):
    """Whose law, and on which day."""

    country: Literal["NO", "SE", "FI", "DK"]
    on: BusinessDate


class ToldBand(Told):
    """An amount for principals up to a bound; the last band has none."""

    up_to: ToldMoney | None
    amount: ToldMoney


class ToldRule(Told):
    """One row: a rule that holds on the day.

    ``value`` is as ``unit`` says: an amount (or bands of amounts), a share such as `1/20`, days, months, a
    number of letters, per cent a year as a decimal string, a truth, or a way of counting. ``null``: the
    country has no such limit. ``grade``: `P` read in the primary text, `S` in a secondary source that cites
    it, `D` derived from a confirmed rule. ``url``: where that was read, where there is such a page.
    """

    rule: str
    meaning: str
    unit: Unit
    debtor_kind: Literal["consumer", "business", "any"]
    value: ToldMoney | list[ToldBand] | int | str | bool | None
    valid_from: date
    valid_until: date | None
    source: str
    grade: Literal["P", "S", "D"]
    review_by: date
    url: str | None


class ToldFee(Told):
    """The most that a letter may cost on the day, worked out from the rows, where a fee is allowed at all."""

    debtor_kind: Literal["consumer", "business"]
    letter: Literal["reminder"]
    amount: ToldMoney


class ToldMissing(Told):
    """A rule of which no row says what holds on the day: what asks for it is refused (409)."""

    rule: str
    meaning: str
    debtor_kind: Literal["consumer", "business", "any"]


class ToldLaw(Told):
    """What holds in a country on a day, and why; and what nobody has found at its source."""

    country: str
    on: date
    items: list[ToldRule]
    missing: list[ToldMissing]
    fees: list[ToldFee]


def tell_law(law: Law, country: str, on: date) -> dict[str, Any]:
    """Tell what holds in a country on a day."""
    return {
        "country": country,
        "on": day(on),
        "items": [_rule(row) for row in law.applying(country, on)],
        "missing": [
            {"rule": rule, "meaning": RULES[rule][1], "debtor_kind": kind}
            for rule, kind in law.missing(country, on)
        ],
        "fees": list(_fees(law, country, on)),
    }


def _rule(row: LawRow) -> dict[str, Any]:
    unit, meaning = RULES[row.rule]
    return {
        "rule": row.rule,
        "meaning": meaning,
        "unit": unit,
        "debtor_kind": row.debtor_kind,
        "value": _value(row, unit),
        "valid_from": day(row.valid_from),
        "valid_until": day(row.valid_until),
        "source": row.source,
        "grade": row.grade,
        "review_by": day(row.review_by),
        "url": row.url,
    }


def _value(row: LawRow, unit: Unit) -> Any:
    currency = CURRENCY[row.country]
    if isinstance(row.value, tuple):
        return [
            {
                "up_to": None if most is None else money(most, currency),
                "amount": money(amount, currency),
            }
            for most, amount in row.value
        ]
    if unit == "amount" and isinstance(row.value, int):
        return money(row.value, currency)
    return row.value


def _fees(law: Law, country: str, on: date) -> Iterable[dict[str, Any]]:
    for kind in KINDS:
        try:
            fee = law.reminder_fee(country, kind, on)
        except LawRowMissing:
            continue
        yield {
            "debtor_kind": kind,
            "letter": "reminder",
            "amount": money(fee, CURRENCY[country]),
        }
