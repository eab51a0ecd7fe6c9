"""The agency's questions: kept, put before a person, answered, and closed with the case (BEY-7)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fordring.domain import things
from fordring.domain.agency import Capabilities, CommandKind
from fordring.domain.case import Case
from fordring.domain.command import Attention, AttentionKind, CommandRow, CommandState
from fordring.domain.errors import Fault, InvalidInput, Refused
from fordring.domain.events import EventType
from fordring.domain.facts import QuestionAsked, QuestionWithdrawn
from fordring.domain.questions import ASKS_FOR_LEAVE, AgencyQuestion, QuestionKind
from fordring.domain.refs import Ref
from fordring.domain.wording import Topic, worded
from fordring.usecases.instructing import instruct
from fordring.usecases.permitting import refuse_unless_available
from fordring.usecases.recording import ask_for_attention, attention_id, derived_id, tell_of_case
from fordring.usecases.store_port import Conflict
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Work

NOT_CLEAR: Final = "not_clear_for_tratta"
"""Why leave for a demand with threat of publication is not given."""

_LOWERING: Final = frozenset({CommandKind.REPORT_PAYMENT, CommandKind.REPORT_CREDIT})
_KNOWN_THERE: Final = frozenset({CommandState.DONE, CommandState.CANCELLED})


def question_id_of(fact: QuestionAsked | QuestionWithdrawn) -> str:
    """Spell the id of a question: the same for the same question of the same case."""
    return derived_id("qst", fact.question_id)


def attention_of_question(case_id: str, question_id: str) -> Ref[Attention]:
    """Name the attention that a question raises."""
    return things.ATTENTION(attention_id(AttentionKind.QUESTION_OPEN, _subject(case_id, question_id)))


def _subject(case_id: str, question_id: str) -> tuple[str, ...]:
    return ("question", case_id, question_id)


def asked(work: Work, case: Case, fact: QuestionAsked) -> bool:
    """Keep a question and put it before a person, once; one about a case that has ended needs no answer."""
    question_id = question_id_of(fact)
    ref = things.QUESTION(case.case_id, question_id)
    if work.find(ref) is not None or not case.open:
        return False
    question = AgencyQuestion(
        case_id=case.case_id,
        question_id=question_id,
        creditor_id=case.creditor_id,
        debtor_id=case.debtor_id,
        agency=case.agency,
        country=work.demand(things.INVOICE(case.members[0].invoice_id)).country,
        kind=fact.kind,
        text=fact.text,
        asked_at=fact.occurred_at,
        agency_question_id=fact.question_id,
        deadline_date=fact.deadline_date,
    )
    work.add(ref, question)
    opened = case.touched(work.now, open_questions=(*case.open_questions, question_id))
    work.change(things.CASE(case.case_id), opened)
    deadline = fact.deadline_date.isoformat() if fact.deadline_date else None
    _tell(work, EventType.QUESTION_ASKED, opened, question, deadline_date=deadline)
    _put_before_a_person(work, question)
    return True


def withdrawn(work: Work, case: Case, fact: QuestionWithdrawn) -> bool:
    """Close a question that the agency has taken back, if it waits for an answer."""
    question = work.find(things.QUESTION(case.case_id, question_id_of(fact)))
    if question is None or question.state != "open":
        return False
    changed = case.touched(work.now, open_questions=_without(case, question.question_id))
    work.change(things.CASE(case.case_id), changed)
    _close(work, changed, question, "agency")
    return True


def close_questions(work: Work, case: Case) -> None:
    """Close what was asked about a case that ends; the caller writes the case."""
    for question_id in case.open_questions:
        _close(work, case, work.demand(things.QUESTION(case.case_id, question_id)), "end_of_case")


def _close(work: Work, case: Case, question: AgencyQuestion, by: str) -> None:
    ref = things.QUESTION(case.case_id, question.question_id)
    work.change(ref, replace(question, withdrawn_at=work.now))
    _off_the_list(work, question, "no longer asked")
    _tell(work, EventType.QUESTION_WITHDRAWN, case, question, by=by)


def answer(
    work: Work,
    case: Case,
    question_id: str,
    proceed: bool | None,
    text: str | None,
    capabilities: Capabilities,
    lane: Sequence[CommandRow] | None,
) -> AgencyQuestion:
    """Answer a question, once, and have the agency told.

    The case's commands, in ``lane``, must be known when leave is given; its invoices and its debtor are
    read at need.

    Raises
    ------
    NotFound
        When the case has no such question.
    Refused
        ``question_not_open``, ``action_not_available``, ``operation_not_offered``; ``not_clear_for_tratta``,
        with what stands against the claim.
    InvalidInput
        When yes or no is missing where leave is asked for, or words where it is not.
    Conflict
        When the lane has grown since it was listed.
    """
    ref = things.QUESTION(case.case_id, question_id)
    question = work.get(ref)
    if question.state != "open":
        raise Refused(
            "question_not_open", "the question waits for no answer", facts={"state": question.state}
        )
    refuse_unless_available(work, case, "answer_question", capabilities)
    _check_form(question, proceed, text)
    if proceed and question.kind is QuestionKind.BEFORE_TRATTA:
        _refuse_unless_clear(work, case, lane or ())
    answered = replace(question, proceed=proceed, answer=text, answered_at=work.now)
    work.change(ref, answered)
    lighter = case.touched(work.now, open_questions=_without(case, question_id))
    words = _words(answered, work.demand(things.INVOICE(case.members[0].invoice_id)).country)
    queued = instruct(work, lighter, capabilities, CommandKind.ANSWER_QUESTION, words, subject_id=question_id)
    work.change(things.CASE(case.case_id), queued)
    _off_the_list(work, question, "answered")
    _tell(work, EventType.QUESTION_ANSWERED, queued, answered, proceed=proceed)
    return answered


def _check_form(question: AgencyQuestion, proceed: bool | None, text: str | None) -> None:
    if question.kind in ASKS_FOR_LEAVE:
        if proceed is None:
            raise InvalidInput(faults=[Fault("/proceed", "missing", "this question asks for yes or no")])
        return
    if proceed is not None:
        raise InvalidInput(faults=[Fault("/proceed", "not_asked_for", "this question asks for words")])
    if text is None:
        raise InvalidInput(faults=[Fault("/text", "missing", "this question asks for words")])


def _refuse_unless_clear(work: Work, case: Case, lane: Sequence[CommandRow]) -> None:
    """Refuse leave for a demand with threat of publication while anything speaks against the claim.

    Such a demand is for undisputed debts of businesses only: a wrong one ruins a good name.
    """
    if case.last_command != max((row.seq for row in lane), default=0):
        raise Conflict
    unreported = [row.subject_id for row in lane if row.kind in _LOWERING and row.state not in _KNOWN_THERE]
    invoices = [work.demand(things.INVOICE(member.invoice_id)) for member in case.members if member.inside]
    disputes = [
        dispute.dispute_id
        for invoice in invoices
        for dispute in invoice.disputes
        if dispute.resolved_date is None
    ]
    private = work.demand(things.DEBTOR(case.creditor_id, case.debtor_id)).kind != "business"
    if unreported or disputes or private:
        raise Refused(
            NOT_CLEAR,
            "something stands against a demand with threat of publication",
            facts={
                "unreported_payments": unreported,
                "open_disputes": disputes,
                "private_debtor": private,
            },
        )


def cleared(work: Work, row: CommandRow, case: Case) -> bool:
    """Whether what was answered may still be told: leave that was given lapses when something comes up."""
    question = work.get(things.QUESTION(case.case_id, row.subject_id or ""))
    if not question.proceed or question.kind is not QuestionKind.BEFORE_TRATTA:
        return True
    invoices = [work.get(things.INVOICE(member.invoice_id)) for member in case.members if member.inside]
    return not case.unreported and not any(invoice.disputed for invoice in invoices)


def reopen(work: Work, row: CommandRow) -> None:
    """Ask a question again whose answer was not told to the agency; the case is the one that the work has."""
    case = work.get(things.CASE(row.case_id))
    question_id = row.subject_id or ""
    if not case.open:
        return
    ref = things.QUESTION(case.case_id, question_id)
    question = work.demand(ref)
    work.seek(attention_of_question(case.case_id, question_id))
    again = replace(question, proceed=None, answer=None, answered_at=None)
    work.change(ref, again)
    opened = case.touched(work.now, open_questions=(*case.open_questions, question_id))
    work.change(things.CASE(case.case_id), opened)
    _put_before_a_person(work, again)


def _words(question: AgencyQuestion, country: str) -> str:
    topic = Topic.ANSWER
    if question.proceed is not None:
        topic = Topic.PROCEED if question.proceed else Topic.DO_NOT_PROCEED
    return worded(topic, country, question_id=question.agency_question_id, text=question.answer or "")


def _without(case: Case, question_id: str) -> tuple[str, ...]:
    return tuple(each for each in case.open_questions if each != question_id)


def _put_before_a_person(work: Work, question: AgencyQuestion) -> None:
    subject = _subject(question.case_id, question.question_id)
    ask_for_attention(work, AttentionKind.QUESTION_OPEN, question.creditor_id, subject, question.kind.value)


def _off_the_list(work: Work, question: AgencyQuestion, resolution: str) -> None:
    ref = attention_of_question(question.case_id, question.question_id)
    work.seek(ref)
    settle_attention(work, ref, resolution)


def _tell(work: Work, event: EventType, case: Case, question: AgencyQuestion, **data: object) -> None:
    tell_of_case(work, event, case, question_id=question.question_id, kind=question.kind.value, **data)
