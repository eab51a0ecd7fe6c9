"""A table in DynamoDB, through pynamodb's connection: one session and one client for everything.

pynamodb's model layer is left out: the items are maps that msgspec has already checked, and a second
object for each of them, with an expression tree for each write, costs more than it gives.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError
from pynamodb.connection.base import Connection

from fordring.domain.errors import Unavailable
from fordring.store import metering
from fordring.store.answers import PASSING, capacity_in, check_single, code_of, is_throttled
from fordring.store.engine import LARGEST_BATCH, Slice, Write, check_writes, cursor_of
from fordring.store.items import Item
from fordring.store.keys import Key
from fordring.store.metering import ACTIONS, Call, Observer, Touch
from fordring.store.requests import MEMBERS, query_request, write_request
from fordring.store.rows import Row, from_row, key_row

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 3
ATTEMPTS: Final = 3
"""Attempts of one call, by botocore: at worst 15 seconds, below the 29 that the API's gateway waits."""

ROUNDS: Final = 5
"""How often keys are asked for again that a batch left out, and a transaction that was throttled."""

_RETRIES: Final[Any] = {"mode": "standard", "total_max_attempts": ATTEMPTS}


class DynamoEngine:
    """Keeps items in one DynamoDB table.

    Parameters
    ----------
    table
        The table's name.
    region
        Where it is; the environment's when not given. The endpoint follows botocore's
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

    @property
    def session(self) -> Any:
        """The one botocore session of the process, from which other services' clients are made too."""
        return self._connection.session

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
            wanted = {"Keys": left, "ConsistentRead": True}
            answer = self._call("BatchGetItem", {"RequestItems": {self._table: wanted}})
            items = [from_row(row) for row in answer["Responses"].get(self._table, ())]
            found.extend(items)
            missed = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", ())
            if self._on_call:
                touched = tuple(Touch("BatchGetItem", row["pk"]["S"], row["sk"]["S"]) for row in left)
                absent = [None] * (len(left) - len(items) - len(missed))
                units = capacity_in(answer) or metering.read_units([*items, *absent])
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
        since: str = "",
        after: Mapping[str, str] | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Slice:
        """Read a page of one partition."""
        request = query_request(
            self._table,
            index,
            pk,
            prefix=prefix,
            until=until,
            since=since,
            after=after,
            newest_first=newest_first,
        )
        request["Limit"] = limit + 1  # one more, so that the last page knows that it is the last
        answer = self._call("Query", request)
        items = [from_row(row) for row in answer["Items"]]
        if self._on_call:
            units = capacity_in(answer) or metering.query_units(items, index)
            touched = (Touch("Query", pk, prefix or until or ""),)
            self._on_call(Call("Query", index, touched, read_units=units))
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
        members = [{MEMBERS[write.action]: write_request(self._table, write)} for write in writes]
        request = {"TransactItems": members, "ClientRequestToken": secrets.token_hex(16)}
        for attempt in range(ROUNDS):
            if attempt:
                self._wait(attempt)
            try:
                answer = self._call("TransactWriteItems", request)
            except ClientError as error:
                self._tell_write("TransactWriteItems", writes, None)
                if not is_throttled(error):
                    raise
            else:
                self._tell_write("TransactWriteItems", writes, answer)
                return
        raise Unavailable

    def _write_one(self, write: Write) -> None:
        token = secrets.token_urlsafe(9)
        request = write_request(self._table, write, token)
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        operation = ACTIONS[write.action]
        try:
            answer = self._call(operation, request)
        except ClientError as error:
            self._tell_write(operation, [write], None)
            check_single(error, write, token)
        else:
            self._tell_write(operation, [write], answer)

    # --- calling ------------------------------------------------------------------------------------

    def _call(self, operation: str, request: Row) -> Mapping[str, Any]:
        request["ReturnConsumedCapacity"] = self._capacity
        try:
            return self._connection.dispatch(operation, request)
        except ClientError as error:
            if code_of(error) in PASSING:
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
        touched = tuple(Touch(ACTIONS[write.action], write.item.pk, write.item.sk) for write in writes)
        transaction = operation == "TransactWriteItems"
        units = capacity_in(answer) if answer else 0.0
        if not units:  # not told, as for what failed: what the items weigh, indexes aside
            units = sum(
                metering.write_units(write.item, write.item, transaction=transaction) for write in writes
            )
        self._on_call(Call(operation, None, touched, write_units=units, failed=answer is None))
