"""The API against its own description: no request makes it fail, and every answer is described."""

from base64 import b64encode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fordring.edge.openapi import text
from fordring.edge.routes import all_routes

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
DESCRIPTION = "/description.json"


class Web:
    """The gateway as a WSGI application; the description is there before any gateway is."""

    def __init__(self):
        self.gateway = None
        self.key = ""

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == DESCRIPTION:
            start_response("200 OK", [("content-type", "application/json")])
            return [text([route for routes in all_routes().values() for route in routes]).encode()]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        headers["authorization"] = f"Bearer {self.key}"
        headers["content-type"] = environ.get("CONTENT_TYPE") or ""
        target = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        reply = self.gateway.call(
            environ["REQUEST_METHOD"], target, headers, b64encode(body).decode(), encoded=True
        )
        start_response(f"{reply.status} Answered", list(reply.headers.items()))
        return [reply.text.encode()]


WEB = Web()
SCHEMA = schemathesis.openapi.from_wsgi(DESCRIPTION, WEB)


@pytest.fixture
def described(world):
    """Let there be something to ask about."""
    world.ready()
    world.case()
    WEB.gateway, WEB.key = world.gateway, world.key()


@SCHEMA.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
)
def test_whatever_is_asked_is_answered_as_described(case, described):
    case.call_and_validate(checks=CHECKS)
