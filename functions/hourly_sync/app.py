"""The clock: what is pulled, what is due, what is compared."""

from fordring.edge.functions.hourly_sync import handler

__all__ = ["handler"]
