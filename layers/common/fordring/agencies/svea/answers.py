"""What Svea's answers mean: carried out, refused, not heard, or nobody knows."""

from datetime import timedelta
from typing import Final

from fordring.agencies.reading import Node, read
from fordring.agencies.svea.terms import REFUSAL_RESULTS, refusal
from fordring.domain.agency import Accepted, InDoubt, MalformedAnswer, Outcome, Rejected, TryLater
from fordring.domain.transport import Response, TransportFailed

_LONGEST_WAIT: Final = timedelta(days=1)


def outcome_of(answer: Response) -> Outcome:
    """The outcome of a command, for any answer at all."""
    if answer.status == 429:
        return TryLater("too_many_requests", _retry_after(answer))
    if answer.status in {401, 403}:
        return TryLater("unauthorized")
    if answer.status >= 500:
        return InDoubt(f"status_{answer.status}")
    try:
        return _understood(answer.status, read(answer.body))
    except MalformedAnswer:
        return InDoubt("malformed_answer")


def outcome_of_failure(failure: TransportFailed) -> Outcome:
    """The outcome of a command that had no answer."""
    return TryLater(failure.reason) if failure.sent == "no" else InDoubt(failure.reason)


def successful(answer: Response) -> Node:
    """The body of an answer to a question.

    Raises
    ------
    TransportFailed
        When the agency cannot answer now: 401, 403, 429, 5xx. Nothing is wrong with its words.
    MalformedAnswer
        When the answer is another than a success.
    """
    if answer.status == 429:
        raise TransportFailed("no", "too_many_requests")
    if answer.status in {401, 403}:
        raise TransportFailed("no", "unauthorized")
    if answer.status >= 500:
        raise TransportFailed("maybe", f"status_{answer.status}")
    if answer.status != 200:
        raise MalformedAnswer(f"status {answer.status}")
    body = read(answer.body)
    if body.text("ResultCode") != "Success":
        raise MalformedAnswer("the question was not answered")
    return body


def _understood(status: int, body: Node) -> Outcome:
    result = body.text("ResultCode")
    if status in {200, 202} and result == "Accepted":
        return Accepted()
    if status == 200 and result in {"AlreadyExists", "AlreadyClosed"}:
        return Accepted(already_existed=True)
    if status in {400, 404, 409} and result in REFUSAL_RESULTS:
        return _refused(result, body)
    return InDoubt("malformed_answer")


def _refused(result: str, body: Node) -> Rejected:
    errors = body.nodes("Errors") if "Errors" in body.members else ()
    if not errors:
        text = body.optional_text("ErrorMessage")
        return Rejected((refusal(result),), (text,) if text else ())
    reasons = tuple(dict.fromkeys(refusal(error.text("Code")) for error in errors))
    return Rejected(reasons, tuple(error.text("Message") for error in errors))


def _retry_after(answer: Response) -> timedelta | None:
    value = answer.headers.get("retry-after", "").strip()
    # a date is allowed by HTTP but not by the interface, and the agency's date may not be ours
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        return None
    return min(timedelta(seconds=int(value)), _LONGEST_WAIT)
