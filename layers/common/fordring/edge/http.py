"""HTTP to the outside: what is told to agencies and to billing products goes through here.

Importing this is free: the client behind it (``fordring.edge.wire``, the only module that imports httpx)
is loaded at the first exchange.
"""

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from fordring.domain.transport import Request, Response
from fordring.edge.addresses import Policy, Resolve, anywhere, public_only, public_or_loopback, system_resolve

if TYPE_CHECKING:
    import ssl

    from fordring.edge.wire import Wire

IDLE_SECONDS: Final = 4.0
"""How long an unused connection is kept. Shorter than any server's patience: a request on a connection that
the other side has just closed may have been sent, and would be in doubt."""


class HttpClient:
    """The port ``domain.transport.Http`` over httpx.

    Connections are used again over invocations, but not after they were idle for ``IDLE_SECONDS`` by
    either clock: while a function is frozen the monotonic clock may stand still.

    Parameters
    ----------
    policy
        Which addresses may be connected to.
    resolve
        What turns names into addresses.
    trust
        TLS context; ``None``: the public certificate authorities.
    """

    def __init__(
        self, policy: Policy, *, resolve: Resolve = system_resolve, trust: "ssl.SSLContext | None" = None
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._trust = trust
        self._lock = Lock()
        self._wire: Wire | None = None
        self._under_way = 0
        self._used_at = (0.0, 0.0)

    def exchange(self, request: Request) -> Response:
        """Send a request and wait for its answer, no longer than ``request.timeout_seconds`` in all.

        Raises
        ------
        TransportFailed
            When there is no answer, or one of more than 1 MB.
        """
        wire = self._take()
        try:
            return wire.exchange(request)
        finally:
            with self._lock:
                self._under_way -= 1
                self._used_at = (time.monotonic(), time.time())

    def renew(self) -> None:
        """Forget every connection: after a restore from a snapshot none of them is alive."""
        with self._lock:
            wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _take(self) -> "Wire":
        with self._lock:
            idle = max(time.monotonic() - self._used_at[0], time.time() - self._used_at[1])
            if self._wire is not None and not self._under_way and idle > IDLE_SECONDS:
                self._wire.close()
                self._wire = None
            if self._wire is None:
                from fordring.edge.wire import Wire

                self._wire = Wire(self._policy, self._resolve, self._trust, IDLE_SECONDS)
            self._under_way += 1
            return self._wire


def agency_http() -> HttpClient:
    """Make the client for agencies, whose addresses are settings and so are trusted."""
    return HttpClient(anywhere)


def webhook_http(allow_loopback: bool) -> HttpClient:
    """Make the client for webhooks, whose addresses are chosen by others.

    Parameters
    ----------
    allow_loopback
        For a local run: this machine may be called too, also without TLS.
    """
    return HttpClient(public_or_loopback if allow_loopback else public_only)
