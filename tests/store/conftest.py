"""Engines to hold against their contract: one in memory, one on the emulator's DynamoDB."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from fordring.store.dynamo import DynamoEngine
from fordring.store.engine import Engine
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter
from local.emulator import Emulator
from local.template import table_request
from tests.emulator import emulator  # noqa: F401

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def raw(emulator: Emulator) -> Any:  # noqa: F811
    """A client of the same table, to look at it past the engine."""
    return emulator.client("dynamodb")


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    return table_request()


@pytest.fixture(scope="session")
def connection(emulator: Emulator) -> Iterator[Any]:  # noqa: F811
    """The session's one connection; making a client for each table takes longer than most tests."""
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in emulator.environment().items():
            environment.setenv(variable, value)
        engine = DynamoEngine("none")
        engine.connect()
    yield engine._connection
    engine.forget_connections()


@pytest.fixture
def table(raw: Any, schema: dict[str, Any]) -> str:
    """The name of a fresh table with the template's keys and indexes."""
    name = f"store-test-{next(_numbers)}"
    raw.create_table(TableName=name, **schema)
    return name


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def dynamo(table: str, meter: Meter, connection: Any) -> DynamoEngine:
    engine = DynamoEngine(table, region=connection.region, on_call=meter, pause=lambda _: None)
    engine._connection = connection
    return engine


@pytest.fixture(params=["memory", "dynamo"])
def engine(request: pytest.FixtureRequest, meter: Meter) -> Engine:
    if request.param == "memory":
        return MemoryEngine(on_call=meter)
    found: Engine = request.getfixturevalue("dynamo")
    return found
