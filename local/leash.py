"""End with the process that started this one, however that ended.

A started process gets the reading end of a pipe as its standard input. When the pipe closes, nobody is left
to stop the process, so it stops itself. Run as a program, it runs another module on the leash:
``python -m local.leash MODULE [ARGUMENT…]``.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

__all__ = ["end_with_the_starter"]


def _wait_for_the_end() -> None:
    # not through sys.stdin: the lock of a buffered stream would break the exit of the interpreter
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def end_with_the_starter() -> None:
    """Send this process SIGTERM when its standard input closes."""
    threading.Thread(target=_wait_for_the_end, name="leash", daemon=True).start()


if __name__ == "__main__":
    end_with_the_starter()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
