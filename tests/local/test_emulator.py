"""The emulator keeps what was acknowledged before the last snapshot, whole, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import Emulator, start_emulator
from local.ports import PortInUseError
from local.template import table_request

Start = Callable[[], Emulator]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Emulator] = []

    def begin() -> Emulator:
        started.append(start_emulator(tmp_path))
        return started[-1]

    yield begin
    for emulator in started:
        emulator.kill()


def put(client: Any, *sorts: str) -> None:
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "tab", "Item": {"pk": {"S": "p"}, "sk": {"S": s}}}} for s in sorts
        ]
    )


def sorts(client: Any) -> set[str]:
    answer = client.query(
        TableName="tab",
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "p"}},
        ConsistentRead=True,
    )
    return {item["sk"]["S"] for item in answer["Items"]}


def test_a_kill_keeps_the_last_snapshot_and_its_keys(start: Start) -> None:
    first = start()
    first.client("dynamodb").create_table(TableName="tab", **table_request())
    key = first.client("kms").create_key()["KeyMetadata"]["KeyId"]
    sealed = first.client("kms").encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"c": "1"})
    put(first.client("dynamodb"), "1", "2")
    first.save()
    put(first.client("dynamodb"), "3", "4")
    first.kill()
    second = start()
    # what came after the snapshot is there as a whole or not at all
    assert sorts(second.client("dynamodb")) in ({"1", "2"}, {"1", "2", "3", "4"})
    opened = second.client("kms").decrypt(
        CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"c": "1"}
    )
    assert opened["Plaintext"] == b"secret"


def test_a_graceful_stop_keeps_everything(start: Start) -> None:
    first = start()
    first.client("dynamodb").create_table(TableName="tab", **table_request())
    first.save()
    put(first.client("dynamodb"), "1")
    first.stop()
    assert sorts(start().client("dynamodb")) == {"1"}


def test_a_generation_without_its_link_is_ignored(start: Start, tmp_path: Path) -> None:
    first = start()
    first.client("dynamodb").create_table(TableName="tab", **table_request())
    put(first.client("dynamodb"), "1")
    first.save()
    first.kill()
    half = tmp_path / "state" / "generation-ffff"
    half.mkdir()
    (half / "dynamodb.json").write_text("{")
    assert sorts(start().client("dynamodb")) == {"1"}


def test_it_ends_with_its_starter(start: Start, tmp_path: Path) -> None:
    emulator = start()
    assert emulator.process.stdin is not None
    emulator.process.stdin.close()
    assert emulator.process.wait(15) == 0
    assert (tmp_path / "state" / "current").exists()


def test_a_taken_port_is_one_sentence(start: Start, tmp_path: Path) -> None:
    taken = start().port
    with pytest.raises(
        PortInUseError, match=rf"^Port {taken}, wanted for the emulator, is already in use\.$"
    ):
        start_emulator(tmp_path / "other", port=taken)


def test_nothing_is_left_of_its_temporary_files(start: Start, tmp_path: Path) -> None:
    emulator = start()
    emulator.stop()
    assert not (tmp_path / "tmp").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(emulator.process.pid, 0)
