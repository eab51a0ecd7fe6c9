"""Read ``template.yaml`` as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

__all__ = ["TEMPLATE", "load_template", "table_request"]

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
