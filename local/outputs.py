"""The outputs of a deployed stack, on AWS or on the emulator, as the environment that the code reads."""

from __future__ import annotations

import boto3
from botocore.exceptions import BotoCoreError, ClientError

__all__ = ["MissingStackError", "environment_of"]


class MissingStackError(Exception):
    """The stack cannot be read; the message is one sentence for the person at the terminal."""


def environment_of(stack: str) -> dict[str, str]:
    """Give the variables with which the package in the layer works on `stack`'s data.

    The account and region are those of the usual AWS settings.

    Raises
    ------
    MissingStackError
        There is no such stack, or it may not be read.
    """
    try:
        (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise MissingStackError(f"The stack {stack} cannot be read: {error}") from error
    outputs = {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])}
    parameters = {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", [])}
    return {
        "FORDRING_TABLE": outputs["TableName"],
        "FORDRING_BUCKET": outputs["BucketName"],
        "FORDRING_KEY_ID": outputs["KeyId"],
        "FORDRING_TENANT": parameters["Tenant"],
        "FORDRING_STAGE": parameters["Stage"],
        "FORDRING_MODE": parameters["Mode"],
    }
