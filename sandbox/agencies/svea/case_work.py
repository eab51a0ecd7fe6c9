"""Svea's operations on a case besides money: rests, answers to questions, documents of dispatches."""

from collections.abc import Mapping
from hashlib import sha256
from sqlite3 import Row
from typing import Final

from sandbox import cases, documents, questions, rests
from sandbox.agencies.svea import reading, shapes
from sandbox.bookings import Booked
from sandbox.desk import Desk
from sandbox.wire import WireAnswer

OPERATIONS: Final = {
    ("POST", "/api/v1/pauses"): "pause_case",
    ("POST", "/api/v1/resumptions"): "resume_case",
    ("POST", "/api/v1/answers"): "answer_question",
    ("GET", "/api/v1/documents"): "fetch_document",
}


def pause(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    """Let a case rest until a date that is to come."""
    until = message.day("UntilDate")
    if not message.errors and until <= desk.now.date():
        message.wrong("UntilDate", "InvalidField")
    message.done()
    if case["state"] == "closed":
        return _ended()
    return _done(changed=rests.pause(desk, case, until))


def resume(desk: Desk, case: Row, _: reading.Reader) -> WireAnswer:
    """Go on with a case."""
    if case["state"] == "closed":
        return _ended()
    return _done(changed=rests.resume(desk, case))


def answer(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    """Take an answer to a question."""
    question_id, text = message.text("QuestionId"), message.optional("Text")
    proceed = message.optional_flag("Proceed")
    message.done()
    match questions.answer(desk, case, question_id, proceed, text):
        case None:
            return shapes.answer(404, "UnknownQuestion", "That was not asked on this case.")
        case Booked.CONFLICT:
            return shapes.answer(409, "Conflict", "The question was answered otherwise before.")
        case booked:
            return _done(changed=booked is Booked.NEW)


def document(desk: Desk, client: str, query: Mapping[str, str]) -> WireAnswer:
    """Hand the file of a dispatch out."""
    column, value = (
        ("number", query["caseNumber"])
        if "caseNumber" in query
        else ("external_id", query.get("clientOrderId", ""))
    )
    found = cases.named(desk, client, column, value)
    body = documents.document(desk, found[0], query.get("dispatchId", "")) if found else None
    if body is None:
        return shapes.answer(404, "UnknownDocument", "There is no such document.")
    headers = {"content-type": "application/pdf", "content-sha256": sha256(body).hexdigest()}
    return WireAnswer(200, body, "Success", headers)


def _ended() -> WireAnswer:
    return shapes.answer(200, "AlreadyClosed", "The case has ended before.")


def _done(*, changed: bool) -> WireAnswer:
    return shapes.answer(200, "Accepted" if changed else "AlreadyExists")
