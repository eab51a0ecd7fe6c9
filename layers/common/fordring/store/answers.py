"""What DynamoDB's answers and errors mean to a store."""

from collections.abc import Mapping
from typing import Any, Final, cast

from botocore.exceptions import ClientError

from fordring.store.engine import ConditionsFailed, Write
from fordring.store.requests import TOKEN

PASSING: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Codes that go away by themselves; botocore has tried them again already, where it may.

``TransactionInProgressException`` is about our own transaction: an earlier attempt is still at it, and
nobody knows yet whether it will have written. So it is no conflict, after which nothing is written.
"""

_THROTTLED: Final = frozenset({"None", "ThrottlingError", "ProvisionedThroughputExceeded"})


def code_of(error: ClientError) -> str:
    """Give the error's code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def whole(error: ClientError) -> Mapping[str, Any]:
    """Give botocore's whole answer; pynamodb's error keeps a part of it only, but says what caused it."""
    cause = error.__cause__
    return cast("Mapping[str, Any]", cause.response if isinstance(cause, ClientError) else error.response)


def capacity_in(answer: Mapping[str, Any]) -> float:
    """Give the capacity that an answer tells, indexes included; 0 when it tells none."""
    told = answer.get("ConsumedCapacity") or ()
    tables = (told,) if isinstance(told, Mapping) else told
    return float(sum(table.get("CapacityUnits", 0.0) for table in tables))


def is_throttled(error: ClientError) -> bool:
    """Tell whether a transaction was cancelled for being throttled only, so that it may be tried again.

    Raises
    ------
    ConditionsFailed
        When a condition did not hold, or another transaction was in the way.
    """
    if code_of(error) == "TransactionConflictException":
        raise ConditionsFailed(()) from error
    if code_of(error) != "TransactionCanceledException":
        return False
    # The reasons stand in the order of the request, one for each write.
    reasons = [reason.get("Code", "None") for reason in whole(error).get("CancellationReasons", ())]
    if "ConditionalCheckFailed" in reasons or "TransactionConflict" in reasons:
        broken = [at for at, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]
        raise ConditionsFailed(broken) from error
    return bool(reasons) and _THROTTLED.issuperset(reasons)


def check_single(error: ClientError, write: Write, token: str) -> None:
    """Find out what an error of a single write means; returns when it had been written after all.

    When the answer to the first attempt is lost, the second one finds the condition broken by the first.
    The token tells that from somebody else's write; a removal leaves none, and is the same whoever did it.

    Raises
    ------
    ConditionsFailed
        When its condition did not hold, or a transaction was in the way.
    """
    code = code_of(error)
    if code == "TransactionConflictException":
        raise ConditionsFailed(()) from error
    if code != "ConditionalCheckFailedException":
        raise error
    answer = whole(error)
    found = answer.get("Item")
    if write.action == "delete":
        ours = found is None and answer.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
    else:
        ours = found is not None and found.get(TOKEN) == {"S": token}
    if not ours:
        raise ConditionsFailed((0,)) from error
