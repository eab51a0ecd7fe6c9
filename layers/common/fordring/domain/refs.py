"""Names for stored things, without saying where they are stored."""

from datetime import datetime

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Kind[T]:
    """A kind of stored thing: its name and the type of its value."""

    name: str
    type: type[T]

    def __call__(self, *ids: str | int) -> "Ref[T]":
        """Name one thing of this kind."""
        return Ref(self, tuple(str(part) for part in ids))


@dataclass(frozen=True, slots=True)
class Ref[T]:
    """The name of one thing: its kind and the ids that single it out, from the outermost inwards."""

    kind: Kind[T]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing[T]:
    """A list that can be read page by page, in the order of its sort keys.

    Parameters
    ----------
    kind
        What the list holds.
    name
        Which list: see ``fordring.store.keys`` for the ones that exist.
    ids
        What singles the list out, for example the creditor.
    prefix
        Only things whose sort key within the list starts so.
    newest_first
        Read from the end.
    since
        Only things from this instant on, of lists that are in the order of time; or from this number on, of
        lists whose things are numbered. Without ``prefix``.
    """

    kind: Kind[T]
    name: str
    ids: tuple[str, ...] = ()
    prefix: str = ""
    newest_first: bool = False
    since: datetime | int | None = None


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page of a listing; ``next`` is where the next one starts, ``None`` on the last."""

    items: tuple[tuple[Ref[T], T], ...]
    next: str | None
