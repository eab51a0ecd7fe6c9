"""Where the deadline in a letter ends, on the days on which the four countries part.

Inkassoloven § 9 (14 days), inkassolagen 5 § (8), perintälaki 5 § (14), inkassoloven § 10 of Denmark (10): a
deadline that is no bank day ends on the next one.
"""

from datetime import date

import pytest

from fordring.domain.reminder_plan import PlanStep
from tests.unit.plans.unpaid import DEMAND, Course, days, plan_of

DAYS = {"NO": 14, "SE": 8, "FI": 14, "DK": 10}


@pytest.mark.parametrize(
    ("country", "meant", "ends"),
    [
        # Thursday, Christmas Eve: banks are open in Norway alone.
        ("NO", "2026-12-24", "2026-12-24"),
        ("SE", "2026-12-24", "2026-12-28"),
        ("FI", "2026-12-24", "2026-12-28"),
        ("DK", "2026-12-24", "2026-12-28"),
        # Tuesday, New Year's Eve.
        ("NO", "2024-12-31", "2024-12-31"),
        ("SE", "2024-12-31", "2025-01-02"),
        ("FI", "2024-12-31", "2024-12-31"),
        ("DK", "2024-12-31", "2025-01-02"),
        # Friday, Midsummer Eve.
        ("NO", "2026-06-19", "2026-06-19"),
        ("SE", "2026-06-19", "2026-06-22"),
        ("FI", "2026-06-19", "2026-06-22"),
        ("DK", "2026-06-19", "2026-06-19"),
        # The Friday after Ascension.
        ("NO", "2026-05-15", "2026-05-15"),
        ("DK", "2026-05-15", "2026-05-18"),
        # The Great Prayer Day: a Friday in May 2023; from 2024 on it is none.
        ("DK", "2023-05-05", "2023-05-08"),
        ("DK", "2024-04-26", "2024-04-26"),
        # The Constitution Day of Norway, a Friday before Pentecost, and the one of Denmark, a Friday.
        ("NO", "2024-05-17", "2024-05-21"),
        ("DK", "2026-06-05", "2026-06-08"),
        # The Epiphany, a Tuesday.
        ("NO", "2026-01-06", "2026-01-06"),
        ("SE", "2026-01-06", "2026-01-07"),
        ("FI", "2026-01-06", "2026-01-07"),
        # Two weeks over the night on which the clock changes are two weeks.
        ("NO", "2026-04-08", "2026-04-08"),
        ("FI", "2026-10-30", "2026-10-30"),
    ],
)
def test_it_ends_on_a_bank_day(country, meant, ends):
    sent = date.fromisoformat(meant) - days(DAYS[country])
    course = Course(plan_of(PlanStep(DEMAND, 20)), country, due=sent - days(20)).until(20)
    (letter,) = course.letters
    assert (letter.on, letter.deadline) == (sent, date.fromisoformat(ends))
