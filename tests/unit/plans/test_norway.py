"""Norway: inkassoloven and inkassoforskriften, forsinkelsesrenteloven § 3 a."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from fordring.domain.agency import Level
from fordring.domain.invoice import Reminder
from fordring.domain.late_interest import principal_course
from fordring.domain.law import LawRowMissing, law
from fordring.domain.lawful_letters import fee_allowed
from fordring.domain.ledger import Balance, Component, EntryKind
from fordring.domain.letter_charges import letter_on
from fordring.domain.reminder_plan import Anchor, PlanName, PlanStep
from tests.unit.plans.unpaid import (
    CALENDAR,
    DEMAND,
    DUE,
    NOTICE,
    REMINDER,
    TRANSFER,
    Course,
    days,
    named,
    paid_reminder,
    plan_of,
)

FEE = 3800


def test_a_letter_costs_something_from_14_days_after_the_due_date():
    """Inkassoforskriften § 1-2: a fee-bearing letter at the earliest 14 days after the due date."""
    course = Course(plan_of(paid_reminder(5)))
    coming = course.coming(DUE)
    assert (coming.planned_date, coming.first_date) == (DUE + days(5), DUE + days(14))
    assert [(each.reason, each.days) for each in coming.hurdles] == [("waiting_time", 14)]

    assert list(course.until(20).told()) == [("reminder", 14, 14, FEE)]


def test_a_free_notice_may_go_the_day_after_the_due_date():
    """Inkassoforskriften § 1-2: the 14 days are about the fee."""
    course = Course(plan_of(PlanStep(NOTICE, 0)))
    assert list(course.until(3).told()) == [("free_notice", 1, None, 0)]


def test_a_second_fee_needs_a_missed_deadline_of_14_days():
    """Inkassoforskriften § 1-3: two fees only after a missed deadline of at least 14 days in the first."""
    plan = plan_of(paid_reminder(14), paid_reminder(15))
    # 14 + 14 is the last day to pay; on the day after it has been missed.
    assert list(Course(plan).until(60).told()) == [("reminder", 14, 14, FEE), ("reminder", 29, 14, FEE)]


def test_on_the_last_day_to_pay_nothing_has_been_missed():
    """Inkassoforskriften § 1-3: whoever asks on day 28 whether a fee is allowed hears no, on day 29 yes."""
    debt = Course(plan_of(paid_reminder(14))).until(14).situation.debt
    for after, fee in ((28, 0), (29, FEE)):
        assert fee_allowed(law(), debt, REMINDER, DUE + days(after), agreed=False) == fee


def test_after_a_fee_with_a_shorter_deadline_the_next_letter_is_free():
    """Inkassoforskriften § 1-3: the creditor's own letter beside the plan gave the debtor ten days only."""
    course = Course(plan_of(paid_reminder(40)))
    course.record(Reminder("reminder", DUE + days(16), "letter", DUE + days(26), FEE))
    assert list(course.until(60).told())[1:] == [("reminder", 40, 16, 0)]


def test_at_most_two_letters_cost_something_and_a_notice_is_one_of_them():
    """Inkassoforskriften § 1-3: two reminders, or a reminder and a notice; what comes later is free."""
    steps = (paid_reminder(14), paid_reminder(29), PlanStep(DEMAND, 60, fee=True))
    told = list(Course(plan_of(*steps)).until(90).told())
    assert [fee for _, _, _, fee in told] == [FEE, FEE, 0]
    with_notice = (paid_reminder(14), PlanStep(DEMAND, 29, fee=True), paid_reminder(60))
    assert [fee for _, _, _, fee in Course(plan_of(*with_notice)).until(90).told()] == [FEE, FEE, 0]


def test_six_months_after_the_last_fee_counting_begins_anew():
    """Inkassoforskriften § 1-3: the second fee goes on 31 March; on 30 September six months are over."""
    due = date(2026, 3, 2)
    second = (date(2026, 3, 31) - due).days
    for after, fee in (((date(2026, 9, 30) - due).days, 0), ((date(2026, 10, 1) - due).days, FEE)):
        steps = (paid_reminder(14), paid_reminder(29), paid_reminder(after))
        told = list(Course(plan_of(*steps)).until(after).told())
        assert told[1][1] == second
        assert (told[2][1], told[2][3]) == (after, fee)


def test_a_notice_of_collection_leaves_14_days():
    """Inkassoloven § 9: at least 14 days from when it is sent, however short the plan would have it."""
    for wanted, left in ((None, 14), (5, 14), (21, 21)):
        course = Course(plan_of(PlanStep(DEMAND, 7, deadline_days=wanted)))
        assert list(course.until(10).told()) == [("notice_of_collection", 7, left, 0)]


def test_a_deadline_ends_on_a_bank_day():
    """Inkassoloven § 9, on a bank day: Saturday 28 March to Monday; Maundy Thursday to after Easter."""
    course = Course(plan_of(PlanStep(DEMAND, 12)))
    course.until(12)
    assert course.letters[0].deadline == date(2026, 3, 30)
    course = Course(plan_of(PlanStep(DEMAND, 17)))
    course.until(17)
    assert course.letters[0].deadline == date(2026, 4, 7)


@pytest.mark.parametrize(("sent", "fee"), [(date(2025, 12, 31), 3500), (date(2026, 1, 1), 3800)])
def test_the_fee_is_that_of_the_day_on_which_the_letter_goes(sent, fee):
    """Inkassoforskriften § 1-1: the rate is 700 NOK until 2025-12-31 and 750 NOK from 2026-01-01."""
    course = Course(plan_of(paid_reminder(14)), due=sent - days(14))
    assert [letter.fee for letter in course.until(14).letters] == [fee]


def test_the_lump_sum_offsets_fees():
    """Forsinkelsesrenteloven § 3 a: 460 NOK instead of 38, and no fee later; from July 2026 it is 430."""
    plan = plan_of(paid_reminder(14), paid_reminder(30), claims_compensation=True)
    for due, lump in ((DUE, 46000), (date(2026, 7, 1), 43000)):
        course = Course(plan, debtor="business", due=due).until(60)
        assert [(letter.fee, letter.compensation) for letter in course.letters] == [(0, lump), (0, 0)]
    consumer = Course(plan).until(60)
    assert [(letter.fee, letter.compensation) for letter in consumer.letters] == [(FEE, 0), (FEE, 0)]


def test_a_fee_that_was_charged_before_counts_against_the_lump_sum():
    """Forsinkelsesrenteloven § 3 a: the larger, not the sum: 460 NOK altogether."""
    course = Course(plan_of(paid_reminder(14), paid_reminder(30)), debtor="business").until(14)
    course.plan = plan_of(paid_reminder(14), paid_reminder(30), claims_compensation=True)
    course.until(60, 15)
    assert [(letter.fee, letter.compensation) for letter in course.letters] == [(FEE, 0), (0, 46000 - FEE)]


def test_a_lump_sum_that_was_charged_before_counts_against_fees():
    """Forsinkelsesrenteloven § 3 a, also where the plan has ceased to ask for it."""
    course = Course(
        plan_of(paid_reminder(14), paid_reminder(30), claims_compensation=True), debtor="business"
    )
    course.until(14)
    course.plan = plan_of(paid_reminder(14), paid_reminder(30))
    course.until(60, 15)
    assert [(letter.fee, letter.compensation) for letter in course.letters] == [(0, 46000), (0, 0)]


def test_collection_waits_for_the_notices_deadline():
    """Inkassoloven § 9: handed over the day after the deadline at the earliest."""
    plan = plan_of(PlanStep(NOTICE, 3), PlanStep(DEMAND, 14), PlanStep(TRANSFER, 15), level=Level.COLLECTION)
    told = list(Course(plan).until(60).told())
    assert told[1:] == [("notice_of_collection", 14, 14, 0), ("collection", 29, None, 0)]


def test_a_notice_with_too_short_a_deadline_runs_for_14_days():
    """Inkassoloven § 9: what the creditor sent itself said a week, and was too short."""
    plan = plan_of(PlanStep(NOTICE, 3), PlanStep(TRANSFER, 15), level=Level.COLLECTION)
    course = Course(plan)
    course.record(Reminder("notice_of_collection", DUE + days(10), "letter", DUE + days(17)))
    course.done = 1
    coming = course.coming(DUE + days(12))
    assert coming.first_date == DUE + days(25)
    assert [each.reason for each in coming.hurdles] == ["deadline_running", "notice_running"]


@pytest.mark.parametrize("because", ["another_currency", "compensation_was_larger", "a_third_letter"])
def test_a_fee_that_comes_to_nothing_takes_no_time_from_the_debtor(because):
    """Inkassoforskriften § 1-3: what the plan counts from such a letter's deadline comes after one."""
    after = PlanStep(REMINDER, 1, Anchor.LAST_DEADLINE, fee=True)
    plan = plan_of(paid_reminder(14), after, after, PlanStep(TRANSFER, 1, Anchor.LAST_DEADLINE))
    business = because == "compensation_was_larger"
    course = Course(
        replace(plan, claims_compensation=business), debtor="business" if business else "consumer"
    )
    if because == "another_currency":
        course.invoice = replace(course.invoice, currency="EUR", balance=Balance("EUR"))
        course.entries.clear()
        course.book(EntryKind.CHARGE, Component.PRINCIPAL, 1_000_000, DUE - days(14))
    course.until(100)
    assert [letter.fee for letter in course.letters] == {
        "another_currency": [0, 0, 0],
        "compensation_was_larger": [0, 0, 0],
        "a_third_letter": [3800, 3800, 0],
    }[because]
    gaps = [(later.on - earlier.on).days for earlier, later in pairwise(course.letters)]
    assert min(gaps) >= 15
    assert course.handed_over.on > course.letters[-1].on + days(14)


class TestTheRegime:
    """LOV-2026-05-22-19: once it is in force, only agencies send the notice of collection."""

    def plan(self, regime):
        return named(PlanName.TIGHT, Level.COLLECTION, agency_notice_from=regime)

    def test_the_agency_sends_the_notice_then(self):
        course = Course(self.plan(DUE + days(14)))
        assert list(course.until(60).told()) == [("free_notice", 3, None, 0), ("reminder", 14, None, 0)]

    def test_the_day_before_it_the_plan_sends_it(self):
        course = Course(self.plan(DUE + days(15)))
        assert list(course.until(60).told())[1:] == [
            ("notice_of_collection", 14, 14, 0),
            ("collection", 29, None, 0),
        ]

    def test_it_is_known_ahead(self):
        course = Course(self.plan(DUE + days(10))).until(3)
        coming = course.coming(DUE + days(4))
        assert (coming.step.kind, coming.level, coming.first_date) == (
            TRANSFER,
            Level.REMINDER,
            DUE + days(14),
        )

    def test_what_waits_for_its_own_fee_goes_when_it_begins(self):
        """A notice with a fee would wait for day 14; the agency needs no wait from day 12 on."""
        plan = plan_of(
            PlanStep(NOTICE, 3),
            PlanStep(DEMAND, 10, fee=True),
            PlanStep(TRANSFER, 1, Anchor.LAST_DEADLINE),
            level=Level.COLLECTION,
            agency_notice_from=DUE + days(12),
        )
        course = Course(plan).until(3)
        coming = course.coming(DUE + days(4))
        assert (coming.step.kind, coming.first_date) == (TRANSFER, DUE + days(12))
        assert coming.hurdles[-1].reason == "agency_sends_notice"
        assert list(course.until(30, 4).told())[1:] == [("reminder", 12, None, 0)]


def test_interest_is_told_from_the_first_real_reminder_on():
    """Forsinkelsesrenteloven § 2: the days before the letter at 12.00 per cent; a free notice claims none."""
    course = Course(plan_of(PlanStep(NOTICE, 3), paid_reminder(14)), asks_interest=True).until(14)
    assert course.interest == [(DUE + days(3), None), (DUE + days(14), round(1_000_000 * 0.12 * 13 / 365))]


def test_a_letter_goes_without_the_interest_that_no_row_tells():
    """No rate is carried over into 2027; the letter and its fee need none, and say which row is missing."""
    course = Course(
        plan_of(PlanStep(NOTICE, 3), paid_reminder(14)), due=date(2026, 12, 20), asks_interest=True
    )
    course.until(20)
    assert [(letter.kind, letter.on, letter.fee) for letter in course.letters] == [
        ("free_notice", date(2026, 12, 23), 0),
        ("reminder", date(2027, 1, 3), 3800),
    ]
    assert course.interest == [(date(2026, 12, 23), None), (date(2027, 1, 3), None)]
    assert course.untold == [
        {"country": "NO", "rule": "late_interest", "debtor_kind": "consumer", "on": "2027-01-01"}
    ]


def test_what_the_letter_itself_needs_is_refused_by_name():
    """Forsinkelsesrenteloven § 3 a: no lump sum is known of 2027, and the letter would claim it."""
    plan = plan_of(PlanStep(NOTICE, 3), paid_reminder(14), claims_compensation=True)
    course = Course(plan, debtor="business", due=date(2026, 12, 20), asks_interest=True)
    with pytest.raises(LawRowMissing) as missing:
        course.until(20)
    assert [letter.kind for letter in course.letters] == ["free_notice"]
    assert missing.value.facts["rule"] == "late_compensation"


def test_before_the_first_row_everything_is_refused():
    """Inkassoforskriften § 1-2: its fractions hold from 2020-10-01 on; nothing is said of before."""
    course = Course(plan_of(paid_reminder(14)), due=date(2020, 8, 1))
    with pytest.raises(LawRowMissing):
        course.until(20)


def test_interest_follows_the_ledger():
    """Forsinkelsesrenteloven § 2: half is credited on day 7: six days on all, and seven on half."""
    course = Course(plan_of(PlanStep(REMINDER, 14)), asks_interest=True)
    course.book(EntryKind.CREDIT, Component.PRINCIPAL, 500_000, DUE + days(7))
    assert principal_course(course.entries, "NOK")[-1] == (DUE + days(7), 500_000)
    _, charges = letter_on(law(), course.situation, course.plan.steps[0], DUE + days(14), CALENDAR)
    assert charges.interest == round(0.12 * (1_000_000 * 6 + 500_000 * 7) / 365)
