"""Files of incoming payments from the creditor's bank: taken in here, worked on by a job."""

import hashlib
from typing import Final

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.errors import Fault, InvalidInput, UnsupportedMedia
from fordring.domain.running import Job
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.files import ToldJob, tell_job
from fordring.usecases.recording import derived_id
from fordring.usecases.work import Work

MEDIA: Final = ("text/plain", "application/octet-stream", "application/xml", "text/xml")


def receive_file(call: Call) -> Answer:
    """Keep a payment file and queue the work on it."""
    if call.media not in MEDIA:
        raise UnsupportedMedia(f"this takes {', '.join(MEDIA[:-1])} or {MEDIA[-1]}")
    if not call.raw.strip():
        raise InvalidInput(faults=[Fault("", "empty_file", "the file has no records")])
    call.read()
    claim = call.claim_ref()
    # Repeating the request stores the same file under the same name; other content gets another one.
    content = hashlib.sha256(call.raw).hexdigest()
    job_id = derived_id("job", *(claim.ids if claim else ()), content)
    name = f"files/payment-files/{job_id}"
    call.hub.files.put(name, call.raw, call.media)
    ref = things.JOB(job_id)

    def decide(work: Work) -> Job:
        work.get(things.CREDITOR(call.creditor_id))
        known = work.find(ref)
        if known is not None:
            return known
        job = Job(
            job_id=job_id,
            creditor_id=call.creditor_id,
            type="payment_file",
            file=name,
            state="queued",
            created_at=work.now,
            due_at=work.now,
        )
        work.add(ref, job)
        return job

    return call.transact(
        (ref, things.CREDITOR(call.creditor_id)),
        decide,
        tell_job,
        status=202,
        headers=lambda job: {"Location": f"/v1/jobs/{job.job_id}"},
    )


PAYMENT_FILE_ROUTES = (
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/payment-files",
        receive_file,
        "Hand in a file of incoming payments",
        "payments",
        Scope.WRITE,
        {202: ToldJob},
        media=MEDIA,
        claims=True,
        description="OCR giro, or camt.054 in versions 02 and 08: the content says which. The answer names "
        "a job, which tells what became of each payment; the same file twice, or the same payment in two "
        "files, books nothing twice.",
    ),
)
