"""Every read."""

from fordring.edge.functions.poll_status import handler

__all__ = ["handler"]
