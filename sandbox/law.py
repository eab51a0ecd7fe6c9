"""What an agency's letters may cost in Norway, as dated rows.

The collection rate (inkassosats) is 700 NOK (FOR-2018-12-20-2050) and 750 NOK from 2026-01-01
(FOR-2025-12-19-2709); the fractions hold from 2020-10-01 (FOR-2020-06-19-1248). Before that there is no
row, and a letter is free: nothing is made up.
"""

from datetime import date, timedelta
from typing import Final

_RATES: Final = ((date(2020, 10, 1), 700_00), (date(2026, 1, 1), 750_00))
_TWENTIETHS: Final = {"reminder": 1, "notice_of_collection": 1, "demand": 3}

FIRST_FEE_AFTER: Final = timedelta(days=14)
"""No letter may cost anything before the due date and this."""

DEADLINE: Final = timedelta(days=14)
"""What a letter gives the debtor."""


def fee(kind: str, sent: date, due: date, currency: str) -> int | None:
    """The fee in øre for a letter, rounded to the nearest krone, halves up; ``None``: it is free."""
    rate = next((rate for since, rate in reversed(_RATES) if sent >= since), None)
    if rate is None or currency != "NOK" or sent < due + FIRST_FEE_AFTER:
        return None
    return (rate * _TWENTIETHS[kind] // 20 + 50) // 100 * 100
