"""Start the emulator with its cures: ``python -m local.cures``, in the emulator's environment."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import threading

from local.cures import (
    addresses,
    conditions,
    control,
    definitions,
    layers,
    logs,
    routes,
    snapshots,
    streams,
    workers,
)
from local.leash import end_with_the_starter


def main() -> None:
    """Apply the cures, then serve until told to stop."""
    faulthandler.register(signal.SIGUSR1)  # shows what every thread does, in the log
    may_run = threading.Event()
    if os.environ["LOCAL_HELD"] != "1":
        may_run.set()

    async def warm() -> bool:
        await asyncio.to_thread(workers.warm)
        return True

    async def release() -> bool:
        may_run.set()
        return True

    addresses.apply()
    streams.apply()
    layers.apply()
    routes.apply()
    definitions.apply()
    conditions.apply()
    logs.apply()
    workers.apply(int(os.environ["LOCAL_WORKERS"]), may_run)
    control.apply({"save": snapshots.apply(), "warm": warm, "release": release})
    end_with_the_starter()
    from ministack.app import main as serve

    serve()


main()
