"""What an agency asks the creditor about a case, and what the creditor answers (BEY-7)."""

from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.values import dataclass


class QuestionKind(StrEnum):
    """What a question is about; what an agency asks in other words is ``other``."""

    BEFORE_TRATTA = "before_tratta"
    """May a demand with threat of publication go out? Only when nothing speaks against the claim."""
    LEGAL_ACTION = "legal_action"
    PAYMENT_PLAN = "payment_plan"
    ADDRESS = "address"
    DOCUMENTATION = "documentation"
    OTHER = "other"


ASKS_FOR_LEAVE: Final = frozenset(
    {QuestionKind.BEFORE_TRATTA, QuestionKind.LEGAL_ACTION, QuestionKind.PAYMENT_PLAN}
)
"""The questions that are answered with yes or no, and with words only if there is something to add."""


@dataclass(frozen=True, slots=True)
class AgencyQuestion:
    """One question of an agency. Both texts are personal data and live here only.

    Parameters
    ----------
    question_id, agency_question_id
        The hub's id for it, and the agency's own.
    country
        Whose days count for the deadline.
    deadline_date
        Until when the agency waits for an answer; ``None`` when it has not said.
    proceed, answer
        What was answered: yes or no where leave is asked for, and words.
    """

    case_id: str
    question_id: str
    creditor_id: str
    debtor_id: str
    agency: str
    country: str
    kind: QuestionKind
    text: str = field(repr=False)
    asked_at: datetime = field(kw_only=True)
    agency_question_id: str = field(kw_only=True)
    deadline_date: date | None = field(default=None, kw_only=True)
    proceed: bool | None = field(default=None, kw_only=True)
    answer: str | None = field(default=None, repr=False, kw_only=True)
    answered_at: datetime | None = field(default=None, kw_only=True)
    withdrawn_at: datetime | None = field(default=None, kw_only=True)

    @property
    def state(self) -> str:
        """``open``, ``answered``, or ``withdrawn`` by the agency or by the end of the case."""
        if self.answered_at is not None:
            return "answered"
        return "open" if self.withdrawn_at is None else "withdrawn"

    def overdue(self, now: datetime) -> bool:
        """Whether the agency has waited past its deadline."""
        if self.state != "open" or self.deadline_date is None:
            return False
        # Time zones are loaded when a deadline is looked at, not with every question.
        from fordring.domain.calendar import local_date

        return self.deadline_date < local_date(now, self.country)
