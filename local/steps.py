"""Show what takes more than a second, in one line each."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["step", "tell"]


def tell(text: str = "") -> None:
    """Print a line for the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def step(doing: str, *, shown: bool = True) -> Iterator[None]:
    """Print what is being done, and how long it took."""
    if not shown:
        yield
        return
    sys.stdout.write(f"{doing} … ")
    sys.stdout.flush()
    began = time.monotonic()
    try:
        yield
    except KeyboardInterrupt:
        tell("interrupted")
        raise
    except BaseException:
        tell("failed")
        raise
    tell(f"{time.monotonic() - began:.1f} s")
