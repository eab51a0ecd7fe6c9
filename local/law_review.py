"""``python -m local.law_review``: warn of rows of law that somebody should have looked at again.

Also of those that end, and that no row goes on from: whatever asks for them then is refused. Time passing is
no fault of a change, so it never fails.
"""

import sys
from datetime import UTC, date, datetime, timedelta

from fordring.domain.law import Law, LawRow, law

AHEAD = timedelta(days=14)
"""How long before a row ends it is told: the rates of a half-year are published in the weeks before it."""


def running_out(rows: Law, by: date) -> tuple[LawRow, ...]:
    """Give the rows that have ended, or end by a day, and that no later row goes on from.

    A rate that is published for half a year at a time ends without anybody looking: from then on it is a row
    that is missing.
    """

    def goes_on(row: LawRow, other: LawRow) -> bool:
        same = (row.country, row.rule) == (other.country, other.rule)
        alike = row.debtor_kind == other.debtor_kind or "any" in (row.debtor_kind, other.debtor_kind)
        return same and alike and other.valid_from > row.valid_from

    return tuple(
        row
        for row in rows.rows
        if row.valid_until is not None
        and row.valid_until <= by
        and not any(goes_on(row, other) for other in rows.rows)
    )


def warnings(rows: Law, today: date) -> list[str]:
    """Name every row that is past its review-by date, and every one that nothing goes on from."""

    def named(row: LawRow) -> str:
        return f"{row.country} {row.rule} ({row.debtor_kind}) since {row.valid_from}"

    late = [
        f"look again at {named(row)}: due {row.review_by}, source {row.source}"
        for row in rows.outdated(today)
    ]
    ends = [
        f"no row goes on from {named(row)}: it holds before {row.valid_until}, source {row.source}"
        for row in running_out(rows, today + AHEAD)
    ]
    return late + ends


def main() -> int:
    """Print the warnings of today."""
    for told in warnings(law(), datetime.now(UTC).date()):
        print(f"warning: {told}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
