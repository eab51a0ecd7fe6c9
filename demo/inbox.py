"""A webhook receiver on this machine, as a billing product would have one: it believes what is signed."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final

_TOLERANCE_SECONDS: Final = 300


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Check a webhook's signature as Standard Webhooks 1.0 says; header names in lower case."""
    identifier, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identifier or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return False
    if abs(now - int(seconds)) > _TOLERANCE_SECONDS:
        return False
    key = b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{identifier}.{seconds}.".encode() + body, "sha256")
    expected = b"v1," + b64encode(digest)
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, each.encode()) for each in given)


class Inbox:
    """What has arrived. ``events`` holds each genuine event once, by its webhook id."""

    def __init__(self) -> None:
        self.url = ""
        self.secret: str | None = None
        self.events: dict[str, dict[str, Any]] = {}
        self.refused = 0
        self._lock = Lock()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a webhook in; gives the status of the answer."""
        with self._lock:
            if self.secret is None or not is_genuine(headers, body, self.secret, time.time()):
                self.refused += 1
                return 401
            self.events.setdefault(headers["webhook-id"], json.loads(body))
            return 204

    def counts(self) -> dict[str, int]:
        """Count the events by type."""
        counted: dict[str, int] = {}
        with self._lock:
            for event in self.events.values():
                counted[event["type"]] = counted.get(event["type"], 0) + 1
        return dict(sorted(counted.items()))


@contextmanager
def open_inbox() -> Iterator[Inbox]:
    """Listen on a free port of this machine as long as the block runs."""
    inbox = Inbox()

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An idle connection ends by itself, so that nobody waits for it.
        timeout = 5

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            status = inbox.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), name="inbox", daemon=True)
    thread.start()
    inbox.url = f"http://127.0.0.1:{server.server_port}/webhooks"
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
