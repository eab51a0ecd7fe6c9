"""The API as a caller sees it: the functions' own handlers, over a table in memory, at a time that stands."""

import pytest

from fordring.agencies.registry import agency_names
from fordring.domain import things
from fordring.edge.hub import Hub
from fordring.edge.settings import Settings as Environment
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Meter
from fordring.store.repository import Repository
from fordring.usecases.recording import ask_for_attention, attention_id
from fordring.usecases.sealed import Vault
from fordring.usecases.work import transact
from tests.fakes import MemoryFiles, MemoryMail, MemoryQueue, MemorySealer
from tests.functions.caller import Client, Gateway, Reply
from tests.functions.world import CALLBACK_TOKEN, PASSWORD, FixedClock, World, callback_token

__all__ = [
    "CALLBACK_TOKEN",
    "PASSWORD",
    "Client",
    "FixedClock",
    "Gateway",
    "Reply",
    "World",
    "callback_token",
]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def meter() -> Meter:
    """The calls on the table."""
    return Meter()


@pytest.fixture
def engine(meter: Meter) -> MemoryEngine:
    return MemoryEngine(on_call=meter)


@pytest.fixture
def store(engine: MemoryEngine) -> Repository:
    return Repository(engine)


@pytest.fixture
def environment() -> Environment:
    """The settings; in test mode, with the test clock not set, so that ``clock`` tells all times."""
    return Environment(
        table="fordring",
        tenant="demo",
        stage="development",
        mode="test",
        agency_urls={name: f"https://{name.replace('_', '-')}.test" for name in agency_names()},
    )


@pytest.fixture
def hub(
    environment: Environment, store: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Hub:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    made = Hub(environment, store, clock)
    made.vault = Vault(MemorySealer())
    made.files = MemoryFiles()  # type: ignore[assignment]
    made.mail = MemoryMail()  # type: ignore[assignment]
    return made


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture
def world(hub: Hub, engine: MemoryEngine) -> World:
    return World(hub, engine, Gateway(hub))


@pytest.fixture
def api(world: World) -> Client:
    """A client with an admin key for every creditor."""
    return world.client()


@pytest.fixture
def order(api, world):
    """Give the body of an order that consents to the current terms."""
    world.creditor()
    api.put("/v1/creditors/acme/agreements/svea", {})
    version = api.get("/v1/agencies/svea/terms").body["version"]
    return {
        "contact": {"name": "Ola Nordmann", "email": "ola@acme.example", "phone": "+47 22 00 00 00"},
        "consent": {"given_by": "Ola Nordmann", "terms_version": version},
    }


@pytest.fixture
def raised(world, hub):
    """Ask for attention as a use case does; gives the id."""

    def run(kind, subject, creditor_id="acme"):
        ref = things.ATTENTION(attention_id(kind, subject))
        transact(
            hub.desk, [ref], lambda work: ask_for_attention(work, kind, creditor_id, subject, "a_reason")
        )
        return ref.ids[0]

    return run
