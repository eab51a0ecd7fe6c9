"""From the gateway's event to a route, and from its answer back: the entry of every HTTP function.

The gateway has matched the path already (HTTP API, payload format 2.0), so the route is looked up by the
event's ``routeKey``.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from fordring.domain.errors import Fault, FordringError, InvalidInput, NotFound, UnsupportedMedia
from fordring.edge.call import Call
from fordring.edge.hub import Hub, hub
from fordring.edge.problem import Answer, problem
from fordring.edge.reading import body_of, check, json_of
from fordring.edge.route import Route, Routes
from fordring.edge.telemetry import Log, observed
from fordring.store.keys import UnusableId

LONGEST_IDEMPOTENCY_KEY: Final = 255

type Event = Mapping[str, Any]
type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def http_function(routes: Routes, log: Log, hub_of: Callable[[], Hub] = hub) -> Handler:
    """Make a function's handler of its routes."""

    @observed
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request_id = str(getattr(context, "aws_request_id", ""))
        route = None
        try:
            route = routes.find(str(event.get("routeKey", "")))
            answer = _answer(route, event, hub_of(), request_id)
        except UnusableId:
            # What no key of the table can hold names nothing.
            answer = problem(NotFound(), request_id)
        except FordringError as error:
            answer = problem(error, request_id)
            if answer.status >= 500:
                log.failure("request_failed", error, route=route.key if route else "$default")
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a problem document
            log.failure("request_crashed", error, route=route.key if route else "$default")
            answer = problem(FordringError(), request_id)
        return _response(answer)

    return handle


def _answer(route: Route | None, event: Event, present: Hub, request_id: str) -> Answer:
    if route is None or (route.test_mode_only and present.settings.live):
        raise NotFound
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    query = dict(event.get("queryStringParameters") or {})
    raw = body_of(event)
    call = Call(
        route=route,
        hub=present,
        path=dict(event.get("pathParameters") or {}),
        query=query,
        headers=headers,
        raw=raw,
        media=headers.get("content-type", "").partition(";")[0].strip().lower(),
        request_id=request_id,
    )
    if route.scope is not None:
        # Who shows no key at all learns nothing about the form of requests.
        _ = call.key_ref
    if route.claims:
        call.idempotency_key = _idempotency_key(headers)
    if route.query is not None:
        call.parameters = check(route.query, query, "/query")
    if route.method in ("POST", "PUT", "PATCH") and route.body is not None:
        if call.media not in route.media:
            raise UnsupportedMedia(f"this takes {' or '.join(route.media)}")
        if call.media == "application/json":
            call.body = check(route.body, json_of(raw))
    return route.handle(call)


def _idempotency_key(headers: Mapping[str, str]) -> str:
    text = headers.get("idempotency-key", "")
    if not text:
        raise InvalidInput(
            faults=[Fault("/headers/Idempotency-Key", "missing", "give every command a key of its own")]
        )
    if len(text) > LONGEST_IDEMPOTENCY_KEY or not text.isprintable():
        raise InvalidInput(
            faults=[Fault("/headers/Idempotency-Key", "malformed", "at most 255 printable characters")]
        )
    return text


def _response(answer: Answer) -> dict[str, Any]:
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.content is not None:
        headers["Content-Type"] = answer.media
        encoded = b64encode(answer.content).decode("ascii")
        return {"statusCode": answer.status, "headers": headers, "body": encoded, "isBase64Encoded": True}
    if answer.body:
        headers["Content-Type"] = answer.media
    return {"statusCode": answer.status, "headers": headers, "body": answer.body, "isBase64Encoded": False}
