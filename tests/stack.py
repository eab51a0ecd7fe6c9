"""A fixture with everything running: the built template on the emulator, the sandbox, the API's front.

Use it with ``pytest_plugins = ["tests.stack"]``. It starts once a session, on free ports, in a folder of its
own (some twenty seconds, most of it the deployment).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.stack import Stack, start

__all__ = ["stack"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running Fordring in test mode, with an admin key for all creditors."""
    with start(tmp_path_factory.mktemp("stack")) as running:
        yield running
