"""Sweden, Finland and Denmark: what letters cost there, and when they may go."""

from datetime import date

import pytest

from fordring.domain.agency import Level
from fordring.domain.invoice import Reminder
from fordring.domain.law import LawRowMissing
from fordring.domain.reminder_plan import PlanName, PlanStep
from tests.unit.plans.unpaid import DEMAND, DUE, NOTICE, REMINDER, Course, days, named, paid_reminder, plan_of


def charges(course):
    return [(letter.fee, letter.compensation) for letter in course.letters]


class TestSweden:
    """Lag (1981:739) om ersättning för inkassokostnader; inkassolagen (1974:182) 5 §."""

    @pytest.mark.parametrize(("agreed", "fee"), [(True, 6000), (False, 0)])
    def test_a_reminder_costs_60_only_where_that_was_agreed(self, agreed, fee):
        """Lag (1981:739): for a reminder only what was agreed when the debt arose."""
        course = Course(plan_of(paid_reminder(1), paid_reminder(2), fees_agreed=agreed), "SE")
        assert list(course.until(10).told()) == [("reminder", 1, None, fee), ("reminder", 2, None, fee)]

    def test_the_demand_costs_180_without_an_agreement_and_leaves_8_days(self):
        """Inkassolagen 5 §: at least 8 days from sending; lag (1981:739): 180 SEK."""
        course = Course(plan_of(PlanStep(DEMAND, 10, fee=True)), "SE")
        assert list(course.until(10).told()) == [("notice_of_collection", 10, 8, 18000)]

    def test_a_business_pays_450_instead_of_the_ordinary_cost(self):
        """Lag (1981:739): 450 SEK for late payment, instead of fees, agreed or not; no consumer pays it."""
        plan = plan_of(paid_reminder(3), PlanStep(DEMAND, 10, fee=True), claims_compensation=True)
        assert charges(Course(plan, "SE", "business").until(30)) == [(0, 45000), (0, 0)]
        assert charges(Course(plan, "SE").until(30)) == [(0, 0), (18000, 0)]

    def test_the_eve_of_midsummer_is_no_bank_day(self):
        """Inkassolagen 5 §: eight days from the 11th end on Midsummer Eve 2026, and so on Monday the 22nd."""
        course = Course(plan_of(PlanStep(DEMAND, 10)), "SE", due=date(2026, 6, 1)).until(10)
        assert course.letters[0].deadline == date(2026, 6, 22)

    def test_interest_after_the_last_rate_is_not_told_and_a_demand_waits_for_it(self):
        """Inkassolagen 5 §: a demand states its interest, rate and time; a reminder may leave it out."""
        plan = plan_of(PlanStep(REMINDER, 10))
        before = Course(plan, "SE", due=date(2024, 6, 10), asks_interest=True).until(10)
        assert before.interest == [(date(2024, 6, 20), round(1_000_000 * 0.12 * 9 / 366))]
        after = Course(plan, "SE", due=date(2024, 12, 25), asks_interest=True).until(10)
        assert after.interest == [(date(2025, 1, 4), None)]
        assert [row["on"] for row in after.untold] == ["2025-01-01"]
        demand = Course(plan_of(PlanStep(DEMAND, 10)), "SE", due=date(2024, 12, 25), asks_interest=True)
        with pytest.raises(LawRowMissing) as missing:
            demand.until(10)
        assert (missing.value.facts["rule"], missing.value.facts["on"]) == ("late_interest", "2025-01-01")


class TestFinland:
    """Saatavien perinnästä annettu laki (513/1999) 5 § and 10 a §; laki (30/2013)."""

    def test_a_consumer_pays_5_from_14_days_after_the_due_date(self):
        """Perintälaki 10 a §: 5 EUR, 14 days after the due date; then 14 days after the one before."""
        course = Course(plan_of(paid_reminder(3), paid_reminder(20), paid_reminder(40)), "FI")
        told = [(after, fee) for _, after, _, fee in course.until(90).told()]
        # Usually at most two (kkv.fi): the third is free.
        assert told == [(14, 500), (28, 500), (42, 0)]

    def test_also_a_free_reminder_is_waited_for(self):
        """Perintälaki 10 a §: 14 days from the previous reminder, whatever that cost."""
        course = Course(plan_of(PlanStep(NOTICE, 10), paid_reminder(14), paid_reminder(28)), "FI").until(24)
        course.record(Reminder("free_notice", DUE + days(30), "letter"))
        told = [(after, fee) for _, after, _, fee in course.until(90, 30).told()]
        assert told == [(10, 0), (24, 500), (30, 0), (44, 500)]

    def test_a_business_pays_12_each_ten_days(self):
        """Saatavien perinnästä annettu laki, since 2022-05-01: 12 EUR, ten days apart, however many."""
        steps = [paid_reminder(at) for at in (1, 5, 30, 35)]
        course = Course(plan_of(*steps), "FI", "business")
        told = [(after, fee) for _, after, _, fee in course.until(90).told()]
        assert told == [(1, 1200), (11, 1200), (30, 1200), (40, 1200)]

    def test_before_may_2022_nothing_is_known_of_businesses(self):
        """Saatavien perinnästä annettu laki: the 12 EUR hold from 2022-05-01 on."""
        with pytest.raises(LawRowMissing):
            Course(plan_of(paid_reminder(14)), "FI", "business", due=date(2022, 4, 10)).until(20)
        known = Course(plan_of(paid_reminder(14)), "FI", "business", due=date(2022, 4, 17)).until(20)
        assert charges(known) == [(1200, 0)]

    def test_a_business_pays_at_most_40_for_late_payment(self):
        """Laki (30/2013) 10 e §: 40 EUR for an invoice, instead of fees."""
        plan = plan_of(paid_reminder(3), paid_reminder(14), claims_compensation=True)
        assert charges(Course(plan, "FI", "business").until(30)) == [(0, 4000), (0, 0)]

    def test_a_small_debts_costs_are_capped(self):
        """Perintälaki 10 a §: 60 EUR altogether up to 100; the creditor's own letters have cost 58 before."""
        course = Course(plan_of(paid_reminder(40)), "FI", principal=10_000)
        course.record(Reminder("reminder", DUE + days(14), "letter", None, 5_800))
        course.until(60)
        assert charges(course)[1:] == [(200, 0)]

    @pytest.mark.parametrize(("debtor", "left"), [("consumer", 14), ("business", 10)])
    def test_the_last_letter_leaves_14_or_10_days(self, debtor, left):
        """Perintälaki 5 §: a professional demands payment 14 days after a reminder to a consumer."""
        plan = named(PlanName.TIGHT, Level.COLLECTION)
        told = list(Course(plan, "FI", debtor).until(60).told())
        assert told == [
            ("free_notice", 3, None, 0),
            ("notice_of_collection", 14, left, 0),
            ("collection", 14 + left + 1, None, 0),
        ]

    def test_consumers_and_businesses_pay_different_interest(self):
        """Korkolaki 4 § and maksuehtolaki: 9.5 and 10.5 per cent from 2026-01-01; nothing after June yet."""
        plan = plan_of(PlanStep(REMINDER, 14))
        for debtor, rate in (("consumer", 0.095), ("business", 0.105)):
            course = Course(plan, "FI", debtor, asks_interest=True).until(14)
            assert course.interest == [(DUE + days(14), round(1_000_000 * rate * 13 / 365))]
        later = Course(plan, "FI", due=date(2026, 6, 25), asks_interest=True).until(14)
        assert later.interest == [(date(2026, 7, 9), None)]


class TestDenmark:
    """Renteloven § 9 b, inkassoloven § 10."""

    def test_three_reminders_cost_100_each_ten_days_apart(self):
        """Renteloven § 9 b: at most three, ten days between them; the fourth is free."""
        course = Course(plan_of(*(paid_reminder(at) for at in (1, 2, 3, 4))), "DK")
        told = [(after, fee) for _, after, _, fee in course.until(90).told()]
        assert [fee for _, fee in told] == [10000, 10000, 10000, 0]
        assert [after for after, _ in told[:3]] == [1, 11, 21]

    def test_the_notice_leaves_ten_days(self):
        """Inkassoloven § 10: at least ten days from sending."""
        course = Course(plan_of(PlanStep(DEMAND, 3)), "DK").until(3)
        # Day 13 after the due date would be a Sunday.
        assert course.letters[0].deadline == DUE + days(14)

    def test_what_is_not_sourced_is_refused(self):
        """Renteloven § 5 and § 9 a: no rate before 2023 and no lump sum is sourced: nothing is guessed."""
        lump = Course(plan_of(paid_reminder(3), claims_compensation=True), "DK", "business")
        with pytest.raises(LawRowMissing) as missing:
            lump.until(5)
        assert missing.value.facts["rule"] == "late_compensation"
        interest = Course(plan_of(PlanStep(REMINDER, 3)), "DK", due=date(2022, 12, 1), asks_interest=True)
        assert interest.until(5).interest == [(date(2022, 12, 4), None)]

    def test_interest_is_the_lending_rate_and_eight(self):
        """Renteloven § 5: 11.50 per cent from 2024-07-01 on, by the days of the calendar year."""
        due = date(2024, 8, 1)
        course = Course(plan_of(PlanStep(REMINDER, 10)), "DK", due=due, asks_interest=True).until(10)
        assert course.interest == [(due + days(10), round(1_000_000 * 0.115 * 9 / 366))]
