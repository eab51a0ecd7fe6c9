"""The table that ``make replay`` prints."""

from collections.abc import Sequence

from demo.columns import in_columns
from fordring.domain.law import CURRENCY
from fordring.domain.money import Money
from replay.days import Outcome

_LETTERS = ("free_notice", "reminder", "notice_of_collection")


def text(outcomes: Sequence[Outcome]) -> str:
    """Write the outcomes of all countries and plans below one another."""
    most = max((max(each.paid_before, default=0) for each in outcomes), default=0)
    steps = [f"after {number}" for number in range(most + 1)]
    head = ["country", "plan", "notices", "reminders", "coll. notices", "fees", "interest", "cases", *steps]
    rows = []
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
    (heads, *spelt), _ = in_columns([head, *rows], [place < 2 for place in range(len(head))])
    lines = [heads, "-" * len(heads), *spelt]
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
