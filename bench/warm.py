"""Warm requests, against handlers written by hand: only the parsing, and the same calls on the table.

The floor makes the very requests that the function made, kept ready as data, on a table of its own. What
the two differ by is what the function does between: checks, authorisation, the domain, the items.
"""

import hashlib
import json
import secrets
import statistics
import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from types import SimpleNamespace
from typing import Any, Final

from bench.ground import Event, Ground, ground
from bench.stub import StubbedAws
from bench.table import Line, against
from fordring.store.dynamo import DynamoEngine
from fordring.store.memory import MemoryEngine
from fordring.store.rows import Row, to_row

AIM: Final = 1.5
_CALLS: Final = {
    "BatchGetItem": "batch_get_item",
    "TransactWriteItems": "transact_write_items",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "Query": "query",
}

type Asked = list[tuple[str, Any]]


class Bench:
    """The functions over a real engine, and what they ask of it."""

    def __init__(self, table: str, floor_table: str, on: Ground) -> None:
        self.on = on
        self.floor_table = floor_table
        self.engine = DynamoEngine(table)
        self.engine.connect()
        self.client: Any = self.engine._connection.client
        self.asked: Asked = []
        self.client.meta.events.register("provide-client-params.dynamodb", self._note)

    def _note(self, params: Any, model: Any, **_: Any) -> None:
        self.asked.append((model.name, params))

    def handler(self, event: Event) -> Callable[[Event], None]:
        """Give the function that has an event's route, over this engine."""
        handle = self.on.world.gateway._handlers[event["routeKey"]]
        context = SimpleNamespace(aws_request_id="bench")

        def answering(event: Event) -> None:
            answer = handle(event, context)
            assert answer["statusCode"] < 300, answer

        return answering

    def floor(self, event: Event, asked: Asked) -> None:
        """Do what cannot be left out: read the request, digest what is secret, call, write the answer."""
        path = event["pathParameters"]
        headers = {name.lower(): value for name, value in event["headers"].items()}
        hashlib.sha256(headers.get("authorization", "").encode()).hexdigest()
        if event["body"]:
            json.loads(event["body"])
            hashlib.sha512(event["body"].encode()).hexdigest()
        found: Any = {}
        for operation, params in asked:
            answer = getattr(self.client, _CALLS[operation])(**params)
            found = answer.get("Responses", found)
        body = json.dumps({"path": path, "found": len(found), "rows": list(found.values())})
        assert body

    def elsewhere(self, asked: Asked) -> Asked:
        """Give the same requests for the floor's own table."""
        moved = []
        for operation, params in deepcopy(asked):
            if operation == "BatchGetItem":
                params["RequestItems"] = {self.floor_table: next(iter(params["RequestItems"].values()))}
            elif operation == "TransactWriteItems":
                params["ClientRequestToken"] = secrets.token_hex(16)
                for member in params["TransactItems"]:
                    next(iter(member.values()))["TableName"] = self.floor_table
            else:
                params["TableName"] = self.floor_table
            moved.append((operation, params))
        return moved

    def compare(self, events: Iterable[Event], clock: Callable[[], float]) -> tuple[float, float]:
        """Take turns; gives the medians of both, in milliseconds."""
        ours, floors = [], []
        for event in events:
            handle = self.handler(event)
            self.asked.clear()
            began = clock()
            handle(event)
            ours.append(clock() - began)
            again = self.elsewhere(self.asked)
            self.asked.clear()
            began = clock()
            self.floor(event, again)
            floors.append(clock() - began)
        skipped = len(ours) // 10
        return statistics.median(ours[skipped:]) * 1000, statistics.median(floors[skipped:]) * 1000


def stubbed(times: int) -> list[Line]:
    """Measure over an HTTP layer that takes no time: processor time of the function itself."""
    memory = MemoryEngine()
    before = ground(memory)
    case, invoice_id = before.case(), before.invoice()
    stub = StubbedAws(to_row(item) for item in memory.everything())
    bench = Bench("fordring", "fordring", before)
    bench.client.meta.events.register("before-send", stub.answer)
    before.hub.store._engine = bench.engine
    return _lines(
        bench,
        {
            "submit_case": (before.submission(invoice_id) for _ in range(times)),
            "payment callback": (before.payment(case) for _ in range(times)),
            "status read": (before.status_read(case.case_id) for _ in range(times)),
        },
        time.thread_time,
        "no latency",
    )


def emulated(times: int, table: str, floor_table: str, load: Callable[[str, list[Row]], None]) -> list[Line]:
    """Measure on the emulator: real time, with its own part in both."""
    memory = MemoryEngine()
    before = ground(memory)
    invoices = [before.invoice() for _ in range(times)]
    cases = [before.case() for _ in range(times)]
    rows = [to_row(item) for item in memory.everything()]
    for name in (table, floor_table):
        load(name, rows)
    bench = Bench(table, floor_table, before)
    before.hub.store._engine = bench.engine
    return _lines(
        bench,
        {
            "submit_case": map(before.submission, invoices),
            "payment callback": map(before.payment, cases),
            "status read": (before.status_read(case.case_id) for case in cases),
        },
        time.perf_counter,
        "emulator",
    )


def _lines(
    bench: Bench, events: dict[str, Iterable[Event]], clock: Callable[[], float], where: str
) -> list[Line]:
    return [
        against(f"{name}, {where}", *bench.compare(each, clock), "ms", AIM) for name, each in events.items()
    ]
