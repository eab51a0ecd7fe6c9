"""Svea, modelled on what is public (see ``docs/agencies/svea.md``): not a specification by Svea."""

from typing import TYPE_CHECKING

from fordring.agencies.svea.terms import CAPABILITIES, DOUBTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fordring.agencies.svea.adapter import Svea
    from fordring.domain.transport import Http

__all__ = ["CAPABILITIES", "DOUBTS", "build"]


def build(http: "Http", base_url: str, now: "Callable[[], datetime]") -> "Svea":
    """Build the adapter; what Svea can do is told without it."""
    from fordring.agencies.svea.adapter import Svea

    return Svea(http, base_url, now)
