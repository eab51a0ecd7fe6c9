"""The named plans: calm, recommended and tight (Fiken), on time, late, and with less to do."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain.agency import Level
from fordring.domain.following_up import look_ahead
from fordring.domain.law import law
from fordring.domain.ledger import Component, EntryKind
from fordring.domain.money import Money
from fordring.domain.reminder_plan import PlanName, PlanStep, Sender
from fordring.domain.situation import stopped_by
from tests.law_checker import violations
from tests.unit.plans.unpaid import CALENDAR, DUE, NOTICE, Course, days, faults, named, plan_of

PLANS = [
    pytest.param(PlanName.TIGHT, (3,), 14, marks=pytest.mark.capability("FIK-4", "FIK-5", "FIK-6")),
    pytest.param(PlanName.RECOMMENDED, (5, 10), 21, marks=pytest.mark.capability("FIK-4", "FIK-5", "FIK-8")),
    pytest.param(PlanName.CALM, (7, 14, 21), 28, marks=pytest.mark.capability("FIK-4", "FIK-5", "FIK-7")),
]


@pytest.mark.parametrize("country", ["NO", "SE", "FI", "DK"])
@pytest.mark.parametrize(("name", "notices", "transfer"), PLANS)
def test_the_agency_gets_it_for_reminders(name, notices, transfer, country):
    """Free notices, counted from the due date, and then the agency, which sends the notice of collection."""
    told = list(Course(named(name), country).until(60).told())
    assert told == [*(("free_notice", at, None, 0) for at in notices), ("reminder", transfer, None, 0)]


@pytest.mark.parametrize(("name", "notices", "transfer"), PLANS)
def test_for_collection_it_waits_for_the_notice(name, notices, transfer):
    """The notice goes on the day of the transfer, and the transfer the day after its deadline."""
    due = date(2026, 8, 3)  # far from any holiday: the deadlines end on Mondays
    told = list(Course(named(name, Level.COLLECTION), due=due).until(90).told())
    assert told == [
        *(("free_notice", at, None, 0) for at in notices),
        ("notice_of_collection", transfer, 14, 0),
        ("collection", transfer + 15, None, 0),
    ]


@pytest.mark.parametrize("country", ["NO", "SE", "FI", "DK"])
@pytest.mark.parametrize("level", [Level.REMINDER, Level.COLLECTION])
@pytest.mark.parametrize("name", [PlanName.TIGHT, PlanName.RECOMMENDED, PlanName.CALM])
def test_a_named_plan_breaks_no_law(name, level, country):
    assert faults(named(name, level), country) == {}


@pytest.mark.parametrize(
    ("name", "since", "taken"),
    [
        (PlanName.CALM, 17, [17, 21, 25, 29]),
        (PlanName.CALM, 60, [60, 64, 68, 72]),
        (PlanName.RECOMMENDED, 60, [60, 63, 69]),
        (PlanName.TIGHT, 60, [60, 66]),
        # Nearly on time, and on time again.
        (PlanName.CALM, 8, [8, 14, 21, 28]),
        (PlanName.CALM, 13, [13, 17, 21, 28]),
        (PlanName.RECOMMENDED, 12, [12, 15, 21]),
        (PlanName.TIGHT, 13, [13, 19]),
    ],
)
def test_days_that_were_missed_are_caught_up_at_twice_the_plans_pace(name, since, taken):
    """Nobody looked until then: no step is left out, and nobody gets a letter a day and then the agency."""
    told = [after for _, after, _, _ in Course(named(name)).until(100, since).told()]
    assert told == taken


def test_a_deadline_says_itself_how_long_the_debtor_has():
    """A letter with a deadline is followed when that is over, however late both are."""
    plan = plan_of(PlanStep(NOTICE, 5, deadline_days=3), PlanStep(NOTICE, 30))
    assert [after for _, after, _, _ in Course(plan).until(80, 50).told()] == [50, 54]


def test_a_step_that_waits_for_the_plans_pace_says_so():
    course = Course(named(PlanName.CALM)).until(60, 60)
    coming = course.coming(DUE + days(60))
    assert (coming.planned_date, coming.first_date) == (DUE + days(14), DUE + days(64))
    assert [(each.reason, each.days) for each in coming.hurdles] == [
        ("one_letter_a_day", None),
        ("plan_pace", 4),
    ]


def test_many_runs_in_a_day_take_one_step():
    course = Course(named(PlanName.CALM))
    for _ in range(5):
        course.run(DUE + days(30))
    assert len(course.taken) == 1


def test_a_run_with_an_earlier_date_takes_nothing_twice():
    """A run that comes late with yesterday's date finds the letter of today, and waits."""
    course = Course(named(PlanName.CALM)).until(14, 14)
    course.run(DUE + days(13))
    assert [letter.on for letter in course.letters] == [DUE + days(14)]


@pytest.mark.parametrize("level", [Level.REMINDER, Level.COLLECTION])
@pytest.mark.parametrize("local_steps", [0, 1, 2, 3, 9])
def test_fewer_reminders_go_out_before_the_agency(level, local_steps):
    """ZIR-26: so many reminders; the notice that collection needs is none of them."""
    course = Course(named(PlanName.CALM, level, local_steps=local_steps)).until(90)
    notices = [letter for letter in course.letters if letter.kind == "free_notice"]
    assert [(each.on - DUE).days for each in notices] == [7, 14, 21][:local_steps]
    after = 28 if level is Level.REMINDER else 28 + 15
    assert (course.handed_over.on - DUE).days == after
    assert violations(course.claim, course.letters, course.handed_over) == []


def test_where_the_agency_reminds_nothing_goes_before():
    """VIS-3, ZIR-27: no letter of the creditor's, and the agency has it the day after the due date."""
    assert list(Course(named(PlanName.CALM, sender=Sender.AGENCY)).until(60).told()) == [
        ("reminder", 1, None, 0)
    ]
    assert list(Course(plan_of(PlanStep(NOTICE, 3), sender=Sender.AGENCY)).until(60).told()) == []


def test_an_objection_stops_the_run_at_once():
    """Inkassoloven § 11 and god inkassoskikk: no letter while the debtor objects; then the plan goes on."""
    course = Course(named(PlanName.CALM)).until(7)
    course.object_on(DUE + days(14))
    assert stopped_by(course.situation) == "disputed"
    course.until(39, 14)
    assert len(course.letters) == 1
    course.resolve_on(DUE + days(40))
    assert [after for _, after, _, _ in course.until(60, 40).told()] == [7, 40, 44, 48]


STOPPING = {
    "settled": lambda course: course.book(
        EntryKind.PAYMENT, Component.PRINCIPAL, course.principal, DUE + days(9)
    ),
    "below_minimum": lambda course: course.book(
        EntryKind.CREDIT, Component.PRINCIPAL, course.principal - 99_99, DUE + days(9)
    ),
    "excluded_from_dunning": lambda course: setattr(
        course, "invoice", replace(course.invoice, excluded_from_dunning=True)
    ),
    "owned_by_agency": lambda course: setattr(course, "invoice", replace(course.invoice, owner="agency")),
    "plan_ended": lambda course: setattr(
        course, "plan", replace(course.plan, ended_at=course.plan.created_at)
    ),
}


@pytest.mark.parametrize("reason", STOPPING)
def test_what_stops_it_stops_it_on_the_spot(reason):
    course = Course(named(PlanName.CALM, minimum=Money(100_00, "NOK"))).until(13)
    assert stopped_by(course.situation) is None
    STOPPING[reason](course)
    assert stopped_by(course.situation) == reason
    assert len(course.until(60, 14).letters) == 1


@pytest.mark.parametrize("block", ["collection_ban", "debtor_deceased"])
def test_a_debtor_who_is_dead_or_protected_gets_no_letter(block):
    situation = replace(
        Course(named(PlanName.CALM)).situation, debtor_blocks=("billing_address_incomplete", block)
    )
    assert stopped_by(situation) == block


def test_a_later_due_date_is_followed():
    """The creditor has given more time: what is to come is counted from the new due date."""
    course = Course(named(PlanName.TIGHT)).until(3)
    course.invoice = replace(course.invoice, terms=replace(course.invoice.terms, due_date=DUE + days(20)))
    assert course.coming(DUE + days(4)).first_date == DUE + days(34)


def test_all_that_is_to_come_is_told_ahead():
    ahead = list(look_ahead(law(), Course(named(PlanName.TIGHT, Level.COLLECTION)).situation, DUE, CALENDAR))
    assert [(each.next.step.kind, (each.next.first_date - DUE).days) for each in ahead] == [
        ("free_notice", 3),
        ("notice_of_collection", 14),
        ("transfer", 29),
    ]
    assert [each.next.level for each in ahead] == [None, None, Level.COLLECTION]
