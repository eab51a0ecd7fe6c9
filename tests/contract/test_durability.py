"""The agency keeps its ledger, whatever happens to its process."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fordring.agencies.registry import agency_names, build
from fordring.domain.agency import Accepted, CaseKey, Operation
from tests.contract.conftest import BEGINNING, CLIENT, Stage
from tests.contract.stage import Controls, PlainHttp, carry_out, payment, real_now, registration

ROOT = Path(__file__).parents[2]


def test_a_restart_changes_nothing(stage: Stage) -> None:
    command = registration()
    number = stage.registered(command)
    stage.send(payment(command, "50.00"))
    before = (
        stage.control.get("cases"),
        stage.all_changes(),
        stage.control.now(),
        stage.control.get("faults"),
        stage.control.get("clients"),
    )
    stage.restart()
    after = (
        stage.control.get("cases"),
        stage.all_changes(),
        stage.control.now(),
        stage.control.get("faults"),
        stage.control.get("clients"),
    )
    assert after == before
    assert stage.send(payment(command, "50.00")) == Accepted(already_existed=True)
    stage.control.advance(days=stage.words.first_reminder - 1)
    assert len(stage.control.get(f"cases/{number}")["letters"]) == 1


@pytest.mark.needs(Operation.RECEIVE_CALLBACKS)
def test_a_callback_that_was_due_at_the_end_goes_after_the_restart(stage: Stage) -> None:
    stage.receiver.answers = [503]
    stage.registered(registration())
    stage.restart()
    assert stage.control.get("pending")["scheduled"] == 1
    stage.control.advance(minutes=1)
    first, second = stage.receiver.received
    assert first.body == second.body


@contextmanager
def process(folder: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The sandbox as a process of its own."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--state", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            yield running, line.split()[-1]
        finally:
            running.kill()


@pytest.mark.parametrize("name", agency_names())
def test_what_was_answered_survives_kill_9(name: str, tmp_path: Path) -> None:
    with process(tmp_path) as (running, url):
        control = Controls(url, name)
        control.clock(BEGINNING)
        control.post("clients", client_number="79021", client_id="fjordlys", secret="secret word")
        agency = build(name, PlainHttp(), f"{url}/{name}", real_now)
        command = registration()
        assert carry_out(agency, control, command, CLIENT) == Accepted()
        control.advance(minutes=5)
        assert carry_out(agency, control, payment(command, "50.00"), CLIENT) == Accepted()
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process(tmp_path) as (_, url):
        agency, control = build(name, PlainHttp(), f"{url}/{name}", real_now), Controls(url, name)
        found = agency.case(CaseKey(command.external_id), CLIENT)
        assert found is not None
        assert found.principal_remaining.text == "1200.00"
        assert carry_out(agency, control, payment(command, "50.00"), CLIENT) == Accepted(already_existed=True)


def test_the_process_ends_cleanly_and_leaves_its_port(tmp_path: Path) -> None:
    with process(tmp_path) as (running, url):
        running.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert running.wait(timeout=10) == 0
        assert time.monotonic() - began < 5
    with process(tmp_path, int(url.rsplit(":", 1)[1])) as (_, again):
        assert again == url


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with process(tmp_path / "one") as (_, url):
        port = url.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "sandbox", "--port", port, "--state", str(tmp_path / "two")]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "cannot start" in second.stderr
    assert "Traceback" not in second.stderr
