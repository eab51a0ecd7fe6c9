"""Routes as data: what the API offers, told once.

The gateway has already matched the path when a function is called, so a function looks its route up by
the event's ``routeKey``; the OpenAPI document, the template's routes and the scopes are checked against
the same table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fordring.domain.creditor import Scope

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fordring.edge.call import Call
    from fordring.edge.problem import Answer
    from fordring.edge.schemas.common import Told

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
    answers
        Models of the answers by status; ``None`` for an answer without a body. Or a function that gives
        them, where a function of the API is to start without loading any model.
    claims
        Whether an ``Idempotency-Key`` is required: on every POST that creates or commands.
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
    claims: bool = False
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
