"""What a contract test stands on: the sandbox, a plain HTTP client, a receiver of callbacks."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from fordring.domain.agency import Address, Credentials, Level, Outcome, Underway
from fordring.domain.agency_port import Agency, AnswersLater
from fordring.domain.instructions import (
    Command,
    DebtorDetails,
    InvoiceDetails,
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReportWriteOff,
    ReversePayment,
    SendMessage,
    WithdrawCase,
)
from fordring.domain.money import Money
from fordring.domain.transport import Request, Response, TransportFailed


def real_now() -> datetime:
    return datetime.now(UTC)


class PlainHttp:
    """The ``Http`` port over the standard library, a connection per exchange."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def exchange(self, request: Request) -> Response:
        self.sent.append(request)
        url = urlsplit(request.url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=request.timeout_seconds)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise TransportFailed("no", "connect_failed") from error
            try:
                target = url.path + (f"?{url.query}" if url.query else "")
                connection.request(request.method, target, request.body, dict(request.headers))
                answer = connection.getresponse()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                return Response(answer.status, headers, answer.read())
            except (OSError, http.client.HTTPException) as error:
                raise TransportFailed("maybe", "no_answer") from error
        finally:
            connection.close()


@dataclass(frozen=True)
class Received:
    """One callback as it came over the wire."""

    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """The hub's end of the callbacks. ``answers`` are the statuses to give next; then 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        return [json.loads(one.body) for one in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver, guard = Receiver(), Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with guard:
                receiver.received.append(Received(headers, body))
                status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/v1/callbacks/token"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Controls:
    """The sandbox's control interface."""

    url: str
    agency: str

    def post(self, what: str, **members: object) -> Any:
        return self._exchange("POST", f"/control/{self.agency}/{what}", members)

    def get(self, what: str) -> Any:
        return self._exchange("GET", f"/control/{self.agency}/{what}")

    def clock(self, now: datetime) -> Any:
        return self._exchange("POST", "/control/clock", {"now": now.isoformat()})

    def now(self) -> datetime:
        return datetime.fromisoformat(self._exchange("GET", "/control/clock")["now"])

    def advance(self, **passed: int) -> Any:
        return self.clock(self.now() + timedelta(**passed))

    def _exchange(self, method: str, path: str, members: object = None) -> Any:
        body = b"" if members is None else json.dumps(members).encode()
        answer = PlainHttp().exchange(Request(method, self.url + path, {}, body))
        parsed = json.loads(answer.body)
        if answer.status != 200:
            raise ControlFailed(answer.status, parsed["error"])
        return parsed


def carry_out(agency: Agency, control: Controls, command: Command, client: Credentials) -> Outcome:
    """Send a command, and ask for its result when it comes later: the agency's clock moves until then."""
    outcome = agency.send(command, client)
    while isinstance(outcome, Underway):
        assert isinstance(agency, AnswersLater)
        control.clock(control.now() + outcome.after)
        outcome = agency.result_of(outcome.ticket, client)
    return outcome


class ControlFailed(Exception):
    """The control interface refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


def nok(amount: str) -> Money:
    return Money.parse(amount, "NOK")


def invoice(number: int = 1, *, due: date = date(2026, 3, 15), amount: str = "1250.00") -> InvoiceDetails:
    return InvoiceDetails(
        external_id=f"inv_{number:04d}-1",
        document_number=str(10000 + number),
        invoice_date=due - timedelta(days=14),
        due_date=due,
        principal=nok(amount),
        remaining=nok(amount),
        payment_reference=f"{number:010d}",
        creditor_bank_account=None,
    )


def registration(*invoices: InvoiceDetails, level: Level = Level.REMINDER) -> RegisterCase:
    lines = invoices or (invoice(),)
    return RegisterCase(
        external_id=lines[0].external_id,
        level=level,
        creditor_name="Fjordlys AS",
        creditor_organisation_number="923609016",
        debtor=DebtorDetails(
            debtor_id="d-17",
            kind="company",
            name="Nordre Brygge AS",
            organisation_number="974760673",
            address=Address(("Bryggen 1",), "5003", "Bergen", "NO"),
            email="regnskap@nordre-brygge.example",
        ),
        invoices=lines,
    )


def payment(
    command: RegisterCase, amount: str, *, settles: bool = False, key: str = "pay_1"
) -> ReportPayment:
    return ReportPayment(
        external_id=command.external_id,
        case_number=None,
        payment_id=key,
        invoice_external_id=command.invoices[0].external_id,
        amount=nok(amount),
        paid_date=date(2026, 3, 20),
        settles=settles,
    )


def reversal(command: RegisterCase, amount: str, *, key: str = "rev_1", of: str = "pay_1") -> ReversePayment:
    return ReversePayment(
        external_id=command.external_id,
        case_number=None,
        reversal_id=key,
        payment_id=of,
        invoice_external_id=command.invoices[0].external_id,
        amount=nok(amount),
    )


def credit(command: RegisterCase, amount: str, *, settles: bool = False, key: str = "cre_1") -> ReportCredit:
    return ReportCredit(
        external_id=command.external_id,
        case_number=None,
        credit_note_id=key,
        invoice_external_id=command.invoices[0].external_id,
        document_number="K-77",
        amount=nok(amount),
        credit_date=date(2026, 3, 20),
        settles=settles,
    )


def write_off(
    command: RegisterCase, amount: str, *, settles: bool = False, key: str = "w2"
) -> ReportWriteOff:
    return ReportWriteOff(
        external_id=command.external_id,
        case_number=None,
        write_off_id=key,
        invoice_external_id=command.invoices[0].external_id,
        amount=nok(amount),
        write_off_date=date(2026, 3, 20),
        settles=settles,
    )


def message(command: RegisterCase, *, key: str = "msg_1", text: str = "Call before noon.") -> SendMessage:
    return SendMessage(command.external_id, None, key, text)


def withdrawal(command: RegisterCase) -> WithdrawCase:
    return WithdrawCase(command.external_id, None)
