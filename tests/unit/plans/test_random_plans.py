"""Any plan, any invoice, anything that happens on the way: the law is kept, and every step comes."""

import re
from dataclasses import replace
from datetime import date

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from fordring.domain.agency import Level
from fordring.domain.errors import Fault
from fordring.domain.following_up import look_ahead
from fordring.domain.invoice import Reminder
from fordring.domain.law import LawRowMissing, law
from fordring.domain.ledger import Component, EntryKind
from fordring.domain.letter_charges import letter_on
from fordring.domain.money import Money
from fordring.domain.plan_check import faults_of
from fordring.domain.reminder_plan import (
    Anchor,
    PlanName,
    PlanStep,
    ReminderPlan,
    Sender,
    StepKind,
    named_steps,
)
from fordring.domain.situation import stopped_by
from sandbox.bank_days import first_after
from tests.law_checker import CURRENCIES, HandedOver, Sent, interest, violations
from tests.unit.plans.unpaid import (
    CALENDAR,
    DEMAND,
    NOTICE,
    REMINDER,
    TRANSFER,
    Course,
    days,
    invoice_of,
    plan_of,
)

HORIZON = 900
"""Days after the due date by which the longest plan is through."""
TROUBLE = 150
"""Days after the due date after which nothing more happens to the invoice, and the clock runs every day."""


def rarely(values, otherwise=None):
    """Draw one of the values once in four times."""
    return st.integers(0, 3).flatmap(lambda chance: values if chance == 3 else st.just(otherwise))


COUNTRIES = st.sampled_from(["NO", "SE", "FI", "DK"])

LETTERS = st.builds(
    PlanStep,
    # Most with a fee: that is where the law is.
    st.sampled_from([NOTICE, REMINDER, REMINDER, REMINDER, DEMAND]),
    st.integers(0, 15) | st.integers(-3, 40),
    st.sampled_from(Anchor),
    rarely(st.integers(0, 25)),
    st.sampled_from([True, True, False]),
)


@st.composite
def plans(draw, countries=COUNTRIES):
    """Draw a named plan, or a creditor's own that is whole: what is too early in it is put off."""
    level = draw(st.sampled_from([Level.REMINDER, Level.COLLECTION]))
    name = draw(st.just(PlanName.CUSTOM) | st.sampled_from(PlanName))
    # At level collection the creditor reminds.
    senders = [each for each in Sender if each is not Sender.AGENCY or level is Level.REMINDER]
    if name is PlanName.CUSTOM:
        letters = [
            replace(step, fee=step.fee and step.kind is not NOTICE)
            for step in draw(st.lists(LETTERS, max_size=6))
        ]
        last = st.builds(PlanStep, st.just(TRANSFER), st.integers(-3, 40), st.sampled_from(Anchor))
        steps = (*letters, *draw(st.lists(last, max_size=1)))
    else:
        steps = named_steps(name, level)
    plan = plan_of(
        *steps,
        name=name,
        level=level,
        sender=draw(rarely(st.sampled_from(senders), Sender.HUB)),
        local_steps=draw(rarely(st.integers(0, 4))),
        fees_agreed=draw(st.booleans()),
        claims_compensation=draw(rarely(st.just(True), False)),
        agency_notice_from=draw(rarely(st.dates(date(2023, 7, 1), date(2026, 12, 31)))),
    )
    # A plan that contradicts itself never gets this far.
    invoice = invoice_of(draw(countries))
    codes = {fault.code for fault in faults_of(law(), replace(plan, claims_compensation=False), invoice)}
    assume(codes <= {"too_early", "fee_not_allowed", "fee_not_agreed"})
    return plan, invoice.country


HAPPENINGS = st.dictionaries(
    st.integers(0, TROUBLE),
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 120)),
        st.tuples(st.just("credit"), st.integers(1, 60)),
        st.tuples(st.just("letter"), st.integers(0, 20)),
        st.tuples(st.sampled_from(["object", "resolve", "exclude", "include", "move"]), st.just(0)),
    ),
    max_size=6,
)


@st.composite
def runs(draw):
    """Draw how often the run comes on each of the first days: not at all for a while, or several times."""
    counts = dict.fromkeys(range(TROUBLE), 1)
    for _ in range(draw(st.integers(0, 4))):
        since, length = draw(st.integers(0, TROUBLE)), draw(st.integers(1, 40))
        counts.update(dict.fromkeys(range(since, since + length), draw(st.sampled_from([0, 0, 2, 3]))))
    return counts


def happen(course: Course, what: str, share: int, today: date, later: ReminderPlan) -> None:
    """Let something happen to the invoice, and perhaps move it to a later plan."""
    owed = course.invoice.balance.part(Component.PRINCIPAL).remaining
    amount = min(owed, course.principal * share // 100)
    if what in ("pay", "credit") and amount:
        kind = EntryKind.PAYMENT if what == "pay" else EntryKind.CREDIT
        course.book(kind, Component.PRINCIPAL, amount, today)
    elif what == "object" and not course.invoice.disputed:
        course.object_on(today)
    elif what == "resolve":
        course.resolve_on(today)
    elif what in ("exclude", "include"):
        course.invoice = replace(course.invoice, excluded_from_dunning=what == "exclude")
    elif what == "move" and course.handed_over is None:
        # What was agreed with the debtor, and what the law says, stay as they are.
        same = {"fees_agreed": course.plan.fees_agreed, "agency_notice_from": course.plan.agency_notice_from}
        course.move_to(replace(later, minimum=course.plan.minimum, **same))
    elif what == "letter" and course.handed_over is None:
        # One of the creditor's own, beside the plan: it keeps the law itself.
        deadline = first_after(today + days(share), CURRENCIES[course.country]) if share else None
        own = Sent("free_notice", today, deadline)
        if not violations(course.claim, [*course.letters, own]):
            course.record(Reminder("free_notice", today, "letter", deadline))


def planned_on(course: Course, step: PlanStep) -> date:
    """Count a step's own day from its anchor, a second time."""
    last = course.letters[-1] if course.letters else None
    since = course.due
    if last and step.anchor is Anchor.LAST_LETTER:
        since = last.on
    if last and step.anchor is Anchor.LAST_DEADLINE:
        since = last.deadline or last.on
    return since + days(step.days)


def own_day(course: Course, today: date) -> date:
    """Give the day on which the plan alone would have its next step; today, when it has none."""
    steps = course.plan.followed
    return planned_on(course, steps[course.done]) if course.done < len(steps) else today


def would_be_hasty(course: Course, today: date) -> bool:
    """Whether the step would leave less than half of its time after a letter without a deadline."""
    steps = course.plan.followed
    if not course.letters or not 0 < course.done < len(steps):
        return False
    last, (before, step) = course.letters[-1], steps[course.done - 1 : course.done + 1]
    if last.deadline or Anchor.DUE_DATE not in (before.anchor, step.anchor) or before.anchor != step.anchor:
        return False
    return 2 * (today - last.on).days < step.days - before.days


def might_have_gone(course: Course, today: date) -> bool:
    """Whether the step that waits today would be neither too early for the plan nor against the law."""
    coming = course.coming(today)
    if stopped_by(course.situation) or coming is None or coming.first_date <= today:
        return False
    if planned_on(course, coming.step) > today:
        return False
    if would_be_hasty(course, today):
        return False
    if coming.hurdles[-1].reason == "agency_sends_notice":
        return coming.first_date != course.plan.agency_notice_from
    if coming.step.kind is TRANSFER:
        return not violations(course.claim, course.letters, HandedOver(today, coming.level.value))
    long = first_after(today + days(60), CURRENCIES[course.country])
    letter = Sent(coming.step.kind.value, today, long, 1 if coming.step.fee else 0)
    return not violations(course.claim, [*course.letters, letter])


@settings(max_examples=250)
@given(
    drawn=COUNTRIES.flatmap(lambda country: st.tuples(*[plans(st.just(country))] * 2)),
    debtor=st.sampled_from(["consumer", "business"]),
    due=st.dates(date(2023, 6, 15), date(2026, 12, 31)),
    principal=st.integers(100, 2_000_000),
    minimum=rarely(st.integers(1, 200_000)),
    asks_interest=rarely(st.just(True), False),
    happenings=HAPPENINGS,
    counts=runs(),
)
def test_the_law_is_kept_and_every_step_comes(
    drawn, debtor, due, principal, minimum, asks_interest, happenings, counts
):
    (plan, country), (later, _) = drawn
    plan = replace(plan, minimum=Money(minimum, CURRENCIES[country]) if minimum else None)
    course = Course(plan, country, debtor, due, principal, asks_interest=asks_interest)
    try:
        for after in range(HORIZON):
            today = due + days(after)
            if after in happenings:
                happen(course, *happenings[after], today, later)
            if after == TROUBLE + 1:
                happen(course, "resolve", 0, today, later)
                happen(course, "include", 0, today, later)
            for _ in range(counts.get(after, 1)):
                already = course.done
                before, hasty = own_day(course, today), would_be_hasty(course, today)
                course.run(today)
                if course.done > already:
                    assert before <= today, "before the plan's own day"
                    assert not hasty, "sooner after a late letter than the plan has it"
                if course.handed_over is None and not (course.letters and course.letters[-1].on == today):
                    assert not might_have_gone(course, today), "put off without a reason"
            if course.handed_over is not None or (after > TROUBLE and course.coming(today) is None):
                break
    except LawRowMissing as missing:
        event("refused: " + missing.facts["rule"])
        assert refused_rightly(course, missing.facts["rule"], today), missing.facts
    else:
        assert stopped_by(course.situation) in ("settled", "below_minimum") or came_through(course)
        event("handed over" if course.handed_over else "letters only")

    assert violations(course.claim, course.letters, course.handed_over) == []
    for coming, day, own in course.taken:
        assert coming.step.kind is kind_of(course, own, day), "a step was skipped"
    for day, told in course.interest:
        letter = next(letter for letter in course.letters if letter.on == day)
        if asks_interest and letter.kind != "free_notice":
            assert told == interest(country, debtor, due, course_until(course, day), day)
        else:
            assert told is None


def course_until(course, day):
    return [step for step in course.balance_course if step[0] <= day]


def kind_of(course: Course, own: PlanStep, day: date) -> StepKind:
    """Tell what a step of the plan is on a day: once agencies send the notice, it is the transfer."""
    regime = course.plan.agency_notice_from
    if own.kind is StepKind.NOTICE_OF_COLLECTION and regime is not None and day >= regime:
        return TRANSFER
    return own.kind


def came_through(course: Course) -> bool:
    """Whether nothing of the plan is left."""
    return course.handed_over is not None or course.done == len(course.plan.followed)


def refused_rightly(course: Course, rule: str, today: date) -> bool:
    """Whether there is indeed no row: the rates and lump sums that the table does not have."""
    business = course.debtor == "business"
    if rule == "late_compensation":
        no_row = course.country == "DK" or (
            course.country == "NO" and not date(2023, 7, 1) <= today < date(2027, 1, 1)
        )
        return business and no_row
    if rule in ("late_interest", "day_count"):
        # Only Sweden's demand must state it; other letters go without.
        known = interest(course.country, course.debtor, course.due, course.balance_course, today)
        tried, _, _ = course.taken[-1]
        demand = tried.step.kind is StepKind.NOTICE_OF_COLLECTION
        return course.asks_interest and known is None and course.country == "SE" and demand
    return False


@settings(max_examples=100)
@given(
    drawn=plans(),
    debtor=st.sampled_from(["consumer", "business"]),
    due=st.dates(date(2024, 1, 1), date(2026, 5, 31)),
)
def test_what_is_told_ahead_is_what_happens(drawn, debtor, due):
    """The preview of the first day is the course that the invoice then takes, letter for letter."""
    plan, country = drawn
    course = Course(plan, country, debtor, due)
    try:
        ahead = list(look_ahead(law(), course.situation, due, CALENDAR))
        course.until(HORIZON)
    except LawRowMissing as missing:
        assert missing.facts["rule"] == "late_compensation"
        return
    assert [(each.next.step.kind, max(each.next.first_date, due)) for each in ahead] == [
        (coming.step.kind, day) for coming, day, _ in course.taken
    ]
    assert [
        (each.letter.deadline_date, each.charges.fee, each.charges.compensation)
        for each in ahead
        if each.letter
    ] == [(letter.deadline, letter.fee, letter.compensation) for letter in course.letters]


def complaints_on_own_days(plan, country: str, debtor: str) -> list[str]:
    """Send every letter on the plan's own day with the fee that it wants, and hear what the checker says."""
    course = Course(plan, country, debtor)
    found = []
    for step in plan.followed:
        day = planned_on(course, step)
        if course.letters and day <= course.letters[-1].on:
            return [*found, "not after the letter before"]
        if step.kind is TRANSFER:
            course.handed_over = HandedOver(day, plan.level.value)
            break
        letter, charges = letter_on(law(), course.situation, step, day, None)
        # Where no fee is allowed, the smallest is too much.
        fee = charges.fee or int(step.fee)
        course.record(replace(letter, fee=fee))
        course.done += 1
    found += violations(course.claim, course.letters, course.handed_over)
    return [each for each in found if "is no bank day" not in each]


@settings(max_examples=250)
@given(plans())
def test_a_plan_is_refused_where_its_own_days_break_the_law_and_nowhere_else(drawn):
    plan, country = drawn
    plan = replace(plan, claims_compensation=False, agency_notice_from=None)

    found = list(faults_of(law(), plan, invoice_of(country)))

    complaints = [complaints_on_own_days(plan, country, debtor) for debtor in ("consumer", "business")]
    event("refused" if found else "taken")
    assert bool(found) == any(complaints), (found, complaints)


LEAST = re.compile(r"days is at least (-?\d+)$")
FIRST_FEE = re.compile(r"the first lawful day of a fee is the due date \+ (\d+) days$")


@settings(max_examples=250)
@given(plans())
def test_a_plan_that_does_as_it_is_told_is_taken(drawn):
    """Every step that is too early names the day with which the plan is taken, all of them at once."""
    plan, country = drawn
    plan = replace(plan, claims_compensation=False, agency_notice_from=None)
    found = list(faults_of(law(), plan, invoice_of(country)))
    early = [fault for fault in found if fault.code == "too_early"]
    event("too early" if early else "in time")

    for fault in early:
        plan = with_step(plan, fault, days=int(LEAST.search(fault.detail)[1]))

    again = list(faults_of(law(), plan, invoice_of(country)))
    assert [fault.pointer for fault in again if fault.code == "too_early"] == []
    for fault in again:
        first = FIRST_FEE.search(fault.detail)
        event(f"{fault.code}, {'a day is named' if first else 'no day'}")
        if first is None:
            fixed = replace(plan, fees_agreed=True) if fault.code == "fee_not_agreed" else None
            fixed = fixed or with_step(plan, fault, fee=False)
        else:
            fixed = with_step(plan, fault, days=int(first[1]), anchor=Anchor.DUE_DATE)
        pointers = [each.pointer for each in faults_of(law(), fixed, invoice_of(country))]
        assert fault.pointer not in pointers


def with_step(plan: ReminderPlan, fault: Fault, **changes: object) -> ReminderPlan:
    """Change the step of a plan that a fault points to."""
    place = int(fault.pointer.split("/")[2])
    steps = list(plan.steps)
    steps[place] = replace(steps[place], **changes)
    return replace(plan, steps=tuple(steps))
