"""Delete old versions of a stack's functions: ``python -m local.versions --stack NAME``.

SAM publishes a version at each deployment and keeps them all. Here the last two stay: what is live, and
what a rollback would make live again.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

__all__ = ["delete_old_versions", "main"]

_KEPT = 2


def delete_old_versions(cloudformation: Any, functions: Any, stack: str) -> int:
    """Delete all but the last two versions of each function, and never one that an alias names.

    Returns
    -------
    int
        How many were deleted.
    """
    deleted = 0
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    for resource in resources:
        if resource["ResourceType"] != "AWS::Lambda::Function":
            continue
        name = resource["PhysicalResourceId"]
        aliases = functions.list_aliases(FunctionName=name)["Aliases"]
        named = {alias["FunctionVersion"] for alias in aliases}
        pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        numbers = [int(v["Version"]) for page in pages for v in page["Versions"] if v["Version"] != "$LATEST"]
        for number in sorted(numbers)[:-_KEPT]:
            if str(number) not in named:
                functions.delete_function(FunctionName=name, Qualifier=str(number))
                deleted += 1
    return deleted


def main() -> int:
    """Delete, and say how many."""
    parser = argparse.ArgumentParser(description="Delete old versions of a stack's functions.")
    parser.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    options = parser.parse_args()
    try:
        deleted = delete_old_versions(boto3.client("cloudformation"), boto3.client("lambda"), options.stack)
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"The stack {options.stack} cannot be cleaned: {error}\n")
        return 1
    sys.stdout.write(f"Deleted {deleted} old versions.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
