"""``python -m sandbox --port 8090 --state <folder>``: the simulated agencies as a process of their own."""

import argparse
import signal
import sqlite3
import sys
from pathlib import Path
from threading import Event

from sandbox.server import Sandbox


def main() -> int:
    """Run until interrupted or terminated."""
    parser = argparse.ArgumentParser(prog="sandbox", description="Simulated collection agencies.")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one (default: 8090)")
    parser.add_argument("--state", type=Path, default=Path(".local/sandbox"), help="the ledger's folder")
    parser.add_argument(
        "--callback-timeout", type=float, default=30.0, help="seconds that a receiver may take (default: 30)"
    )
    given = parser.parse_args()
    try:
        sandbox = Sandbox(given.state, given.port, given.callback_timeout)
    except (OSError, OverflowError, sqlite3.Error) as error:
        print(f"The sandbox cannot start on port {given.port} in {given.state}: {error}", file=sys.stderr)
        return 1
    ended = Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    with sandbox.running():
        print(f"The sandbox answers on {sandbox.url}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
