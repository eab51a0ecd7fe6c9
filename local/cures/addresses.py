"""Queues keep their address when the emulator's port changes.

MiniStack 1.5.33 stores each queue under its URL, port included, and after a restart on another port finds
none of them. Clients are not concerned: in what they are told, the port they came by takes its place.
"""

from __future__ import annotations

from ministack.services import sqs

__all__ = ["apply"]


def apply() -> None:
    """Store queues under one address, whatever the port."""
    sqs.DEFAULT_HOST, sqs.DEFAULT_PORT = "localhost", "4566"
    sqs._CANONICAL_NETLOC = "localhost:4566"
