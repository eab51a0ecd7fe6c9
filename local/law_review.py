"""``python -m local.law_review``: warn of rows of law that somebody should have looked at again.

Time passing is no fault of a change, so it never fails.
"""

import sys
from datetime import UTC, datetime

from fordring.domain.law import law


def main() -> int:
    """Name every row that is past its review-by date."""
    for row in law().outdated(datetime.now(UTC).date()):
        told = f"{row.country} {row.rule} ({row.debtor_kind}) since {row.valid_from}"
        print(f"warning: look again at {told}: due {row.review_by}, source {row.source}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
