"""Several runs at once on one table, call by call, of which one is killed.

Whose call comes next is drawn by lot, so that the same seed has the same runs meet at the same calls.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from fordring.store.engine import ConditionsFailed, Engine, Slice, Write
from fordring.store.items import Item
from fordring.store.keys import Key


@dataclass
class Toll:
    """What has happened to runs that were at it at once.

    Parameters
    ----------
    killed
        How many were killed at a call.
    late
        How many writes were refused because another run had been faster.
    """

    killed: int = 0
    late: int = 0


class Killed(BaseException):
    """The process has ended here, as a power cut ends it: nothing of it runs any further."""


class SharedEngine:
    """An engine whose callers take turns while several are at it.

    Parameters
    ----------
    engine
        What keeps the items.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turns: _Turns | None = None

    def at_once(self, runs: Sequence[Callable[[], None]], chance: Random, lives_for: int, toll: Toll) -> None:
        """Let runs work at the same time until all have ended; the first is killed at a call.

        Parameters
        ----------
        toll
            Is added to.
        lives_for
            How many calls the first run lives for; by lot it is killed before the next one has an effect, or
            after that and before the answer arrives.
        """
        self._turns = turns = _Turns(len(runs), chance, lives_for, toll)
        threads = [threading.Thread(target=turns.live, args=(each, run)) for each, run in enumerate(runs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._turns = None
        if turns.failed:
            raise turns.failed[0]

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read items."""
        return self._in_turn(lambda: self._engine.get(keys))

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing."""
        self._in_turn(lambda: self._engine.write(writes))

    def query(self, index: str | None, pk: str, **how: Any) -> Slice:
        """Read a page of one partition."""
        return self._in_turn(lambda: self._engine.query(index, pk, **how))

    def _in_turn[T](self, call: Callable[[], T]) -> T:
        return call() if self._turns is None else self._turns.take(call)


class _Turns:
    """Whose turn it is, among those that are still alive."""

    def __init__(self, runs: int, chance: Random, lives_for: int, toll: Toll) -> None:
        self.failed: list[BaseException] = []
        self._toll = toll
        self._chance = chance
        self._left = lives_for
        self._after = chance.random() < 0.5
        self._alive = set(range(runs))
        self._waiting: set[int] = set()
        self._next: int | None = None
        self._moved = threading.Condition()
        self._me = threading.local()

    def live(self, me: int, run: Callable[[], None]) -> None:
        """Do a run's work, and leave."""
        self._me.number = me
        try:
            run()
        except Killed:
            self._toll.killed += 1
        except BaseException as failure:  # noqa: BLE001 - whatever it is, the one who waits has to know
            self.failed.append(failure)
        with self._moved:
            self._alive.discard(me)
            self._draw()

    def take[T](self, call: Callable[[], T]) -> T:
        """Make a call once it is this run's turn.

        Raises
        ------
        Killed
            When it was this run's last.
        """
        me = self._me.number
        with self._moved:
            self._waiting.add(me)
            self._draw()
            self._moved.wait_for(lambda: self._next == me)
            self._waiting.discard(me)
            self._next = None
        # Nobody else moves before this run waits again, or has ended.
        dies = me == 0 and self._left == 0
        self._left -= me == 0
        if dies and not self._after:
            raise Killed
        try:
            answer = call()
        except ConditionsFailed:
            self._toll.late += 1
            if not dies:
                raise
        if dies:
            raise Killed
        return answer

    def _draw(self) -> None:
        if self._next is None and self._waiting and self._waiting == self._alive:
            self._next = self._chance.choice(sorted(self._waiting))
            self._moved.notify_all()
