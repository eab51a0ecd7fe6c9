"""One running Fordring: emulator, deployment, sandbox and front, started and stopped together.

``make run``, ``make demo`` and the end-to-end tests all use :func:`start`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import mail
from local.agency import Sandbox, start_sandbox
from local.build import ROOT, BuildError, build
from local.deploy import STACK, deploy
from local.emulator import Emulator, start_emulator
from local.front import Front
from local.ports import free_port, require_free
from local.steps import step, tell
from sandbox.agencies import SIMULATORS

__all__ = ["Stack", "StateInUseError", "start"]


class StateInUseError(Exception):
    """Another run works on the same folder; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Stack:
    """What runs, and where.

    Attributes
    ----------
    folder
        Everything that the stack keeps.
    url
        The API's address, without a slash at the end.
    api_key
        The demo tenant's key, an admin of all creditors.
    sandbox
        The sandbox agencies.
    emulator
        The emulator of AWS, with ``client(service)`` for a look behind the API.
    outputs
        The outputs of the template.
    """

    folder: Path
    url: str
    api_key: str
    sandbox: Sandbox
    emulator: Emulator
    outputs: Mapping[str, str]

    def failure(self) -> str | None:
        """Name what has ended though nobody stopped it."""
        if not self.emulator.alive():
            return f"The emulator has ended; its log is {self.folder / 'emulator.log'}."
        if not self.sandbox.alive():
            return f"The sandbox has ended; its log is {self.folder / 'sandbox.log'}."
        return None


@contextmanager
def start(
    folder: Path,
    *,
    port: int | None = None,
    sandbox_port: int | None = None,
    shown: bool = False,
    emptied: bool = False,
) -> Iterator[Stack]:
    """Build, deploy and run everything on this machine; stop it all when the block ends.

    Parameters
    ----------
    folder
        Where state, logs and the API key are kept; data is still there at the next start.
    port, sandbox_port
        The ports of the API and the sandbox; free ones when not given.
    shown
        Tell the person at the terminal what takes long.
    emptied
        Begin anew: remove what an earlier run has kept in `folder`.

    Raises
    ------
    PortInUseError, StateInUseError, BuildError, EmulatorError, SandboxError
        Each with one sentence for the person at the terminal.
    """
    port = port or free_port()
    sandbox_port = sandbox_port or free_port()
    require_free(port, "the API", "PORT")
    require_free(sandbox_port, "the sandbox", "SANDBOX_PORT")
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    with ExitStack() as closing:
        closing.enter_context(_alone(folder))
        if emptied:
            _empty(folder)
        with step("Building the template", shown=shown):
            built = build("host")
        marker = folder / "running"
        crashed = marker.exists()
        with step("Starting the emulator of AWS", shown=shown):
            emulator = start_emulator(folder, held=crashed)
        closing.callback(_stopped, emulator, marker)
        closing.callback(emulator.stop)
        marker.touch()
        with step("Starting the sandbox agencies", shown=shown):
            sandbox = start_sandbox(folder, sandbox_port)
        closing.callback(sandbox.stop)
        url = f"http://127.0.0.1:{port}"
        parameters = {
            "Tenant": "demo",
            "Stage": "development",
            "Mode": "test",
            "PublicUrl": url,
            "SandboxUrl": sandbox.url,
            "OneMachine": "true",
            "MailSender": mail.SENDER,
            "MailIdentity": mail.IDENTITY,
            "AgencyUrls": ",".join(f"{name}={sandbox.url}/{name}" for name in SIMULATORS),
            "RequestsPerSecond": "10000",
            "RequestsInBurst": "10000",
        }
        mail.prepare(emulator)
        with step("Deploying with SAM", shown=shown):
            deployment = deploy(emulator, built, parameters, folder / "deployed")
        if crashed:
            if shown:
                tell("It was not stopped properly; what was under way is looked up before it is sent.")
            _run("local.after_restore", emulator)
            emulator.release()
        with step("Warming the functions", shown=shown):
            emulator.warm()
        key = _api_key(folder, emulator)
        front = closing.enter_context(Front(port, emulator.port, deployment.outputs["ApiId"]))
        yield Stack(folder, front.url, key, sandbox, emulator, deployment.outputs)


def _empty(folder: Path) -> None:
    """Remove what an earlier run has kept; nothing, if this is the folder of something else."""
    kept = [path for path in folder.iterdir() if path.name != "lock"]
    if kept and not (folder / "emulator.log").exists():
        raise StateInUseError(f"{folder} is not the folder of an earlier run, so nothing in it is removed.")
    # its log last: interrupted, it is still known for what it is
    for path in sorted(kept, key=lambda path: path.name == "emulator.log"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system releases however this process ends."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateInUseError(f"Another run works on {folder}; choose another with STATE=….") from None
        yield


def _stopped(emulator: Emulator, marker: Path) -> None:
    """Forget that it ran, when it ended as told and so has saved everything."""
    if emulator.process.returncode == 0:
        marker.unlink(missing_ok=True)


def _api_key(folder: Path, emulator: Emulator) -> str:
    """Read the demo tenant's key, made at the first start."""
    file = folder / "api-key"
    if not file.exists():
        # a key may be there already, when somebody deleted the file
        _run("local.first_key", emulator, "--another", "--to", str(file))
    return file.read_text().strip()


def _run(module: str, emulator: Emulator, *options: str) -> None:
    """Run one of the operators' commands on the emulator's stack."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "layers" / "common")])
    done = subprocess.run(
        [sys.executable, "-m", module, "--stack", STACK, *options],
        env=dict(os.environ) | emulator.environment() | {"PYTHONPATH": paths},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"{module} failed: {(done.stdout.strip().splitlines() or ['no reason given'])[-1]}")
