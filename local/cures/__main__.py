"""Start the emulator with its cures: ``python -m local.cures``, in the emulator's environment."""

from __future__ import annotations

import os
import signal
import sys
import threading

from local.cures import routes, snapshots, workers


def _end_with_the_starter() -> None:
    """Stop when the pipe on standard input closes: the starter has gone, however it went."""
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Apply the cures, then serve until told to stop."""
    routes.apply()
    workers.apply(limit=int(os.environ["LOCAL_WORKERS"]))
    snapshots.apply()
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    from ministack.app import main as serve

    serve()


main()
