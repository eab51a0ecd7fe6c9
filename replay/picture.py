"""How a ledger ages: a picture."""

from pathlib import Path
from typing import Final

from fordring.domain.law import CURRENCY
from replay.days import Outcome

LABELS: Final = ("not due", "1–30 days", "31–60 days", "61–90 days", "over 90 days")
"""The buckets of ``domain.ageing``."""

COLOURS: Final = ("#b7d3e9", "#f6d77f", "#f0a65b", "#dd6e42", "#9b2c2c")
"""From what is not due to what has been overdue for longest."""


def draw(outcome: Outcome, path: Path) -> None:
    """Draw what was owed from week to week, by how long it was overdue."""
    import matplotlib as mpl
    import numpy

    mpl.use("Agg")
    from matplotlib import pyplot

    days = numpy.array([day.isoformat() for day, _ in outcome.aged], dtype="datetime64[D]")
    sums = [[amounts[place] / 100 for _, amounts in outcome.aged] for place in range(len(LABELS))]
    figure, axes = pyplot.subplots(figsize=(11, 5), layout="constrained")
    axes.stackplot(days, sums, labels=LABELS, colors=COLOURS)
    axes.set_title(f"What is owed, by how long it has been overdue ({outcome.country})")
    axes.set_ylabel(CURRENCY[outcome.country])
    axes.margins(x=0)
    figure.legend(loc="outside lower center", ncols=len(LABELS), frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
