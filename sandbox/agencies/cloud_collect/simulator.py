"""Cloud Collect's operations, each an HTTP exchange over the shared ledger."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection, Row
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from sandbox import cases, changes, messages
from sandbox.agencies.cloud_collect import batches, shapes, signature
from sandbox.agencies.cloud_collect.reading import Reader
from sandbox.bookings import Booked
from sandbox.desk import Desk, Routine, Statuses
from sandbox.instants import instant_of, text_of
from sandbox.paging import limit_of
from sandbox.wire import Callback, Intervention, Reception, WireAnswer, WireRequest

_PATH: Final = re.compile(r"/clients/([^/]+)/([a-z]+)(?:/([^/]+))?")
_BY_TYPE: Final = {
    "INVOICE": "register_case",
    "PAYMENT": "report_payment",
    "REVERSAL": "reverse_payment",
    "CREDIT_NOTE": "report_credit",
}
_OPERATIONS: Final = {
    ("POST", "messages"): "send_message",
    ("POST", "withdrawals"): "withdraw_case",
    ("GET", "batches"): "batch_result",
    ("GET", "entries"): "look_up",
    ("GET", "cases"): "look_up",
    ("GET", "events"): "list_changes",
}
_CLOSED: Final = ("paid", "credited", "withdrawn", "credit_loss", "cancelled", "other")


class CloudCollectSimulator:
    """Cloud Collect, seen from outside."""

    routine = Routine(
        agency="cloud_collect",
        number_prefix="CC-",
        # from the arrival of the batch it is five minutes
        number_after=timedelta(minutes=5) - batches.PROCESSED_AFTER,
        pushes=True,
        statuses=Statuses(
            received="RECEIVED",
            sent="MIRRORED",
            overdue="MIRRORED",
            part_paid="MIRRORED",
            reminded="REMINDER",
            collection="COLLECTION",
            closed=dict.fromkeys(_CLOSED, "CLOSED"),
        ),
        first_reminder=timedelta(days=14),
        creditor_is_paid_first=True,
        answers_later=True,
        effects={"batch": batches.carry_out},
    )
    secret_headers = frozenset({"x-api-key"})
    interventions: Mapping[str, Intervention] = MappingProxyType({})

    def operation(self, request: WireRequest) -> str:
        """What is asked for; of a batch, what its first entry is."""
        found = _PATH.fullmatch(request.path)
        if found is None:
            return "other"
        if (request.method, found[2]) == ("POST", "entries"):
            return _BY_TYPE.get(_first_type(request.body), "other")
        if found[2] == "cases" and "state" in request.query:
            return "list_open_cases"
        return _OPERATIONS.get((request.method, found[2]), "other")

    def client(self, db: Connection, request: WireRequest, real_now: datetime) -> Row | None:  # noqa: ARG002
        """The client whose API key it is."""
        claimed = signature.claim(request.headers.get("x-api-key", ""))
        if claimed is None:
            return None
        row: Row | None = db.execute(
            "select * from clients where agency = 'cloud_collect' and client_id = ? and secret = ?", claimed
        ).fetchone()
        return row

    def unauthorized(self) -> WireAnswer:
        """401."""
        return shapes.problem(401, "UNAUTHORIZED")

    def failure(self, status: int) -> WireAnswer:
        """429 or 500."""
        return shapes.problem(status, "TOO_MANY_REQUESTS" if status == 429 else "INTERNAL")

    def handle(self, desk: Desk, client: Row, request: WireRequest, reception: Reception) -> WireAnswer:
        """Carry out a request."""
        found = _PATH.fullmatch(request.path)
        if found is None:
            return shapes.problem(404, "NOT_FOUND")
        number, what, name = (part and unquote(part) for part in found.groups())
        if number != client["number"]:
            return shapes.problem(403, "FORBIDDEN")
        try:
            match request.method, what, name:
                case "POST", "entries", None:
                    return batches.take_in(desk, number, request.body, reception)
                case "POST", "messages" | "withdrawals", None:
                    return _on_case(desk, number, request.body, _COMMANDS[what])
                case "GET", "batches", str():
                    return batches.told(desk, number, name)
                case "GET", "entries", str():
                    return batches.batch_of_entry(desk, number, name)
                case "GET", "cases", None:
                    return _cases(desk, number, request.query)
                case "GET", "events", None:
                    return _events(desk, number, request.query)
        except (ValueError, OverflowError):
            return shapes.problem(400, "MALFORMED")
        return shapes.problem(404, "NOT_FOUND")

    def callback_body(self, delivery_id: str, client: Row, changes: Sequence[Row]) -> bytes:  # noqa: ARG002
        """The body of a webhook; its id is in a header."""
        return shapes.written({"client": client["number"], "events": [shapes.event(row) for row in changes]})

    def callback_headers(self, callback: Callback, real_now: datetime) -> dict[str, str]:
        """Sign a webhook."""
        signed = signature.webhook_headers(callback.delivery_id, callback.body, callback.secret, real_now)
        return signed | {"Content-Type": "application/json"}


def _first_type(body: bytes) -> str:
    try:
        kind = json.loads(body)["entries"][0]["type"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return kind if isinstance(kind, str) else ""


def _on_case(
    desk: Desk, client: str, body: bytes, command: Callable[[Desk, Row, Reader], WireAnswer]
) -> WireAnswer:
    try:
        reader = Reader(json.loads(body))
    except RecursionError as error:
        raise ValueError from error
    reference, number = reader.text("caseReference"), reader.optional("caseNumber")
    if reader.errors:
        return shapes.problem(400, "MALFORMED", reader.errors)
    by = ("number", number) if number else ("external_id", reference)
    found = cases.named(desk, client, *by)
    return command(desk, found[0], reader) if found else shapes.problem(404, "CASE_UNKNOWN")


def _message(desk: Desk, case: Row, reader: Reader) -> WireAnswer:
    key, text = reader.text("messageId"), reader.text("text")
    if reader.errors:
        return shapes.problem(400, "MALFORMED", reader.errors)
    booked = messages.receive(desk, case, key, text)
    if booked is Booked.CONFLICT:
        return shapes.problem(409, "CONFLICT")
    return shapes.answer(200, {"duplicate": booked is Booked.KNOWN})


def _withdrawal(desk: Desk, case: Row, _: Reader) -> WireAnswer:
    ended = case["state"] == "closed"
    cases.close(desk, case["id"], "withdrawn")
    return shapes.answer(200, {"duplicate": ended})


def _cases(desk: Desk, client: str, query: Mapping[str, str]) -> WireAnswer:
    columns = {"reference": "external_id", "caseNumber": "number"}
    following = None
    if query.get("state") == "OPEN":
        limit = limit_of(query)
        found = cases.open_ones(desk, client, int(query.get("pageToken", "0")), limit + 1)
        following = str(found[limit - 1]["id"]) if len(found) > limit else None
        found = found[:limit]
    else:
        ((name, value),) = query.items()
        if name == "documentNumber":
            found = cases.with_document(desk, client, value)
        elif name in columns:
            found = cases.named(desk, client, columns[name], value)
        else:
            raise ValueError(name)
    items = [shapes.case(row, cases.invoices_of(desk, row["id"])) for row in found]
    return shapes.answer(200, {"asOf": shapes.instant(desk.at), "nextPage": following, "items": items})


def _events(desk: Desk, client: str, query: Mapping[str, str]) -> WireAnswer:
    limit = limit_of(query)
    since = text_of(instant_of(query["since"])) if "since" in query else None
    found = changes.listed(desk, client, int(query.get("after", "0")), since, limit + 1)
    return shapes.answer(
        200,
        {
            "asOf": shapes.instant(desk.at),
            "hasMore": len(found) > limit,
            "items": [shapes.event(row) for row in found[:limit]],
        },
    )


_COMMANDS: Final[Mapping[str, Callable[[Desk, Row, Reader], WireAnswer]]] = {
    "messages": _message,
    "withdrawals": _withdrawal,
}
