"""Real receivables under each reminder plan, and the same whoever does the work."""

import csv
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
from replay.plans import COUNTRIES, Followed, everything
from replay.receivables import shifted
from replay.table import rows, save, text
from replay.turns import Toll

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

    found = replayed(Followed("NO", PlanName.TIGHT), file)

    late = [each for each in TIGHT if each.days > 0 and not each.disputed]
    assert found.paid_before == {steps: sum(each.steps == steps for each in late) for steps in (0, 1, 2)}
    assert found.cases == 2
    assert found.letters == {"free_notice": 4}
    assert (found.disputed, found.fees) == (1, 0)
    # 12 per cent a year of 1,000.00 for 2 + 4 + 13 + 15 + 40 + 40 days, less the day of payment each.
    days = [each.days - 1 for each in TIGHT if each.days > 0]
    assert found.interest == sum(round(100000 * 0.12 * day / 365) for day in days)


def test_a_plan_with_fees_costs_what_the_law_allows_each_kind_of_debtor():
    """A reminder on day 14, the notice after its deadline, the agency after that one's; paid on day 50."""
    file = [receivable(number, DUE + timedelta(days=50)) for number in range(3)]
    costs = {}
    for country in COUNTRIES:
        for kind in ("consumer", "business"):
            found = replayed(Followed(country, PlanName.CUSTOM, kind), file)
            costs[country, kind] = (found.fees / 3, found.compensation / 3)
            assert found.letters["reminder"] == 3
            # What Sweden's demand must state is known until 2024: nobody goes further there.
            held = country == "SE"
            assert (found.letters["notice_of_collection"], found.cases) == ((0, 0) if held else (3, 3))
            assert found.letters_refused == (3 if held else 0)
            assert found.paid_before == {1 if held else 3: 3}
    assert costs == {
        ("NO", "consumer"): (7600, 0),  # inkassoforskriften § 1-2: 38 and 38
        ("NO", "business"): (0, 46000),  # forsinkelsesrenteloven § 3 a: 460, and no fee beside it
        ("FI", "consumer"): (1000, 0),  # perintälaki 10 a §: 5 and 5
        ("FI", "business"): (0, 4000),  # 40 at most
        ("SE", "consumer"): (6000, 0),  # lag (1981:739): 60, agreed
        ("SE", "business"): (0, 45000),  # 450 instead
        ("DK", "consumer"): (20000, 0),  # renteloven § 9 b: 100 and 100
        ("DK", "business"): (20000, 0),
    }


def test_a_time_without_a_row_is_told_in_the_table():
    file = [receivable(1, date(2025, 2, 1), due=date(2024, 12, 20))]

    sweden = replayed(Followed("SE", PlanName.CALM), file)
    both = [sweden, replayed(Followed("SE", PlanName.CUSTOM), file)]

    assert (sweden.interest_refused, sweden.interest) == (1, 0)
    said = text(both)
    assert "0.00*" in said
    assert "SE late_interest 2025-01-01" in said
    assert "up to 1 invoices had no letter for want of a row" in said


def test_the_table_adds_up_and_is_kept_as_figures(tmp_path):
    file = [
        receivable(number, DUE + timedelta(days=number - 3), disputed=number % 9 == 0) for number in range(60)
    ]
    outcomes = [replayed(each, file) for each in everything() if each.country == "FI"]
    late = sum(each.settled_date > each.due_date for each in file)
    for outcome in outcomes:
        assert sum(outcome.paid_before.values()) + outcome.disputed == outcome.late == late
        assert outcome.paid_before[outcome.steps] == outcome.cases
        for (day, ages), (same, stages) in zip(outcome.aged, outcome.chased, strict=True):
            assert day == same
            assert sum(ages[1:]) == sum(stages), "what is overdue, twice"

    save(outcomes, tmp_path / "replay.csv")
    kept = list(csv.reader((tmp_path / "replay.csv").read_text(encoding="utf-8").splitlines()))
    assert kept == rows(outcomes)
    heads, *figures = kept
    for row in figures:
        told = dict(zip(heads, row, strict=True))
        parts = [told["cases"], told["disputed"], *(told[f"before {step}"] for step in range(1, 5))]
        assert sum(int(part) for part in parts if part) == late


@pytest.mark.parametrize("followed", list(everything()), ids=lambda each: each.name)
def test_two_runs_at_once_of_which_one_is_killed_change_nothing(followed):
    chance, toll = Random(20261122), Toll()
    dues = [DUE + timedelta(days=chance.randrange(4)) for _ in range(40)]
    file = [
        receivable(number, due + timedelta(days=chance.randrange(60)), due=due)
        for number, due in enumerate(dues)
    ]

    once = replayed(followed, file)
    twice = replayed(followed, file, two_runs_and_one_dies(chance, toll))

    assert twice == once
    assert once.letters.total() > 20
    assert min(toll.killed, toll.late) > 0, "they never met, or nobody was killed"


@pytest.mark.skipif(not REAL.exists(), reason="the real receivables are not here")
def test_the_real_receivables_are_followed_up(tmp_path):
    file = shifted(REAL)
    assert (min(each.due_date for each in file), max(each.due_date for each in file)) == (
        date(2024, 2, 2),
        date(2026, 1, 1),
    )
    late = sum(each.late_and_undisputed for each in file)

    found = replayed(Followed("NO", PlanName.TIGHT), file)

    assert sum(found.paid_before.values()) == late
    # Nobody who paid within three days was written to, and nobody within fourteen is a case.
    waits = [(each.settled_date - each.due_date).days for each in file if each.late_and_undisputed]
    assert found.paid_before[0] == sum(wait <= 3 for wait in waits)
    assert found.paid_before[1] == sum(3 < wait <= 14 for wait in waits)
    assert found.paid_before[2] == found.cases == sum(wait > 14 for wait in waits)
    assert found.letters["free_notice"] == sum(wait > 3 for wait in waits)
    assert (found.fees, found.interest_refused) == (0, 0)

    draw([found], tmp_path / "aged.png")
    assert (tmp_path / "aged.png").read_bytes().startswith(b"\x89PNG")
    assert replace(found).aged[0][1][1:] == (0, 0, 0, 0)
