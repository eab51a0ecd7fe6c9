"""What the starter may ask of a running emulator: ``POST /_local/save``, ``/warm``, ``/release``."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ministack import app as emulator

__all__ = ["apply"]

_PREFIX = "/_local/"


def apply(actions: Mapping[str, Callable[[], Awaitable[bool]]]) -> None:
    """Answer 200 when the action that the path names says that it worked, 500 when it did not."""
    serve = emulator.app

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await serve(scope, receive, send)
            return
        action = actions.get(scope["path"].removeprefix(_PREFIX))
        reason = ""
        try:
            status = 404 if action is None else 200 if await action() else 500
        except Exception as error:  # noqa: BLE001  the starter tells the person at the terminal
            traceback.print_exc()
            status, reason = 500, str(error)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": reason.encode()})

    emulator.app = application
