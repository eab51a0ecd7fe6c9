"""``python -m bench [--quick] [section …]``: tables for a person, ``.build/bench.json`` for a machine."""

import argparse
import itertools
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.ground import ENVIRONMENT
from bench.table import Line, text
from fordring.store.engine import Engine
from fordring.store.rows import Row

RESULT: Final = Path(".build/bench.json")
SECTIONS: Final = ("start-up", "warm", "hourly", "units", "reminders")


def main() -> int:
    """Measure and report, each against its floor in the same run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no 10,000 payments")
    parser.add_argument("--strict", action="store_true", help="end with 1 when an aim is missed")
    options = parser.parse_args()
    chosen = options.sections or list(SECTIONS)
    unknown = set(chosen) - set(SECTIONS)
    if unknown:
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    os.environ.update(ENVIRONMENT)
    report: dict[str, list[Line]] = {}
    # What functions log is written, as it would be, but to nobody.
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), _emulator() as emulator:
        for section in chosen:
            report |= _MEASURES[section](options.quick, emulator)
            _keep(report, quick=options.quick)
    print()
    for title, lines in report.items():
        print(text(title, lines), end="\n\n")
    missed = [line.what for lines in report.values() for line in lines if not line.met]
    print(f"Written to {RESULT}. " + (f"Missed: {'; '.join(missed)}." if missed else "Every aim is met."))
    return 1 if missed and options.strict else 0


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)
    else:
        print(what, file=sys.stderr, flush=True)


def _start_up(quick: bool, _: "_Tables") -> dict[str, list[Line]]:
    from bench import start_up

    return {"start-up, processor time": start_up.measure(4 if quick else 12, _tell)}


def _warm(quick: bool, tables: "_Tables") -> dict[str, list[Line]]:
    from bench import warm

    _tell("warm requests")
    lines = warm.stubbed(200 if quick else 600)
    lines += warm.emulated(40 if quick else 120, tables.make(), tables.make(), tables.load)
    return {"warm request, median": lines}


def _hourly(quick: bool, tables: "_Tables") -> dict[str, list[Line]]:
    from bench import hourly

    sizes = (100, 1_000) if quick else (100, 1_000, 10_000)
    return {
        "hourly run; the floor is a tenth as many, times what plain reads and writes grew": [
            *hourly.measure(sizes, "in memory", hourly.in_memory, time.process_time, _tell),
            *hourly.measure(sizes, "emulator", tables.holding, time.perf_counter, _tell),
        ]
    }


def _units(_: bool, __: "_Tables") -> dict[str, list[Line]]:
    from bench import units

    return {
        f"write units of a case, {endpoints} webhook endpoints": units.measure(endpoints, _tell)
        for endpoints in (0, 1)
    }


def _reminders(quick: bool, _: "_Tables") -> dict[str, list[Line]]:
    from bench import reminders

    invoices = 500 if quick else 5_000
    return {
        "a morning of a reminder plan, on the stack; the floor is what is due": reminders.measure(
            invoices, invoices // 100, _tell
        )
    }


_MEASURES: Final[dict[str, Callable[[bool, "_Tables"], dict[str, list[Line]]]]] = {
    "start-up": _start_up,
    "warm": _warm,
    "hourly": _hourly,
    "units": _units,
    "reminders": _reminders,
}


class _Tables:
    """Tables on the emulator."""

    def __init__(self, client: Any, request: dict[str, Any]) -> None:
        self._client = client
        self._request = {name: value for name, value in request.items() if name != "StreamSpecification"}
        self._numbers = itertools.count(1)

    def make(self) -> str:
        """Make a table; gives its name."""
        name = f"bench-{next(self._numbers)}"
        self._client.create_table(TableName=name, **self._request)
        return name

    def load(self, table: str, rows: list[Row]) -> None:
        """Put rows into a table."""
        for batch in itertools.batched(rows, 25, strict=False):
            self._client.batch_write_item(
                RequestItems={table: [{"PutRequest": {"Item": row}} for row in batch]}
            )

    def holding(self, rows: list[Row]) -> Engine:
        """Make a table that holds rows; gives an engine on it."""
        from fordring.store.dynamo import DynamoEngine

        name = self.make()
        self.load(name, rows)
        engine = DynamoEngine(name)
        engine.connect()
        return engine


@contextmanager
def _emulator() -> Iterator[_Tables]:
    from local.emulator import start_emulator
    from local.template import table_request

    with tempfile.TemporaryDirectory() as folder:
        emulator = start_emulator(Path(folder), persist=False, enforce_iam=False)
        try:
            os.environ.update(emulator.environment())
            yield _Tables(emulator.client("dynamodb"), table_request())
        finally:
            emulator.kill()


def _keep(report: dict[str, list[Line]], *, quick: bool) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "quick": quick,
        "sections": {title: [line.data for line in lines] for title, lines in report.items()},
    }
    RESULT.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
