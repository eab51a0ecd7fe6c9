"""Whether a creditor's own plan is lawful: refused where it is not, with the first lawful day (FIK-5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.errors import Fault
from fordring.domain.following_up import Next, Situation, letter_on, next_step
from fordring.domain.invoice import Invoice
from fordring.domain.law import Law
from fordring.domain.lawful_letters import REASONS, fee_allowed, least_days
from fordring.domain.reminder_plan import PlanStep, ReminderPlan, Sender, StepKind, taken

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
            yield _too_early(place, coming, situation)
        if not coming.step.is_letter:
            return
        today = max(coming.first_date, today)
        yield from _of_letter(law, situation, coming.step, today, place)
        letter, charges = letter_on(law, situation, coming.step, today, None)
        situation = replace(
            situation,
            letters=(*situation.letters, letter),
            done=situation.done + 1,
            fees_charged=situation.fees_charged + charges.fee,
            compensation_charged=situation.compensation_charged + charges.compensation,
        )


def _too_early(place: str, coming: Next, situation: Situation) -> Fault:
    debt = situation.debt
    days = (coming.first_date - debt.due_date).days
    least = coming.step.days + (coming.first_date - coming.planned_date).days
    return Fault(
        f"{place}/days",
        "too_early",
        f"{REASONS[coming.hurdles[-1].reason]}: for a {debt.debtor_kind} in {debt.country} the first lawful "
        f"day is the due date + {days} days, so that days is at least {least}",
    )


def _of_letter(law: Law, situation: Situation, step: PlanStep, day: date, place: str) -> Iterator[Fault]:
    """Tell what a letter may not cost, and how much time it must leave."""
    debt, agreed = situation.debt, situation.plan.fees_agreed
    if step.fee and not fee_allowed(law, debt, step.kind, day, agreed=agreed):
        days = range(1, SEARCHED.days + 1)
        later = (day + timedelta(days=each) for each in days)
        first = next((each for each in later if fee_allowed(law, debt, step.kind, each, agreed=agreed)), None)
        why = "only what was agreed when the debt arose may be charged"
        if first is not None:
            why = f"the first lawful day is the due date + {(first - debt.due_date).days} days"
        elif agreed or step.kind is not StepKind.REMINDER or debt.country != "SE":
            why = "no more letters may cost something"
        yield Fault(f"{place}/fee", "fee_not_allowed", f"for a {debt.debtor_kind} in {debt.country} {why}")
    least = least_days(law, debt, step.kind, day, charges=step.fee)
    if step.deadline_days is not None and step.deadline_days < least:
        yield Fault(
            f"{place}/deadline_days",
            "too_short",
            f"in {debt.country} this letter leaves a {debt.debtor_kind} at least {least} days",
        )


def _shape(plan: ReminderPlan) -> Iterator[Fault]:
    for place, step in enumerate(plan.steps):
        if step.kind is StepKind.TRANSFER and place != len(plan.steps) - 1:
            yield Fault(f"/steps/{place}/kind", "not_last", "a transfer is the last step")
        if step.kind is StepKind.FREE_NOTICE and step.fee:
            yield Fault(f"/steps/{place}/fee", "free_notice_with_fee", "a free notice costs nothing")
    transfers = any(step.kind is StepKind.TRANSFER for step in plan.steps)
    if plan.sender is Sender.AGENCY and not transfers:
        yield Fault("/steps", "transfer_missing", "the agency reminds, so the invoice has to go there")
    if not transfers:
        return
    if plan.level is Level.ADMINISTRATION:
        yield Fault("/level", "no_plan_for_this", "a plan hands over for reminders or for collection")
    if plan.level is not Level.COLLECTION:
        return
    if plan.sender is Sender.AGENCY:
        yield Fault("/level", "contradicts_sender", "the agency reminds, so the level is reminder")
        return
    kinds = {step.kind for step in plan.followed}
    if StepKind.NOTICE_OF_COLLECTION not in kinds:
        yield Fault("/steps", "notice_of_collection_missing", "collection needs a notice of collection first")
    if not kinds & {StepKind.FREE_NOTICE, StepKind.REMINDER}:
        pointer = "/steps" if plan.local_steps is None else "/local_steps"
        yield Fault(pointer, "reminder_missing", "collection needs a reminder or a free notice first")
