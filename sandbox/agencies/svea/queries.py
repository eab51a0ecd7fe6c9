"""What Svea tells when it is asked: cases, open cases, and what has happened."""

from collections.abc import Callable, Mapping, Sequence
from sqlite3 import Row
from typing import Final

from sandbox import cases, changes, claims
from sandbox.agencies.svea import case_work, shapes
from sandbox.desk import Desk
from sandbox.instants import instant_of, text_of
from sandbox.paging import limit_of
from sandbox.wire import WireAnswer


def _look_up(desk: Desk, client: str, query: Mapping[str, str]) -> WireAnswer:
    ((name, value),) = query.items()
    if name == "documentNumber":
        found = cases.with_document(desk, client, value)
    else:
        columns = {"clientOrderId": "external_id", "caseNumber": "number"}
        if name not in columns:
            raise ValueError(name)
        found = cases.named(desk, client, columns[name], value)
    return _case_list(desk, found, None)


def _open_cases(desk: Desk, client: str, query: Mapping[str, str]) -> WireAnswer:
    limit = limit_of(query)
    found = cases.open_ones(desk, client, int(query.get("page", "0")), limit + 1)
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    return _case_list(desk, found[:limit], following)


def _case_list(desk: Desk, found: Sequence[Row], following: str | None) -> WireAnswer:
    return shapes.answer(
        200,
        "Success",
        AsOf=desk.at,
        NextPage=following,
        Cases=[
            shapes.case(row, cases.invoices_of(desk, row["id"]), claims.claims_of(desk, row["id"]))
            for row in found
        ],
    )


def _changes(desk: Desk, client: str, query: Mapping[str, str]) -> WireAnswer:
    limit = limit_of(query)
    since = text_of(instant_of(query["since"])) if "since" in query else None
    found = changes.listed(desk, client, int(query.get("after", "0")), since, limit + 1)
    return shapes.answer(
        200,
        "Success",
        AsOf=desk.at,
        More=len(found) > limit,
        Changes=[shapes.change(row) for row in found[:limit]],
    )


QUERIES: Final[Mapping[str, Callable[[Desk, str, Mapping[str, str]], WireAnswer]]] = {
    "look_up": _look_up,
    "list_open_cases": _open_cases,
    "list_changes": _changes,
    "fetch_document": case_work.document,
}
