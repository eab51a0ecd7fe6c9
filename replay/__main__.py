"""``python -m replay --receivables file``: what each reminder plan would have done with real receivables."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Final

from demo.client import Failed
from demo.progress import Bar
from fordring.domain.reminder_plan import PlanName
from replay.days import Outcome, extent, replay
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
    first, last = extent(receivables)
    days = (last - first).days + 1
    bar = Bar(days * len(COUNTRIES) * len(PLANS))
    outcomes: list[Outcome] = []
    for country in COUNTRIES:
        for plan in PLANS:

            def tell(day: date, what: str = f"{country} {plan}", before: int = len(outcomes) * days) -> None:
                bar.show(before + (day - first).days + 1, f"{what} {day:%Y-%m}")

            outcomes.append(replay(country, plan, receivables, tell=tell))
    print(f"\n{text(outcomes)}\n")
    draw(outcomes[0], options.picture)
    print(f"How the ledger ages: {options.picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
