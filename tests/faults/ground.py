"""Where functions are killed: a table for each try, the real sandbox agency, and the network between them."""

import json
import secrets
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import batched
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from fordring.domain import things
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing
from fordring.domain.running import TestClock
from fordring.edge.addresses import anywhere
from fordring.edge.http import HttpClient
from fordring.edge.hub import SystemClock
from fordring.edge.telemetry import log
from fordring.edge.workers.clockwork import Clockwork
from fordring.edge.workers.messages import message_of
from fordring.edge.workers.outbox import Outbox
from fordring.store.dynamo import DynamoEngine
from fordring.store.items import Item
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.store.rows import from_row, to_row
from fordring.usecases.paying import NewPayment, pay, refs_to_pay
from fordring.usecases.sealed import Vault
from fordring.usecases.work import transact
from local.emulator import ROOT, Emulator
from sandbox.agencies.svea import signature
from sandbox.server import Sandbox
from tests.fakes import MemorySealer
from tests.faults.run import (
    FolderFiles,
    FolderMail,
    FolderQueue,
    Run,
    ShiftedClock,
    ShiftedHub,
    environment,
    line_of,
)
from tests.functions.conftest import CALLBACK_TOKEN, PASSWORD, Gateway, Reply, World, callback_token
from tests.story.evenness import everything_of, faults_between, faults_of_the_hub
from tests.story.stage import refill

CALLBACKS = f"/v1/callbacks/svea/{CALLBACK_TOKEN}"
TRUST = ssl.create_default_context()
"""Made once: it takes longer than everything else that a client is made of."""

LATER = timedelta(minutes=20)
"""How far ahead the clock of whoever comes after a killed process is: every lease has run out."""


@dataclass(frozen=True)
class End:
    """How a process ended, the calls it made, what it answered."""

    killed: bool
    status: int
    calls: list[str]
    answer: dict[str, Any] | None


class Forge:
    """A warm process that forks one for each run."""

    def __init__(self, emulator: Emulator) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.run", "--serve"],
            cwd=ROOT,
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": "layers/common:.",
                "POWERTOOLS_SERVICE_NAME": "test",
                "FORDRING_TABLE": "none",
                "FORDRING_TENANT": "demo",
                "FORDRING_STAGE": "development",
                "FORDRING_MODE": "test",
                **emulator.environment(),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = Lock()

    def run(self, run: Run) -> End:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(line_of(run) + "\n")
            self._process.stdin.flush()
            return End(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@dataclass
class Ground:
    """What the tries of a test share: the emulator's tables, the agency, the forge."""

    dynamo: Any
    schema: dict[str, Any]
    connection: Any
    forge: Forge
    sandbox: Sandbox
    folder: Path
    url: str = ""
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    tries: int = 0
    scene: "Scene | None" = None

    def table(self, items: Iterable[Item]) -> DynamoEngine:
        """Make a table on the emulator that holds these items."""
        table = f"faults-{secrets.token_hex(6)}"
        self.dynamo.create_table(TableName=table, **self.schema)
        for batch in batched(items, 25, strict=False):
            puts = [{"PutRequest": {"Item": to_row(item)}} for item in batch]
            assert not self.dynamo.batch_write_item(RequestItems={table: puts})["UnprocessedItems"]
        engine = DynamoEngine(table, region=self.connection.region, pause=lambda _: None)
        engine._connection = self.connection
        return engine

    def items(self, engine: DynamoEngine) -> list[Item]:
        """Read a whole table, and let go of it."""
        pages = self.dynamo.get_paginator("scan").paginate(TableName=engine._table, ConsistentRead=True)
        found = [from_row(row) for page in pages for row in page["Items"]]
        self.dynamo.delete_table(TableName=engine._table)
        return found

    def end(self) -> None:
        """End a try; its connections are let go."""
        if self.scene is not None:
            self.scene.hub.renew()
            self.scene.later.renew()

    def begin(self, *, callbacks: bool = True, agency: str = "svea") -> "Scene":
        """Start a try: a fresh table with a creditor that may hand over, an agency without cases."""
        self.end()
        self.tries += 1
        self.now += timedelta(days=1)
        folder = self.folder / str(self.tries)
        folder.mkdir()
        self.scene = Scene(self, folder, agency)
        self.scene.control("POST", f"{agency}/reset")
        client = {"client_number": "4711", "client_id": "acme", "secret": PASSWORD}
        if callbacks:
            client["callback_url"] = f"{self.url}/v1/callbacks/{agency}/{callback_token('acme', agency)}"
        self.scene.control("POST", f"{agency}/clients", client)
        self.scene.world.ready(agency=agency)
        self.scene.clock(self.now)
        return self.scene


@dataclass
class Scene:
    """One try.

    What leads to the process that may be killed, and what follows after, happens on a table in memory; the
    process itself, and the one that takes its place, run on the emulator's DynamoDB.
    """

    ground: Ground
    folder: Path
    agency: str = "svea"
    """Whom the creditor has an agreement with."""
    inbox: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    plan: tuple[int, str] | None = None
    """Where the next process that takes a callback dies."""
    aimed_at: str | None = None
    """Only a callback that carries this change is planned for; the others are taken in peace."""
    taken: list[End] = field(default_factory=list)
    last: bytes = b""
    """The body of the latest callback."""

    def __post_init__(self) -> None:
        self.turn = Lock()
        self.engine = MemoryEngine()
        self.store = Repository(self.engine)
        self.hub = self._hub(SystemClock())
        self.later = self._hub(ShiftedClock(LATER))
        self.gateway = Gateway(self.hub)
        self.world = World(self.hub, self.engine, self.gateway)
        self.api = self.world.client()

    def _hub(self, wall: SystemClock) -> ShiftedHub:
        hub = ShiftedHub(environment("memory", self.sandbox_url), self.store, wall)
        hub.vault = Vault(MemorySealer())
        hub.files = FolderFiles(self.folder)  # type: ignore[assignment]
        hub.mail = FolderMail(self.folder)  # type: ignore[assignment]
        hub.agency_http = HttpClient(anywhere, trust=TRUST)
        return hub

    @property
    def sandbox_url(self) -> str:
        return self.ground.sandbox.url

    def clock(self, now: datetime) -> None:
        """Set both clocks, and what follows at the agency happens."""
        self.ground.now = now
        self.world.put(things.TEST_CLOCK(), TestClock(now))
        self.control("POST", "clock", {"now": now.isoformat()})

    def advance(self, **duration: float) -> None:
        self.clock(self.ground.now + timedelta(**duration))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Use the sandbox's control interface."""
        connection = HTTPConnection("127.0.0.1", self.ground.sandbox.port, timeout=60)
        connection.request(method, f"/control/{path}", json.dumps(body or {}).encode())
        response = connection.getresponse()
        text = response.read()
        connection.close()
        assert response.status < 300, (response.status, text)
        return json.loads(text) if text else None

    # --- what happens --------------------------------------------------------------------------------

    def run(self, function: str, event: dict[str, Any], kill: tuple[int, str] | None, *, later: bool) -> End:
        """Let a process of its own handle an event."""
        offset = LATER.total_seconds() if later else 0.0
        with self.turn:
            # What the agency tells meanwhile arrives afterwards, so that every run makes the same calls.
            table = self.ground.table(self.engine.everything())
            run = Run(function, event, table._table, self.sandbox_url, str(self.folder), kill, offset)
            end = self.ground.forge.run(run)
            refill(self.engine, self.ground.items(table))
        return end

    def ask(self, path: str, body: Any, kill: tuple[int, str] | None, *, later: bool = False) -> End:
        """Let a process of its own answer a POST to ``register_invoice``, under one Idempotency-Key."""
        route_key, parameters = self.gateway._match("POST", path)
        headers = {
            "authorization": f"Bearer {self.api.key}",
            "content-type": "application/json",
            "idempotency-key": "the-same",
        }
        event = {
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": path,
            "headers": headers,
            "pathParameters": parameters,
            "requestContext": {"requestId": "r-1", "domainName": "api.test", "http": {"method": "POST"}},
            "body": json.dumps(body),
            "isBase64Encoded": False,
        }
        return self.run("register_invoice", event, kill, later=later)

    def settle(self) -> None:
        """Let everything happen that time and the workers bring, until nothing is due any more."""
        for _ in range(8):
            self.pump()
            if not self.store.upcoming(limit=1):
                break
            self.advance(minutes=15)

    @property
    def clockwork(self) -> Clockwork:
        """The worker behind ``hourly_sync``, in this process."""
        return Clockwork(self.later, self.queue_of, log, lambda: timedelta(minutes=15))

    def pump(self) -> None:
        """Work on everything that is due now, as the queues would have it done."""
        worker = {
            "agency_queue": Outbox(self.later, self.queue_of, log),
            "webhook_queue": Outbox(self.later, self.queue_of, log),
            "sync_queue": self.clockwork,
            "job_queue": self.clockwork,
        }
        for _ in range(50):
            due = self.store.due(self.ground.now)
            if not due:
                return
            for ref in due:
                queue, message = message_of(ref)
                answer = worker[queue].take(sqs(message))
                assert answer == {"batchItemFailures": []}, message
        raise AssertionError(f"it never gets quiet: {due}")

    def queue_of(self, name: str) -> Any:
        return FolderQueue(self.folder / name)

    def letters(self) -> list[dict[str, Any]]:
        """Give the e-mails that were sent."""
        path = self.folder / "letters"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def messages(self, queue: str) -> list[dict[str, str]]:
        """Give what is on a queue."""
        path = self.folder / queue
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def take_callback(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        """Let a process take a callback; ``None`` when it died over it."""
        event = http_event(path, headers, body)
        self.last = body
        if self.aimed_at is None or f'"{self.aimed_at}"'.encode() not in body:
            with self.turn:
                return self.gateway.call("POST", path, headers, body.decode(), encoded=False)
        plan, self.plan = self.plan, None
        end = self.run("payment_webhook", event, plan, later=False)
        self.taken.append(end)
        if end.answer is None:
            return None
        return Reply(end.answer["statusCode"], {}, end.answer["body"])

    def stranger(self) -> tuple[bytes, dict[str, str]]:
        """Give a callback, truly signed, about a case that the hub does not know."""
        content = json.loads(self.last) | {"DeliveryId": "stranger"}
        for change in content["Changes"]:
            change |= {"ClientOrderId": "inv_00000000000000000000000000-1", "CaseNumber": "SV999999"}
        body = json.dumps(content).encode()
        signed = signature.headers(body, "acme", PASSWORD, datetime.now(UTC))
        return body, {name.lower(): value for name, value in signed.items()}

    # --- what is done first --------------------------------------------------------------------------

    def hand_over(self, **invoice: Any) -> tuple[str, str]:
        """Register an invoice and hand it over; nothing is sent yet. Gives invoice and case id."""
        made = self.world.invoice(**invoice)
        reply = self.api.post(
            "/v1/creditors/acme/cases", {"agency": self.agency, "invoice_id": made.invoice_id}
        )
        assert reply.status == 202, reply.text
        return made.invoice_id, reply.body["case_id"]

    def registered(self, **invoice: Any) -> tuple[str, str]:
        """Hand an invoice over and wait for the case number."""
        invoice_id, case_id = self.hand_over(**invoice)
        self.pump()
        self.advance(minutes=6)
        self.pump()
        return invoice_id, case_id

    def pay_creditor(self, invoice_id: str, amount: str) -> None:
        """The debtor pays the creditor."""
        invoice = self.world.get(things.INVOICE(invoice_id))
        new = NewPayment(Money.parse(amount, "NOK"), self.ground.now.date(), Origin.DEBTOR)
        transact(
            self.hub.desk,
            refs_to_pay(invoice),
            lambda work: pay(work, work.get(things.INVOICE(invoice_id)), new),
        )

    def pay_agency(self, case_id: str, amount: str) -> None:
        """The debtor pays the agency."""
        case = self.case(case_id)
        there = {"case_number": case.case_number} if case.case_number else {}
        money = {"amount": amount, "currency": "NOK", "date": self.ground.now.date().isoformat()}
        self.control("POST", f"{self.agency}/payments", there | money)

    # --- what came of it -----------------------------------------------------------------------------

    def case(self, case_id: str) -> Any:
        return self.world.get(things.CASE(case_id))

    @property
    def theirs(self) -> list[dict[str, Any]]:
        """The agency's own ledger."""
        found: list[dict[str, Any]] = self.control("GET", f"{self.agency}/cases")["items"]
        return found

    def events(self) -> list[str]:
        """Give the types in the creditor's feed."""
        return [
            line.type
            for page in everything_of(self.store, Listing(things.FEED_PAGE, "feed_of", ("acme",)))
            for line in page.lines
        ]

    def faults(self) -> list[str]:
        """Tell everything that is wrong."""
        wrong = [*faults_of_the_hub(self.store, self.ground.now), *faults_between(self.store, self.theirs)]
        open_ones = everything_of(self.store, Listing(things.ATTENTION, "attention_of", ("acme",), "open"))
        return wrong + [f"attention: {each.kind} {each.reason}" for each in open_ones]


def sqs(message: Mapping[str, str]) -> dict[str, Any]:
    """Wrap a message as a queue gives it to a function."""
    record = {"messageId": "m-1", "body": json.dumps(message), "eventSource": "aws:sqs"}
    return {"Records": [record]}


def http_event(path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Wrap a callback as the gateway gives it to a function."""
    agency, token = path.split("/")[-2:]
    return {
        "version": "2.0",
        "routeKey": "POST /v1/callbacks/{agency}/{token}",
        "rawPath": path,
        "headers": dict(headers),
        "pathParameters": {"agency": agency, "token": token},
        "requestContext": {"requestId": "r-1", "domainName": "api.test", "http": {"method": "POST"}},
        "body": body.decode(),
        "isBase64Encoded": False,
    }


@contextmanager
def front(ground: Ground) -> Iterator[None]:
    """Let the agency reach the hub, and the hub reach a billing product's inbox."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            scene = ground.scene
            assert scene is not None
            if self.path == "/inbox":
                scene.inbox.append((headers, json.loads(body)))
                reply: Reply | None = Reply(204, {}, "")
            else:
                reply = scene.take_callback(self.path, headers, body)
            if reply is None:
                self.close_connection = True
                return
            content = reply.text.encode()
            self.send_response(reply.status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    ground.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
