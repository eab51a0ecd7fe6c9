"""Start and stop the emulator of AWS.

The emulator (MiniStack) lives in an environment of its own, ``.tools/emulator``, because its pins and
those of the SAM command line exclude each other; ``make`` creates it. What has to be cured in the pinned
version is in ``local/cures``, which this module starts in place of the emulator's own entry point.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from local.ports import free_port, require_free

__all__ = ["ACCESS_KEY", "REGION", "SECRET_KEY", "Emulator", "EmulatorError", "start_emulator"]

REGION = "eu-north-1"
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105  the emulator's root key, which means nothing elsewhere
ROOT = Path(__file__).resolve().parent.parent
INTERPRETER = ROOT / ".tools" / "emulator" / "bin" / "python"


class EmulatorError(Exception):
    """The emulator could not be started; the message is one sentence for the person at the terminal."""


@dataclass
class Emulator:
    """A running emulator.

    Attributes
    ----------
    folder
        Holds ``state/`` (unless it runs in memory), ``tmp/`` and ``emulator.log``.
    port
        The one port on 127.0.0.1 at which every emulated service answers.
    """

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    _log: IO[bytes]

    @property
    def endpoint(self) -> str:
        """The URL for ``AWS_ENDPOINT_URL`` and for boto3's ``endpoint_url``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> Path:
        """The folder whose copy is a complete snapshot, as of at most two seconds ago."""
        return self.folder / "state"

    def environment(self) -> dict[str, str]:
        """Give the variables with which any AWS SDK or tool talks to this emulator only."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self, service: str) -> Any:
        """Make a boto3 client for `service`, with the emulator's root key."""
        import boto3

        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def save(self) -> None:
        """Write a snapshot of the state now, and return when it is on disk."""
        self._ask("save")

    def warm(self) -> None:
        """Start a process for each deployed function, so that its first request need not wait for one."""
        self._ask("warm")

    def release(self) -> None:
        """Let functions run, when the emulator was started to hold them."""
        self._ask("release")

    def _ask(self, action: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("POST", f"/_local/{action}")
            answer = connection.getresponse()
            reason = answer.read().decode(errors="replace") or "no reason given"
        finally:
            connection.close()
        if answer.status != 200:
            log = self.folder / "emulator.log"
            raise EmulatorError(f"The emulator could not {action}: {reason} (its log is {log}).")

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self.process.poll() is None

    def stop(self, grace: float = 20.0) -> None:
        """Stop gracefully, state saved; kill what has not gone after `grace` seconds."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End the process and every function worker at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        self._log.close()
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)


def start_emulator(
    folder: Path,
    *,
    port: int | None = None,
    persist: bool = True,
    enforce_iam: bool = True,
    workers: int = 2,
    held: bool = False,
    seconds: float = 30.0,
) -> Emulator:
    """Start an emulator bound to 127.0.0.1 and wait until it answers.

    Parameters
    ----------
    folder
        Where ``state/``, ``tmp/`` and ``emulator.log`` go; made when missing.
    port
        The port to take; a free one when not given.
    persist
        Keep the state over a restart: saved on a graceful stop and every two seconds when something
        changed, so that ``kill -9`` loses at most the last seconds, and never half a transaction.
    enforce_iam
        Evaluate the roles of what is deployed. Root keys may do anything either way.
    workers
        How many copies of one function may run at the same time; further invocations wait.
    held
        Let no function run before `release`, so that something can be put right first.
    seconds
        How long to wait for the first answer.

    Raises
    ------
    EmulatorError
        The environment is missing, the port is taken, or the process died.
    """
    if not INTERPRETER.exists():
        raise EmulatorError("The emulator is not installed; run 'make tools' first.")
    if port is None:
        port = free_port()
    else:
        require_free(port, "the emulator")
    tmp = folder / "tmp"
    shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir(parents=True)
    log = (folder / "emulator.log").open("wb")
    settings = _settings(folder.resolve(), port)
    settings["PERSIST_STATE"] = settings["S3_PERSIST"] = "1" if persist else "0"
    settings["AUTH"] = "true" if enforce_iam else "false"
    settings["LOCAL_WORKERS"] = str(workers)
    settings["LOCAL_HELD"] = "1" if held else "0"
    process = subprocess.Popen(
        [str(INTERPRETER), "-m", "local.cures"],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.PIPE,  # the emulator ends when this pipe closes, so it never outlives its starter
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches the starter only, which stops things in order
    )
    emulator = Emulator(folder=folder, port=port, process=process, _log=log)
    try:
        _wait_until_ready(emulator, seconds)
    except BaseException:
        emulator.kill()
        raise
    return emulator


def _settings(folder: Path, port: int) -> dict[str, str]:
    """Build the whole environment of the process; nothing of the caller's AWS settings reaches it."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    return inherited | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "state" / "s3"),
        "TMPDIR": str(folder / "tmp"),
        "LOCAL_LAYERS": str(folder / "layers"),
        "LOCAL_FUNCTION_LOG": str(folder / "functions.log"),
        "LOCAL_ACCESS_LOG": str(folder / "access.log"),
        "LAMBDA_WARM_TTL_SECONDS": "86400",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",  # never look for, or clean up in, somebody's Docker
        "LOG_LEVEL": os.environ.get("EMULATOR_LOG_LEVEL", "WARNING"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",  # forking for a snapshot is meant
    }


def _wait_until_ready(emulator: Emulator, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not emulator.alive():
            raise EmulatorError(
                f"The emulator ended while starting; its log is {emulator.folder / 'emulator.log'}."
            )
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=5)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise EmulatorError(
        f"The emulator did not answer within {seconds:.0f} seconds; "
        f"its log is {emulator.folder / 'emulator.log'}."
    )
