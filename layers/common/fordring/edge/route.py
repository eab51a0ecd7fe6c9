"""Routes as data: what the API offers, told once.

The gateway has already matched the path when a function is called, so a function looks its route up by
the event's ``routeKey``; the OpenAPI document, the template's routes and the scopes are checked against
the same table.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from fordring.domain.creditor import Scope
from fordring.domain.values import dataclass

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fordring.edge.call import Call
    from fordring.edge.problem import Answer
    from fordring.edge.schemas.told import Told

    type Model = type[BaseModel] | type[Told]
    type Answers = Mapping[int, Model | None]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API.

    Parameters
    ----------
    method, path
        As the gateway spells them: ``POST``, ``/v1/creditors/{creditor_id}/cases``.
    handle
        What answers; gets the parsed call.
    summary
        One line for the documentation; ``description`` may follow with more.
    tag
        The group in the documentation.
    scope
        What the key must allow; ``None``: no key is asked for.
    body, query
        Models that the body and the query string are checked against.
    media
        Content types that the body may have.
    gives
        Content type of an answer that is a file, where it is one.
    answers
        Models of the answers by status; ``None`` for an answer without a body. Or a function that gives
        them, where a function of the API is to start without loading any model.
    claims
        Whether an ``Idempotency-Key`` is required: on every POST that creates or commands.
    exports
        A further content type of its answer, which the caller asks for with ``format``.
    test_mode_only
        Whether the route exists in test mode only.
    """

    method: str
    path: str
    handle: "Callable[[Call], Answer]"
    summary: str
    tag: str
    scope: Scope | None
    answers: "Answers | Callable[[], Answers]"
    body: "type[BaseModel] | None" = None
    query: "type[BaseModel] | None" = None
    media: tuple[str, ...] = ("application/json",)
    gives: str | None = None
    claims: bool = False
    exports: str | None = None
    test_mode_only: bool = False
    description: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The gateway's route key."""
        return f"{self.method} {self.path}"

    @property
    def models(self) -> "Answers":
        """The models of the answers by status."""
        return self.answers() if callable(self.answers) else self.answers


class Group:
    """Routes that are loaded together, when one of them is first called.

    Parameters
    ----------
    load
        Imports the routes' module and gives them.
    keys
        Their keys, all of them: which module has a route must be known before any is loaded.
    """

    def __init__(self, load: "Callable[[], tuple[Route, ...]]", *keys: str) -> None:
        self.load = load
        self.keys = keys


class Routes:
    """The routes of one function.

    What answers a function's usual requests is given as it is; the rest in groups, so that no start pays for
    routes that are not called. Before a snapshot all are loaded (``edge/snapshots.py``).
    """

    def __init__(self, *parts: Route | Group) -> None:
        self._loaded = {part.key: part for part in parts if isinstance(part, Route)}
        self.groups = tuple(part for part in parts if isinstance(part, Group))
        self._group_of = {key: group for group in self.groups for key in group.keys}

    def find(self, key: str) -> Route | None:
        """Give the route of a key, ``None`` when the function has none; loads its group."""
        if key not in self._loaded and key in self._group_of:
            self._loaded.update((route.key, route) for route in self._group_of[key].load())
        return self._loaded.get(key)

    def load(self) -> None:
        """Load every group."""
        for key in self._group_of:
            self.find(key)

    def __iter__(self) -> Iterator[Route]:
        """Give every route; loads all of them."""
        self.load()
        return iter(tuple(self._loaded.values()))
