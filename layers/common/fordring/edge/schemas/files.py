"""Payment files and the jobs that work on them: what is told."""

from typing import Any, Literal

from fordring.domain.running import Job
from fordring.edge.schemas.told import Fault, Instant, Told, instant


class ToldLine(Told):
    """What became of one payment of a file; ``line`` is the line on which it begins."""

    line: int
    outcome: Literal["matched", "unmatched", "settlement", "reversed", "already_known", "skipped", "refused"]
    reason: str
    rule: str | None
    payment_id: str | None


class ToldJob(Told):
    """Work that outlives its request: a payment file, a contract or a reminder plan that changes.

    ``progress`` counts the cases of a contract that changes by how far they are: ``leaving``, ``resent``, ….
    """

    job_id: str
    creditor_id: str
    type: str
    state: Literal["queued", "running", "done", "failed"]
    lines: int
    progress: dict[str, int] | None
    outcomes: dict[str, int]
    results: list[ToldLine]
    errors: list[Fault]
    created_at: Instant
    finished_at: Instant | None


def tell_job(job: Job) -> dict[str, Any]:
    """Tell a job; ``lines`` counts the payments, cases or invoices that have been worked on so far."""
    outcomes: dict[str, int] = {}
    for result in job.results:
        outcomes[result.outcome] = outcomes.get(result.outcome, 0) + 1
    return {
        "job_id": job.job_id,
        "creditor_id": job.creditor_id,
        "type": job.type,
        "state": job.state,
        "lines": job.lines,
        "progress": dict(job.progress) if job.progress is not None else None,
        "outcomes": outcomes,
        "results": [
            {
                "line": result.line,
                "outcome": result.outcome,
                "reason": result.reason,
                "rule": result.rule,
                "payment_id": result.payment_id,
            }
            for result in job.results
        ],
        "errors": [dict(each) for each in job.faults],
        "created_at": instant(job.created_at),
        "finished_at": instant(job.finished_at),
    }
