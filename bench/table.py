"""What is reported: measurements beside their floors, as text for a person and as JSON for a machine."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from demo.columns import in_columns


@dataclass(frozen=True)
class Line:
    """One measurement.

    Parameters
    ----------
    what
        What was measured.
    value, unit
        The result.
    floor
        The same for the least that could do the job, where there is such a thing.
    ratio
        What is held against ``aim``: usually value by floor.
    aim
        The largest ratio that is wanted; ``None`` where the line is for information.
    """

    what: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    aim: float | None = None

    @property
    def met(self) -> bool:
        """Whether the aim is reached, if there is one."""
        return self.aim is None or self.ratio is None or self.ratio <= self.aim

    @property
    def data(self) -> dict[str, Any]:
        """The line for a machine."""
        return asdict(self) | {"met": self.met}


def against(what: str, value: float, floor: float, unit: str, aim: float | None = None) -> Line:
    """Hold a measurement against its floor."""
    return Line(what, value, unit, floor, value / floor, aim)


def text(title: str, lines: Iterable[Line]) -> str:
    """Write a table."""
    rows = [
        (
            line.what,
            f"{line.value:.1f} {line.unit}",
            "" if line.floor is None else f"{line.floor:.1f}",
            "" if line.ratio is None else f"{line.ratio:.2f}",
            "" if line.aim is None else f"{line.aim:.2f}",
            "" if line.aim is None else "yes" if line.met else "NO",
        )
        for line in lines
    ]
    head = (title, "measured", "floor", "ratio", "aim", "met")
    (heads, *written), _ = in_columns([head, *rows], [column == 0 for column in range(len(head))])
    return "\n".join([heads, "-" * len(heads), *written])
