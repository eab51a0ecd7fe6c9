"""``python -m replay --receivables file``: what each reminder plan would have done with real receivables."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Final

from demo.client import Failed
from fordring.domain.reminder_plan import PlanName
from replay.days import replay
from replay.picture import draw
from replay.receivables import SHIFT, shifted
from replay.table import text

COUNTRIES: Final = ("NO", "FI", "SE", "DK")
PLANS: Final = (PlanName.TIGHT, PlanName.RECOMMENDED, PlanName.CALM)


def main() -> int:
    """Replay the file under each plan in each country; print the table, draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m replay", description=main.__doc__)
    parser.add_argument("--receivables", type=Path, required=True, help="csv, as for make demo")
    parser.add_argument("--picture", type=Path, default=Path(".build/replay.png"))
    options = parser.parse_args()
    try:
        receivables = shifted(options.receivables)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    due = [each.due_date for each in receivables]
    print(f"{len(receivables)} receivables, moved by {SHIFT.days} days: due {min(due)} to {max(due)}.")
    outcomes = []
    for country in COUNTRIES:
        for plan in PLANS:
            outcomes.append(replay(country, plan, receivables, tell=_teller(country, plan)))
    _tell("")
    print(f"\n{text(outcomes)}\n")
    draw(outcomes[0], options.picture)
    print(f"How the ledger ages: {options.picture}")
    return 0


def _teller(country: str, plan: PlanName) -> "Teller":
    return Teller(f"{country} {plan.value}")


class Teller:
    """Tells a person at a terminal how far a replay has come."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __call__(self, day: date) -> None:
        """Tell the day, on the first of each month."""
        if day.day == 1:
            _tell(f"{self._what} {day:%Y-%m}")


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
