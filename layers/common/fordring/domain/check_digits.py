"""Check digits of payment references. Every function takes a row of digits and trusts that it is one."""


def luhn_digit(digits: str) -> str:
    """Compute the check digit of MOD10, which is Luhn's: weights 2 and 1 from the right, digit sums.

    Source: Nets, System specification OCR giro, section 4; ISO/IEC 7812-1, annex B.
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (1 if place % 2 else 2)
        total += product - 9 if product > 9 else product
    return str(-total % 10)


def mod11_digit(digits: str) -> str:
    """Compute the check digit of MOD11: weights 2 to 7 from the right, over and over; 10 is ``-``.

    Source: Nets, System specification OCR giro, section 4.
    """
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    rest = -total % 11
    return "-" if rest == 10 else str(rest)


def viitenumero_digit(digits: str) -> str:
    """Compute the check digit of a Finnish reference number: weights 7, 3, 1 from the right.

    Source: Finance Finland, guide to the structure of the reference number and its check digit.
    """
    total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def mod97(text: str) -> int:
    """Compute the remainder by 97 of digits and capital letters, where A is 10 and Z is 35.

    Source: ISO/IEC 7064, MOD 97-10, as ISO 11649 (RF) and ISO 13616 (IBAN) use it.
    """
    return int("".join(str(int(character, 36)) for character in text)) % 97
