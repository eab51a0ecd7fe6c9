"""Real receivables under each reminder plan, and the same whoever does the work."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from demo.receivables import Receivable
from fordring.domain.reminder_plan import PlanName
from replay.days import replay as replayed
from replay.days import two_runs_and_one_dies
from replay.picture import draw
from replay.receivables import shifted
from replay.table import text

REAL = Path(__file__).parents[3] / "shared" / "data" / "receivables.csv"
DUE = date(2026, 1, 29)


def receivable(number, settled, *, due=DUE, disputed=False):
    return Receivable(
        str(number), f"c-{number % 3}", due - timedelta(days=30), due, settled, Decimal("1000.00"), disputed
    )


@dataclass
class Case:
    """When one is paid, and what must have happened before."""

    days: int
    steps: int
    disputed: bool = False


TIGHT = [
    Case(-3, 0),
    Case(0, 0),
    Case(2, 0),
    Case(4, 1),
    Case(13, 1),
    Case(15, 2),
    Case(40, 2),
    Case(40, 0, True),
]


def test_each_is_followed_up_to_the_day_on_which_it_was_paid():
    """Tight: a notice on day 3, the agency on day 14 (FIK-6). Who pays on a step's day is not reminded."""
    file = [
        receivable(number, DUE + timedelta(days=each.days), disputed=each.disputed)
        for number, each in enumerate(TIGHT)
    ]

    found = replayed("NO", PlanName.TIGHT, file)

    late = [each for each in TIGHT if each.days > 0 and not each.disputed]
    assert found.paid_before == {steps: sum(each.steps == steps for each in late) for steps in (0, 1, 2)}
    assert found.cases == 2
    assert found.letters == {"free_notice": 4}
    assert (found.disputed, found.fees) == (1, 0)
    # 12 per cent a year of 1,000.00 for 2 + 4 + 13 + 15 + 40 + 40 days, less the day of payment each.
    days = [each.days - 1 for each in TIGHT if each.days > 0]
    assert found.interest == sum(round(100000 * 0.12 * day / 365) for day in days)


def test_a_time_without_a_row_is_told_in_the_table():
    file = [receivable(1, date(2027, 2, 1), due=date(2026, 12, 20))]

    sweden = replayed("SE", PlanName.CALM, file)

    assert (sweden.without_row, sweden.interest) == (1, 0)
    assert "law_row_missing" in text([sweden])


@pytest.mark.parametrize("seed", range(4))
def test_two_runs_at_once_of_which_one_dies_change_nothing(seed):
    chance = Random(seed)
    file = [receivable(number, DUE + timedelta(days=chance.randrange(40))) for number in range(25)]

    once = replayed("NO", PlanName.RECOMMENDED, file)
    twice = replayed("NO", PlanName.RECOMMENDED, file, two_runs_and_one_dies(chance))

    assert twice == once
    assert once.letters["free_notice"] > 10


@pytest.mark.skipif(not REAL.exists(), reason="the real receivables are not here")
def test_the_real_receivables_are_followed_up(tmp_path):
    file = shifted(REAL)
    assert (min(each.due_date for each in file), max(each.due_date for each in file)) == (
        date(2024, 2, 2),
        date(2026, 1, 1),
    )
    late = sum(each.late_and_undisputed for each in file)

    found = replayed("NO", PlanName.TIGHT, file)

    assert sum(found.paid_before.values()) == late
    # Nobody who paid within three days was written to, and nobody within fourteen is a case.
    waits = [(each.settled_date - each.due_date).days for each in file if each.late_and_undisputed]
    assert found.paid_before[0] == sum(wait <= 3 for wait in waits)
    assert found.paid_before[1] == sum(3 < wait <= 14 for wait in waits)
    assert found.paid_before[2] == found.cases == sum(wait > 14 for wait in waits)
    assert found.letters["free_notice"] == sum(wait > 3 for wait in waits)
    assert (found.fees, found.without_row) == (0, 0)

    draw(found, tmp_path / "aged.png")
    assert (tmp_path / "aged.png").read_bytes().startswith(b"\x89PNG")
    assert replace(found).aged[0][1][1:] == (0, 0, 0, 0)
