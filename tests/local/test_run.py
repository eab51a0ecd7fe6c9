"""`make run`: one command, everything runs; Ctrl-C, nothing runs and the data is still there."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.build import ROOT
from local.ports import free_port


@dataclass
class Run:
    process: subprocess.Popen[bytes]
    output: Path
    port: int
    sandbox_port: int

    def said(self) -> str:
        return self.output.read_text()

    def until(self, text: str, seconds: float = 180.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def descendants(self) -> set[int]:
        listing = subprocess.run(
            ["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True
        ).stdout
        parents = {int(line.split()[0]): int(line.split()[1]) for line in listing.splitlines()}
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


Begin = Callable[..., Run]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    started: list[Run] = []

    def run(port: int | None = None, sandbox_port: int | None = None, state: Path | None = None) -> Run:
        output = tmp_path / f"output-{len(started)}"
        ports = port or free_port(), sandbox_port or free_port()
        options = [
            "--port",
            str(ports[0]),
            "--sandbox-port",
            str(ports[1]),
            "--state",
            str(state or tmp_path / "state"),
        ]
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "local", *options],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(Run(process, output, *ports))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()


def running(pids: set[int]) -> set[int]:
    """Give those that still run; an ended process that nobody has collected does not."""
    listing = subprocess.run(["ps", "-eo", "pid=,stat="], check=True, capture_output=True, text=True).stdout
    states = {int(line.split()[0]): line.split()[1] for line in listing.splitlines()}
    return {pid for pid in pids if pid in states and not states[pid].startswith("Z")}


def eventually_gone(pids: set[int], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while running(pids):
        assert time.monotonic() < deadline, running(pids)
        time.sleep(0.05)


def emulator_of(run: Run) -> int:
    listing = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    ).stdout
    processes = [line.split(maxsplit=2) for line in listing.splitlines()]
    (pid,) = [p for p, parent, args in processes if int(parent) == run.process.pid and "local.cures" in args]
    return int(pid)


def answers(run: Run) -> bool:
    """Ask for what is nowhere: the answer comes all the way from a function."""
    connection = http.client.HTTPConnection("127.0.0.1", run.port, timeout=30)
    try:
        connection.request("GET", "/nowhere")
        answer = connection.getresponse()
        answer.read()
        return answer.status == 404 and answer.headers["content-type"] == "application/problem+json"
    finally:
        connection.close()


def test_start_stop_start_again(begin: Begin, tmp_path: Path) -> None:
    first = begin()
    first.until("Ctrl-C stops it")
    assert answers(first)
    said = first.said()
    for address in (
        f"http://127.0.0.1:{first.port}/docs",
        f"http://127.0.0.1:{first.sandbox_port}",
        "api-key",
    ):
        assert address in said
    assert said.count("  curl ") == 3
    key = tmp_path / "state" / "api-key"
    assert key.stat().st_mode & 0o777 == 0o600
    written = key.read_text()
    pids = first.descendants()
    assert len(pids) > 2
    assert first.end(signal.SIGINT) == 0
    eventually_gone(pids, seconds=2)
    assert "Traceback" not in first.said()

    second = begin(port=first.port, sandbox_port=first.sandbox_port)
    began = time.monotonic()
    second.until("Ctrl-C stops it")
    assert time.monotonic() - began < 60
    assert "not stopped properly" not in second.said()
    assert answers(second)
    assert key.read_text() == written

    # the one thing that may not be: two of them on one folder
    third = begin()
    assert third.process.wait(60) == 1
    assert third.said().startswith("Another run works on ")
    assert len(third.said().splitlines()) == 1

    # the emulator dies: it is said, everything else is stopped, and the next start knows
    pids = second.descendants()
    os.kill(emulator_of(second), signal.SIGKILL)
    assert second.process.wait(60) == 1
    eventually_gone(pids)
    assert second.said().splitlines()[-1].startswith("The emulator has ended; its log is ")

    # a power cut for all but the children, which notice by themselves
    fourth = begin()
    fourth.until("Ctrl-C stops it")
    assert "It was not stopped properly" in fourth.said()
    assert answers(fourth)
    pids = fourth.descendants()
    fourth.end(signal.SIGKILL)
    eventually_gone(pids)


@pytest.mark.parametrize("which", ["port", "sandbox_port"])
def test_a_port_in_use_is_one_sentence(begin: Begin, which: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = begin(**{which: taken.getsockname()[1]})
        assert run.process.wait(60) == 1
    variable = {"port": "PORT", "sandbox_port": "SANDBOX_PORT"}[which]
    (line,) = run.said().splitlines()
    assert line.startswith("Port ") and line.endswith(f"is already in use; choose another with {variable}=….")
