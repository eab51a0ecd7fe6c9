"""Whether a creditor's own plan is lawful: refused where it is not, with the first lawful day (FIK-5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.errors import Fault
from fordring.domain.following_up import Next, next_step
from fordring.domain.invoice import Invoice
from fordring.domain.law import Law
from fordring.domain.lawful_letters import REASONS, fee_allowed, must_be_agreed
from fordring.domain.letter_charges import letter_on
from fordring.domain.reminder_plan import PlanStep, ReminderPlan, StepKind, taken
from fordring.domain.situation import Situation

KINDS: Final = ("consumer", "business")

SEARCHED: Final = timedelta(days=366)
"""How far a day is looked for on which a letter may cost something."""


def faults_of(law: Law, plan: ReminderPlan, invoice: Invoice) -> Iterator[Fault]:
    """Try a plan on an invoice to a consumer and on one to a business, each step on the plan's own day.

    Every day counts as a bank day here: a plan is not lawful on a Monday and unlawful on a Tuesday. Where a
    deadline ends later for want of a bank day, the next step is put off when it comes to it.

    Parameters
    ----------
    invoice
        Any invoice of the creditor's country that is overdue by no day yet.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    shape = list(_shape(plan))
    yield from shape
    places = [place for place, _ in taken(plan.steps, plan.sender, plan.local_steps)]
    told = {fault.pointer for fault in shape}
    for kind in KINDS:
        for fault in _tried(law, Situation(plan, invoice, kind, (), ()), places):
            if fault.pointer not in told:
                told.add(fault.pointer)
                yield fault


def _tried(law: Law, situation: Situation, places: list[int]) -> Iterator[Fault]:
    today = situation.debt.due_date
    while (coming := next_step(law, situation, today)) is not None:
        place = f"/steps/{places[situation.done]}"
        if coming.first_date > coming.planned_date:
            least = coming.step.days + (coming.first_date - coming.planned_date).days
            yield _too_early(place, coming, situation, least)
            # What follows is tried as it will be once this step has its first lawful day.
            situation = _corrected(situation, places[situation.done], least)
        if not coming.step.is_letter:
            return
        today = max(coming.first_date, today)
        yield from _of_fee(law, situation, coming.step, today, place)
        letter, charges = letter_on(law, situation, coming.step, today, None)
        situation = situation.after(letter, charges)


def _corrected(situation: Situation, place: int, days: int) -> Situation:
    steps = list(situation.plan.steps)
    steps[place] = replace(steps[place], days=days)
    return replace(situation, plan=replace(situation.plan, steps=tuple(steps)))


def _too_early(place: str, coming: Next, situation: Situation, least: int) -> Fault:
    debt = situation.debt
    days = (coming.first_date - debt.due_date).days
    return Fault(
        f"{place}/days",
        "too_early",
        f"{REASONS[coming.hurdles[-1].reason]}: for a {debt.debtor_kind} in {debt.country} the first lawful "
        f"day is the due date + {days} days, so that days is at least {least}",
    )


def _of_fee(law: Law, situation: Situation, step: PlanStep, day: date, place: str) -> Iterator[Fault]:
    """Tell where a letter may cost nothing on its day although the plan has a fee for it."""
    plan, debt = situation.plan, situation.debt
    if not step.fee or fee_allowed(law, debt, step.kind, day, agreed=plan.fees_agreed):
        return
    if must_be_agreed(debt.country, step.kind) and not plan.fees_agreed:
        # Businesses may be asked for the lump sum all the same.
        if not plan.claims_compensation:
            why = "this fee is lawful only where it was agreed when the debt arose"
            yield Fault(f"{place}/fee", "fee_not_agreed", f"in {debt.country} {why}")
        return
    later = (day + timedelta(days=each) for each in range(1, SEARCHED.days + 1))
    free = (each for each in later if fee_allowed(law, debt, step.kind, each, agreed=plan.fees_agreed))
    first = next(free, None)
    why = "no more letters may cost something"
    if first is not None:
        why = f"the first lawful day of a fee is the due date + {(first - debt.due_date).days} days"
    yield Fault(f"{place}/fee", "fee_not_allowed", f"for a {debt.debtor_kind} in {debt.country} {why}")


def _shape(plan: ReminderPlan) -> Iterator[Fault]:
    for place, step in enumerate(plan.steps):
        if step.kind is StepKind.TRANSFER and place != len(plan.steps) - 1:
            yield Fault(f"/steps/{place}/kind", "not_last", "a transfer is the last step")
        if step.kind is StepKind.FREE_NOTICE and step.fee:
            yield Fault(f"/steps/{place}/fee", "free_notice_with_fee", "a free notice costs nothing")
    kinds = [step.kind for step in plan.steps]
    wants_notice = plan.level is Level.COLLECTION and StepKind.TRANSFER in kinds
    if wants_notice and StepKind.NOTICE_OF_COLLECTION not in kinds:
        yield Fault("/steps", "notice_of_collection_missing", "collection needs a notice of collection first")
