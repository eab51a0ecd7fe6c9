"""The table that ``make replay`` prints."""

from collections.abc import Sequence

from fordring.domain.law import CURRENCY
from fordring.domain.money import Money
from replay.days import Outcome

_LETTERS = ("free_notice", "reminder", "notice_of_collection")


def text(outcomes: Sequence[Outcome]) -> str:
    """Write the outcomes of all countries and plans below one another."""
    most = max((max(each.paid_before, default=0) for each in outcomes), default=0)
    steps = [f"after {number}" for number in range(most + 1)]
    head = ["country", "plan", "notices", "reminders", "coll. notices", "fees", "interest", "cases", *steps]
    rows = [head]
    for each in outcomes:
        currency = CURRENCY[each.country]
        interest = Money(each.interest, currency).text + ("*" if each.without_row else "")
        rows.append(
            [
                each.country,
                each.plan.value,
                *(str(each.letters[kind]) for kind in _LETTERS),
                Money(each.fees, currency).text,
                interest,
                str(each.cases),
                *(str(each.paid_before[number]) for number in range(most + 1)),
            ]
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    refused = [each for each in outcomes if each.without_row]
    if refused:
        countries = ", ".join(dict.fromkeys(each.country for each in refused))
        most_refused = max(each.without_row for each in refused)
        lines += [
            "",
            f"* {countries}: there is no row of law for a part of the time; the interest of up to "
            f"{most_refused} invoices is refused (law_row_missing), and none is made up.",
        ]
    return "\n".join(lines)
