"""The demo on a hub in this process: its HTTP client goes straight to the functions' handlers."""

from dataclasses import replace

import httpx
import pytest

from demo.client import Agency, Clock, Hub, Scene
from fordring.edge import settings
from fordring.store.memory import MemoryEngine
from tests.story.conftest import ENVIRONMENT
from tests.story.stage import Stage, stage


class StageTransport(httpx.BaseTransport):
    """Carries a request to the gateway, and lets the workers do what it has set off."""

    def __init__(self, made: Stage) -> None:
        self._stage = made

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read().decode() or None
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.raw_path.decode()
        reply = self._stage.gateway.call(request.method, target, headers, body, encoded=False)
        self._stage.pump()
        return httpx.Response(reply.status, headers=dict(reply.headers), text=reply.text)


@pytest.fixture
def scene(request, tmp_path, monkeypatch):
    """A hub, and a simulated agency: Svea, unless a test is parametrised with another."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    with stage(tmp_path, MemoryEngine()) as made:
        made.hub.settings = replace(made.hub.settings, public_url=made.url)
        headers = {"authorization": f"Bearer {made.world.key()}"}
        with (
            httpx.Client(transport=StageTransport(made), base_url="http://api.test", headers=headers) as api,
            httpx.Client(base_url=made.sandbox.url, timeout=60) as control,
        ):
            hub = Hub(api, pause=lambda _: None)
            yield Scene(hub, Agency(control, getattr(request, "param", "svea")), Clock(hub))
    settings.settings.cache_clear()
