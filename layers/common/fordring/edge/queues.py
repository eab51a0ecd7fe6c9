"""Queues: the port ``usecases.ports.Queue`` on SQS."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Final

from fordring.domain.errors import Unavailable
from fordring.edge import aws

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH: Final = 10
LONGEST_DELAY: Final = timedelta(minutes=15)
_ROUNDS: Final = 3


class SqsQueue:
    """Sends to one standard queue, ten messages a call."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, messages: Iterable[Mapping[str, str]], *, after: timedelta = timedelta()) -> None:
        """Send messages, as the port says; what SQS leaves out of a batch is sent again.

        Raises
        ------
        Unavailable
            When some could not be sent.
        """
        seconds = int(min(max(after, timedelta()), LONGEST_DELAY).total_seconds())
        for batch in batched(messages, BATCH, strict=False):
            left: list[SendMessageBatchRequestEntryTypeDef] = [
                {
                    "Id": str(place),
                    "MessageBody": json.dumps(message, separators=(",", ":"), sort_keys=True),
                    "DelaySeconds": seconds,
                }
                for place, message in enumerate(batch)
            ]
            self._send(left)

    def _send(self, left: "list[SendMessageBatchRequestEntryTypeDef]") -> None:
        for _ in range(_ROUNDS):
            with aws.calling():
                answer = aws.client("sqs").send_message_batch(QueueUrl=self._url, Entries=left)
            failed = {entry["Id"] for entry in answer.get("Failed", ())}
            if not failed:
                return
            left = [entry for entry in left if entry["Id"] in failed]
        raise Unavailable
