"""Start and stop the sandbox agencies, the process that plays the other side."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from local.build import ROOT
from local.ports import require_free

__all__ = ["Sandbox", "SandboxError", "start_sandbox"]


class SandboxError(Exception):
    """The sandbox could not be started; the message is one sentence for the person at the terminal."""


@dataclass
class Sandbox:
    """The running sandbox agencies."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The base of every agency's interface and of the control interface."""
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self.process.poll() is None

    def stop(self, grace: float = 10.0) -> None:
        """Stop gracefully; kill it when it has not gone after `grace` seconds."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def start_sandbox(folder: Path, port: int, seconds: float = 20.0) -> Sandbox:
    """Start the sandbox with its ledger in ``folder/sandbox`` and wait until it listens.

    Raises
    ------
    SandboxError
        It ended, or did not listen within `seconds`.
    """
    require_free(port, "the sandbox", "SANDBOX_PORT")
    log = folder / "sandbox.log"
    command = ["sandbox", "--port", str(port), "--state", str(folder / "sandbox")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.leash", *command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    sandbox = Sandbox(port, process)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and sandbox.alive():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return sandbox
        time.sleep(0.05)
    sandbox.kill()
    raise SandboxError(f"The sandbox did not start; its log is {log}.")
