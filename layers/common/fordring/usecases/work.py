"""One unit of work: what was read, what shall be written, all or nothing.

A use case is a function of a ``Work``: it looks at what was read, decides, and notes changes. Nothing
touches the store in between, so it can be tried again from the start when somebody else was faster.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, cast

from fordring.domain.clock import WallClock
from fordring.domain.errors import Busy, NotFound
from fordring.domain.ids import Ids
from fordring.domain.refs import Listing, Ref
from fordring.domain.values import dataclass
from fordring.usecases.store_port import Change, Conflict, Store, Stored

ATTEMPTS: Final = 8
"""How often a unit of work is tried when others write the same things."""

PAGE: Final = 100
"""How many items of a list are read at a time when all of it is wanted."""


class ReadMore(Exception):
    """What was read shows that more has to be read before anything can be decided."""

    def __init__(self, *refs: Ref[Any]) -> None:
        super().__init__("more has to be read")
        self.refs = refs


class Work:
    """What one unit of work has read and wants to write."""

    def __init__(
        self, read: Mapping[Ref[Any], Stored], asked: Iterable[Ref[Any]], now: datetime, ids: Ids
    ) -> None:
        self._read = read
        self._asked = frozenset(asked)
        self._changes: dict[Ref[Any], Change] = {}
        self._ids = ids
        self.now = now

    def new_id(self, prefix: str) -> str:
        """Make an id for something new."""
        return self._ids.new(prefix, self.now)

    def find[T](self, ref: Ref[T]) -> T | None:
        """Give a thing as this work now sees it, its own changes included; ``None`` if there is none."""
        change = self._changes.get(ref)
        if change is not None and change.action in ("add", "change"):
            return cast("T", change.value)
        if change is not None and change.action == "remove":
            return None
        if ref not in self._asked:
            message = f"{ref.kind.name} was looked at without having been read"
            raise LookupError(message)
        stored = self._read.get(ref)
        return None if stored is None else cast("T", stored.value)

    def noted[T](self, ref: Ref[T]) -> T | None:
        """Give what this work itself writes under a name; ``None`` when it writes nothing there."""
        change = self._changes.get(ref)
        return cast("T", change.value) if change is not None and change.action in ("add", "change") else None

    def demand[T](self, ref: Ref[T]) -> T:
        """Give a thing that must exist, though it may only now be known that it is needed.

        Raises
        ------
        ReadMore
            When it was not read: the next attempt reads it, too.
        """
        if ref not in self._asked and ref not in self._changes:
            raise ReadMore(ref)
        return self.get(ref)

    def seek[T](self, ref: Ref[T]) -> T | None:
        """Give a thing that may exist, though it may only now be known that it is needed.

        Raises
        ------
        ReadMore
            When it was not read: the next attempt reads it, too.
        """
        if ref not in self._asked and ref not in self._changes:
            raise ReadMore(ref)
        return self.find(ref)

    def seek_all(self, refs: Sequence[Ref[Any]]) -> None:
        """See to it that several things, which may exist, can be looked at.

        Raises
        ------
        ReadMore
            When some were not read: the next attempt reads them all.
        """
        missing = [ref for ref in refs if ref not in self._asked and ref not in self._changes]
        if missing:
            raise ReadMore(*missing)

    def get[T](self, ref: Ref[T]) -> T:
        """Give a thing that must exist.

        Raises
        ------
        NotFound
            When it does not.
        """
        value = self.find(ref)
        if value is None:
            raise NotFound
        return value

    def demand_all[T](self, refs: Sequence[Ref[T]]) -> list[T]:
        """Give several things that must exist, though it may only now be known that they are needed.

        Raises
        ------
        ReadMore
            When some were not read: the next attempt reads them all.
        """
        self.seek_all(refs)
        return [self.get(ref) for ref in refs]

    def add[T](self, ref: Ref[T], value: T) -> None:
        """Note that a new thing is written; at commit nothing may exist under its name."""
        if ref in self._changes:
            message = f"{ref.kind.name} is written twice in one unit of work"
            raise LookupError(message)
        self._changes[ref] = Change("add", ref, value)

    def change[T](self, ref: Ref[T], value: T) -> None:
        """Note the new value of a thing that was read or added in this work."""
        earlier = self._changes.get(ref)
        if earlier is not None and earlier.action == "add":
            self._changes[ref] = Change("add", ref, value)
            return
        self._changes[ref] = Change("change", ref, value, self._read[ref])

    def put[T](self, ref: Ref[T], value: T) -> None:
        """Note the value of a thing that may or may not have existed when it was read.

        What was not read must be new: at commit nothing may exist under its name.
        """
        if (ref not in self._asked and ref not in self._changes) or self.find(ref) is None:
            self.add(ref, value)
        else:
            self.change(ref, value)

    def remove(self, ref: Ref[Any]) -> None:
        """Note that a thing that was read goes away."""
        self._changes[ref] = Change("remove", ref, None, self._read[ref])

    def hold(self, ref: Ref[Any]) -> None:
        """Make the commit conditional on a thing that was read and that must not change meanwhile."""
        if ref not in self._changes:
            self._changes[ref] = Change("unchanged", ref, None, self._read[ref])

    def forget_changes(self) -> None:
        """Drop everything that was noted, so that only what is noted from now on is written."""
        self._changes.clear()

    @property
    def changes(self) -> tuple[Change, ...]:
        """What shall be written."""
        return tuple(self._changes.values())


class BusinessClock(Protocol):
    """Tells the time that the business follows.

    In live mode that is real time and costs nothing. In test mode it is the test clock, which is a thing
    in the table and is read together with whatever else is read.
    """

    refs: tuple[Ref[Any], ...]

    def now(self, read: Mapping[Ref[Any], Stored]) -> datetime:
        """Tell the time, given what was read."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case works with: the store, the sources of ids, of time and of chance."""

    store: Store
    ids: Ids
    wall: WallClock
    clock: BusinessClock
    randbits: Callable[[int], int]

    def read(self, *refs: Ref[Any]) -> Work:
        """Read several things in one round trip, for looking only."""
        wanted = (*refs, *self.clock.refs)
        read = self.store.read(wanted)
        return Work(read, wanted, self.clock.now(read), self.ids)

    def give_way(self, attempt: int) -> None:
        """Wait after losing an attempt, counted from 0: up to 10 ms, then 20, 40, 80.

        Full jitter: the losers of one round must not meet again in the next.
        """
        self.wall.pause(timedelta(milliseconds=self.randbits(16) % (10 * 2**attempt)))

    def every[T](self, listing: Listing[T]) -> Iterator[tuple[Ref[T], T]]:
        """Read a whole list, a page when its first item is asked for."""
        after: str | None = None
        while True:
            page = self.store.page(listing, after=after, limit=PAGE)
            yield from page.items
            after = page.next
            if after is None:
                return


def transact[R](
    desk: Desk,
    refs: Iterable[Ref[Any]] | Callable[[], Iterable[Ref[Any]]],
    decide: Callable[[Work], R],
) -> R:
    """Read, decide and write in one read and one transaction; again when somebody else was faster.

    Parameters
    ----------
    desk
        Store, ids and clock.
    refs
        Everything that ``decide`` will look at; a function when that has to be found out first, called
        again at every attempt.
    decide
        Looks at the work, notes changes, gives the result. Called again after a conflict, so without
        effects of its own. Raises ``Conflict`` when what was found out first no longer holds.

    Raises
    ------
    Busy
        When others were faster every time.
    """
    also: list[Ref[Any]] = []
    for attempt in range(ATTEMPTS):
        named = refs() if callable(refs) else refs
        wanted = tuple(dict.fromkeys((*named, *also, *desk.clock.refs)))
        read = desk.store.read(wanted)
        work = Work(read, wanted, desk.clock.now(read), desk.ids)
        try:
            result = decide(work)
            if work.changes:
                desk.store.commit(work.changes)
        except ReadMore as more:
            also.extend(more.refs)
            continue
        except Conflict:
            desk.give_way(attempt)
            continue
        return result
    raise Busy
