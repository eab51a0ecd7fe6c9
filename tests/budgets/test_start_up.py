"""What each function of the API loads: nothing that it needs for few requests only."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.ground import ENVIRONMENT, first_requests

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ("manage_creditors", "register_invoice", "submit_case", "poll_status", "payment_webhook")
HEAVY = {"boto3", "defusedxml", "holidays", "httpcore", "httpx", "lxml", "netsgiro", "stdnum"}
AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-north-1",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # where nothing listens: a call that is not answered by the stub fails
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Start every function in a process of its own, and let it answer one request."""
    folder = tmp_path_factory.mktemp("start")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        requests, rows = first_requests()
    found = {}
    for name in FUNCTIONS:
        path = folder / f"{name}.json"
        path.write_text(json.dumps({"request": requests[name], "rows": rows}))
        done = subprocess.run(
            [sys.executable, "bench/child.py", name, str(path), "--sessions"],
            cwd=ROOT,
            env=ENVIRONMENT
            | AWS
            | {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'common'}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_heavy_is_loaded_at_start_up(started: dict[str, dict[str, Any]], name: str) -> None:
    assert not HEAVY.intersection(started[name]["loaded"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_heavy_is_loaded_for_a_first_request(started: dict[str, dict[str, Any]], name: str) -> None:
    first = started[name]["first"]
    assert first["status"] in (200, 201, 202)
    assert not HEAVY.intersection(first["loaded"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_there_is_one_botocore_session(started: dict[str, dict[str, Any]], name: str) -> None:
    assert started[name]["sessions"] == 1


@pytest.mark.parametrize("name", ["payment_webhook", "poll_status"])
def test_a_callback_and_a_status_read_need_no_pydantic(started: dict[str, dict[str, Any]], name: str) -> None:
    assert "pydantic" not in started[name]["first"]["loaded"]
