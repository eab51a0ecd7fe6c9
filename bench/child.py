"""A fresh process that starts one function, or a floor, and tells what that took.

``python bench/child.py boto3`` · ``python bench/child.py submit_case`` · with a file of a request and rows
as a further argument it also answers that request, over an HTTP layer that takes no time.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

began = time.perf_counter()


def start(what: str, request: dict[str, Any] | None) -> None:
    """Bring up what is measured, up to a DynamoDB client that is ready.

    What a function loads only when a route is called is part of its start: the route of the request that
    follows is loaded here.
    """
    if what == "python":
        return
    if what == "botocore":
        import botocore.session

        botocore.session.get_session().create_client("dynamodb")
        return
    if what == "boto3":
        import boto3

        boto3.client("dynamodb")
        return
    sys.path.insert(0, f"functions/{what}")
    import_module("app")
    from fordring.edge.hub import hub

    engine_of(hub()).connect()
    if request is not None:
        assert routes_of(what).find(request["routeKey"]) is not None


def routes_of(function: str) -> Any:
    """Give the routes of a function of the API."""
    return import_module(f"fordring.edge.routes.{function}").ROUTES


def engine_of(hub: Any) -> Any:
    """Give the engine that a hub keeps to itself."""
    return hub.store._engine


def serve(given: dict[str, Any]) -> int:
    """Answer a request over a stubbed HTTP layer; gives the status."""
    from types import SimpleNamespace

    from bench.stub import StubbedAws
    from fordring.edge.hub import hub

    engine = engine_of(hub())
    stub = StubbedAws(given["rows"])
    engine._connection.client.meta.events.register("before-send", stub.answer)
    stub.install(engine.session)
    answer = sys.modules["app"].handler(given["request"], SimpleNamespace(aws_request_id="bench"))
    return int(answer["statusCode"])


def main() -> None:
    """Start, serve, and print what that took as JSON."""
    what = sys.argv[1]
    sessions = None
    if "--sessions" in sys.argv:
        from bench.stub import counted_sessions

        sessions = counted_sessions()
    given = None
    if len(sys.argv) > 2 and sys.argv[2].endswith(".json"):
        given = json.loads(Path(sys.argv[2]).read_text())
    start(what, given["request"] if given else None)
    told = {"cpu": time.process_time(), "wall": time.perf_counter() - began}
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    first = None
    if given:
        status = serve(given)
        first = {
            "status": status,
            "cpu": time.process_time(),
            "loaded": sorted({name.partition(".")[0] for name in sys.modules}),
        }
        before = time.process_time()
        routes_of(what).load()
        first["all"] = told["cpu"] + time.process_time() - before
    print(json.dumps(told | {"loaded": loaded, "first": first, "sessions": sessions() if sessions else None}))
    sys.stdout.flush()
    import os

    os._exit(0)  # what ending takes is nobody's concern


if __name__ == "__main__":
    main()
