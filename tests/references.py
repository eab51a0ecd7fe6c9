"""References as they stand on invoices: a number with its check digit. The hub makes none, it reads them."""

from fordring.domain.check_digits import luhn_digit, mod11_digit, viitenumero_digit
from fordring.domain.references import Modulus


def make_kid(number: str, modulus: Modulus, length: int = 0) -> str:
    """Make a KID of a number, filled with zeros to a length."""
    return (number + (luhn_digit(number) if modulus == "mod10" else mod11_digit(number))).rjust(length, "0")


def make_ocr(number: str) -> str:
    """Make a Swedish OCR reference."""
    return number + luhn_digit(number)


def make_viitenumero(number: str) -> str:
    """Make a Finnish reference number of 3 to 19 digits."""
    return number + viitenumero_digit(number)
