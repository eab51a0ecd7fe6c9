"""An engine that fails when it is told to, in the ways in which a table can fail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from fordring.domain.errors import Unavailable
from fordring.store.engine import ConditionsFailed, Engine, Slice, Write
from fordring.store.items import Item
from fordring.store.keys import Key

type Failure = Literal["conflict", "throttled", "lost"] | Callable[[], object]
"""``conflict``: somebody else is writing the same; ``throttled``: nothing was done; ``lost``: all was done
and nobody says so. A function is called before the operation, which then goes on: it may write, too."""


class FaultyEngine:
    """Stands before an engine; ``reading`` and ``writing`` hold what the next calls meet, one after another.

    Examples
    --------
    >>> engine = FaultyEngine(MemoryEngine())
    >>> engine.writing.extend(["conflict", "lost"])
    """

    def __init__(self, engine: Engine) -> None:
        self.inner = engine
        self.reading: deque[Failure] = deque()
        self.writing: deque[Failure] = deque()

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read, or fail."""
        _meet(self.reading, lambda: None)
        return self.inner.get(keys)

    def write(self, writes: Sequence[Write]) -> None:
        """Write, or fail, or both."""
        _meet(self.writing, lambda: self.inner.write(writes))
        self.inner.write(writes)

    def query(self, index: str | None, pk: str, **arguments: Any) -> Slice:
        """Read, or fail."""
        _meet(self.reading, lambda: None)
        return self.inner.query(index, pk, **arguments)


def _meet(failures: deque[Failure], act: Callable[[], None]) -> None:
    failure = failures.popleft() if failures else None
    if failure == "conflict":
        raise ConditionsFailed(())
    if failure == "throttled":
        raise Unavailable
    if failure == "lost":
        act()
        raise Unavailable
    if callable(failure):
        failure()
