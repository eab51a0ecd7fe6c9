"""What an agency sends: verified, stored, applied."""

from fordring.edge.functions.payment_webhook import handler

__all__ = ["handler"]
