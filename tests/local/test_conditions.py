"""The emulator enforces what binds a role to its partitions and its tenant's secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import REGION, Emulator, start_emulator
from local.template import table_request

ALLOWED = ["CRED#*", "KEY#*"]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    running = start_emulator(tmp_path_factory.mktemp("emulator"), persist=False)
    yield running
    running.kill()


@pytest.fixture(scope="module")
def key(emulator: Emulator) -> str:
    name: str = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    return name


@pytest.fixture(scope="module")
def client(emulator: Emulator, key: str) -> Any:
    """A function's view: clients with the credentials of a role that is bound to two partitions."""
    emulator.client("dynamodb").create_table(TableName="tab", **table_request())
    account = emulator.client("sts").get_caller_identity()["Account"]
    table = f"arn:aws:dynamodb:{REGION}:{account}:table/tab"
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    iam = emulator.client("iam")
    iam.create_role(RoleName="bound", AssumeRolePolicyDocument=json.dumps(trust))
    statements = [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"],
            "Resource": [table, f"{table}/index/*"],
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ALLOWED}},
        },
        {
            "Effect": "Allow",
            "Action": "kms:Encrypt",
            "Resource": key,
            "Condition": {"StringEquals": {"kms:EncryptionContext:tenant": "demo"}},
        },
    ]
    iam.put_role_policy(
        RoleName="bound",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )
    role = f"arn:aws:iam::{account}:role/bound"
    session = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]

    def make(service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=emulator.endpoint,
            region_name=REGION,
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )

    return make


def item(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "META"}}


def query(name: str, value: str, **more: str) -> dict[str, Any]:
    return {
        "TableName": "tab",
        "KeyConditionExpression": "#k = :v",
        "ExpressionAttributeNames": {"#k": name},
        "ExpressionAttributeValues": {":v": {"S": value}},
        **more,
    }


def writes(*keys: str) -> dict[str, Any]:
    return {"TransactItems": [{"Put": {"TableName": "tab", "Item": item(key)}} for key in keys]}


@pytest.mark.parametrize(
    ("call", "allowed", "forbidden"),
    [
        (
            "put_item",
            {"TableName": "tab", "Item": item("CRED#1")},
            {"TableName": "tab", "Item": item("CASE#1")},
        ),
        (
            "get_item",
            {"TableName": "tab", "Key": item("KEY#1")},
            {"TableName": "tab", "Key": item("TOK#1")},
        ),
        ("query", query("pk", "CRED#1"), query("pk", "INV#1")),
        (
            "query",
            query("list_pk", "CRED#1#case", IndexName="lists"),
            query("list_pk", "ALL#case", IndexName="lists"),
        ),
        (
            "batch_get_item",
            {"RequestItems": {"tab": {"Keys": [item("CRED#1"), item("KEY#1")]}}},
            {"RequestItems": {"tab": {"Keys": [item("CRED#1"), item("CASE#1")]}}},
        ),
        ("transact_write_items", writes("CRED#1", "KEY#1"), writes("CRED#1", "CASE#1")),
    ],
)
def test_a_role_reaches_its_partitions_only(
    client: Any, call: str, allowed: dict[str, Any], forbidden: dict[str, Any]
) -> None:
    getattr(client("dynamodb"), call)(**allowed)
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(client("dynamodb"), call)(**forbidden)


def test_a_role_seals_for_its_tenant_only(client: Any, key: str) -> None:
    client("kms").encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "demo", "creditor": "1"})
    for context in ({"tenant": "other"}, {"creditor": "demo"}):
        with pytest.raises(ClientError, match="AccessDenied"):
            client("kms").encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)


def test_what_a_role_touches_is_noted_once(client: Any, emulator: Emulator) -> None:
    dynamodb = client("dynamodb")
    for number in ("1", "2"):
        dynamodb.put_item(TableName="tab", Item=item(f"CRED#{number}"))
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="tab", Item=item("SYNC#1"))
    notes = Path(emulator.folder / "access.log").read_text().splitlines()
    assert notes.count("bound dynamodb:PutItem CRED#") == 1
    assert notes.count("bound dynamodb:PutItem SYNC# denied") == 1
