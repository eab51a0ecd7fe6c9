"""The HTTP client itself, the only module that imports httpx; loaded at the first exchange.

Timeouts of httpx bound each read, so a server that sends a byte now and then could hold a worker for ever.
Here every operation on the socket gets what is left of the exchange's one deadline.
"""

import logging
import ssl
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore
import httpx

from fordring.domain.transport import Request, Response, Sent, TransportFailed
from fordring.domain.values import dataclass
from fordring.edge.addresses import NoAddress, Policy, Resolve, addresses_of

_CONNECT_SECONDS: Final = 5.0
_CONNECTIONS: Final = 20

_FAILURES: Final[tuple[tuple[type[Exception], Sent, str], ...]] = (
    (httpcore.ConnectTimeout, "no", "connect_timeout"),
    (httpcore.ConnectError, "no", "connect_failed"),
    (httpcore.PoolTimeout, "no", "pool_timeout"),
    (httpcore.UnsupportedProtocol, "no", "unsupported_protocol"),
    (httpx.UnsupportedProtocol, "no", "unsupported_protocol"),
    (httpx.InvalidURL, "no", "invalid_url"),
    (httpcore.ReadTimeout, "maybe", "read_timeout"),
    (httpcore.WriteTimeout, "maybe", "write_timeout"),
    (httpcore.RemoteProtocolError, "maybe", "broken_answer"),
    (httpx.RemoteProtocolError, "maybe", "broken_answer"),
    (httpcore.ReadError, "maybe", "read_failed"),
    (httpcore.WriteError, "maybe", "write_failed"),
)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What the socket must know of the exchange under way: its end, and whether it is without TLS."""

    until: float
    plain: bool

    def left(self, timeout: float | None) -> float:
        left = self.until - time.monotonic()
        return left if timeout is None else min(left, timeout)


_under_way: ContextVar[_Exchange] = ContextVar("exchange")


class Wire:
    """A pool of connections, and the exchanges over it. Safe for use by several threads."""

    def __init__(
        self, policy: Policy, resolve: Resolve, trust: ssl.SSLContext | None, idle_seconds: float
    ) -> None:
        # httpx and httpcore log full URLs, which hold tokens.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        pool = httpcore.ConnectionPool(
            ssl_context=trust or httpx.create_ssl_context(trust_env=False),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=idle_seconds,
            network_backend=_Network(policy, resolve),
        )
        self._client = httpx.Client(
            transport=_Transport(pool),
            trust_env=False,
            follow_redirects=False,
            # No cookies: nothing that one exchange was told may come back in another.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"user-agent": "fordring", "accept": "*/*", "accept-encoding": "identity"},
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def exchange(self, request: Request) -> Response:
        """Send a request and read its answer whole.

        Raises
        ------
        TransportFailed
            As ``domain.transport.Http`` says.
        """
        try:
            url = httpx.URL(request.url)
            token = _under_way.set(
                _Exchange(time.monotonic() + request.timeout_seconds, plain=url.scheme != "https")
            )
            try:
                return self._answer(request, url)
            finally:
                _under_way.reset(token)
        except NoAddress as failure:
            raise TransportFailed("no", failure.reason) from None
        except TransportFailed:
            raise
        except Exception as failure:
            raise _failed(failure) from failure

    def _answer(self, request: Request, url: httpx.URL) -> Response:
        timeout = httpx.Timeout(
            request.timeout_seconds, connect=min(_CONNECT_SECONDS, request.timeout_seconds)
        )
        with self._client.stream(
            request.method, url, headers=request.headers, content=request.body, timeout=timeout
        ) as answer:
            body = bytearray()
            for part in answer.iter_raw():
                body += part
                if len(body) > request.largest_answer:
                    raise TransportFailed("maybe", "answer_too_large")
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, headers, bytes(body))


def _failed(failure: Exception) -> TransportFailed:
    # What is not in the table may have been sent.
    for kind, sent, reason in _FAILURES:
        if isinstance(failure, kind):
            return TransportFailed(sent, reason)
    return TransportFailed("maybe", "transport_failed")


class _Transport(httpx.BaseTransport):
    """Lets httpx speak through a pool whose network is ours, which its own transport does not offer."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(status_code=answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Network(httpcore.NetworkBackend):
    """Connects to judged addresses only. Host, SNI and certificate check keep the name of the URL."""

    def __init__(self, policy: Policy, resolve: Resolve) -> None:
        self._policy = policy
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        exchange = _under_way.get()
        until = time.monotonic() + exchange.left(timeout)
        addresses = addresses_of(
            host,
            port,
            exchange.plain,
            self._policy,
            seconds=until - time.monotonic(),
            resolve=self._resolve,
        )
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for position, address in enumerate(addresses):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                # Each address gets an equal part of what is left, so that a dead first one is survived.
                stream = self._sockets.connect_tcp(
                    address, port, left / (len(addresses) - position), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refusal:
                failure = refusal
            else:
                return _Stream(stream)
        raise failure or httpcore.ConnectTimeout


class _Stream(httpcore.NetworkStream):
    """A connection on which no operation outlasts the exchange."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _under_way.get().left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = _under_way.get().left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout
        self._inner.write(buffer, left)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _under_way.get().left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()
