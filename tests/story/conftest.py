"""A stage for each story, with one creditor ready to hand invoices over."""

import pytest

from fordring.domain.clock import utc
from fordring.edge import settings
from fordring.store.memory import MemoryEngine
from tests.story.stage import onboard, stage

ENVIRONMENT = {
    "FORDRING_TABLE": "fordring",
    "FORDRING_TENANT": "demo",
    "FORDRING_STAGE": "development",
    "FORDRING_MODE": "test",
    "POWERTOOLS_SERVICE_NAME": "test",
}


@pytest.fixture
def hub(request, tmp_path, monkeypatch):
    """A hub whose creditor has an agreement with Svea, or with the agency that the test is given."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    with stage(tmp_path, MemoryEngine()) as made:
        made.api = made.world.client()
        made.advance_to(made.api, utc(2026, 3, 2, 9))
        onboard(made, agency=getattr(request, "param", "svea"))
        yield made
    settings.settings.cache_clear()
