"""The job that takes invoices under way along to a changed reminder plan (FIK-15).

By which plan an invoice goes on follows from the plans alone; the job only has each of them looked at now,
so that a step which the new plan has earlier is not missed. Whoever begins anew passes over what was done.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.follow_up import FollowUp
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Listing
from fordring.domain.reminder_plan import ReminderPlan
from fordring.domain.running import Job
from fordring.usecases.jobs import begin_job
from fordring.usecases.looking_again import look_again
from fordring.usecases.work import Desk, Work, transact

JOB_TYPE: Final = "reminder_plan"

LEASE: Final = timedelta(minutes=2)
"""How long a worker may hold the job without making progress; real time."""

SAVE_EVERY: Final = 25
"""After so many invoices the job says how far it is, and its lease begins anew."""

ENOUGH_TIME: Final = timedelta(seconds=60)
"""With less left, a worker leaves the rest to the next one."""


def begin_moving(work: Work, plan: ReminderPlan) -> ReminderPlan:
    """Give the plan with the job that takes along what is under way, and queue that job."""
    job_id = work.new_id("job")
    job = Job(
        job_id=job_id,
        creditor_id=plan.creditor_id,
        type=JOB_TYPE,
        file="",
        state="queued",
        created_at=work.now,
        due_at=work.now,
    )
    work.add(things.JOB(job_id), job)
    return replace(plan, moved_to=plan.number, move_job_id=job_id)


def move_invoices(desk: Desk, job_id: str, owner: str, time_left: Callable[[], timedelta]) -> Job | None:
    """Have every invoice looked at that goes on by another plan than it started with.

    Gives the job as it is then, ``None`` when there is nothing to do here.
    """
    job = begin_job(desk, job_id, owner, LEASE)
    if job is None:
        return None
    ref = things.REMINDER_PLAN(job.creditor_id)
    present = desk.read(ref).get(ref)
    moved = job.lines
    for _, invoice in desk.every(Listing(things.INVOICE, "invoices_of", (job.creditor_id,), "N#")):
        if _is_moved(present, invoice.follow_up) and _look_now(desk, present, invoice.invoice_id):
            moved += 1
            if moved % SAVE_EVERY == 0 and _note(desk, job_id, owner, moved) is None:
                return None
        if time_left() < ENOUGH_TIME:
            return _note(desk, job_id, owner, moved, leave=True)
    return _note(desk, job_id, owner, moved, done=True)


def _is_moved(present: ReminderPlan, follow_up: FollowUp | None) -> bool:
    return follow_up is not None and present.goes_on_by(follow_up.plan) != follow_up.plan


def _look_now(desk: Desk, present: ReminderPlan, invoice_id: str) -> bool:
    """Have an invoice looked at, if that is not to come anyway."""
    ref = things.INVOICE(invoice_id)

    def decide(work: Work) -> bool:
        invoice = work.get(ref)
        if not _is_moved(present, invoice.follow_up) or _is_due(invoice, work.now):
            return False
        work.change(
            ref, replace(look_again(invoice, work.now), updated_at=work.now, revision=invoice.revision + 1)
        )
        return True

    return transact(desk, [ref], decide)


def _is_due(invoice: Invoice, now: datetime) -> bool:
    due_at = invoice.follow_up.due_at if invoice.follow_up else None
    return due_at is not None and due_at <= now


def _note(
    desk: Desk, job_id: str, owner: str, moved: int, *, leave: bool = False, done: bool = False
) -> Job | None:
    """Say how far the job is; ``None`` when another worker has taken it over."""
    ref = things.JOB(job_id)
    real = desk.wall.now()

    def decide(work: Work) -> Job | None:
        job = work.get(ref)
        if job.lease_owner != owner:
            return None
        noted = replace(job, lines=moved, lease_until=real + LEASE)
        if leave or done:
            noted = replace(noted, lease_owner=None, lease_until=None)
        if done:
            noted = replace(noted, state="done", due_at=None, finished_at=work.now)
        work.change(ref, noted)
        return noted

    return transact(desk, [ref], decide)
