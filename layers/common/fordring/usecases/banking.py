"""Files of incoming payments: a job reads the file and books its payments one by one.

A payment's id follows from the line of the file that tells of it, so a file that is handed in twice books
nothing twice, and a job that died goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, Protocol

from fordring.domain import things
from fordring.domain.bank_days import BankCalendar
from fordring.domain.errors import InvalidInput
from fordring.domain.money import Money
from fordring.domain.payment import Match, Payment
from fordring.domain.refs import Listing
from fordring.domain.running import Job, JobLine
from fordring.usecases.leads import OpenInvoices
from fordring.usecases.lines import Account, DayToCome, book_line
from fordring.usecases.ports import FileMissing, Files
from fordring.usecases.work import Desk, Work, transact

LEASE: Final = timedelta(minutes=2)
"""How long a worker may hold a job without making progress; real time."""

SAVE_EVERY: Final = 25
"""After so many lines the job says how far it is, and its lease begins anew."""

MOST_LINES: Final = 3000
"""More payments than this do not fit the job's list of results (an item has at most 400 kB); a larger file is
handed in in parts."""


MOST_ATTEMPTS: Final = 10
"""How often a job is begun; one that fails so often has a fault that no further attempt mends."""


class Line(Protocol):
    """One payment in a bank's file: see ``fordring.formats.bank_file.BankLine``."""

    @property
    def line_id(self) -> str:
        """Names this payment in every copy of the file."""
        ...

    @property
    def line_number(self) -> int:
        """On which line it begins."""
        ...

    @property
    def kid(self) -> str | None:
        """The reference, exactly as the bank gives it."""
        ...

    @property
    def amount(self) -> Money:
        """Negative when the money went back."""
        ...

    @property
    def bank_date(self) -> date:
        """When the creditor got the money."""
        ...

    @property
    def reversal(self) -> bool:
        """Whether this gives back an earlier payment."""
        ...

    @property
    def payer_account(self) -> str | None:
        """The account that was debited, when it is told."""
        ...

    @property
    def payer_name(self) -> str | None:
        """Whose account that is, when it is told."""
        ...

    @property
    def text(self) -> str | None:
        """What the payer wrote."""
        ...

    @property
    def channel(self) -> str:
        """The format of the file."""
        ...

    @property
    def machine_readable(self) -> bool:
        """Whether the payer's bank read the reference, rather than a person."""
        ...

    @property
    def bank_transaction_id(self) -> str:
        """The bank's id of the transaction, by which it is found in the account statement."""
        ...

    @property
    def end_to_end_id(self) -> str | None:
        """The payer's own id of the order, when it is told."""
        ...

    @property
    def more_references(self) -> tuple[str, ...]:
        """Further references of the same payment."""
        ...

    @property
    def document_numbers(self) -> tuple[str, ...]:
        """Numbers of invoices that the payer names."""
        ...

    @property
    def passed_over(self) -> str | None:
        """Why this is no payment of a debtor, as a code."""
        ...


class ParsedFile(Protocol):
    """A bank's file, whole and with right totals."""

    @property
    def lines(self) -> Sequence[Line]:
        """The payments in the order of the file."""
        ...


type Parse = Callable[[bytes], ParsedFile]


def run_job(
    desk: Desk, files: Files, parse: Parse, calendar: BankCalendar, job_id: str, owner: str
) -> Job | None:
    """Work on a payment file's job until it is done; ``None`` when there is nothing to do here.

    Parameters
    ----------
    parse
        Reads a file; raises ``InvalidInput`` with the faults of one that cannot be read.
    calendar
        Tells the next bank day: a line may be of that day, and of none after it.
    owner
        A token of this worker's own, which marks its lease.
    """
    begun = _begin(desk, job_id, owner)
    if begun is None:
        return None
    job, resumed = begun
    try:
        lines = parse(files.get(job.file)).lines
    except InvalidInput as error:
        faults = [
            {"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in error.faults
        ]
        return _finish(desk, job_id, owner, (), faults)
    except FileMissing:
        fault = {"pointer": "", "code": "file_missing", "detail": "the file is not there any more"}
        return _finish(desk, job_id, owner, (), [fault])
    if len(lines) > MOST_LINES:
        detail = f"a file has at most {MOST_LINES} payments; hand it in in parts"
        return _finish(desk, job_id, owner, (), [{"pointer": "", "code": "too_many_lines", "detail": detail}])
    account = _account(desk, job.creditor_id, calendar)
    results = []
    for place, line in enumerate(lines):
        try:
            payment, new = book_line(desk, account, line)
        except DayToCome:
            results.append(JobLine(line.line_number, "refused", "in_future"))
        else:
            # What this job had booked before it died is its own; everything else that is there came earlier.
            own = new or (resumed and place < job.lines + SAVE_EVERY)
            results.append(_result(line, payment, own=own))
        if (place + 1) % SAVE_EVERY == 0 and not _go_on(desk, job_id, owner, place + 1):
            return None
    return _finish(desk, job_id, owner, tuple(results), [])


def _begin(desk: Desk, job_id: str, owner: str) -> tuple[Job, bool] | None:
    ref = things.JOB(job_id)
    real = desk.wall.now()

    def decide(work: Work) -> tuple[Job, bool] | None:
        job = work.find(ref)
        if job is None or job.state in ("done", "failed"):
            return None
        if job.is_anothers(owner, real):
            return None
        if job.attempts >= MOST_ATTEMPTS:
            work.change(ref, _given_up(job, work))
            return None
        leased = job.begun(owner, real + LEASE)
        work.change(ref, leased)
        return leased, job.state == "running"

    return transact(desk, [ref], decide)


def _given_up(job: Job, work: Work) -> Job:
    detail = "the file could not be worked on to its end; what was booked until then stays booked"
    return replace(
        job,
        state="failed",
        due_at=None,
        lease_owner=None,
        lease_until=None,
        faults=({"pointer": "", "code": "gave_up", "detail": detail},),
        finished_at=work.now,
    )


def _go_on(desk: Desk, job_id: str, owner: str, lines: int) -> bool:
    """Say how far the job is; tells whether it is still this worker's."""
    ref = things.JOB(job_id)
    real = desk.wall.now()

    def decide(work: Work) -> bool:
        job = work.get(ref)
        if job.lease_owner != owner:
            return False
        work.change(ref, replace(job, lines=max(lines, job.lines), lease_until=real + LEASE))
        return True

    return transact(desk, [ref], decide)


def _finish(
    desk: Desk,
    job_id: str,
    owner: str,
    results: tuple[JobLine, ...],
    faults: Sequence[dict[str, str]],
) -> Job | None:
    ref = things.JOB(job_id)

    def decide(work: Work) -> Job | None:
        job = work.get(ref)
        if job.lease_owner != owner:
            return None
        finished = replace(
            job,
            state="failed" if faults else "done",
            due_at=None,
            lease_owner=None,
            lease_until=None,
            lines=len(results),
            results=results,
            faults=tuple(faults),
            finished_at=work.now,
        )
        work.change(ref, finished)
        return finished

    return transact(desk, [ref], decide)


def _account(desk: Desk, creditor_id: str, calendar: BankCalendar) -> Account:
    """Gather what is the same for every line: the creditor, and from where its agencies pay out."""
    creditor = desk.read(things.CREDITOR(creditor_id)).get(things.CREDITOR(creditor_id))
    page = desk.store.page(Listing(things.AGREEMENT, "agreements_of", (creditor_id,)), limit=100)
    payouts = {each.agency: each.settings.agency_bank_accounts for _, each in page.items}
    return Account(creditor, payouts, OpenInvoices(desk, creditor_id), calendar)


_OUTCOMES: Final = {
    Match.MATCHED: "matched",
    Match.UNMATCHED: "unmatched",
    Match.IGNORED: "unmatched",
    Match.SETTLEMENT: "settlement",
    Match.REVERSED: "reversed",
}


def _result(line: Line, payment: Payment | None, *, own: bool) -> JobLine:
    if payment is None:
        return JobLine(line.line_number, "skipped", line.passed_over or "nothing_was_paid")
    if not own:
        return JobLine(line.line_number, "already_known", payment.reason, payment.payment_id, payment.rule)
    return JobLine(
        line.line_number, _OUTCOMES[payment.match], payment.reason, payment.payment_id, payment.rule
    )
