"""What goes out: commands to agencies, webhooks to billing products."""

from fordring.edge.functions.deliver_outbox import handler

__all__ = ["handler"]
