"""Where the engine finds its table, without asking anybody."""

from __future__ import annotations

from typing import Any

import pytest

from fordring.store.dynamo import DynamoEngine

OFF = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_PROFILE")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OFF:
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def meta(engine: DynamoEngine) -> Any:
    engine.connect()
    return engine._connection.client.meta


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_comes_from_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "eu-north-1")
    found = meta(DynamoEngine("table"))
    assert found.region_name == "eu-north-1"
    assert found.endpoint_url == "https://dynamodb.eu-north-1.amazonaws.com"


def test_the_region_that_is_given_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert meta(DynamoEngine("table", region="eu-west-1")).region_name == "eu-west-1"


def test_another_endpoint_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert meta(DynamoEngine("table")).endpoint_url == "http://127.0.0.1:1"
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2")
    assert meta(DynamoEngine("table")).endpoint_url == "http://127.0.0.1:2"


def test_an_engine_is_made_without_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a client takes 70 ms, and is done when it is needed or asked for."""
    engine = DynamoEngine("table")
    assert engine._connection._client is None
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    session = engine.session
    engine.connect()
    assert engine._connection._client is not None
    assert engine.session is session
