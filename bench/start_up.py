"""Start-up: fresh processes, taken in turns, each up to a DynamoDB client that is ready.

Processor time is compared, which other work on the machine disturbs least; the least of several runs is
what the code itself takes. A function loads routes when they are first called: the start that is measured
includes what its usual request needs, and what all routes would add is told beside it.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench.ground import ENVIRONMENT, first_requests
from bench.table import Line, against

ROOT: Final = Path(__file__).resolve().parent.parent
AIMS: Final[dict[str, float | None]] = {
    "manage_creditors": 1.6,
    "register_invoice": 1.6,
    "submit_case": 1.6,
    "poll_status": 1.6,
    "payment_webhook": 1.3,
    "deliver_outbox": None,
    "hourly_sync": None,
}
AWS: Final = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_REGION": "eu-north-1",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


def measure(rounds: int, tell: Callable[[str], None]) -> list[Line]:
    """Start everything so many times, in turns."""
    requests, rows = first_requests()
    taken: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, request in requests.items():
            Path(folder, f"{name}.json").write_text(json.dumps({"request": request, "rows": rows}))
        for turn in range(rounds):
            tell(f"start-up {turn + 1} of {rounds}")
            for name in ("boto3", "botocore", *AIMS):
                given = [f"{folder}/{name}.json"] if name in requests else []
                taken.setdefault(name, []).append(_start(name, given))
    floor = min(run["cpu"] for run in taken["boto3"]) * 1000
    lines = [Line("bare boto3 with a DynamoDB client", floor, "ms")]
    lines.append(
        against("bare botocore with one", min(r["cpu"] for r in taken["botocore"]) * 1000, floor, "ms")
    )
    for name, aim in AIMS.items():
        lines.append(against(name, min(run["cpu"] for run in taken[name]) * 1000, floor, "ms", aim))
    for name in requests:
        first = min(run["first"]["cpu"] for run in taken[name]) * 1000
        lines.append(against(f"{name}, with its first answer", first, floor, "ms"))
    for name in requests:
        every = min(run["first"]["all"] for run in taken[name]) * 1000
        lines.append(against(f"{name}, with every route loaded", every, floor, "ms"))
    return lines


def _start(name: str, arguments: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "bench/child.py", name, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'common'}"}
        | ENVIRONMENT
        | AWS
        | {"FORDRING_SYNC_QUEUE": "https://sqs.example/1/sync"},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
