"""A role for each function, and in it nothing but what the function needs."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.template import TEMPLATE, load_template, partitions

RESOURCES: dict[str, dict[str, Any]] = load_template()["Resources"]
API_FUNCTIONS = {"ManageCreditors", "RegisterInvoice", "SubmitCase", "PollStatus", "PaymentWebhook"}
FUNCTIONS = API_FUNCTIONS | {"HourlySync", "DeliverOutbox"}
ON_PARTITIONS = {
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
}
ON_STREAM = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}


def statements(name: str) -> list[dict[str, Any]]:
    role = RESOURCES[f"{name}Role"]["Properties"]
    assert not role.get("ManagedPolicyArns"), "managed policies grant more than is needed"
    (policy,) = role["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    # What only some stacks grant counts as granted.
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in found]


def actions(statement: dict[str, Any]) -> set[str]:
    action = statement["Action"]
    return {action} if isinstance(action, str) else set(action)


def granted(name: str) -> set[str]:
    return {action for statement in statements(name) for action in actions(statement)}


def test_each_function_has_its_own_role() -> None:
    roles = {
        logical: resource["Properties"]["Role"]["Fn::GetAtt"]
        for logical, resource in RESOURCES.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    assert roles == {f"{name}Function": [f"{name}Role", "Arn"] for name in FUNCTIONS}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_access_to_the_table_is_bound_to_partitions(name: str) -> None:
    for statement in statements(name):
        if not actions(statement) & ON_PARTITIONS:
            continue
        assert actions(statement) <= ON_PARTITIONS
        keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        plain = [key["Fn::If"][1] if isinstance(key, dict) else key for key in keys]
        assert plain and len(plain) == len(set(plain))
        for key in plain:
            assert re.fullmatch(r"[A-Z]+(#\*)?", key), f"{key} is no partition, or more than one"


def test_partitions_can_be_read_by_other_tests() -> None:
    allowed = partitions()
    assert fnmatchcase(
        "CASE#case_1", allowed["submit_case"]["write"][allowed["submit_case"]["write"].index("CASE#*")]
    )
    assert allowed["poll_status"]["write"] == ["SYNC#*"], "a list that is opened asks for news"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_nobody_scans_or_administers(name: str) -> None:
    dynamodb = {action for action in granted(name) if action.startswith("dynamodb:")}
    assert dynamodb <= ON_PARTITIONS | ON_STREAM


@pytest.mark.parametrize("name", sorted(API_FUNCTIONS))
def test_functions_behind_the_api_never_touch_a_queue(name: str) -> None:
    assert not [action for action in granted(name) if action.startswith("sqs:")]


def test_who_seals_and_who_opens_credentials() -> None:
    sealing = {name for name in FUNCTIONS if "kms:Encrypt" in granted(name)}
    opening = {name for name in FUNCTIONS if "kms:Decrypt" in granted(name)}
    assert sealing == {"ManageCreditors"}
    assert opening == {"RegisterInvoice", "PaymentWebhook", "HourlySync", "DeliverOutbox"}
    for name in sealing | opening:
        for statement in statements(name):
            if actions(statement) & {"kms:Encrypt", "kms:Decrypt"}:
                assert statement["Condition"] == {
                    "StringEquals": {"kms:EncryptionContext:tenant": {"Ref": "Tenant"}}
                }


def test_only_the_reader_changes_nothing() -> None:
    changing = {name for name in FUNCTIONS if "dynamodb:UpdateItem" in granted(name)}
    assert changing == FUNCTIONS - {"PollStatus"}
    assert {action for action in granted("PollStatus") if action in ON_PARTITIONS} == {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",  # a list that is opened asks for news
    }


BARE_STAR = re.compile(r"""(^|[\s\["':-])\*["']?(\s|,|\]|\}|$)""")
ACTIONS_BY_STAR = re.compile(r"\b[a-z0-9-]+:[A-Za-z]*\*(?=\s|[,\]\}]|$)")


def test_a_star_has_its_reason_beside_it() -> None:
    """A comment on the line, or on the one before."""
    lines = TEMPLATE.read_text().splitlines()
    found = 0
    for number, line in enumerate(lines):
        code, _, comment = line.partition(" #")
        if code.lstrip().startswith("#") or not (BARE_STAR.search(code) or ACTIONS_BY_STAR.search(code)):
            continue
        found += 1
        assert comment.strip() or lines[number - 1].lstrip().startswith("#"), f"line {number + 1}: {line}"
    assert found, "the search finds nothing, so it proves nothing"


@pytest.mark.parametrize(
    "line", ["  Action: s3:*", "  Action: [s3:Get*, sqs:SendMessage]", "  Resource: '*'", "- *"]
)
def test_the_search_for_stars_finds_them(line: str) -> None:
    assert BARE_STAR.search(line) or ACTIONS_BY_STAR.search(line)


def test_no_function_may_do_anything_by_a_star() -> None:
    for name in FUNCTIONS | {"Schedule"}:
        for statement in statements(name):
            assert not [action for action in actions(statement) if "*" in action], name
            resources = (
                statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            )
            assert "*" not in resources, name
