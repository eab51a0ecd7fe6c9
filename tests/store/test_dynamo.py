"""What only DynamoDB can do wrong: lost answers, throttling, conflicts, other people's attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from fordring.domain.errors import Unavailable
from fordring.store.dynamo import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, ROUNDS, DynamoEngine
from fordring.store.engine import ConditionsFailed, Write
from fordring.store.items import Item
from fordring.store.keys import Key

KEY = Key("CASE#1", "META")


def item(version: int = 1, /, pk: str = "CASE#1", **fields: Any) -> Item:
    return Item(pk, "META", "case", version, {"count": version}, **fields)


def only(engine: DynamoEngine, key: Key = KEY) -> Item:
    (found,) = engine.get([key])
    return found


type Line = Callable[..., Any]


@pytest.fixture
def line(dynamo: DynamoEngine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets a test stand between the client and the network; botocore's own waits take no time."""
    client: Any = dynamo._connection.client
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    hooked: list[tuple[str, Line]] = []

    def install(operation: str, behave: Line) -> None:
        name = f"before-send.dynamodb.{operation}"
        hooked.append((name, behave))
        client.meta.events.register(name, behave)

    install.send = client._endpoint.http_session.send  # type: ignore[attr-defined]
    yield install
    for name, behave in hooked:
        client.meta.events.unregister(name, behave)


def answers(line: Any, operation: str, *script: str | tuple[int, str]) -> list[bytes]:
    """Play a script: ``before`` and ``after`` lose the exchange, a tuple answers, ``pass`` lets it by."""
    sent: list[bytes] = []
    steps = iter(script)

    def behave(request: Any, **_: Any) -> Any:
        sent.append(request.body)
        step = next(steps, "pass")
        if step == "before":
            raise ConnectTimeoutError(endpoint_url=request.url)
        if step == "after":
            line.send(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        if isinstance(step, tuple):
            status, body = step
            return AWSResponse(request.url, status, HTTPHeaders(), _Body(body.encode()))
        return None

    line(operation, behave)
    return sent


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        return [self._content]


def refusal(code: str, **more: Any) -> tuple[int, str]:
    return 400, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more})


def cancelled(*codes: str) -> tuple[int, str]:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


# --- settings ------------------------------------------------------------------------------------


def test_timeouts_and_attempts_suit_a_function(dynamo: DynamoEngine) -> None:
    config: Any = dynamo._connection.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, READ_SECONDS) == (1, 3)
    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == ATTEMPTS == 3


def test_it_goes_on_after_its_connections_were_closed(dynamo: DynamoEngine) -> None:
    dynamo.write([Write("put", item())])
    dynamo.forget_connections()
    assert only(dynamo) == item()


def test_the_table_is_read_consistently_and_an_index_as_it_is(dynamo: DynamoEngine, line: Any) -> None:
    batches, queries = answers(line, "BatchGetItem"), answers(line, "Query")
    dynamo.get([KEY])
    dynamo.query(None, KEY.pk)
    dynamo.query("lists", "L")
    (wanted,) = json.loads(batches[0])["RequestItems"].values()
    assert wanted["ConsistentRead"] is True
    assert [json.loads(body)["ConsistentRead"] for body in queries] == [True, False]


# --- other releases' attributes ------------------------------------------------------------------


@pytest.mark.parametrize("company", [False, True])
def test_attributes_of_other_releases_stay(dynamo: DynamoEngine, raw: Any, table: str, company: bool) -> None:
    dynamo.write([Write("put", item(lists=("L", "1")))])
    raw.update_item(
        TableName=table,
        Key={"pk": {"S": KEY.pk}, "sk": {"S": KEY.sk}},
        UpdateExpression="SET later_pk = :x",
        ExpressionAttributeValues={":x": {"S": "kept"}},
    )
    others = [Write("put", item(pk="CASE#2"))] if company else []
    dynamo.write([Write("update", item(2), 1), *others])
    row = raw.get_item(TableName=table, Key={"pk": {"S": KEY.pk}, "sk": {"S": KEY.sk}})["Item"]
    assert row["later_pk"] == {"S": "kept"}
    assert "list_pk" not in row and "list_sk" not in row
    assert only(dynamo) == item(2)


def test_a_fraction_in_the_table_is_not_read_as_something_else(
    dynamo: DynamoEngine, raw: Any, table: str
) -> None:
    for number, expected in (("12.00", 12), ("1E+2", 100)):
        raw.put_item(TableName=table, Item=_row(number))
        assert only(dynamo).data == {"count": expected}
    raw.put_item(TableName=table, Item=_row("0.5"))
    with pytest.raises(TypeError, match="fraction"):
        only(dynamo)


def _row(number: str) -> dict[str, Any]:
    return {
        "pk": {"S": KEY.pk},
        "sk": {"S": KEY.sk},
        "kind": {"S": "case"},
        "v": {"N": "1"},
        "version": {"N": "1"},
        "data": {"M": {"count": {"N": number}}},
    }


# --- lost answers --------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("company", [False, True])
def test_a_lost_answer_to_a_put_is_no_conflict(
    dynamo: DynamoEngine, line: Any, lost: str, company: bool
) -> None:
    others = [Write("put", item(pk="CASE#2"))] if company else []
    sent = answers(line, "TransactWriteItems" if company else "PutItem", lost)
    dynamo.write([Write("put", item()), *others])
    assert len(sent) == 2 and sent[0] == sent[1]
    assert only(dynamo) == item()


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("company", [False, True])
def test_a_lost_answer_to_an_update_counts_once(
    dynamo: DynamoEngine, line: Any, lost: str, company: bool
) -> None:
    dynamo.write([Write("put", item())])
    others = [Write("put", item(pk="CASE#2"))] if company else []
    sent = answers(line, "TransactWriteItems" if company else "UpdateItem", lost)
    dynamo.write([Write("update", item(2), 1), *others])
    assert len(sent) == 2
    assert only(dynamo) == item(2)


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_lost_answer_to_a_removal_is_no_conflict(dynamo: DynamoEngine, line: Any, lost: str) -> None:
    dynamo.write([Write("put", item())])
    answers(line, "DeleteItem", lost)
    dynamo.write([Write("delete", item(), 1)])
    assert list(dynamo.get([KEY])) == []


def test_the_same_write_of_somebody_else_is_a_conflict(dynamo: DynamoEngine, line: Any) -> None:
    """Two writers make the same change, one of them with a lost attempt: only one of them has made it."""
    dynamo.write([Write("put", item())])
    other = DynamoEngine(dynamo._table)
    other._connection = dynamo._connection
    mine: list[bool] = []

    def behave(request: Any, **_: Any) -> Any:
        if mine:
            return None
        mine.append(True)
        other.write([Write("update", item(2), 1)])
        raise ConnectionClosedError(endpoint_url=request.url)

    line("UpdateItem", behave)
    with pytest.raises(ConditionsFailed) as failed:
        dynamo.write([Write("update", item(2), 1)])
    assert failed.value.positions == (0,)


@pytest.mark.parametrize("company", [False, True])
def test_no_answer_at_all_is_unavailable(dynamo: DynamoEngine, line: Any, company: bool) -> None:
    others = [Write("put", item(pk="CASE#2"))] if company else []
    sent = answers(line, "TransactWriteItems" if company else "PutItem", *["before"] * 9)
    with pytest.raises(Unavailable) as error:
        dynamo.write([Write("put", item()), *others])
    assert error.value.retryable
    assert len(sent) == ATTEMPTS


def test_a_read_without_answer_is_unavailable(dynamo: DynamoEngine, line: Any) -> None:
    sent = answers(line, "BatchGetItem", *["after"] * 9)
    with pytest.raises(Unavailable):
        dynamo.get([KEY])
    assert len(sent) == ATTEMPTS


# --- throttling and conflicts --------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "ProvisionedThroughputExceededException", "TransactionInProgressException"],
)
@pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems", "Query", "BatchGetItem"])
def test_throttling_is_tried_again_and_then_unavailable(
    dynamo: DynamoEngine, line: Any, code: str, operation: str
) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "PutItem": lambda: dynamo.write([Write("put", item())]),
        "TransactWriteItems": lambda: dynamo.write([Write("put", item()), Write("put", item(pk="CASE#2"))]),
        "Query": lambda: dynamo.query(None, "CASE#1"),
        "BatchGetItem": lambda: dynamo.get([KEY]),
    }
    sent = answers(line, operation, *[refusal(code)] * ATTEMPTS)
    with pytest.raises(Unavailable):
        calls[operation]()
    assert len(sent) == ATTEMPTS
    calls[operation]()


def test_a_throttled_transaction_is_tried_again_as_it_was(dynamo: DynamoEngine, line: Any) -> None:
    sent = answers(line, "TransactWriteItems", cancelled("None", "ThrottlingError"))
    dynamo.write([Write("put", item()), Write("put", item(pk="CASE#2"))])
    assert len(sent) == 2 and sent[0] == sent[1]


def test_a_transaction_that_stays_throttled_is_unavailable(dynamo: DynamoEngine, line: Any) -> None:
    sent = answers(line, "TransactWriteItems", *[cancelled("ProvisionedThroughputExceeded", "None")] * 9)
    with pytest.raises(Unavailable):
        dynamo.write([Write("put", item()), Write("put", item(pk="CASE#2"))])
    assert len(sent) == ROUNDS


@pytest.mark.parametrize(
    ("codes", "positions"),
    [
        (("TransactionConflict", "None"), ()),
        (("ConditionalCheckFailed", "TransactionConflict"), (0,)),
        (("ThrottlingError", "ConditionalCheckFailed"), (1,)),
    ],
)
def test_conflicts_tell_which_conditions_are_known_to_be_broken(
    dynamo: DynamoEngine, line: Any, codes: tuple[str, ...], positions: tuple[int, ...]
) -> None:
    answers(line, "TransactWriteItems", cancelled(*codes))
    with pytest.raises(ConditionsFailed) as failed:
        dynamo.write([Write("put", item()), Write("put", item(pk="CASE#2"))])
    assert failed.value.positions == positions


@pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems"])
def test_somebody_elses_transaction_under_way_is_a_conflict(
    dynamo: DynamoEngine, line: Any, operation: str
) -> None:
    others = [Write("put", item(pk="CASE#2"))] if operation == "TransactWriteItems" else []
    answers(line, operation, refusal("TransactionConflictException"))
    with pytest.raises(ConditionsFailed) as failed:
        dynamo.write([Write("put", item()), *others])
    assert failed.value.positions == ()


def test_another_refusal_is_our_own_fault_and_goes_through(dynamo: DynamoEngine, line: Any) -> None:
    answers(line, "TransactWriteItems", cancelled("ValidationError", "None"))
    with pytest.raises(Exception, match="TransactionCanceledException"):
        dynamo.write([Write("put", item()), Write("put", item(pk="CASE#2"))])


# --- half answers --------------------------------------------------------------------------------


def partial(line: Any, rounds: int) -> None:
    """Leave one key of each answer out, for so many rounds."""
    left = iter(range(rounds))

    def behave(request: Any, **_: Any) -> Any:
        if next(left, None) is None:
            return None
        asked = json.loads(request.body)["RequestItems"]
        ((table, wanted),) = asked.items()
        kept, missed = wanted["Keys"][1:], wanted["Keys"][:1]
        responses = [_row("1") | key for key in kept]
        body = {"Responses": {table: responses}, "UnprocessedKeys": {table: {**wanted, "Keys": missed}}}
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body(json.dumps(body).encode()))

    line("BatchGetItem", behave)


def test_keys_that_an_answer_leaves_out_are_asked_for_again(dynamo: DynamoEngine, line: Any) -> None:
    dynamo.write([Write("put", item(pk=f"P{n}")) for n in range(3)])
    partial(line, 2)
    assert {found.pk for found in dynamo.get([Key(f"P{n}", "META") for n in range(3)])} == {"P0", "P1", "P2"}


def test_keys_that_stay_left_out_are_unavailable(dynamo: DynamoEngine, line: Any) -> None:
    partial(line, ROUNDS)
    with pytest.raises(Unavailable):
        dynamo.get([Key(f"P{n}", "META") for n in range(3)])


def test_a_page_that_ends_early_goes_on(dynamo: DynamoEngine, line: Any) -> None:
    dynamo.write([Write("put", Item("A", str(n), "case", 1, {})) for n in range(4)])

    def behave(request: Any, **_: Any) -> Any:
        if b'"Limit": 51' not in request.body:
            return None
        request.body = request.body.replace(b'"Limit": 51', b'"Limit": 2 ')
        return line.send(request)

    line("Query", behave)
    first = dynamo.query(None, "A")
    assert [found.sk for found in first.items] == ["0", "1"]
    assert first.next == {"sk": "1"}
    assert [found.sk for found in dynamo.query(None, "A", after=first.next, limit=9).items] == ["2", "3"]
