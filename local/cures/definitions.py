"""Take properties as CloudFormation takes them.

Three things are off in MiniStack 1.5.33. A number that comes from a parameter stays text, which its poller of
queues then compares with a number. It refuses alarms on metric math, which here are kept as alarms on their
first metric: nothing on this machine raises an alarm. And a stack that was being deployed when the emulator
died is in progress for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners

__all__ = ["apply"]

Properties = dict[str, Any]


def _with_number(properties: Properties) -> Properties:
    scaling = properties.get("ScalingConfig")
    if not scaling:
        return properties
    return properties | {"ScalingConfig": {"MaximumConcurrency": int(scaling["MaximumConcurrency"])}}


def _with_one_metric(properties: Properties) -> Properties:
    if "Metrics" not in properties:
        return properties
    first = next(metric["MetricStat"] for metric in properties["Metrics"] if "MetricStat" in metric)
    kept = {name: value for name, value in properties.items() if name != "Metrics"}
    metric: Properties = first["Metric"]
    return kept | metric | {"Statistic": first["Stat"], "Period": first["Period"]}


def _change(kind: str, change: Callable[[Properties], Properties]) -> None:
    handlers = provisioners._RESOURCE_HANDLERS[kind]
    create, update = handlers["create"], handlers["update"]

    def create_changed(logical_id: str, properties: Properties, stack: str) -> Any:
        return create(logical_id, change(properties), stack)

    def update_changed(physical_id: str, old: Properties, new: Properties, *rest: Any, **named: Any) -> Any:
        return update(physical_id, change(old), change(new), *rest, **named)

    handlers["create"], handlers["update"] = create_changed, update_changed


def _end_what_was_in_progress() -> None:
    restore = cloudformation.load_persisted_state
    ended = {"CREATE_IN_PROGRESS": "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS": "ROLLBACK_COMPLETE"}

    def restore_ended(state: dict[str, Any]) -> Any:
        restored = restore(state)
        for stack in cloudformation._stacks._data.values():
            status = stack["StackStatus"]
            if status.endswith("_IN_PROGRESS"):
                stack["StackStatus"] = ended.get(status, "UPDATE_ROLLBACK_COMPLETE")
        return restored

    cloudformation.load_persisted_state = restore_ended


def apply() -> None:
    """Wrap the emulator's provisioners of event sources and alarms, and what it restores of stacks."""
    _end_what_was_in_progress()
    _change("AWS::Lambda::EventSourceMapping", _with_number)
    _change("AWS::CloudWatch::Alarm", _with_one_metric)
