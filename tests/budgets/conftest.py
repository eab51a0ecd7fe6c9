"""A table in memory, or on the emulator, that counts what is asked of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench.ground import ENVIRONMENT, Ground, ground
from fordring.edge import settings
from fordring.store.dynamo import DynamoEngine
from fordring.store.engine import Engine
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter
from tests.emulator import emulator, table  # noqa: F401


@pytest.fixture
def meter() -> Meter:
    """The calls on the table."""
    return Meter()


@pytest.fixture(params=["memory", "dynamo"])
def engine(request: pytest.FixtureRequest, meter: Meter) -> Engine:
    """The two engines, one after the other."""
    if request.param == "memory":
        return MemoryEngine(on_call=meter)
    name: str = request.getfixturevalue("table")
    return DynamoEngine(name, on_call=meter)


@pytest.fixture
def on(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A creditor who is ready to hand invoices over."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    yield ground(engine)
    settings.settings.cache_clear()
    if isinstance(engine, DynamoEngine):
        engine.forget_connections()


def handle(on: Ground, event: dict[str, Any]) -> dict[str, Any]:
    """Give a request to the function that has its route."""
    from types import SimpleNamespace

    answer: dict[str, Any] = on.world.gateway._handlers[event["routeKey"]](
        event, SimpleNamespace(aws_request_id="test")
    )
    return answer
