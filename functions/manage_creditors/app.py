"""Creditors, agreements, credentials, API keys and webhook endpoints: what changes them."""

from fordring.edge.functions.manage_creditors import handler

__all__ = ["handler"]
