"""An HTTP layer below botocore that takes no time: AWS's answers, from rows in memory.

Everything above it is as in production: pynamodb, botocore's request, its signature, its parsers.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import Any

type Row = dict[str, Any]


class StubbedAws:
    """Answers DynamoDB's reads from rows, takes every write without keeping it, and opens what KMS sealed."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self._written: dict[tuple[str, str], str] = {}
        self.keep(rows)

    def keep(self, rows: Iterable[Row]) -> None:
        """Put rows there, or others in their place."""
        for row in rows:
            key = row["pk"]["S"], row["sk"]["S"]
            self.rows[key] = row
            # Written down beforehand: what is measured is not how fast this answers.
            self._written[key] = json.dumps(row)

    def install(self, session: Any) -> None:
        """Answer for every client that this botocore session makes from now on."""
        session.register("before-send", self.answer)

    def answer(self, request: Any, **_: Any) -> Any:
        """Answer a request, as botocore's event ``before-send`` allows."""
        from botocore.awsrequest import AWSResponse

        service, _, operation = request.headers["X-Amz-Target"].decode().partition(".")
        asked = json.loads(request.body)
        content = self._kms(asked) if service == "TrentService" else self._dynamodb(operation, asked)
        headers: Any = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "stub"}
        return AWSResponse(request.url, 200, headers, _Raw(content.encode()))

    def _dynamodb(self, operation: str, asked: Row) -> str:
        if operation == "BatchGetItem":
            ((table, wanted),) = asked["RequestItems"].items()
            keys = [(key["pk"]["S"], key["sk"]["S"]) for key in wanted["Keys"]]
            found = ",".join(self._written[key] for key in keys if key in self._written)
            return f'{{"Responses":{{"{table}":[{found}]}},"UnprocessedKeys":{{}}}}'
        if operation == "Query":
            values = asked["ExpressionAttributeValues"]
            start = values.get(":sk", {"S": ""})["S"]
            found = ",".join(
                text
                for (pk, sk), text in self._written.items()
                if pk == values[":pk"]["S"] and sk.startswith(start)
            )
            return f'{{"Items":[{found}]}}'
        return "{}"

    @staticmethod
    def _kms(asked: Row) -> str:
        # What the tests' sealer made: its context, and the plaintext in base64.
        _, plaintext = json.loads(b64decode(asked["CiphertextBlob"]))
        return json.dumps({"Plaintext": plaintext, "KeyId": "key"})


class _Raw:
    """The part of urllib3's response that botocore looks at."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterable[bytes]:
        yield self._body


def counted_sessions() -> Callable[[], int]:
    """Count the botocore sessions that are made from now on."""
    from botocore.session import Session

    made = 0
    original = Session.__init__

    def counting(self: Session, *args: Any, **kwargs: Any) -> None:
        nonlocal made
        made += 1
        original(self, *args, **kwargs)

    Session.__init__ = counting  # type: ignore[method-assign]
    return lambda: made
