"""Read ``template.yaml`` as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

__all__ = ["TEMPLATE", "load_template", "partitions", "routes", "table_request"]

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
_NOT_FOR_CREATION = {
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "TableName",
    "Tags",
    "TimeToLiveSpecification",
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions, read as their long form."""


def _function(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _function)


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """Read a SAM template; ``!Sub x`` becomes ``{"Fn::Sub": "x"}``."""
    # a SafeLoader with constructors for the functions: it makes plain data only
    template: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506
    return template


def table_request(path: Path = TEMPLATE) -> dict[str, Any]:
    """Give what DynamoDB's CreateTable needs for the template's one table, without its name."""
    tables = [
        resource["Properties"]
        for resource in load_template(path)["Resources"].values()
        if resource["Type"] == "AWS::DynamoDB::Table"
    ]
    (table,) = tables
    request = {name: value for name, value in table.items() if name not in _NOT_FOR_CREATION}
    request["StreamSpecification"] = {"StreamEnabled": True} | request["StreamSpecification"]
    return request


def routes(path: Path = TEMPLATE) -> dict[str, str]:
    """Give the function of each route, by route key.

    Returns
    -------
    dict
        For example ``{"GET /v1/health": "poll_status", "$default": "poll_status"}``.
    """
    resources = load_template(path)["Resources"]
    (api,) = (r for r in resources.values() if r["Type"] == "AWS::Serverless::HttpApi")
    found = {}
    for place, operations in api["Properties"]["DefinitionBody"]["paths"].items():
        for verb, operation in operations.items():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            function = resources[uri.partition("/functions/${")[2].partition("Aliaslive}")[0]]
            key = place if place == "$default" else f"{verb.upper()} {place}"
            found[key] = Path(function["Properties"]["CodeUri"]).name
    return found


def partitions(path: Path = TEMPLATE) -> dict[str, dict[str, list[str]]]:
    """Give the patterns of partitions that each function may read and write.

    Those that a condition adds are included.

    Returns
    -------
    dict
        For example ``{"poll_status": {"read": ["KEY#*", …], "write": []}, …}``.
    """
    resources = load_template(path)["Resources"]
    found = {}
    for function in (r["Properties"] for r in resources.values() if r["Type"] == "AWS::Serverless::Function"):
        role = resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]
        allowed: dict[str, list[str]] = {"read": [], "write": []}
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
            keys = (
                statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
            )
            if keys is not None:
                kind = "write" if "dynamodb:PutItem" in statement["Action"] else "read"
                allowed[kind] += [key["Fn::If"][1] if isinstance(key, dict) else key for key in keys]
        found[Path(function["CodeUri"]).name] = allowed
    return found
