"""The agency's questions: what is asked and told."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from fordring.domain.questions import AgencyQuestion, QuestionKind
from fordring.edge.schemas.common import Given, Paging, Words
from fordring.edge.schemas.told import Instant, Told, day, instant

if TYPE_CHECKING:
    from datetime import datetime


class QuestionQuery(Paging):
    """Which questions."""

    state: Literal["open", "answered", "withdrawn"] = "open"


class NewAnswer(Given):
    """An answer: yes or no where leave is asked for, words where they are."""

    proceed: Annotated[
        bool | None,
        Field(description="For `before_tratta`, `legal_action` and `payment_plan`, and only those."),
    ] = None
    text: Annotated[Words | None, Field(description="Required for all other kinds.")] = None


class ToldAnswer(Told):
    """A question that was answered; the texts are read with the case's questions."""

    question_id: str
    case_id: str
    kind: QuestionKind
    state: Literal["answered"]
    proceed: bool | None
    answered_at: Instant


class ToldQuestion(Told):
    """Something that the agency wants to know, until ``deadline_date`` if it has said so."""

    question_id: str
    case_id: str
    creditor_id: str
    debtor_id: str
    agency: str
    kind: QuestionKind
    state: Literal["open", "answered", "withdrawn"]
    text: str
    asked_at: Instant
    deadline_date: str | None
    overdue: bool
    proceed: bool | None
    answer: str | None
    answered_at: Instant | None
    withdrawn_at: Instant | None


class ToldQuestions(Told):
    """A page of questions; of a creditor's, those with the earliest deadline first."""

    items: list[ToldQuestion]
    next_cursor: str | None


def tell_question(question: AgencyQuestion, now: "datetime") -> dict[str, Any]:
    """Tell a question."""
    return {
        "question_id": question.question_id,
        "case_id": question.case_id,
        "creditor_id": question.creditor_id,
        "debtor_id": question.debtor_id,
        "agency": question.agency,
        "kind": question.kind.value,
        "state": question.state,
        "text": question.text,
        "asked_at": instant(question.asked_at),
        "deadline_date": day(question.deadline_date),
        "overdue": question.overdue(now),
        "proceed": question.proceed,
        "answer": question.answer,
        "answered_at": instant(question.answered_at),
        "withdrawn_at": instant(question.withdrawn_at),
    }


def tell_answer(question: AgencyQuestion) -> dict[str, Any]:
    """Tell an answer without its words, which are personal: what the API answers is kept for a while."""
    return {
        "question_id": question.question_id,
        "case_id": question.case_id,
        "kind": question.kind.value,
        "state": question.state,
        "proceed": question.proceed,
        "answered_at": instant(question.answered_at),
    }
