"""A creditor's own plan that breaks the law is refused, with the first lawful day."""

from datetime import date

import pytest

from fordring.domain.agency import Level
from fordring.domain.law import LawRowMissing
from fordring.domain.reminder_plan import Anchor, PlanStep
from tests.unit.plans.unpaid import (
    DEMAND,
    DUE,
    NOTICE,
    REMINDER,
    TRANSFER,
    days,
    faults,
    paid_reminder,
    plan_of,
)


@pytest.mark.capability("FIK-5")
def test_the_first_lawful_day_is_told():
    """Inkassoforskriften § 1-2: a fee 10 days after the due date is four days too early."""
    found = faults(plan_of(PlanStep(NOTICE, 3), paid_reminder(10)))
    assert list(found) == ["/steps/1/days"]
    code, detail = found["/steps/1/days"]
    assert code == "too_early"
    assert "the due date + 14 days" in detail
    assert "days is at least 14" in detail
    assert faults(plan_of(PlanStep(NOTICE, 3), paid_reminder(14))) == {}


def test_what_is_counted_from_the_last_letter_is_told_so():
    """Ten days after a free notice on day 3 is day 13: one day too early, so that eleven would do."""
    found = faults(plan_of(PlanStep(NOTICE, 3), PlanStep(REMINDER, 10, Anchor.LAST_LETTER, fee=True)))
    assert "the due date + 14 days, so that days is at least 11" in found["/steps/1/days"][1]


def test_of_several_hurdles_the_last_one_is_told():
    """The deadline of day 28 is later than the waiting time of day 14."""
    found = faults(plan_of(PlanStep(NOTICE, 1, deadline_days=27), paid_reminder(10)))
    assert found["/steps/1/days"][1].startswith("the deadline in the last letter has not passed")
    assert "the due date + 29 days" in found["/steps/1/days"][1]


@pytest.mark.parametrize("weekday", range(7))
def test_the_weekday_makes_no_plan_unlawful(weekday):
    """A deadline of 14 days from day 14 ends on day 28 whatever day that is: day 29 is lawful."""
    plan = plan_of(paid_reminder(14), paid_reminder(29))
    assert faults(plan, due=DUE + days(weekday)) == {}
    assert "/steps/1/days" in faults(plan_of(paid_reminder(14), paid_reminder(28)), due=DUE + days(weekday))


def test_two_steps_that_are_alike_are_told_apart():
    """The third is the first one again, and is too early where the first was not."""
    notice = PlanStep(NOTICE, 1, Anchor.LAST_LETTER)
    plan = plan_of(notice, PlanStep(NOTICE, 5, deadline_days=10), notice)
    assert list(faults(plan)) == ["/steps/2/days"]


def test_a_step_keeps_its_place_when_others_are_left_out():
    """With one local step the second reminder is left out, and the notice is still the third step."""
    plan = plan_of(
        PlanStep(NOTICE, 3),
        PlanStep(NOTICE, 6),
        PlanStep(DEMAND, 3),
        PlanStep(TRANSFER, 1, Anchor.LAST_DEADLINE),
        level=Level.COLLECTION,
        local_steps=1,
    )
    assert list(faults(plan)) == ["/steps/2/days"]


def test_collection_before_the_notices_deadline_is_refused():
    """Inkassoloven § 9: a notice on day 14 runs until day 28."""
    plan = plan_of(PlanStep(NOTICE, 3), PlanStep(DEMAND, 14), PlanStep(TRANSFER, 20), level=Level.COLLECTION)
    assert "the due date + 29 days" in faults(plan)["/steps/2/days"][1]


def test_a_third_fee_is_refused_until_six_months_are_over():
    """Inkassoforskriften § 1-3."""
    found = faults(plan_of(paid_reminder(14), paid_reminder(29), paid_reminder(60)))
    assert list(found) == ["/steps/2/fee"]
    code, detail = found["/steps/2/fee"]
    assert code == "fee_not_allowed"
    assert f"the due date + {(date(2026, 10, 1) - DUE).days} days" in detail


def test_a_fourth_fee_in_denmark_is_never_lawful():
    """Renteloven § 9 b."""
    found = faults(plan_of(*(paid_reminder(at) for at in (1, 11, 21, 31))), "DK")
    assert found == {
        "/steps/3/fee": ("fee_not_allowed", "for a consumer in DK no more letters may cost something")
    }


def test_swedens_fee_must_have_been_agreed():
    """Lag (1981:739); the demand needs no agreement, and businesses may be asked for the lump sum."""
    steps = (paid_reminder(3), PlanStep(DEMAND, 10, fee=True))
    assert {pointer: code for pointer, (code, _) in faults(plan_of(*steps), "SE").items()} == {
        "/steps/0/fee": "fee_not_agreed"
    }
    assert faults(plan_of(*steps, fees_agreed=True), "SE") == {}
    assert faults(plan_of(*steps, claims_compensation=True), "SE") == {}


def test_what_is_lawful_for_businesses_only_is_refused():
    """Finland: ten days after another fee are enough for a business, not for a consumer."""
    found = faults(plan_of(paid_reminder(14), paid_reminder(24)), "FI")
    assert "for a consumer in FI the first lawful day is the due date + 28 days" in found["/steps/1/days"][1]


def test_steps_that_make_no_sense_are_refused():
    plan = plan_of(
        PlanStep(TRANSFER, 30),
        PlanStep(NOTICE, 40, fee=True),
        level=Level.COLLECTION,
    )
    assert {pointer: code for pointer, (code, _) in faults(plan).items()} == {
        "/steps/0/kind": "not_last",
        "/steps/1/fee": "free_notice_with_fee",
        "/steps": "notice_of_collection_missing",
    }


def test_where_there_is_no_row_the_plan_is_refused_by_name():
    """Denmark's lump sum has no row: a plan that would ask for it is not taken."""
    with pytest.raises(LawRowMissing):
        faults(plan_of(paid_reminder(3), claims_compensation=True), "DK")
