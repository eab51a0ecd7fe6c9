"""When a letter may go at the earliest, what it may cost, and which deadline it sets: the law, applied.

Source: inkassoloven §§ 9, 10 and 17, inkassoforskriften kapittel 1 (NO), inkassolagen 5 § and lag
(1981:739) (SE), saatavien perinnästä annettu laki (FI), renteloven § 9 b and inkassoloven § 10 (DK); the
figures are rows of ``domain.law``.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from fordring.domain.bank_days import BankCalendar, is_bank_day
from fordring.domain.invoice import Reminder
from fordring.domain.law import Law
from fordring.domain.reminder_plan import PlanStep, StepKind
from fordring.domain.values import dataclass

DAY: Final = timedelta(days=1)

REASONS: Final = {
    "after_due_date": "nothing is overdue on the due date",
    "deadline_running": "the deadline in the last letter has not passed",
    "notice_running": "the time of the notice of collection has not passed",
    "one_letter_a_day": "a letter was sent that day",
    "waiting_time": "the waiting time before a letter may cost something",
    "fee_gap": "the time between two letters that cost something",
    "plan_pace": "what was missed is caught up with at twice the plan's pace at the most",
    "agency_sends_notice": "from then on only an agency may send the notice of collection",
}
"""Why a step does not happen earlier."""


@dataclass(frozen=True, slots=True)
class Hurdle:
    """Something that does not allow a step before a day; ``days`` is the rule's figure, where it has one."""

    reason: str
    first: date
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """What the law looks at: whose law, who owes, since when, which letters have gone, and the principal."""

    country: str
    debtor_kind: str
    due_date: date
    letters: tuple[Reminder, ...]
    principal: int

    @property
    def last(self) -> Reminder | None:
        """The last letter; of several on one day the one with the latest deadline."""
        return max(
            self.letters,
            key=lambda letter: (letter.sent_date, letter.deadline_date or letter.sent_date),
            default=None,
        )


def hurdles(law: Law, debt: Debt, step: PlanStep, on: date) -> Iterable[Hurdle]:
    """Tell everything that stands before a step, whatever the plan says.

    Parameters
    ----------
    on
        As of which day: whose rows of law are looked at.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    yield Hurdle("after_due_date", debt.due_date + DAY)
    for letter in debt.letters:
        if letter.deadline_date is not None:
            yield Hurdle("deadline_running", letter.deadline_date + DAY)
    if debt.last is not None:
        yield Hurdle("one_letter_a_day", debt.last.sent_date + DAY)
    if step.fee and step.is_letter:
        yield from _before_a_fee(law, debt, on)


def _before_a_fee(law: Law, debt: Debt, on: date) -> Iterable[Hurdle]:
    wait = law.number(debt.country, "first_fee_after_days", debt.debtor_kind, on)
    if wait is not None:
        yield Hurdle("waiting_time", debt.due_date + timedelta(days=wait), wait)
    # Finland counts from the previous reminder to a consumer, free or not; others from the last fee.
    every = debt.country == "FI" and debt.debtor_kind == "consumer"
    last = max((letter.sent_date for letter in debt.letters if every or letter.fee), default=None)
    if last is not None:
        gap = law.number(debt.country, "fee_gap_days", debt.debtor_kind, on)
        if gap is not None:
            yield Hurdle("fee_gap", last + timedelta(days=gap), gap)


def before_collection(law: Law, debt: Debt) -> Iterable[Hurdle]:
    """Tell what stands before a transfer for collection: every notice's deadline, and the law's time for it.

    Without a notice nothing is told: it is refused then, whatever the day.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    for letter in debt.letters:
        if letter.kind == StepKind.NOTICE_OF_COLLECTION:
            days = law.number(debt.country, "notice_deadline_days", debt.debtor_kind, letter.sent_date) or 0
            lawful = letter.sent_date + timedelta(days=days)
            # A shorter deadline than the law's was none.
            yield Hurdle("notice_running", max(lawful, letter.deadline_date or lawful) + DAY, days)


def fee_allowed(law: Law, debt: Debt, kind: StepKind, sent: date, *, agreed: bool) -> int:
    """Give what a letter may cost that is sent on a day, minor units; 0: it is free.

    Parameters
    ----------
    agreed
        Whether a fee was agreed when the debt arose; Sweden asks for that.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    if kind in (StepKind.FREE_NOTICE, StepKind.TRANSFER):
        return 0
    country, who = debt.country, debt.debtor_kind
    if must_be_agreed(country, kind) and not agreed:
        return 0
    if any(sent < hurdle.first for hurdle in _before_a_fee(law, debt, sent)):
        return 0
    charged = _counted(law, debt, sent)
    most = law.number(country, "most_fee_letters", who, sent)
    if most is not None and len(charged) >= most:
        return 0
    if charged and not _may_follow(law, debt, charged[-1], sent):
        return 0
    if country == "SE" and kind is StepKind.NOTICE_OF_COLLECTION:
        return law.demand_fee(country, who, sent, debt.principal)
    fee = law.reminder_fee(country, who, sent)
    if country == "FI" and who == "consumer":
        most_of_all = law.by_principal(country, "cost_cap", who, sent, debt.principal)
        fee = min(fee, max(0, most_of_all - sum(letter.fee for letter in debt.letters)))
    return fee


def must_be_agreed(country: str, kind: StepKind) -> bool:
    """Whether a fee is lawful only where it was agreed when the debt arose (lag 1981:739)."""
    return country == "SE" and kind is StepKind.REMINDER


def must_state_interest(country: str, kind: StepKind) -> bool:
    """Whether a letter is none of its kind without the figures of its interest (inkassolagen 5 §)."""
    return country == "SE" and kind is StepKind.NOTICE_OF_COLLECTION


def _counted(law: Law, debt: Debt, sent: date) -> Sequence[Reminder]:
    """Give the letters that have cost something and still count on a day, in the order of time."""
    charged = sorted((letter for letter in debt.letters if letter.fee), key=lambda letter: letter.sent_date)
    if not charged:
        return charged
    months = law.number(debt.country, "fee_count_reset_months", debt.debtor_kind, sent)
    return [] if months is not None and sent > months_after(charged[-1].sent_date, months) else charged


def _may_follow(law: Law, debt: Debt, before: Reminder, sent: date) -> bool:
    """Whether a letter may cost something after one that did."""
    days = law.number(debt.country, "fee_letter_deadline_days", debt.debtor_kind, before.sent_date)
    if days is None:
        return True
    # The debtor must have missed a deadline of at least so many days, which that letter set.
    deadline = before.deadline_date
    return deadline is not None and before.sent_date + timedelta(days=days) <= deadline < sent


def deadline_of(
    law: Law, debt: Debt, step: PlanStep, sent: date, calendar: BankCalendar | None
) -> date | None:
    """Give the deadline that a letter sets: the plan's or the law's, whichever is longer, on a bank day.

    A free notice sets one only if the plan does. A step with a fee sets the one that such a letter needs,
    also where the fee comes to nothing that day: what is counted from the deadline would come at once.

    Parameters
    ----------
    calendar
        ``None``: every day counts as a bank day, where a plan is looked at and no date is known.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    if not step.is_letter:
        return None
    wanted = [step.deadline_days or 0]
    if step.fee:
        wanted.append(law.number(debt.country, "fee_letter_deadline_days", debt.debtor_kind, sent) or 0)
    if step.kind is StepKind.NOTICE_OF_COLLECTION:
        wanted.append(law.number(debt.country, "notice_deadline_days", debt.debtor_kind, sent) or 0)
    if not max(wanted):
        return None
    day = sent + timedelta(days=max(wanted))
    while calendar is not None and not is_bank_day(day, debt.country, calendar):
        day += DAY
    return day


def months_after(day: date, months: int) -> date:
    """Give the same day some months later; the last of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    message = "no month is shorter than 28 days"
    raise AssertionError(message)
