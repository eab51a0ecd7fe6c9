"""The API as a caller sees it: the functions' own handlers, over a table in memory, at a time that stands."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from fordring.domain import things
from fordring.domain.agency import Address, Credentials, Level
from fordring.domain.agreement import (
    Agreement,
    AgreementState,
    CallbackToken,
    Consent,
    Order,
    SealedCredentials,
    Settings,
)
from fordring.domain.case import Case
from fordring.domain.clock import utc
from fordring.domain.creditor import ApiKey, Creditor, Debtor, Scope
from fordring.domain.ids import ulid
from fordring.domain.invoice import Invoice, Terms
from fordring.domain.money import Money
from fordring.domain.references import recognise
from fordring.domain.refs import Ref
from fordring.edge.call import KEY_PREFIX, digest_of_key
from fordring.edge.gateway import http_function
from fordring.edge.hub import Hub, SystemClock
from fordring.edge.route import Route
from fordring.edge.settings import Settings as Environment
from fordring.edge.telemetry import log
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter
from fordring.store.repository import Repository
from fordring.usecases.calling_back import digest_of
from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
from fordring.usecases.sealed import Vault
from fordring.usecases.submitting import Submission, refs_to_submit, submit
from fordring.usecases.work import Change, transact
from tests.fakes import MemoryFiles, MemoryQueue, MemorySealer

START = utc(2026, 3, 2, 9)
"""A Monday, ten o'clock in Oslo."""

FUNCTIONS = ("manage_creditors", "register_invoice", "submit_case", "poll_status", "payment_webhook")
PASSWORD = "correct-horse-battery"
CALLBACK_TOKEN = "0123456789abcdef0123456789abcdef"


class FixedClock(SystemClock):
    """Real time that stands still until a test moves it; waits cost nothing."""

    def __init__(self, present: datetime = START) -> None:
        self.present = present

    def now(self) -> datetime:
        return self.present

    def pause(self, duration: timedelta) -> None:
        self.present += duration

    def advance(self, **duration: float) -> datetime:
        """Move on, for example ``advance(days=1)``."""
        self.present += timedelta(**duration)
        return self.present


@dataclass(frozen=True)
class Reply:
    """What came back. Header names are in lower case; ``body`` is parsed JSON, ``text`` as it came."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text) if self.text else None

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body["code"])

    @property
    def faults(self) -> dict[str, str]:
        """The problem's faults: code by pointer."""
        return {each["pointer"]: each["code"] for each in self.body["errors"]}

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document, without what differs from request to request."""
        return {name: part for name, part in self.body.items() if name != "request_id"}


class Gateway:
    """Matches a path as the HTTP API does, and calls the function that has the route."""

    def __init__(self, hub: Hub) -> None:
        self._handlers: dict[str, Any] = {}
        self._paths: dict[tuple[str, int], list[tuple[str, ...]]] = {}
        for name in FUNCTIONS:
            routes: tuple[Route, ...] = _routes_of(name)
            handler = http_function(routes, log, lambda: hub)
            for route in routes:
                self._handlers[route.key] = handler
                parts = tuple(route.path.split("/"))
                self._paths.setdefault((route.method, len(parts)), []).append(parts)
            if name == "poll_status":
                self._handlers["$default"] = handler

    def call(
        self, method: str, target: str, headers: Mapping[str, str], body: str | None, *, encoded: bool
    ) -> Reply:
        parts = urlsplit(target)
        route_key, parameters = self._match(method, parts.path)
        event = {
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": {"host": "api.test", **headers},
            "queryStringParameters": dict(parse_qsl(parts.query, keep_blank_values=True)) or None,
            "pathParameters": parameters or None,
            "requestContext": {
                "requestId": f"req-{secrets.token_hex(8)}",
                "domainName": "api.test",
                "http": {"method": method, "path": parts.path},
            },
            "body": body,
            "isBase64Encoded": encoded,
        }
        context = SimpleNamespace(aws_request_id=secrets.token_hex(8))
        answer = self._handlers[route_key](event, context)
        return Reply(
            answer["statusCode"],
            {name.lower(): value for name, value in answer["headers"].items()},
            answer["body"],
        )

    def _match(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        given = tuple(path.split("/"))
        fitting = [
            parts
            for parts in self._paths.get((method, len(given)), [])
            if all(part.startswith("{") or part == have for part, have in zip(parts, given, strict=True))
        ]
        if not fitting:
            return "$default", {}
        best = min(fitting, key=lambda parts: [part.startswith("{") for part in parts])
        named = {
            part[1:-1]: unquote(have) for part, have in zip(best, given, strict=True) if part.startswith("{")
        }
        return f"{method} {'/'.join(best)}", named


def _routes_of(function: str) -> tuple[Route, ...]:
    name = f"fordring.edge.routes.{function}"
    try:
        routes: tuple[Route, ...] = import_module(name).ROUTES
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return ()
    return routes


@dataclass
class Client:
    """Somebody who calls the API with one key; every POST gets an Idempotency-Key of its own."""

    gateway: Gateway
    key: str | None
    made: int = 0
    always: dict[str, str] = field(default_factory=dict)

    def get(self, target: str, **headers: str) -> Reply:
        return self.request("GET", target, None, headers)

    def post(self, target: str, body: Any = None, **headers: str) -> Reply:
        return self.request("POST", target, body, headers)

    def put(self, target: str, body: Any = None, **headers: str) -> Reply:
        return self.request("PUT", target, body, headers)

    def patch(self, target: str, body: Any = None, **headers: str) -> Reply:
        return self.request("PATCH", target, body, headers)

    def delete(self, target: str, **headers: str) -> Reply:
        return self.request("DELETE", target, None, headers)

    def request(self, method: str, target: str, body: Any, headers: Mapping[str, str]) -> Reply:
        """Call the API.

        A header's name is written with underscores: ``if_match='"3"'``, ``idempotency_key="k"``; an empty
        value leaves it out. A ``body`` of ``str`` or ``bytes`` goes out as it is, anything else as JSON.
        """
        sent = {**self.always}
        if self.key is not None:
            sent["authorization"] = f"Bearer {self.key}"
        if method == "POST":
            self.made += 1
            sent["idempotency-key"] = f"key-{id(self)}-{self.made}"
        text: str | None = None
        encoded = isinstance(body, bytes)
        if isinstance(body, bytes):
            from base64 import b64encode

            text = b64encode(body).decode()
        elif isinstance(body, str):
            text = body
        elif body is not None:
            text = json.dumps(body)
        if text is not None or method in ("POST", "PUT", "PATCH"):
            sent["content-type"] = "application/json"
            text = "{}" if text is None else text
        sent |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        return self.gateway.call(method, target, sent, text, encoded=encoded)


class World:
    """What a test sets up behind the API's back, each with something sensible where nothing is said."""

    def __init__(self, hub: Hub, engine: MemoryEngine, gateway: Gateway) -> None:
        self.hub = hub
        self.engine = engine
        self.gateway = gateway

    def client(self, scope: str = "admin", creditors: Iterable[str] | None = None) -> Client:
        """Give a client with a new key."""
        return Client(self.gateway, self.key(scope, creditors))

    def key(self, scope: str = "admin", creditors: Iterable[str] | None = None) -> str:
        """Make an API key; gives its text."""
        name = ulid(self.hub.wall.now(), secrets.randbits(80))
        text = f"{KEY_PREFIX}{name}_{urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip('=')}"
        bound = tuple(creditors) if creditors is not None else None
        made = ApiKey(f"key_{name}", digest_of_key(text), "a test", Scope(scope), bound, self.hub.wall.now())
        self.put(things.API_KEY(made.key_id), made)
        return text

    def put[T](self, ref: Ref[T], value: T) -> T:
        """Write something down as it is, whether it is there or not."""
        stored = self.hub.store.read([ref]).get(ref)
        self.hub.store.commit([Change("change" if stored else "add", ref, value, stored)])
        return value

    def get[T](self, ref: Ref[T]) -> T:
        """Look something up in the table."""
        value: T = self.hub.store.read([ref])[ref].value
        return value

    def creditor(self, creditor_id: str = "acme", **changes: Any) -> Creditor:
        """Make a Norwegian creditor."""
        now = self.hub.wall.now()
        creditor = Creditor(
            creditor_id=creditor_id,
            name="Acme AS",
            organisation_number="974760673",
            country="NO",
            address=Address(("Storgata 1",), "0155", "Oslo", "NO"),
            email="post@acme.example",
            kid_formats=(),
            clearing_order="costs_first",
            bank_account=None,
            created_at=now,
            updated_at=now,
        )
        return self.put(things.CREDITOR(creditor_id), replace(creditor, **changes))

    def debtor(self, creditor_id: str = "acme", debtor_id: str = "d-1", **changes: Any) -> Debtor:
        """Make a private debtor of whom nothing stands in the way."""
        now = self.hub.wall.now()
        debtor = Debtor(
            creditor_id=creditor_id,
            debtor_id=debtor_id,
            kind="private",
            name="Kari Nordmann",
            country="NO",
            created_at=now,
            updated_at=now,
            address=Address(("Lillegata 2",), "0456", "Oslo", "NO"),
            email="kari@nordmann.example",
        )
        return self.put(things.DEBTOR(creditor_id, debtor_id), replace(debtor, **changes))

    def agreement(
        self, creditor_id: str = "acme", agency: str = "svea", *, level: str = "reminder", **changes: Any
    ) -> Agreement:
        """Make an active agreement with credentials and a callback address."""
        now = self.hub.wall.now()
        sealed = SealedCredentials(
            self.hub.vault.seal_credentials(creditor_id, agency, Credentials("4711", "acme", PASSWORD)), now
        )
        order = Order(
            "ord_1", "Ola Nordmann", "ola@acme.example", None, Consent("Ola Nordmann", now, "1"), "text", now
        )
        # One token for each agreement: two creditors never share one.
        token = CALLBACK_TOKEN if creditor_id == "acme" else f"{CALLBACK_TOKEN}-{creditor_id}"
        agreement = Agreement(
            creditor_id=creditor_id,
            agency=agency,
            number=1,
            state=AgreementState.ACTIVE,
            settings=Settings(level=Level(level)),
            created_at=now,
            updated_at=now,
            order=order,
            callback_digest=digest_of(token),
            credentials=sealed,
        )
        self.put(things.CALLBACK_TOKEN(digest_of(token)), CallbackToken(creditor_id, agency, 1, sealed, None))
        return self.put(things.AGREEMENT(creditor_id, agency), replace(agreement, **changes))

    def invoice(
        self,
        creditor_id: str = "acme",
        debtor_id: str = "d-1",
        *,
        number: str | None = None,
        amount: str = "1250.00",
        currency: str = "NOK",
        invoice_date: date = date(2026, 1, 15),
        due_date: date = date(2026, 1, 29),
        reference: str | None = None,
        **more: Any,
    ) -> Invoice:
        """Register an invoice that is overdue at the start."""
        new = NewInvoice(
            debtor_id=debtor_id,
            document_number=number or f"F-{secrets.token_hex(4)}",
            principal=Money.parse(amount, currency),
            invoice_date=invoice_date,
            terms=Terms(due_date=due_date, payment_reference=recognise(reference) if reference else None),
            **more,
        )
        return transact(
            self.hub.desk, refs_to_register(creditor_id, new), lambda work: register(work, creditor_id, new)
        )

    def case(self, creditor_id: str = "acme", invoice_id: str | None = None, agency: str = "svea") -> Case:
        """Hand an invoice over; makes one where none is given."""
        invoice = invoice_id or self.invoice(creditor_id).invoice_id
        wanted = Submission(creditor_id, agency, invoice)
        capabilities = self.hub.capabilities(agency)
        return transact(
            self.hub.desk, refs_to_submit(wanted), lambda work: submit(work, wanted, capabilities)
        )

    def ready(self, creditor_id: str = "acme", debtor_id: str = "d-1") -> None:
        """Make a creditor, a debtor and an agreement with Svea."""
        self.creditor(creditor_id)
        self.debtor(creditor_id, debtor_id)
        self.agreement(creditor_id)

    @property
    def everything(self) -> str:
        """All items of the table as one text, to look for what must not be in it."""
        return json.dumps([[item.pk, item.sk, item.data] for item in self.engine.everything()], default=str)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def meter() -> Meter:
    """The calls on the table."""
    return Meter()


@pytest.fixture
def engine(meter: Meter) -> MemoryEngine:
    return MemoryEngine(on_call=meter)


@pytest.fixture
def store(engine: MemoryEngine) -> Repository:
    return Repository(engine)


@pytest.fixture
def environment() -> Environment:
    """The settings; in test mode, with the test clock not set, so that ``clock`` tells all times."""
    return Environment(
        table="fordring", tenant="demo", stage="development", mode="test", svea_url="https://svea.test"
    )


@pytest.fixture
def hub(
    environment: Environment, store: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Hub:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    made = Hub(environment, store, clock)
    made.vault = Vault(MemorySealer())
    made.files = MemoryFiles()  # type: ignore[assignment]
    return made


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture
def world(hub: Hub, engine: MemoryEngine) -> World:
    return World(hub, engine, Gateway(hub))


@pytest.fixture
def api(world: World) -> Client:
    """A client with an admin key for every creditor."""
    return world.client()
