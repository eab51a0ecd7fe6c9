"""Bank accounts as they are written: with and without separators, as an IBAN or as the country has them."""

import re
from collections.abc import Iterable
from typing import Final

_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)

_BEFORE_THE_NUMBER: Final = 4
"""Of an IBAN: the country and two check digits; what follows is the domestic number (ISO 13616)."""


def is_among(account: str | None, accounts: Iterable[str]) -> bool:
    """Whether an account is one of several, however each of them is written.

    Banks tell a domestic payer by the domestic number or by the IBAN, as they like. An IBAN is the same
    account as the domestic number that it holds; zeros before that do not count, as some countries fill it
    up.
    """
    if account is None:
        return False
    told = _compact(account)
    return bool(told) and any(_are_one(told, _compact(each)) for each in accounts)


def _are_one(one: str, other: str) -> bool:
    if _is_iban(one) is _is_iban(other):
        return one == other
    return _domestic(one) == _domestic(other)


def _compact(account: str) -> str:
    return "".join(character for character in account if character.isalnum()).upper()


def _is_iban(compact: str) -> bool:
    return _IBAN.fullmatch(compact) is not None


def _domestic(compact: str) -> str:
    return (compact[_BEFORE_THE_NUMBER:] if _is_iban(compact) else compact).lstrip("0")
