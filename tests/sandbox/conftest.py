"""A running sandbox for each test, and its control interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.contract.stage import (
    Controls,
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path).running() as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Controls:
    return Controls(sandbox.url, "svea")
