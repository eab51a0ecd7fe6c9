"""A function of the hub as a process that may be killed: ``python -m tests.faults.run FUNCTION EVENT.json``.

The handlers, the workers and the use cases are the ones that run on AWS, the table is on the emulator's
DynamoDB. With ``--serve`` the process warms up, reads a run from each line and forks a process for each:
starting Python a few hundred times would take minutes. A fork is killed like any other process.
"""

import argparse
import json
import os
import signal
import ssl
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

from fordring.agencies.registry import agency_names, build
from fordring.domain.email import Letter
from fordring.edge.addresses import anywhere, public_or_loopback
from fordring.edge.functions import payment_webhook, register_invoice
from fordring.edge.gateway import http_function
from fordring.edge.http import HttpClient
from fordring.edge.hub import Hub, SystemClock
from fordring.edge.settings import Settings
from fordring.edge.telemetry import log, observed
from fordring.edge.workers.clockwork import Clockwork
from fordring.edge.workers.outbox import Outbox
from fordring.store.dynamo import DynamoEngine
from fordring.store.repository import Repository
from fordring.usecases.ports import FileMissing
from fordring.usecases.sealed import Vault
from tests.fakes import MemorySealer
from tests.faults.points import Blade, Kill, Mortal

FUNCTIONS = ("deliver_outbox", "payment_webhook", "hourly_sync", "register_invoice")


@dataclass(frozen=True)
class Run:
    """One invocation.

    Parameters
    ----------
    folder
        Stands for the bucket and the queues.
    wall_offset
        Seconds by which this process's clock is ahead: leases of an earlier one have run out.
    """

    function: str
    event: dict[str, Any]
    table: str
    sandbox_url: str
    folder: str
    kill: tuple[int, str] | None = None
    wall_offset: float = 0.0


class ShiftedClock(SystemClock):
    """Real time, ahead by as much as a lease needs to run out; pauses take no time."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return super().now() + self.offset

    def pause(self, duration: timedelta) -> None:
        super().pause(duration if duration < timedelta(milliseconds=50) else timedelta(milliseconds=50))


class ShiftedHub(Hub):
    """A hub whose leases live by a shifted clock and whose signatures, which agencies check, do not."""

    def agency(self, name: str) -> Any:
        return build(name, self.agency_http, self.settings.agency_urls[name], SystemClock().now)


class FolderFiles:
    """Files in a folder, which outlive the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        del content_type
        path = self._folder / name.replace("/", "%")
        path.write_bytes(body)

    def get(self, name: str) -> bytes:
        path = self._folder / name.replace("/", "%")
        if not path.exists():
            raise FileMissing("there is no such file")
        return path.read_bytes()


class FolderMail:
    """An e-mail service whose letters are lines of a file: it sends each as often as it is told."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "letters"

    def send(self, letter: Letter) -> None:
        with self._path.open("a") as lines:
            lines.write(json.dumps(asdict(letter)) + "\n")


class FolderQueue:
    """A queue whose messages are lines of a file, which outlive the process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, messages: Iterable[Mapping[str, str]], *, after: timedelta = timedelta()) -> None:
        del after
        with self._path.open("a") as lines:
            for message in messages:
                lines.write(json.dumps(message) + "\n")


def environment(table: str, sandbox_url: str) -> Settings:
    """The settings of a function on the test's ground."""
    return Settings(
        table=table,
        tenant="demo",
        stage="development",
        mode="test",
        agency_urls={name: f"{sandbox_url}/{name}" for name in agency_names()},
        allow_loopback=True,
        mail_sender="fordring@product.example",
    )


@cache
def _trust() -> ssl.SSLContext:
    """Made once, by the warm process: it takes longer than a whole run."""
    return ssl.create_default_context()


def work(run: Run, engine: DynamoEngine, blade: Blade) -> dict[str, Any]:
    """Handle the event as the function does, with every port mortal."""
    engine._table = run.table
    folder = Path(run.folder)
    hub = ShiftedHub(
        environment(run.table, run.sandbox_url),
        Mortal("store", Repository(engine), blade),  # type: ignore[arg-type]
        ShiftedClock(timedelta(seconds=run.wall_offset)),
    )
    hub.vault = Vault(Mortal("sealer", MemorySealer(), blade))  # type: ignore[arg-type]
    hub.mail = Mortal("mail", FolderMail(folder), blade)  # type: ignore[assignment]
    hub.files = Mortal("files", FolderFiles(folder), blade)  # type: ignore[assignment]
    hub.agency_http = Mortal("http", HttpClient(anywhere, trust=_trust()), blade)  # type: ignore[assignment]
    hub.webhook_http = Mortal("http", HttpClient(public_or_loopback, trust=_trust()), blade)  # type: ignore[assignment]

    def queue_of(name: str) -> Any:
        return Mortal("queue", FolderQueue(folder / name), blade)

    context = SimpleNamespace(aws_request_id="request", get_remaining_time_in_millis=lambda: 900_000)
    if run.function == "payment_webhook":
        return http_function(payment_webhook.ROUTES, log, lambda: hub)(run.event, context)
    if run.function == "register_invoice":
        return http_function(register_invoice.ROUTES, log, lambda: hub)(run.event, context)
    worker: Outbox | Clockwork
    if run.function == "deliver_outbox":
        worker = Outbox(hub, queue_of, log)
    else:
        worker = Clockwork(hub, queue_of, log, lambda: timedelta(minutes=15))
    return observed(lambda event, _context: worker.take(event))(run.event, context)


def _fork(run: Run, engine: DynamoEngine) -> dict[str, Any]:
    """Run in a process of its own; tells how it ended, its calls, and what the function answered."""
    trace_out, trace_in = os.pipe()
    answer_out, answer_in = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(trace_out)
            os.close(answer_out)
            # What it logs is kept beside its files: what may not be logged is looked for there.
            os.dup2(os.open(Path(run.folder) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
            blade = Blade(Kill(*run.kill) if run.kill else None, trace_in)  # type: ignore[arg-type]
            answer = work(run, engine, blade)
            os.write(answer_in, json.dumps(answer).encode())
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(trace_in)
    os.close(answer_in)
    with os.fdopen(trace_out) as trace, os.fdopen(answer_out) as answer_file:
        calls, answer_text = trace.read().split(), answer_file.read()
    _, status = os.waitpid(child, 0)
    return {
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "status": os.waitstatus_to_exitcode(status),
        "calls": calls,
        "answer": json.loads(answer_text) if answer_text else None,
    }


def _engine(table: str) -> DynamoEngine:
    engine = DynamoEngine(table, pause=lambda _seconds: None)
    engine.connect()
    return engine


def _warm() -> None:
    """Import what would be imported at first use, as a warm function has."""
    import fordring.agencies.svea.adapter
    import fordring.edge.standard_webhooks
    import fordring.edge.wire  # noqa: F401

    register_invoice.ROUTES.load()
    _trust()


def serve() -> None:
    """Read runs, one a line, and answer each with its end, one a line."""
    answers = _quiet()
    _warm()
    engine = _engine("none")
    for line in sys.stdin:
        answers.write(json.dumps(_fork(Run(**json.loads(line)), engine)) + "\n")
        answers.flush()


def _quiet() -> TextIO:
    """Send the functions' logs nowhere; gives the standard output, for the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return answers


def main() -> int:
    """Serve, or run one function once."""
    parser = argparse.ArgumentParser(description="Run one function of the hub, and kill it where told.")
    parser.add_argument("function", nargs="?", choices=FUNCTIONS)
    parser.add_argument("event", nargs="?", type=Path)
    parser.add_argument("--serve", action="store_true", help="read runs from the standard input")
    parser.add_argument("--sandbox", default="", help="where the sandbox agencies are")
    parser.add_argument("--folder", default=".", help="stands for the bucket and the queues")
    parser.add_argument("--kill", metavar="N:before|after", help="the call at which the process dies")
    parser.add_argument("--wall-offset", type=float, default=0.0, metavar="SECONDS")
    given = parser.parse_args()
    if given.serve:
        serve()
        return 0
    if given.function is None or given.event is None:
        parser.error("a function and an event are needed")
    number, _, moment = (given.kill or "").partition(":")
    run = Run(
        function=given.function,
        event=json.loads(given.event.read_text()),
        table=os.environ["FORDRING_TABLE"],
        sandbox_url=given.sandbox,
        folder=given.folder,
        wall_offset=given.wall_offset,
    )
    blade = Blade(Kill(int(number), moment) if given.kill else None, os.open(os.devnull, os.O_WRONLY))  # type: ignore[arg-type]
    sys.stdout.write(json.dumps(work(run, _engine(run.table), blade)) + "\n")
    return 0


def line_of(run: Run) -> str:
    """Spell a run for the serving process."""
    return json.dumps(asdict(run))


if __name__ == "__main__":
    sys.exit(main())
