"""Somebody who calls the API: through a gateway that matches paths, to the functions' own handlers."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fordring.edge.gateway import http_function
from fordring.edge.hub import Hub
from fordring.edge.route import Routes
from fordring.edge.telemetry import log

FUNCTIONS = ("manage_creditors", "register_invoice", "submit_case", "poll_status", "payment_webhook")


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
    def only(self) -> Any:
        """The one item of a list that has one."""
        [item] = self.body["items"]
        return item

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
            routes = _routes_of(name)
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


def _routes_of(function: str) -> Routes:
    name = f"fordring.edge.routes.{function}"
    try:
        routes: Routes = import_module(name).ROUTES
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return Routes()
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
