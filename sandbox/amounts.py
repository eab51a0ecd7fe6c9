"""Amounts: whole øre (or cent) inside, decimal text outside."""

import re
from typing import Final

_AMOUNT: Final = re.compile(r"(-?)(0|[1-9]\d{0,11})(?:\.(\d{1,2}))?", re.ASCII)

CURRENCIES: Final = frozenset({"NOK", "SEK", "DKK", "EUR"})
"""The currencies of the simulated agencies; all have two decimals."""


def minor_of(text: str) -> int:
    """``"1250.5"`` is 125050.

    Raises
    ------
    ValueError
        When it is no amount.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError("an amount is a decimal text with at most two decimals")
    minor = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return -minor if found[1] else minor


def amount_of(minor: int) -> str:
    """125050 is ``"1250.50"``."""
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{cents:02d}"
