"""Settings of the whole suite."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: examples are judged by their outcome, not by their time.
settings.register_profile("fordring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fordring")

HERE = Path(__file__).parent
BUILDERS = {"e2e", "local", "template"}
"""Folders of tests that build the template: two builds at once would write the same files."""


@pytest.hookimpl(tryfirst=True)  # before xdist looks for the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a file's tests run one after the other, and those that build in one process."""
    for item in items:
        place = item.path.relative_to(HERE)
        group = "builders" if place.parts[0] in BUILDERS else place.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
