"""Fixtures on the emulator's DynamoDB, for tests that need isolated transactions.

Use them with ``pytest_plugins = ["tests.emulator"]`` in ``tests/conftest.py``, or by importing the
fixtures. The emulator starts once a session (0.5 s), in memory; each test takes a table of its own, with
the schema that ``template.yaml`` declares.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from local.emulator import Emulator, start_emulator
from local.template import table_request

__all__ = ["emulator", "table"]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator in memory, shared by the session."""
    running = start_emulator(tmp_path_factory.mktemp("emulator"), persist=False, enforce_iam=False)
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def table(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a fresh table; the environment points any AWS SDK at the emulator."""
    name = f"fordring-test-{next(_numbers)}"
    for variable, value in emulator.environment().items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("FORDRING_TABLE", name)
    create_table(emulator, name)
    return name


def create_table(emulator: Emulator, name: str) -> None:
    """Create a table with the template's keys, indexes and stream."""
    client: Any = emulator.client("dynamodb")
    client.create_table(TableName=name, **table_request())
