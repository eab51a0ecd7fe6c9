"""How much is told at a time: what an agency's question asks for, within bounds."""

from collections.abc import Mapping
from typing import Final

LARGEST_PAGE: Final = 500


def limit_of(query: Mapping[str, str]) -> int:
    """Read how many are asked for; a hundred where nothing is said.

    Raises
    ------
    ValueError
        When it is no number from 1 to 500.
    """
    limit = int(query.get("limit", "100"))
    if not 1 <= limit <= LARGEST_PAGE:
        raise ValueError("limit")
    return limit
