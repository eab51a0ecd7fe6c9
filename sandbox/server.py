"""The sandbox over HTTP/1.1: ``/control/…`` for demos and tests, ``/{agency}/…`` for the hub."""

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from sandbox.agencies import SIMULATORS
from sandbox.bureau import Bureau
from sandbox.control import Control
from sandbox.inputs import ControlRefused
from sandbox.wire import WireAnswer, WireRequest

_LARGEST_BODY: Final = 10_000_000
_JSON: Final[Mapping[str, str]] = MappingProxyType({"content-type": "application/json; charset=utf-8"})


class Sandbox:
    """A running sandbox: embed it in a test, or let ``python -m sandbox`` hold it.

    Parameters
    ----------
    folder
        Where the ledger lives.
    port
        0 takes a free one; ``url`` says which.

    Example
    -------
    >>> with Sandbox(folder).running() as sandbox:  # doctest: +SKIP
    ...     adapter = Svea(http, f"{sandbox.url}/svea", now)
    """

    def __init__(self, folder: Path, port: int = 0, callback_timeout_seconds: float = 30.0) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        try:
            self.bureau = Bureau(folder, SIMULATORS, callback_timeout_seconds)
        except BaseException:
            self._server.server_close()
            raise
        self._server.bureau = self.bureau
        self._server.control = Control(self.bureau)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self.bureau.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and let go of port and ledger."""
        self._server.ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.drop_connections()
        self._server.server_close()
        self.bureau.close()

    @contextmanager
    def running(self) -> Iterator["Sandbox"]:
        """Run within a block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128
    bureau: Bureau
    control: Control

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.ending = Event()
        self._connections: set[socket.socket] = set()
        self._guard = Lock()
        super().__init__(address, handler)

    def keep(self, connection: socket.socket) -> None:
        """Note a connection that is open."""
        with self._guard:
            self._connections.add(connection)

    def forget(self, connection: socket.socket) -> None:
        """Note that it is not."""
        with self._guard:
            self._connections.discard(connection)

    def drop_connections(self) -> None:
        """End all connections, so that those who idle on them do not hold the end up."""
        with self._guard:
            for connection in self._connections:
                _end(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a peer that has gone away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # headers and body leave in one piece, so that no answer waits for an acknowledgement
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        """Begin with a connection."""
        super().setup()
        self.server.keep(self.connection)

    def finish(self) -> None:
        """End with it."""
        self.server.forget(self.connection)
        with suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: ``/control/{agency}/requests`` knows more."""

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        first, _, rest = url.path.strip("/").partition("/")
        if first == "control":
            self._control(rest, query, body)
        elif first in self.server.bureau.simulators:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._exchange(first, WireRequest(self.command, f"/{rest}", query, headers, body))
        elif first == "":
            self._send_json(200, {"agencies": sorted(self.server.bureau.simulators)})
        else:
            self._send_json(404, {"error": "there is nothing here"})

    def _body(self) -> bytes | None:
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or "transfer-encoding" in self.headers:
            self.close_connection = True
            self._send_json(411, {"error": "a length is needed"})
            return None
        if int(length) > _LARGEST_BODY:
            self.close_connection = True
            self._send_json(413, {"error": "the body is too large"})
            return None
        return self.rfile.read(int(length))

    def _control(self, path: str, query: Mapping[str, str], body: bytes) -> None:
        try:
            self._send_json(200, self.server.control.answer(self.command, path, query, body))
        except ControlRefused as refused:
            self._send_json(refused.status, {"error": refused.message})

    def _exchange(self, agency: str, request: WireRequest) -> None:
        answer, fault = self.server.bureau.exchange(agency, request)
        if answer is None:
            hold = fault.settings.get("hold_seconds", 0) if fault else 0
            assert isinstance(hold, int)
            if hold:
                self.server.ending.wait(hold)
            self._drop()
            return
        self._send(answer)

    def _drop(self) -> None:
        """End the connection without a word."""
        self.close_connection = True
        _end(self.connection)

    def _send_json(self, status: int, members: Mapping[str, object]) -> None:
        body = json.dumps(members).encode()
        self._send(WireAnswer(status, body, "", _JSON))

    def _send(self, answer: WireAnswer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
