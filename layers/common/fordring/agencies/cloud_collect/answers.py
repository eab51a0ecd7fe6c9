"""What Cloud Collect's answers mean: taken in, carried out, refused, not heard, or nobody knows."""

from datetime import timedelta
from typing import Final

from fordring.agencies.cloud_collect.terms import SOON, refusal
from fordring.agencies.cloud_collect.values import rejected
from fordring.agencies.reading import Node, read
from fordring.domain.agency import (
    Accepted,
    InDoubt,
    MalformedAnswer,
    Outcome,
    Rejected,
    TryLater,
    Underway,
)
from fordring.domain.transport import Response, TransportFailed

_LONGEST_WAIT: Final = timedelta(days=1)


def outcome_of(answer: Response) -> Outcome:
    """The outcome of a command, for any answer at all."""
    if (refused := _not_heard(answer)) is not None:
        return refused
    if answer.status >= 500:
        return InDoubt(f"status_{answer.status}")
    try:
        body = read(answer.body)
        if answer.status == 202:
            return Underway(body.identifier("batchId"), SOON)
        if answer.status == 200:
            return Accepted(already_existed=body.flag("duplicate"))
        if answer.status in {400, 404, 409}:
            errors = body.nodes("errors")
            return (
                rejected(errors)
                if errors
                else Rejected((refusal(body.text("code")),), (body.text("message"),))
            )
    except MalformedAnswer:
        pass
    return InDoubt("malformed_answer")


def outcome_of_failure(failure: TransportFailed) -> Outcome:
    """The outcome of a command that had no answer."""
    return TryLater(failure.reason) if failure.sent == "no" else InDoubt(failure.reason)


def result_of_batch(batch: Node) -> Outcome:
    """Read what became of a batch. A part that failed makes a refusal of the whole.

    Raises
    ------
    MalformedAnswer
        When it is not what the interface says.
    """
    status, ticket = batch.text("status"), batch.identifier("batchId")
    if status == "QUEUED":
        return Underway(ticket, SOON)
    results = batch.nodes("results")
    failed = [result for result in results if result.text("status") == "FAILED"]
    expected = "SUCCESS" if not failed else "FAILED" if len(failed) == len(results) else "PARTIAL"
    if not results or status != expected:
        raise MalformedAnswer("the results of the batch do not make its status")
    if failed:
        return rejected(tuple(error for result in failed for error in result.nodes("errors")))
    return Accepted(already_existed=all(result.flag("duplicate") for result in results))


def found(answer: Response) -> Node | None:
    """The body of an answer to a question; ``None`` when the agency does not know what was asked about.

    Raises
    ------
    TransportFailed
        When the agency cannot answer now: 401, 403, 429, 5xx. Nothing is wrong with its words.
    MalformedAnswer
        When the answer is another than a success.
    """
    refused = _not_heard(answer)
    if refused is not None:
        raise TransportFailed("no", refused.reason)
    if answer.status >= 500:
        raise TransportFailed("maybe", f"status_{answer.status}")
    body = read(answer.body)
    if answer.status == 404 and body.text("code") in {"BATCH_UNKNOWN", "ENTRY_UNKNOWN"}:
        return None
    if answer.status != 200:
        raise MalformedAnswer(f"status {answer.status}")
    return body


def _not_heard(answer: Response) -> TryLater | None:
    if answer.status == 429:
        return TryLater("too_many_requests", _retry_after(answer))
    return TryLater("unauthorized") if answer.status in {401, 403} else None


def _retry_after(answer: Response) -> timedelta | None:
    value = answer.headers.get("retry-after", "").strip()
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        return None
    return min(timedelta(seconds=int(value)), _LONGEST_WAIT)
