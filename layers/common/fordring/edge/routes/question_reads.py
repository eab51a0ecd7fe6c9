"""The agency's questions: the routes that read."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.refs import Listing
from fordring.edge.call import Call
from fordring.edge.listing import answer_list
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.one_case import case_in_path
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.questions import QuestionQuery, ToldQuestions, tell_question


def list_questions(call: Call) -> Answer:
    """List what the agencies want to know of a creditor."""
    asked = call.asked(QuestionQuery)
    ref = things.CREDITOR(call.creditor_id)
    work = call.read(ref)
    work.get(ref)
    listing = Listing(things.QUESTION, "questions_of", (call.creditor_id,), f"{asked.state}#")
    return answer_list(call, listing, lambda question: tell_question(question, work.now))


def list_case_questions(call: Call) -> Answer:
    """List what the agency has asked about a case."""
    case, work = case_in_path(call)
    listing = Listing(things.QUESTION, "questions_of_case", (case.case_id,))
    return answer_list(call, listing, lambda question: tell_question(question, work.now))


QUESTION_READ_ROUTES = (
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/questions",
        list_questions,
        "List the agencies' questions",
        "cases",
        Scope.READ,
        {200: ToldQuestions},
        query=QuestionQuery,
        description="Those that wait for an answer, by deadline, or those that were answered or withdrawn.",
    ),
    Route(
        "GET",
        "/v1/cases/{case_id}/questions",
        list_case_questions,
        "List the agency's questions about a case",
        "cases",
        Scope.READ,
        {200: ToldQuestions},
        query=Paging,
    ),
)
