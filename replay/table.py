"""The table that ``make replay`` prints, and the same as a file."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from demo.columns import in_columns
from fordring.domain.law import CURRENCY
from fordring.domain.money import Money
from replay.days import Outcome

_LETTERS: Final = ("free_notice", "reminder", "notice_of_collection")

LEGEND: Final = (
    "notices, reminders, coll. notices: letters sent before the payment. fees, compensation: their price.",
    "interest: what the law gives from the due date to the payment; it is told, and not charged.",
    "cases: came to the agency. before n: paid late, before step n of the plan and after the one before it.",
    "disputed: paid late, too, and not followed up because of an objection. The last columns, from cases on,",
    "add up to all that were paid late.",
)


def rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Give the table, its heads first; amounts in the country's currency."""
    most = max((each.steps for each in outcomes), default=0)
    heads = ["country", "plan", "debtors", "notices", "reminders", "coll. notices", "currency", "fees"]
    heads += [
        "compensation",
        "interest",
        "cases",
        *(f"before {step + 1}" for step in range(most)),
        "disputed",
    ]
    return [heads, *(_row(each, most) for each in outcomes)]


def _row(outcome: Outcome, most: int) -> list[str]:
    followed, currency = outcome.followed, CURRENCY[outcome.followed.country]
    letters = [str(outcome.letters[kind]) for kind in _LETTERS]
    letters[-1] += "!" if outcome.letters_refused else ""
    amounts = [Money(part, currency).text for part in (outcome.fees, outcome.compensation, outcome.interest)]
    amounts[-1] += "*" if outcome.interest_refused else ""
    before = [str(outcome.paid_before[step]) if step < outcome.steps else "" for step in range(most)]
    names = [followed.country, followed.plan.value, followed.debtor_kind]
    return [*names, *letters, currency, *amounts, str(outcome.cases), *before, str(outcome.disputed)]


def text(outcomes: Sequence[Outcome]) -> str:
    """Write the outcomes of all countries and plans below one another, and what the columns mean."""
    table = rows(outcomes)
    left = [head in ("country", "plan", "debtors", "currency") for head in table[0]]
    (heads, *spelt), _ = in_columns(table, left)
    lines = [heads, "-" * len(heads)]
    for line in spelt:
        if len(lines) > 2 and line[:2] != lines[-1][:2]:
            lines.append("")
        lines.append(line)
    return "\n".join([*lines, "", *LEGEND, *_refusals(outcomes)])


def _refusals(outcomes: Sequence[Outcome]) -> list[str]:
    """Say what the law's rows do not reach to, and that nothing was made up for it."""
    interest = max((each.interest_refused for each in outcomes), default=0)
    letters = max((each.letters_refused for each in outcomes), default=0)
    if not interest and not letters:
        return []
    missing = sorted({row for each in outcomes for row in each.rows_missing})
    said = [
        "",
        "Refused (law_row_missing), and nothing made up, for want of the rows of law: " + ", ".join(missing),
    ]
    if interest:
        said.append(f"* the late interest of up to {interest} invoices is not in the sum.")
    if letters:
        said.append(f"! up to {letters} invoices had no letter for want of a row.")
    return said


def save(outcomes: Sequence[Outcome], path: Path) -> None:
    """Keep the table's figures as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows(outcomes))
