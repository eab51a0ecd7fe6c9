"""A bar that says how far it has come and how long it still takes; and plain lines of narration."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TextIO

_CELLS: Final = 30
_EVERY_SECONDS: Final = 0.2
_LINE_EVERY_SECONDS: Final = 15.0


def say(text: str = "") -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Bar:
    """Progress towards a known amount of work, drawn over itself on a terminal, as lines elsewhere.

    Parameters
    ----------
    total
        How much there is to do, in any unit that takes about the same time each.
    out
        Where it is drawn.
    clock
        Gives seconds.
    """

    total: int
    out: TextIO = field(default_factory=lambda: sys.stdout)
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _drawn: float = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock()
        self._drawn = self._begun - _LINE_EVERY_SECONDS

    def show(self, done: int, text: str) -> None:
        """Show where it stands, unless that was only just done."""
        now = self.clock()
        last = done >= self.total
        terminal = self.out.isatty()
        if not last and now - self._drawn < (_EVERY_SECONDS if terminal else _LINE_EVERY_SECONDS):
            return
        self._drawn = now
        line = self.line(done, text, now - self._begun)
        if terminal:
            self.out.write(f"\r{line}\x1b[K" + ("\n" if last else ""))
        else:
            self.out.write(f"{line}\n")
        self.out.flush()

    def line(self, done: int, text: str, elapsed: float) -> str:
        """Spell the bar."""
        share = min(done / self.total, 1.0) if self.total else 1.0
        cells = round(share * _CELLS)
        bar = "█" * cells + "·" * (_CELLS - cells)
        left = f"{duration(elapsed / share - elapsed)} left" if share else "estimating"
        if share >= 1:
            left = f"{duration(elapsed)} in all"
        return f"{bar} {share:4.0%}  {left:<13} {text}"


def duration(seconds: float) -> str:
    """Spell a duration."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
