"""What Intrum's answers mean: carried out, refused, not heard, or nobody knows."""

from datetime import timedelta
from typing import Final

from fordring.agencies.intrum.terms import ALREADY_REGISTERED, CONFLICT, refusal
from fordring.agencies.reading import Node, read
from fordring.domain.agency import Accepted, InDoubt, MalformedAnswer, Outcome, Rejected, TryLater
from fordring.domain.transport import Response, TransportFailed

_LONGEST_WAIT: Final = timedelta(days=1)


def outcome_of(answer: Response, external_id: str) -> Outcome:
    """The outcome of a command on a case, for any answer at all."""
    if answer.status == 429:
        return TryLater("too_many_requests", retry_after(answer))
    if answer.status in {401, 403}:
        return TryLater("unauthorized")
    if answer.status >= 500:
        return InDoubt(f"status_{answer.status}")
    try:
        return _understood(answer.status, read(answer.body), external_id)
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
    return read(answer.body)


def retry_after(answer: Response | None) -> timedelta | None:
    """How long the agency asks to be left alone."""
    value = answer.headers.get("retry-after", "").strip() if answer is not None else ""
    # a date is allowed by HTTP but not by the interface, and the agency's date may not be ours
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        return None
    return min(timedelta(seconds=int(value)), _LONGEST_WAIT)


def is_conflict(answer: Response) -> bool:
    """Whether the external id was used before, with another content."""
    if answer.status != 409:
        return False
    try:
        return any(error.text("code") == CONFLICT for error in read(answer.body).nodes("errors"))
    except MalformedAnswer:
        return False


def _understood(status: int, body: Node, external_id: str) -> Outcome:
    if status in {200, 201, 202}:
        result = body.text("result")
        if status == 200 and result == "unchanged":
            return Accepted(already_existed=True)
        if status in {201, 202} and result == "created":
            return Accepted()
        return InDoubt("malformed_answer")
    if status not in {400, 404, 409}:
        return InDoubt("malformed_answer")
    errors = body.nodes("errors")
    if not errors:
        return InDoubt("malformed_answer")
    if ALREADY_REGISTERED in {error.text("code") for error in errors}:
        found = _known_by_another_id(body, external_id)
        if found is not None:
            return found
    reasons = tuple(dict.fromkeys(refusal(error.text("code")) for error in errors))
    return Rejected(reasons, tuple(error.text("message") for error in errors))


def _known_by_another_id(body: Node, external_id: str) -> Accepted | None:
    """The case that already holds an invoice: registered by a hub that has gone back in time since.

    Another submission of the very same invoice is none: it has ended with nothing left, and is told so.
    """
    existing = body.node("existing")
    theirs = existing.optional_identifier("externalId")
    if theirs is None or (theirs.startswith(f"{_base(external_id)}-") and not existing.flag("open")):
        return None
    return Accepted(existing.optional_identifier("caseNumber"), already_existed=True, external_id=theirs)


def _base(external_id: str) -> str:
    """What all submissions of an invoice have in common."""
    return external_id.rpartition("-")[0]
