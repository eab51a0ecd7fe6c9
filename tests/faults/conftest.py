"""The ground on which functions are killed: an emulator, a forge of processes, an agency."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fordring.edge import settings
from fordring.store.dynamo import DynamoEngine
from local.emulator import Emulator
from local.template import table_request
from sandbox.server import Sandbox
from tests.emulator import emulator  # noqa: F401
from tests.faults.ground import Forge, Ground, front
from tests.story.conftest import ENVIRONMENT


@pytest.fixture(scope="session")
def connection(emulator: Emulator) -> Iterator[Any]:  # noqa: F811
    """The session's one connection to the emulator's DynamoDB."""
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in emulator.environment().items():
            environment.setenv(variable, value)
        engine = DynamoEngine("none")
        engine.connect()
    yield engine._connection
    engine.forget_connections()


@pytest.fixture(scope="session")
def forge(emulator: Emulator) -> Iterator[Forge]:  # noqa: F811
    running = Forge(emulator)
    yield running
    running.close()


@pytest.fixture(scope="session")
def dynamo(emulator: Emulator) -> Any:  # noqa: F811
    """A client of the emulator's DynamoDB, to make tables and to look at them past the hub."""
    return emulator.client("dynamodb")


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    return table_request()


@pytest.fixture
def ground(
    dynamo: Any,
    schema: dict[str, Any],
    connection: Any,
    forge: Forge,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    sandbox = Sandbox(tmp_path / "agency")
    with sandbox.running():
        made = Ground(dynamo, schema, connection, forge, sandbox, tmp_path)
        with front(made):
            yield made
        made.end()
    settings.settings.cache_clear()
