"""Ports on 127.0.0.1: take a free one, or say in one sentence that a wanted one is not."""

from __future__ import annotations

import errno
import socket

__all__ = ["PortInUseError", "free_port", "require_free"]


class PortInUseError(Exception):
    """Somebody else listens on the port; the message is one sentence for the person at the terminal."""


def free_port() -> int:
    """Ask the system for a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, purpose: str, variable: str | None = None) -> None:
    """Refuse a port that is taken.

    Parameters
    ----------
    port
        The port on 127.0.0.1.
    purpose
        What it is wanted for, for the message.
    variable
        The variable of ``make run`` that moves it, for the message.

    Raises
    ------
    PortInUseError
        The port is taken, or may not be used by this user.
    """
    advice = f"; choose another with {variable}=…" if variable else ""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is already in use" if taken else f"cannot be used ({error.strerror})"
            raise PortInUseError(f"Port {port}, wanted for {purpose}, {reason}{advice}.") from None
