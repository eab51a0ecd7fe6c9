"""Whether a creditor's own plan is lawful: refused where it is not, with the first lawful day (FIK-5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from fordring.domain.agency import Level
from fordring.domain.bank_days import BankCalendar
from fordring.domain.errors import Fault
from fordring.domain.following_up import Situation, letter_on, next_step
from fordring.domain.invoice import Invoice
from fordring.domain.law import Law
from fordring.domain.reminder_plan import ReminderPlan, StepKind

KINDS = ("consumer", "business")


def faults_of(law: Law, plan: ReminderPlan, invoice: Invoice, calendar: BankCalendar) -> Iterator[Fault]:
    """Try a plan on an invoice to a consumer and on one to a business, each step on the plan's own day.

    Parameters
    ----------
    invoice
        Any invoice of the creditor's country that is overdue by no day yet.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    yield from _shape(plan)
    told: set[int] = set()
    for kind in KINDS:
        situation = Situation(plan, invoice, kind, (), ())
        today = invoice.terms.due_date
        for place, _ in enumerate(plan.followed):
            coming = next_step(law, situation, today)
            if coming is None:
                break
            day = max(coming.first_date, today)
            if coming.first_date > coming.planned_date and place not in told:
                told.add(place)
                yield _too_early(plan, place, coming.first_date, coming.hurdles[-1].reason, invoice)
            if not coming.step.is_letter:
                break
            letter, _ = letter_on(law, situation, coming.step, day, calendar)
            situation = replace(situation, letters=(*situation.letters, letter), done=place + 1)
            today = day


def _too_early(plan: ReminderPlan, place: int, first: date, reason: str, invoice: Invoice) -> Fault:
    days = (first - invoice.terms.due_date) // timedelta(days=1)
    step = plan.followed[place]
    return Fault(
        f"/steps/{plan.steps.index(step)}/days",
        "too_early",
        f"{reason}: in {invoice.country} the first lawful day is the due date + {days} days",
    )


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
