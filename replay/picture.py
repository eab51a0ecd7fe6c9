"""How a ledger ages, and how far each plan has come with it: a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fordring.domain.law import CURRENCY
from replay.days import STAGES, Outcome

if TYPE_CHECKING:
    from datetime import date

LABELS: Final = ("not due", "1–30 days", "31–60 days", "61–90 days", "over 90 days")
"""The buckets of ``domain.ageing``."""

AGES: Final = ("#b7d3e9", "#f6d77f", "#f0a65b", "#dd6e42", "#9b2c2c")
"""From what is not due to what has been overdue for longest."""

CHASED: Final = ("#d9d9d9", "#a6d8c0", "#5fb49c", "#2a7f73", "#4b2e83", "#e7b9c9")
"""From what nobody has been reminded of to what is at the agency; and what is disputed."""


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw what was owed from week to week: by age, and what was overdue by how far each plan had come.

    The debtors paid when they paid, whatever the plan: what is owed is the same in each. Drawn are the plans
    of the first country, for one kind of debtor.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    first = outcomes[0].followed
    country, kind = first.country, first.debtor_kind
    drawn = [
        each for each in outcomes if (each.followed.country, each.followed.debtor_kind) == (country, kind)
    ]
    figure, panels = pyplot.subplots(
        1 + len(drawn), sharex=True, figsize=(11, 3 + 1.8 * len(drawn)), layout="constrained", squeeze=False
    )
    top, *below = panels[:, 0]
    currency = CURRENCY[country]
    _stack(top, drawn[0].aged, LABELS, AGES, f"All that is owed, by days overdue ({country}, {currency})")
    for axes, each in zip(below, drawn, strict=True):
        title = f"What is overdue, by how far the plan has come: {each.followed.plan} ({country}, {currency})"
        _stack(axes, each.chased, STAGES, CHASED, title)
    for axes in below[1:]:
        axes.get_legend().remove()
    below[-1].set_xlabel("the first day of each week")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def _stack(
    axes: Any,
    weeks: "Sequence[tuple[date, tuple[int, ...]]]",
    labels: Sequence[str],
    colours: Sequence[str],
    title: str,
) -> None:
    import numpy

    days = numpy.array([day.isoformat() for day, _ in weeks], dtype="datetime64[D]")
    sums = [[amounts[place] / 100 for _, amounts in weeks] for place in range(len(labels))]
    axes.stackplot(days, sums, labels=labels, colors=colours, step="post")
    axes.set_title(title, loc="left", fontsize="medium")
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize="small", reverse=True)
