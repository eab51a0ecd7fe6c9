"""What Intrum tells when it is asked: cases, open cases, and what has happened."""

from collections.abc import Callable, Mapping, Sequence
from sqlite3 import Row
from typing import Final

from sandbox import cases, changes
from sandbox.agencies.intrum import shapes
from sandbox.desk import Desk
from sandbox.instants import instant_of, text_of
from sandbox.paging import limit_of
from sandbox.wire import WireAnswer

ACTIVATED: Final = "ServiceActivated"
"""That a contract is activated is told by calling, not among the events."""
_ENDED: Final = "CaseClosed"
"""That a case has ended nobody is told: the list of open cases no longer holds it."""


def _look_up(desk: Desk, contract: str, query: Mapping[str, str]) -> WireAnswer:
    ((name, value),) = query.items()
    columns = {"externalId": "external_id", "caseNumber": "number"}
    if name not in columns:
        raise ValueError(name)
    return _case_list(desk, cases.named(desk, contract, columns[name], value), None)


def _open_cases(desk: Desk, contract: str, query: Mapping[str, str]) -> WireAnswer:
    limit = limit_of(query)
    found = cases.open_ones(desk, contract, int(query.get("page", "0")), limit + 1)
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    return _case_list(desk, found[:limit], following)


def _case_list(desk: Desk, found: Sequence[Row], following: str | None) -> WireAnswer:
    told = [shapes.case(row, cases.invoices_of(desk, row["id"])) for row in found]
    return shapes.answer(200, "found", asOf=desk.at, nextPage=following, cases=told)


def _events(desk: Desk, contract: str, query: Mapping[str, str]) -> WireAnswer:
    limit = limit_of(query)
    since = text_of(instant_of(query["since"])) if "since" in query else None
    after = int(query.get("after", "0"))
    found = changes.listed(desk, contract, after, since, limit + 1, without={ACTIVATED, _ENDED})
    told = [shapes.event(row) for row in found[:limit]]
    return shapes.answer(200, "found", asOf=desk.at, more=len(found) > limit, events=told)


QUERIES: Final[Mapping[str, Callable[[Desk, str, Mapping[str, str]], WireAnswer]]] = {
    "look_up": _look_up,
    "list_open_cases": _open_cases,
    "list_changes": _events,
}
