"""A table in DynamoDB, through pynamodb's connection: one session and one client for everything.

pynamodb's model layer is left out: the items are maps that msgspec has already checked, and a second
object for each of them, with an expression tree for each write, costs more than it gives.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError
from pynamodb.connection.base import Connection

from fordring.domain.errors import Unavailable
from fordring.store import metering
from fordring.store.engine import LARGEST_BATCH, ConditionsFailed, Slice, Write, check_writes, cursor_of
from fordring.store.items import Item
from fordring.store.keys import Key
from fordring.store.metering import Call, Observer, Touch
from fordring.store.rows import EXPIRES, INDEX_ATTRIBUTES, Row, content_row, from_row, key_row, to_row

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 3
ATTEMPTS: Final = 3
"""Attempts of one call, by botocore: at worst 15 seconds, below the 29 that the API's gateway waits."""

ROUNDS: Final = 5
"""How often keys are asked for again that a batch left out, and a transaction that was throttled."""

_RETRIES: Final[Any] = {"mode": "standard", "total_max_attempts": ATTEMPTS}
_ACTIONS: Final = {
    "put": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
    "check": "ConditionCheckItem",
}
_MEMBERS: Final = {"put": "Put", "update": "Update", "delete": "Delete", "check": "ConditionCheck"}
_PUT_CONDITION: Final = "attribute_not_exists(pk)"
_VERSION_CONDITION: Final = "attribute_exists(pk) AND version = :was"
_TOKEN: Final = "token"  # noqa: S105  an attribute's name
_PASSING: Final = frozenset(
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
"""Codes that go away by themselves; botocore has tried them again already, where it may."""


class DynamoEngine:
    """Keeps items in one DynamoDB table.

    Parameters
    ----------
    table
        The table's name.
    region
        Where it is; the environment's ``AWS_REGION`` when not given. The endpoint follows botocore's
        ``AWS_ENDPOINT_URL_DYNAMODB`` and ``AWS_ENDPOINT_URL``.
    on_call
        Told about every round trip.
    pause
        Waits for a number of seconds, between attempts of what was throttled.
    """

    def __init__(
        self,
        table: str,
        *,
        region: str | None = None,
        on_call: Observer | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._on_call = on_call
        self._pause = pause
        self._capacity = "TOTAL" if on_call else "NONE"
        self._connection = Connection(
            region or os.environ.get("AWS_REGION"),  # botocore itself looks at AWS_DEFAULT_REGION only
            connect_timeout_seconds=CONNECT_SECONDS,
            read_timeout_seconds=READ_SECONDS,
            retry_configuration=_RETRIES,
            max_pool_connections=10,
        )

    def connect(self) -> None:
        """Make the client now, not at the first call: at start-up, before a snapshot, before threads."""
        _ = self._connection.client

    def forget_connections(self) -> None:
        """Close every open connection; the next call opens a new one. After a snapshot was restored."""
        cast("Any", self._connection.client).close()

    # --- reading ------------------------------------------------------------------------------------

    def get(self, keys: Sequence[Key]) -> Iterable[Item]:
        """Read items, a hundred in each round trip."""
        wanted = list(dict.fromkeys(keys))
        found: list[Item] = []
        for start in range(0, len(wanted), LARGEST_BATCH):
            found.extend(self._batch(wanted[start : start + LARGEST_BATCH]))
        return found

    def _batch(self, keys: Sequence[Key]) -> list[Item]:
        left = [key_row(*key) for key in keys]
        found: list[Item] = []
        for attempt in range(ROUNDS):
            if attempt:
                self._wait(attempt)
            answer = self._call(
                "BatchGetItem",
                {
                    "RequestItems": {self._table: {"Keys": left, "ConsistentRead": True}},
                    "ReturnConsumedCapacity": self._capacity,
                },
            )
            items = [from_row(row) for row in answer["Responses"].get(self._table, ())]
            found.extend(items)
            missed = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", ())
            if self._on_call:
                touched = tuple(Touch("BatchGetItem", row["pk"]["S"], row["sk"]["S"]) for row in left)
                absent = [None] * (len(left) - len(items) - len(missed))
                units = _told(answer) or metering.read_units([*items, *absent])
                self._on_call(Call("BatchGetItem", None, touched, read_units=units))
            if not missed:
                return found
            left = list(missed)
        raise Unavailable

    def query(
        self,
        index: str | None,
        pk: str,
        *,
        prefix: str = "",
        until: str | None = None,
        after: Mapping[str, str] | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Slice:
        """Read a page of one partition."""
        pk_name, sk_name = INDEX_ATTRIBUTES[index] if index else ("pk", "sk")
        condition, values = f"{pk_name} = :pk", {":pk": {"S": pk}}
        if until is not None:
            condition, values[":sk"] = f"{condition} AND {sk_name} <= :sk", {"S": until}
        elif prefix:
            condition, values[":sk"] = f"{condition} AND begins_with({sk_name}, :sk)", {"S": prefix}
        request = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": index is None,
            "ScanIndexForward": not newest_first,
            "Limit": limit + 1,  # one more, so that the last page knows that it is the last
            "ReturnConsumedCapacity": self._capacity,
        }
        if index:
            request["IndexName"] = index
        if after is not None:
            request["ExclusiveStartKey"] = _start_key(index, pk, after)
        answer = self._call("Query", request)
        items = [from_row(row) for row in answer["Items"]]
        if self._on_call:
            units = _told(answer) or metering.query_units(items, index)
            self._on_call(
                Call("Query", index, (Touch("Query", pk, prefix or until or ""),), read_units=units)
            )
        page = tuple(items[:limit])
        # A page of a megabyte ends early, with a key to go on from.
        more = len(items) > limit or "LastEvaluatedKey" in answer
        return Slice(page, cursor_of(page[-1], index) if more and page else None)

    # --- writing ------------------------------------------------------------------------------------

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing; a single write costs half and is made without a transaction."""
        check_writes(writes)
        if len(writes) == 1 and writes[0].action != "check":
            self._write_one(writes[0])
        elif writes:
            self._write_all(writes)

    def _write_all(self, writes: Sequence[Write]) -> None:
        request = {
            "TransactItems": [{_MEMBERS[write.action]: self._request(write)} for write in writes],
            "ClientRequestToken": secrets.token_hex(16),
            "ReturnConsumedCapacity": self._capacity,
        }
        for attempt in range(ROUNDS):
            if attempt:
                self._wait(attempt)
            try:
                answer = self._call("TransactWriteItems", request)
            except ClientError as error:
                self._tell_write("TransactWriteItems", writes, None)
                if not _throttled(error, writes):
                    raise
            else:
                self._tell_write("TransactWriteItems", writes, answer)
                return
        raise Unavailable

    def _write_one(self, write: Write) -> None:
        request = self._request(write)
        request["ReturnConsumedCapacity"] = self._capacity
        # When the answer to the first attempt is lost, the second one finds the condition broken by the
        # first. The token tells that from somebody else's write.
        token = {"S": secrets.token_urlsafe(9)}
        if write.action == "put":
            request["Item"][_TOKEN] = token
        elif write.action == "update":
            request["UpdateExpression"] = request["UpdateExpression"].replace(
                "SET ", "SET #token = :token, ", 1
            )
            request["ExpressionAttributeNames"]["#token"] = _TOKEN
            request["ExpressionAttributeValues"][":token"] = token
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        operation = _ACTIONS[write.action]
        try:
            answer = self._call(operation, request)
        except ClientError as error:
            self._tell_write(operation, [write], None)
            code = _code(error)
            if code == "TransactionConflictException":
                raise ConditionsFailed(()) from error
            if code != "ConditionalCheckFailedException":
                raise
            if not _was_ours(error, write, token):
                raise ConditionsFailed((0,)) from error
        else:
            self._tell_write(operation, [write], answer)

    def _request(self, write: Write) -> Row:
        item = write.item
        request: Row = {"TableName": self._table}
        if write.action == "put":
            return request | {"Item": to_row(item), "ConditionExpression": _PUT_CONDITION}
        request["Key"] = key_row(item.pk, item.sk)
        request["ConditionExpression"] = _VERSION_CONDITION
        values = {":was": {"N": str(write.version)}}
        if write.action == "update":
            row = content_row(item)
            expression, names = _update_of(frozenset(row))
            request["UpdateExpression"] = expression
            request["ExpressionAttributeNames"] = dict(names)
            values.update((f":{name}", value) for name, value in row.items())
        request["ExpressionAttributeValues"] = values
        return request

    # --- calling ------------------------------------------------------------------------------------

    def _call(self, operation: str, request: Row) -> Mapping[str, Any]:
        try:
            return self._connection.dispatch(operation, request)
        except ClientError as error:
            if _code(error) in _PASSING:
                raise Unavailable from error
            raise
        except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
            raise Unavailable from error

    def _wait(self, attempt: int) -> None:
        """Wait with full jitter: up to 50 ms, then 100, 200, 400."""
        self._pause(secrets.randbelow(25 << attempt) / 1000)

    def _tell_write(self, operation: str, writes: Sequence[Write], answer: Mapping[str, Any] | None) -> None:
        if not self._on_call:
            return
        touched = tuple(Touch(_ACTIONS[write.action], write.item.pk, write.item.sk) for write in writes)
        transaction = operation == "TransactWriteItems"
        units = _told(answer) if answer else 0.0
        if not units:  # not told, as for what failed: what the items weigh, indexes aside
            units = sum(
                metering.write_units(write.item, write.item, transaction=transaction) for write in writes
            )
        self._on_call(Call(operation, None, touched, write_units=units, failed=answer is None))


@cache
def _update_of(present: frozenset[str]) -> tuple[str, Mapping[str, str]]:
    """Spell the update that sets what is present and removes every other placing attribute."""
    optional = [name for pair in INDEX_ATTRIBUTES.values() for name in pair] + [EXPIRES]
    sets = ", ".join(f"#{name} = :{name}" for name in sorted(present))
    removed = [name for name in optional if name not in present]
    removes = " REMOVE " + ", ".join(f"#{name}" for name in removed) if removed else ""
    return f"SET {sets}{removes}", {f"#{name}": name for name in (*present, *removed)}


def _start_key(index: str | None, pk: str, after: Mapping[str, str]) -> Row:
    if index is None:
        return key_row(pk, after["sk"])
    pk_name, sk_name = INDEX_ATTRIBUTES[index]
    return key_row(after["pk"], after["sk"]) | {pk_name: {"S": pk}, sk_name: {"S": after["place"]}}


def _told(answer: Mapping[str, Any]) -> float:
    told = answer.get("ConsumedCapacity") or ()
    tables = (told,) if isinstance(told, Mapping) else told
    return float(sum(table.get("CapacityUnits", 0.0) for table in tables))


def _response(error: ClientError) -> Mapping[str, Any]:
    """Give botocore's whole answer; pynamodb's error keeps a part of it only, but says what caused it."""
    cause = error.__cause__
    return cast("Mapping[str, Any]", cause.response if isinstance(cause, ClientError) else error.response)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _throttled(error: ClientError, writes: Sequence[Write]) -> bool:
    """Tell whether a transaction may be tried again as it is; a broken condition or a conflict is raised."""
    if _code(error) == "TransactionConflictException":
        raise ConditionsFailed(()) from error
    if _code(error) != "TransactionCanceledException":
        return False
    reasons = [reason.get("Code", "None") for reason in _response(error).get("CancellationReasons", ())]
    if "ConditionalCheckFailed" in reasons or "TransactionConflict" in reasons:
        broken = (at for at, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
        raise ConditionsFailed([at for at in broken if at < len(writes)]) from error
    return bool(reasons) and set(reasons) <= {"None", "ThrottlingError", "ProvisionedThroughputExceeded"}


def _was_ours(error: ClientError, write: Write, token: Row) -> bool:
    response = _response(error)
    row = response.get("Item")
    if write.action == "delete":
        return row is None and response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
    return row is not None and row.get(_TOKEN) == token
