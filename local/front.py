"""A reverse proxy from the API's port to the emulator's address of the API.

Clients see the API at the root of its own port, as on AWS; the emulator serves it below a path, beside
its own control interface, which stays out of reach here. Heads and bodies pass through as they are,
except for the request's target and the headers of one connection.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import h11

__all__ = ["Front"]

_CHUNK = 65_536
_UNAVAILABLE = b'{"type":"about:blank","title":"Bad Gateway","status":502,"code":"emulator_unavailable"}'
_ONE_CONNECTION = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"host", b"upgrade"})


class _Peer:
    """One connection and its protocol state."""

    def __init__(self, role: type[h11.SERVER] | type[h11.CLIENT], streams: _Streams) -> None:
        self.http = h11.Connection(our_role=role)
        self.reader, self.writer = streams

    async def receive(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.reader.read(_CHUNK))
        return event  # type: ignore[return-value]

    async def send(self, event: h11.Event) -> None:
        data = self.http.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    @property
    def reusable(self) -> bool:
        return self.http.our_state is h11.DONE and self.http.their_state is h11.DONE

    def close(self) -> None:
        self.writer.close()


_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Front:
    """Serves ``127.0.0.1:port`` from a thread of its own, until closed.

    Parameters
    ----------
    port
        Where to listen.
    emulator_port
        Where the emulator listens.
    api_id
        The deployed API.
    """

    def __init__(self, port: int, emulator_port: int, api_id: str) -> None:
        self.port = port
        self._emulator_port = emulator_port
        self._prefix = f"/_aws/execute-api/{api_id}/$default".encode()
        self._idle: list[_Peer] = []
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="front", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The API's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening and drop what is under way."""
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _finish(self) -> None:
        if self._server is not None:
            self._server.close()
        for peer in self._idle:
            peer.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Peer(h11.SERVER, (reader, writer))
        try:
            while True:
                request = await client.receive()
                if not isinstance(request, h11.Request):
                    return
                await self._pass_on(client, request)
                if not client.reusable:
                    return
                client.http.start_next_cycle()
        except (OSError, h11.ProtocolError):
            return  # the client has gone, or does not speak HTTP
        finally:
            client.close()

    async def _pass_on(self, client: _Peer, request: h11.Request) -> None:
        body = [event async for event in _body(client)]
        emulator = await self._ask(request, body)
        if emulator is None:
            headers = [
                ("content-type", "application/problem+json"),
                ("content-length", str(len(_UNAVAILABLE))),
            ]
            await client.send(h11.Response(status_code=502, headers=headers))
            await client.send(h11.Data(data=_UNAVAILABLE))
            await client.send(h11.EndOfMessage())
            return
        peer, response = emulator
        headers_ = [
            (name, value) for name, value in response.headers.raw_items() if name.lower() != b"connection"
        ]
        await client.send(
            h11.Response(status_code=response.status_code, headers=headers_, reason=response.reason)
        )
        async for data in _body(peer):
            await client.send(data)
        await client.send(h11.EndOfMessage())
        if peer.reusable:
            peer.http.start_next_cycle()
            self._idle.append(peer)
        else:
            peer.close()

    async def _ask(self, request: h11.Request, body: list[h11.Data]) -> tuple[_Peer, h11.Response] | None:
        """Send to the emulator on an idle connection, or a new one when that has gone meanwhile."""
        while True:
            peer, fresh = (self._idle.pop(), False) if self._idle else (None, True)
            try:
                peer = peer or await self._connect()
                await peer.send(self._rewritten(request))
                for data in body:
                    await peer.send(data)
                await peer.send(h11.EndOfMessage())
                while not isinstance(event := await peer.receive(), h11.Response):
                    if isinstance(event, h11.ConnectionClosed):
                        raise ConnectionResetError
                return peer, event
            except (OSError, h11.RemoteProtocolError):
                if peer is not None:
                    peer.close()
                if fresh:
                    return None

    async def _connect(self) -> _Peer:
        return _Peer(h11.CLIENT, await asyncio.open_connection("127.0.0.1", self._emulator_port))

    def _rewritten(self, request: h11.Request) -> h11.Request:
        headers = [item for item in request.headers.raw_items() if item[0].lower() not in _ONE_CONNECTION]
        return h11.Request(
            method=request.method,
            target=self._prefix + request.target,
            headers=[(b"Host", f"127.0.0.1:{self._emulator_port}".encode()), *headers],
        )


async def _body(peer: _Peer) -> AsyncIterator[h11.Data]:
    if peer.http.our_role is h11.SERVER and peer.http.they_are_waiting_for_100_continue:
        await peer.send(h11.InformationalResponse(status_code=100, headers=[]))
    while not isinstance(event := await peer.receive(), h11.EndOfMessage):
        if not isinstance(event, h11.Data):
            raise h11.RemoteProtocolError("the body ended early")
        yield event
