"""How long the law wants what is booked about a debtor to be kept, as dated rows (``law/retention.json``)."""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from fordring.domain.errors import Refused
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one country wants vouchers to be kept.

    Parameters
    ----------
    country, valid_from
        Where, and since when.
    years, counted_from
        How many years, and after what.
    source, grade
        The provision; ``S`` when it was read in secondary sources, not in the act itself.
    review_by
        When somebody has to look again whether it still holds.
    """

    country: str
    years: int
    counted_from: str
    valid_from: date
    source: str
    grade: Literal["P", "S"]
    review_by: date


@cache
def retention_rules() -> tuple[RetentionRule, ...]:
    """Load the rows; once, and only when somebody asks."""
    rows = json.loads((files("fordring") / "law" / "retention.json").read_text("utf-8"))
    return tuple(
        RetentionRule(
            **{
                **row,
                "valid_from": date.fromisoformat(row["valid_from"]),
                "review_by": date.fromisoformat(row["review_by"]),
            }
        )
        for row in rows
    )


def rule_on(rules: Iterable[RetentionRule], country: str, day: date) -> RetentionRule:
    """Give the row that holds in a country on a day.

    Raises
    ------
    Refused
        ``retention_rule_missing``: there is none, and nothing is made up; ``facts`` name what is missing.
    """
    found = [rule for rule in rules if rule.country == country and rule.valid_from <= day]
    if not found:
        raise Refused(
            "retention_rule_missing",
            "there is no row that says how long this country wants vouchers to be kept",
            facts={"country": country, "on": day.isoformat()},
        )
    return max(found, key=lambda rule: rule.valid_from)


def earliest_erasure(rule: RetentionRule, last: date) -> date:
    """Give the first day on which something may go to which something happened last on a day.

    The hub does not know the creditor's fiscal year. One that the day falls into may end as late as in the
    next calendar year, so the years count from the end of that, whatever the row counts from.
    """
    return date(last.year + 1 + rule.years + 1, 1, 1)
