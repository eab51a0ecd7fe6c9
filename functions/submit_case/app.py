"""From candidates to cases, and what is done with a case."""

from fordring.edge.functions.submit_case import handler

__all__ = ["handler"]
