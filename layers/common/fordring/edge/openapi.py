"""The API's description, OpenAPI 3.1, made of the routes and their models.

``python -m fordring.edge.openapi --check openapi.json`` compares it with the committed file, ``--write``
writes that. The same routes always give the same bytes.
"""

import argparse
import difflib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fordring.edge.identifiers import CHOSEN_ID
from fordring.edge.openapi_parts import PROBLEMS, Json, Schemas, problem_response, problem_schema
from fordring.edge.route import Route

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_METHODS: Final = ("GET", "PUT", "POST", "PATCH", "DELETE")
_CHOSEN: Final = frozenset({"creditor_id", "debtor_id"})

DESCRIPTION: Final = """\
Fordring stands between billing products and the agencies that administer invoices and collect debts.

**Authentication**: `Authorization: Bearer <key>`. **Money** is `{"amount": "1250.00", "currency": "NOK"}`, \
the amount a string. **Dates** are `2026-01-31`, instants `2026-01-31T08:00:00Z`. **Lists** are \
`{"items": […], "next_cursor": …}`: give `next_cursor` as `cursor` for the next page; `null` is the last one.

**Errors** are `application/problem+json` (RFC 9457) with a stable `code`; `errors` names every fault of \
the input by JSON pointer. `retryable` tells whether the same request may succeed later.

**Idempotency-Key** is required where the route lists it. The same key and request give the same answer \
for 48 hours, with `Idempotent-Replayed: true`; another request with the same key is a 422."""


def document(routes: Iterable[Route]) -> Json:
    """Describe routes as an OpenAPI 3.1 document, in the order of their paths."""
    listed = sorted(routes, key=lambda route: (route.path, _METHODS.index(route.method)))
    schemas = Schemas(listed)
    names = _operation_ids(listed)
    paths: dict[str, Json] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names[route.key], schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fordring", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in listed)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted((schemas.components | {"Problem": problem_schema()}).items())),
            "responses": {name: problem_response(status) for status, (name, _) in PROBLEMS.items()},
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of scope read, write or admin, for all or for some creditors.",
                }
            },
        },
    }


def text(routes: Iterable[Route]) -> str:
    """Spell the document as it is committed."""
    return json.dumps(document(routes), indent=1, ensure_ascii=False) + "\n"


def _operation(route: Route, name: str, schemas: "Schemas") -> Json:
    operation: Json = {"operationId": name, "tags": [route.tag], "summary": route.summary}
    notes = [route.description] if route.description else []
    if route.scope is not None:
        notes.append(f"Needs the scope `{route.scope.value}`.")
    if route.test_mode_only:
        notes.append("Exists in test mode only.")
    if notes:
        operation["description"] = "\n\n".join(notes)
    parameters = _parameters(route, schemas)
    if parameters:
        operation["parameters"] = parameters
    if _has_body(route):
        operation["requestBody"] = {"required": True, "content": _content(route, schemas)}
    operation["responses"] = _responses(route, schemas)
    operation["security"] = [] if route.scope is None else [{"key": []}]
    return operation


def _parameters(route: Route, schemas: "Schemas") -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(name)}
        for name in _PARAMETER.findall(route.path)
    ]
    if route.query is not None:
        found.extend(schemas.query_parameters(route.query))
    if route.claims:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "A value of your own for this command; repeat it with the same request only.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    if route.method == "PUT":
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": False,
                "description": "The `ETag` that you have seen: the change is made only while it holds.",
                "schema": {"type": "string"},
            }
        )
    return found


def _path_schema(name: str) -> Json:
    if name in _CHOSEN:
        return {"type": "string", "pattern": f"^{CHOSEN_ID.pattern}$"}
    return {"type": "string", "minLength": 1}


def _has_body(route: Route) -> bool:
    return route.method in ("POST", "PUT", "PATCH") and (
        route.body is not None or route.media != ("application/json",)
    )


def _content(route: Route, schemas: "Schemas") -> Json:
    content: Json = {}
    for media in route.media:
        json_body = media == "application/json" and route.body is not None
        entry: Json = {
            "schema": schemas.of(route.body, "validation") if json_body and route.body else {"type": "string"}
        }
        examples = {
            name: {"value": value}
            for name, value in route.examples.items()
            if isinstance(value, str) != json_body
        }
        if examples:
            entry["examples"] = examples
        content[media] = entry
    return content


def _responses(route: Route, schemas: "Schemas") -> Json:
    responses: Json = {}
    for status, model in sorted(route.models.items()):
        if status >= 400 and model is None and status in PROBLEMS:
            continue
        answer: Json = {"description": HTTPStatus(status).phrase}
        if model is not None:
            media = "application/json" if status < 400 else "application/problem+json"
            answer["content"] = {media: {"schema": schemas.of(model, "serialization")}}
            if route.exports is not None:
                answer["content"][route.exports] = {"schema": {"type": "string"}}
        if route.gives is not None and status < 400:
            answer["content"] = {route.gives: {"schema": {"type": "string", "format": "binary"}}}
        if route.claims and status < 400:
            answer["headers"] = {
                "Idempotent-Replayed": {
                    "description": "`true` when this is the answer to an earlier, equal request.",
                    "schema": {"type": "string", "enum": ["true"]},
                }
            }
        responses[str(status)] = answer
    for status in sorted(_expected_problems(route)):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"})
    return dict(sorted(responses.items()))


def _expected_problems(route: Route) -> set[int]:
    writes = route.method != "GET"
    expected = {status for status in route.models if status in PROBLEMS} | {429}
    if route.scope is not None:
        expected |= {401, 403, 503}
    names_creditor = route.query is not None and "creditor_id" in route.query.model_fields
    if route.scope is not None and (_PARAMETER.search(route.path) or names_creditor):
        expected.add(404)
    if route.scope is None and writes:
        expected |= {400, 401, 413}
    if route.query is not None or _has_body(route) or route.claims:
        expected.add(400)
    if _has_body(route):
        expected |= {413, 415}
    if writes and route.scope is not None:
        expected |= {409, 422}
    if route.method == "PUT":
        expected |= {400, 412}
    return expected


def _operation_ids(routes: Sequence[Route]) -> dict[str, str]:
    """Name operations after what handles them, and after method and path where that is not one to one."""
    handlers = {route.key: getattr(route.handle, "__name__", "") for route in routes}
    times = Counter(handlers.values())
    return {
        key: name
        if name.isidentifier() and times[name] == 1
        else re.sub(r"\W+", "_", key.replace("/v1", "")).strip("_").lower()
        for key, name in handlers.items()
    }


# --- the command -----------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the committed document, or tell how it differs from what the routes say."""
    parser = argparse.ArgumentParser(prog="python -m fordring.edge.openapi", description=main.__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write the file")
    what.add_argument("--check", action="store_true", help="end with 1 when the file is not up to date")
    parser.add_argument("path", nargs="?", type=Path, default=Path("openapi.json"))
    options = parser.parse_args(arguments)
    try:
        from fordring.edge.routes import all_routes

        by_function = all_routes()
    except ImportError as error:
        print(f"There are no routes to describe: {error}", file=sys.stderr)
        return 2
    made = text(route for routes in by_function.values() for route in routes)
    if options.write:
        options.path.write_text(made, encoding="utf-8")
        return 0
    present = options.path.read_text(encoding="utf-8") if options.path.exists() else ""
    if present == made:
        return 0
    changes = difflib.unified_diff(
        present.splitlines(), made.splitlines(), str(options.path), "what the routes say", lineterm="", n=2
    )
    print(
        "\n".join([*list(changes)[:60], f"{options.path} is not up to date: make openapi"]), file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
