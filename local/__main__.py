"""Run Fordring on this machine until Ctrl-C: ``python -m local`` (``make run``)."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from http.client import HTTPException
from pathlib import Path

from botocore.exceptions import BotoCoreError

from local.agency import SandboxError
from local.build import BuildError
from local.emulator import EmulatorError
from local.ports import PortInUseError
from local.stack import Stack, StateInUseError, start
from local.steps import tell


def _announce(stack: Stack) -> None:
    key = stack.folder / "api-key"
    shown = Path(os.path.relpath(key))
    authorise = f'-H "Authorization: Bearer $(cat {shown})"'
    tell()
    tell(f"API            {stack.url}")
    tell(f"Documentation  {stack.url}/docs")
    tell(f"API key        {shown}")
    tell(f"Sandbox        {stack.sandbox.url}")
    tell()
    tell("To try, in another shell:")
    tell(f"  curl {stack.url}/v1/health")
    tell(f"  curl {authorise} {stack.url}/v1/agencies")
    tell(f"  curl {authorise} {stack.url}/v1/creditors")
    tell()
    tell("Ctrl-C stops it; the data stays.")


def _wait(stack: Stack) -> int:
    """Wait for Ctrl-C, or for something to end by itself."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(0.5):
        failure = stack.failure()
        if failure:
            sys.stderr.write(failure + "\n")
            return 1
    tell()
    tell("Stopping")
    return 0


def main() -> int:
    """Start everything, wait, stop everything."""
    parser = argparse.ArgumentParser(prog="make run", description="Run Fordring on this machine.")
    parser.add_argument("--port", type=int, default=8080, help="the API's port")
    parser.add_argument("--sandbox-port", type=int, default=8090, help="the sandbox agencies' port")
    parser.add_argument("--state", type=Path, default=Path(".local"), help="where everything is kept")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        with start(options.state, port=options.port, sandbox_port=options.sandbox_port, shown=True) as stack:
            _announce(stack)
            return _wait(stack)
    except (PortInUseError, StateInUseError, BuildError, EmulatorError, SandboxError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (BotoCoreError, HTTPException, OSError) as error:
        sys.stderr.write(f"Something that was started does not answer any more: {error}\n")
        return 1
    except KeyboardInterrupt:
        tell("Stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main())
