"""The whole hub in one process, with the real sandbox agency over HTTP on the other side.

The API, the workers and the use cases are the ones that run on AWS; the table is in memory, and a queue
hands its messages over at once. What is due is found by the same sweep that finds what a stream loses.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import batched
from pathlib import Path
from threading import Thread
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Operation
from fordring.domain.refs import Listing
from fordring.edge.hub import Hub
from fordring.edge.settings import Settings
from fordring.edge.telemetry import log
from fordring.edge.workers.clockwork import Clockwork
from fordring.edge.workers.messages import send_all
from fordring.edge.workers.outbox import Outbox
from fordring.store.engine import Engine, Write
from fordring.store.items import Item
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.sealed import Vault
from sandbox.agencies import SIMULATORS
from sandbox.server import Sandbox
from tests.fakes import MemoryFiles, MemoryMail, MemorySealer
from tests.functions.conftest import (
    PASSWORD,
    Client,
    FixedClock,
    Gateway,
    Reply,
    World,
    callback_token,
)

_BATCH = 5
"""As many messages as the queues hand over at once."""

_WORKERS = {"agency_queue": "outbox", "webhook_queue": "outbox", "sync_queue": "clock", "job_queue": "clock"}


@dataclass
class HandingQueue:
    """A queue whose messages are worked on as soon as they are sent."""

    stage: "Stage"
    name: str

    def send(self, messages: Iterable[Mapping[str, str]], *, after: timedelta = timedelta()) -> None:
        records = [
            {"messageId": secrets.token_hex(4), "body": json.dumps(message), "eventSource": "aws:sqs"}
            for message in messages
        ]
        for batch in batched(records, _BATCH, strict=False):
            answer = self.stage.worker(_WORKERS[self.name]).take({"Records": list(batch)})
            assert answer == {"batchItemFailures": []}, (self.name, batch)


@dataclass
class Stage:
    """A hub, an agency, and the network between them."""

    hub: Hub
    sandbox: Sandbox
    engine: Any
    gateway: Gateway
    wall: FixedClock
    world: World
    inbox: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """The bodies in the inbox as they came."""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """What the inbox answers next, status and headers; 204 when nothing is said."""
    callbacks: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """What the agency has sent: path, headers, body."""
    agency: str = "svea"
    """Whom the creditor has an agreement with."""

    def wait_for_news(self, api: Client) -> datetime:
        """Move the test clock on until the hub knows of what happens within minutes, called or by the run."""
        now = self.hub.desk.read().now
        calls = Operation.RECEIVE_CALLBACKS in self.hub.capabilities(self.agency).operations
        return self.advance_to(api, now + timedelta(minutes=10 if calls else 120), step="hour")

    def worker(self, name: str) -> Any:
        """Give a worker as an invocation would make it."""
        queues = lambda queue: HandingQueue(self, queue)  # noqa: E731 - a port of one method
        if name == "outbox":
            return Outbox(self.hub, queues, log)
        return Clockwork(self.hub, queues, log, lambda: timedelta(minutes=15))

    def pump(self) -> int:
        """Work on everything that is due, until nothing is; gives how many things that were."""
        worked = 0
        for _ in range(200):
            due = self.hub.store.due(self.hub.desk.read().now)
            if not due:
                return worked
            worked += len(due)
            send_all(lambda queue: HandingQueue(self, queue), due)
        raise AssertionError(f"it never gets quiet: {due}")

    def advance(self, api: Client, **duration: float) -> datetime:
        """Move the test clock on, and all that follows from it."""
        now = self.hub.desk.read().now
        return self.advance_to(api, now + timedelta(**duration))

    def advance_to(self, api: Client, goal: datetime, step: str = "day") -> datetime:
        """Move the test clock to an instant."""
        from fordring.usecases.advancing import begin
        from fordring.usecases.work import transact

        transact(self.hub.desk, [things.TEST_CLOCK()], lambda work: begin(work, goal, step))
        self.pump()
        clock = self.hub.store.read([things.TEST_CLOCK()])[things.TEST_CLOCK()].value
        assert clock.goal is None, clock
        assert clock.failure is None, clock
        assert clock.now == goal
        return goal

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Use the sandbox's control interface."""
        connection = HTTPConnection("127.0.0.1", self.sandbox.port, timeout=60)
        connection.request(method, f"/control/{path}", json.dumps(body or {}).encode())
        response = connection.getresponse()
        text = response.read()
        connection.close()
        assert response.status < 300, (response.status, text)
        return json.loads(text) if text else None

    def case(self, case_id: str) -> Any:
        """Look a case up in the table."""
        return self.world.get(things.CASE(case_id))

    def events(self, creditor_id: str = "acme") -> list[Any]:
        """Give the creditor's feed."""
        listing = Listing(things.FEED_PAGE, "feed_of", (creditor_id,))
        return [line for _, page in self.hub.store.page(listing, limit=1000).items for line in page.lines]


@contextmanager
def stage(folder: Path, engine: Engine, wall: FixedClock | None = None) -> Iterator[Stage]:
    """Put a stage up: one creditor with an active agreement, one debtor, the agency onboarded."""
    sandbox = Sandbox(folder)
    clock = wall or FixedClock(datetime.now(UTC))
    with sandbox.running():
        environment = Settings(
            table="fordring",
            tenant="demo",
            stage="development",
            mode="test",
            agency_urls={name: f"{sandbox.url}/{name}" for name in SIMULATORS},
            sandbox_url=sandbox.url,
            allow_loopback=True,
        )
        hub = Hub(environment, Repository(engine), clock)
        hub.vault = Vault(MemorySealer())
        hub.files = MemoryFiles()  # type: ignore[assignment]
        hub.mail = MemoryMail()  # type: ignore[assignment]
        gateway = Gateway(hub)
        world = World(hub, engine, gateway)  # type: ignore[arg-type]
        made = Stage(hub, sandbox, engine, gateway, clock, world)
        with _front(made):
            yield made
        hub.renew()


@contextmanager
def _front(stage: Stage) -> Iterator[None]:
    """Let the agency reach the hub: HTTP in, the gateway's event out."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path == "/inbox":
                stage.inbox.append((headers, json.loads(body)))
                stage.bodies.append(body.encode())
                reply = Reply(*(stage.answers.pop(0) if stage.answers else (204, {})), "")
            else:
                stage.callbacks.append((self.path, headers, body.encode()))
                reply = stage.gateway.call("POST", self.path, headers, body, encoded=False)
            content = reply.text.encode()
            self.send_response(reply.status)
            if self.path == "/inbox":
                for name, value in reply.headers.items():
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    stage.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refill(engine: MemoryEngine, items: Iterable[Item]) -> None:
    """Put a table in memory into the state of another time, or of another table."""
    items = tuple(items)
    engine._items.clear()
    engine._partitions.clear()
    for item in items:
        engine._apply(None, Write("put", item))


def onboard(stage: Stage, creditor_id: str = "acme", agency: str = "svea") -> None:
    """Make a creditor, a debtor and an agreement, and let the agency know the client."""
    stage.agency = agency
    stage.world.ready(creditor_id, agency=agency)
    token = callback_token(creditor_id, agency)
    stage.control(
        "POST",
        f"{agency}/clients",
        {
            "client_number": "4711",
            "client_id": "acme",
            "secret": PASSWORD,
            "callback_url": f"{stage.url}/v1/callbacks/{agency}/{token}",  # type: ignore[attr-defined]
        },
    )
