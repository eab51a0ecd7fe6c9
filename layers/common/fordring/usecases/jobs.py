"""Taking up a job that outlives its request: one worker at a time, and another when that one is gone."""

from datetime import timedelta

from fordring.domain import things
from fordring.domain.running import Job
from fordring.usecases.work import Desk, Work, transact


def begin_job(desk: Desk, job_id: str, owner: str, lease: timedelta) -> Job | None:
    """Lease a job that is due; ``None`` when it is done, not due, or another worker is at it."""
    ref = things.JOB(job_id)
    real = desk.wall.now()

    def decide(work: Work) -> Job | None:
        job = work.find(ref)
        if job is None or job.state == "done" or job.due_at is None or job.due_at > work.now:
            return None
        if job.is_anothers(owner, real):
            return None
        begun = job.begun(owner, real + lease)
        work.change(ref, begun)
        return begun

    return transact(desk, [ref], decide)
