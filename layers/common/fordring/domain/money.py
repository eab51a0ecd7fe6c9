"""Amounts of money: integer minor units with a currency, never a float."""

import re
from fractions import Fraction
from typing import Final, Self

from fordring.domain.values import dataclass

CURRENCIES: Final = {
    "NOK": 2,
    "SEK": 2,
    "DKK": 2,
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "CHF": 2,
    "PLN": 2,
    "ISK": 0,
}
"""Currencies that the hub takes, with their number of decimals (ISO 4217)."""

LARGEST_MINOR: Final = 10**14
"""No single amount may reach this: it is far above any invoice and far below what an integer column loses."""

_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)


class MoneyError(ValueError):
    """An amount that is no amount. ``reason`` is a code for a fault."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency.

    Parameters
    ----------
    minor
        Signed number of the currency's smallest units: øre, cent.
    currency
        ISO 4217 code.
    """

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> Self:
        """Read a decimal string such as ``"1250.00"``.

        Fewer decimals than the currency has are filled up; more are refused, also when they are zeros.

        Raises
        ------
        MoneyError
            With reason ``unknown_currency``, ``malformed_amount``, ``too_many_decimals`` or
            ``amount_too_large``.
        """
        decimals = CURRENCIES.get(currency)
        if decimals is None:
            raise MoneyError("unknown_currency", "the currency is not one that the hub takes")
        if not _DECIMAL.fullmatch(amount):
            raise MoneyError("malformed_amount", "an amount is digits with an optional decimal point")
        whole, _, fraction = amount.partition(".")
        if len(fraction) > decimals:
            raise MoneyError("too_many_decimals", f"{currency} has {decimals} decimals")
        if len(whole) > 15:
            raise MoneyError("amount_too_large", "the amount is out of range")
        minor = int(whole + fraction.ljust(decimals, "0"))
        if abs(minor) >= LARGEST_MINOR:
            raise MoneyError("amount_too_large", "the amount is out of range")
        return cls(minor, currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in a currency."""
        return cls(0, currency)

    @property
    def text(self) -> str:
        """The decimal string with all of the currency's decimals: ``"1250.00"``."""
        decimals = CURRENCIES[self.currency]
        sign = "-" if self.minor < 0 else ""
        digits = str(abs(self.minor)).rjust(decimals + 1, "0")
        return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"

    def __add__(self, other: Self) -> Self:
        self._same(other)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same(other)
        return type(self)(self.minor - other.minor, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Self) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MoneyError("wrong_currency", "amounts in two currencies cannot be put together")


def round_half_up(value: Fraction) -> int:
    """Round to a whole number, halves away from zero: 112.5 becomes 113.

    Source: the fee regulations round to the nearest krone, halves up; banker's rounding would give 112.
    """
    doubled = abs(value) * 2
    rounded = (doubled.numerator // doubled.denominator + 1) // 2
    return rounded if value >= 0 else -rounded
