"""The clock: the hourly run, "sync now", jobs, and in test mode the advance of the test clock."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fordring.domain import things
from fordring.domain.agreement import Agreement
from fordring.domain.refs import Listing, Ref
from fordring.domain.running import Job
from fordring.domain.service_windows import wait_until
from fordring.domain.transport import Request
from fordring.edge.hub import Hub
from fordring.edge.telemetry import Count, Log, count
from fordring.edge.workers.messages import JOB, SYNC, QueueOf, send_all
from fordring.edge.workers.outbox import failures
from fordring.usecases.advancing import advance
from fordring.usecases.contract_changing import JOB_TYPE
from fordring.usecases.moving_plans import JOB_TYPE as MOVE_JOB_TYPE
from fordring.usecases.moving_plans import move_invoices
from fordring.usecases.requesting import hasten, wants_sync
from fordring.usecases.synchronising import synchronise
from fordring.usecases.work import Work, transact

type TimeLeft = Callable[[], timedelta]


class Clockwork:
    """The worker behind ``hourly_sync``."""

    def __init__(self, hub: Hub, queue_of: QueueOf, log: Log, time_left: TimeLeft) -> None:
        self._hub = hub
        self._queue_of = queue_of
        self._log = log
        self._time_left = time_left

    def take(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Do what an invocation asks for."""
        if event.get("source") == "fordring.hourly":
            return self._begin_hour()
        return failures(event.get("Records") or [], self._work_on, self._log)

    def _begin_hour(self) -> dict[str, Any]:
        """Put one message for each agreement on the queue; the queue spreads and bounds the work."""
        desk = self._hub.desk
        if desk.clock.refs and desk.read().find(things.TEST_CLOCK()) is not None:
            return {"batchItemFailures": []}
        messages = [
            {"creditor_id": agreement.creditor_id, "agency": agreement.agency}
            for agreement in self._active_agreements()
        ]
        if messages:
            self._queue_of(SYNC).send(messages)
        self._log.info("hourly_run_begun", count=len(messages))
        return {"batchItemFailures": []}

    def _active_agreements(self) -> Iterable[Agreement]:
        desk = self._hub.desk
        listing = Listing(things.AGREEMENT, "active_agreements")
        return (agreement for _, agreement in desk.every(listing) if wants_sync(desk, agreement))

    def _work_on(self, message: Mapping[str, str]) -> None:
        if "job_id" in message:
            self._work_on_job(message["job_id"])
            return
        until = self.synchronise(message["creditor_id"], message["agency"])
        if "request_id" in message and until is not None:
            self._set_request(message, until)
        elif "request_id" in message:
            # Somebody waits for this: what the agency could not be told before is not to wait for its turn.
            hasten(self._hub.desk, message["creditor_id"], message["agency"])
            self._set_request(message, None)

    def synchronise(self, creditor_id: str, agency: str) -> datetime | None:
        """Bring one agreement up to date, if it is still to be.

        Gives until when the agency is being serviced, if it is: then it was not asked (SAN-20).
        """
        hub = self._hub
        ref = things.AGREEMENT(creditor_id, agency)
        work = hub.desk.read(ref)
        agreement = work.find(ref)
        if agreement is None or agreement.credentials is None:
            return None
        until = wait_until(agreement.settings.service_windows, work.now)
        if until is not None:
            return until
        credentials = hub.vault.credentials_of(agreement)
        owner = secrets.token_hex(8)
        report = synchronise(hub.desk, hub.agency(agency), credentials, agreement, owner)
        if report is None:
            self._log.info("sync_already_running", creditor_id=creditor_id, agency=agency)
            return None
        if report.error:
            count(Count.SYNC_FAILED)
        self._log.info(
            "synchronised",
            creditor_id=creditor_id,
            agency=agency,
            count=report.applied,
            outcome=report.error or "done",
        )
        return None

    def _set_request(self, message: Mapping[str, str], due_at: datetime | None) -> None:
        """Put off what somebody has asked for, or forget it: it is done."""
        ref = things.SYNC_REQUEST(message["creditor_id"], message["agency"], message["request_id"])

        def decide(work: Work) -> None:
            request = work.find(ref)
            if request is not None and request.due_at is not None:
                work.change(ref, replace(request, due_at=due_at))

        transact(self._hub.desk, [ref], decide)

    def _work_on_job(self, job_id: str) -> None:
        hub = self._hub
        job: Job | None = hub.desk.read(things.JOB(job_id)).find(things.JOB(job_id))
        if job is None:
            return
        owner = secrets.token_hex(8)
        if job.type == "advance":
            progress = advance(hub.desk, _Surroundings(self), job_id, owner)
            if progress is not None and not progress.finished:
                self._queue_of(JOB).send([{"job_id": job_id}])
            return
        if job.type == JOB_TYPE:
            self._move_cases(job, owner)
            return
        if job.type == MOVE_JOB_TYPE:
            move_invoices(hub.desk, job_id, owner, self._time_left)
            return
        from fordring.edge.bank_calendar import HolidayCalendar
        from fordring.formats.payment_file import parse_payment_file
        from fordring.usecases.banking import run_job

        run_job(hub.desk, hub.files, parse_payment_file, HolidayCalendar(), job_id, owner)

    def _move_cases(self, job: Job, owner: str) -> None:
        from fordring.usecases.moving import move_cases

        hub = self._hub
        moved = move_cases(
            hub.desk, hub.agency(job.subject or ""), hub.vault.credentials_of, job.job_id, owner
        )
        if moved is not None:
            self._log.info("cases_moved", job_id=job.job_id, state=moved.state, count=moved.lines)


class _Surroundings:
    """What an advance of the test clock moves: the sandbox by its control interface, the workers by queue."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork

    def upcoming(self) -> tuple[tuple[datetime, Ref[Any]], ...]:
        return self._clockwork._hub.store.upcoming()

    def tell(self, refs: Iterable[Ref[Any]]) -> None:
        send_all(self._clockwork._queue_of, refs)

    def move_agencies(self, now: datetime) -> None:
        url = self._clockwork._hub.settings.sandbox_url
        if url is None:
            return
        body = json.dumps({"now": now.astimezone(UTC).isoformat()}).encode()
        headers = {"content-type": "application/json"}
        moving = Request("POST", f"{url}/control/clock", headers, body, timeout_seconds=60.0)
        self._clockwork._hub.agency_http.exchange(moving)

    def run_hourly(self, now: datetime) -> None:
        del now
        for agreement in self._clockwork._active_agreements():
            self._clockwork.synchronise(agreement.creditor_id, agreement.agency)

    def time_left(self) -> timedelta:
        return self._clockwork._time_left()
