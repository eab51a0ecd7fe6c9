"""``python -m replay --receivables file``: what each reminder plan would have done with real receivables."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from demo.client import Failed
from demo.progress import Bar
from demo.receivables import Receivable
from replay.days import Outcome, Run, extent, replay, two_runs_and_one_dies
from replay.picture import draw
from replay.plans import everything
from replay.receivables import SHIFT, shifted
from replay.table import save, text
from replay.turns import Toll

_SEED: Final = 1


def main() -> int:
    """Replay the file under each plan in each country; print the table, draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m replay", description=main.__doc__)
    parser.add_argument("--receivables", type=Path, required=True, help="csv, as for make demo")
    parser.add_argument("--picture", type=Path, default=Path(".build/replay.png"))
    parser.add_argument("--numbers", type=Path, default=Path(".build/replay.csv"))
    parser.add_argument(
        "--crashes",
        action="store_true",
        help="then all of it again with two runs at once each day, one of them killed midway, and compare",
    )
    options = parser.parse_args()
    try:
        receivables = shifted(options.receivables)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    due = [each.due_date for each in receivables]
    print(f"{len(receivables)} receivables, moved by {SHIFT.days} days: due {min(due)} to {max(due)}.")
    outcomes = _replayed(receivables, None)
    print(f"\n{text(outcomes)}\n")
    save(outcomes, options.numbers)
    draw(outcomes, options.picture)
    print(f"The figures: {options.numbers}\nHow the ledger ages: {options.picture}")
    if options.crashes:
        print("\nAgain, with two runs at once each day, of which one is killed midway:")
        toll = Toll()
        again = _replayed(receivables, two_runs_and_one_dies(Random(_SEED), toll))
        if again != outcomes:
            print(f"It is not the same:\n\n{text(again)}", file=sys.stderr)
            return 1
        print(
            f"The identical table. {toll.killed} runs were killed, and {toll.late} times "
            "one came too late with what the other had done."
        )
    return 0


def _replayed(receivables: Sequence[Receivable], run: Run | None) -> list[Outcome]:
    first, last = extent(receivables)
    days, replays = (last - first).days + 1, list(everything())
    bar = Bar(days * len(replays))
    outcomes: list[Outcome] = []
    for followed in replays:

        def tell(day: date, name: str = followed.name, before: int = len(outcomes) * days) -> None:
            bar.show(before + (day - first).days + 1, f"{name} {day:%Y-%m}")

        outcomes.append(replay(followed, receivables, run, tell))
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
