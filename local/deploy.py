"""Deploy the built template to the emulator, with the same ``sam deploy`` that a tenant gets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.build import SAM, run_sam
from local.emulator import REGION, Emulator
from local.versions import delete_old_versions

__all__ = ["STACK", "Deployment", "deploy"]

STACK = "fordring-local"
_ARTIFACTS = "local-artifacts"


@dataclass(frozen=True)
class Deployment:
    """What was deployed: the stack's outputs, and whether anything had to be done."""

    outputs: Mapping[str, str]
    changed: bool


def deploy(emulator: Emulator, built: Path, parameters: Mapping[str, str], notes: Path) -> Deployment:
    """Deploy `built` unless the emulator already has exactly this.

    Parameters
    ----------
    emulator
        Where to.
    built
        The folder with the built template, named for what it was made from.
    parameters
        The template's parameters.
    notes
        A file that remembers what was deployed last.
    """
    content = built.name + json.dumps(dict(parameters), sort_keys=True)
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    cloudformation = emulator.client("cloudformation")
    known = notes.exists() and notes.read_text() == fingerprint
    if known and (outputs := _outputs(cloudformation)) is not None:
        return Deployment(outputs, changed=False)
    notes.unlink(missing_ok=True)
    _remove_failed_beginning(cloudformation)
    s3 = emulator.client("s3")
    if _ARTIFACTS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=_ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    command = [
        str(SAM),
        "deploy",
        "--template-file",
        str(built / "template.yaml"),
        "--stack-name",
        STACK,
        "--s3-bucket",
        _ARTIFACTS,
        "--region",
        REGION,
        "--capabilities",
        "CAPABILITY_IAM",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        "--parameter-overrides",
        *(f"ParameterKey={name},ParameterValue={value}" for name, value in parameters.items()),
    ]
    run_sam(command, emulator.environment(), "The template could not be deployed")
    outputs = _outputs(cloudformation)
    if outputs is None:
        raise RuntimeError("the stack is not there after its deployment")
    _tidy(emulator)
    emulator.save()
    notes.write_text(fingerprint)
    return Deployment(outputs, changed=True)


def _remove_failed_beginning(cloudformation: Any) -> None:
    """Delete a stack whose first deployment failed or was cut off: CloudFormation does not update it."""
    status = _status(cloudformation)
    if status and status.startswith(("CREATE_", "ROLLBACK_", "REVIEW_")) and status != "CREATE_COMPLETE":
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})


def _tidy(emulator: Emulator) -> None:
    """Drop what the deployment leaves behind: uploads, and versions that nothing names any more."""
    delete_old_versions(emulator.client("cloudformation"), emulator.client("lambda"), STACK)
    s3 = emulator.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=_ARTIFACTS):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=_ARTIFACTS, Key=item["Key"])


def _stack(cloudformation: Any) -> dict[str, Any] | None:
    try:
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    except cloudformation.exceptions.ClientError:
        return None
    found: dict[str, Any] = stack
    return found


def _status(cloudformation: Any) -> str | None:
    stack = _stack(cloudformation)
    return stack["StackStatus"] if stack else None


def _outputs(cloudformation: Any) -> dict[str, str] | None:
    stack = _stack(cloudformation)
    if stack is None or stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return None
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
