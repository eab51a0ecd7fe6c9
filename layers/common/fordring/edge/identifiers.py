"""Identifiers from outside: organisation numbers, national identity numbers, and ids that callers choose.

``stdnum`` is imported where it is used: no function may pay for it at start-up.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal

from fordring.domain.errors import Fault

type OrganisationNumberFault = Literal[
    "unknown_country", "malformed_organisation_number", "wrong_check_digit", "national_identity_number"
]

CHOSEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""What an id that the caller chooses looks like: ``creditor_id``, ``debtor_id``."""

COUNTRIES: Final = ("NO", "SE", "FI", "DK")

_SEPARATORS = re.compile(r"[\s._/:+-]")
_HETU = re.compile(r"([0-9]{6})([-+A-FU-Y._ ]?)([0-9]{3}[0-9A-Y])", re.ASCII)
_FORMS: Final = {
    "NO": re.compile(r"[0-9]{9}", re.ASCII),
    "SE": re.compile(r"[0-9]{6}-?[0-9]{4}", re.ASCII),
    "FI": re.compile(r"[0-9]{7}-?[0-9]", re.ASCII),
    "DK": re.compile(r"[0-9]{8}", re.ASCII),
}


def organisation_number_fault(
    country: str, value: str, pointer: str = "/organisation_number"
) -> Fault | None:
    """Say what is wrong with an organisation number, if anything is.

    Accepted forms: nine digits in Norway, ten in Sweden (``NNNNNN-NNNN`` too), ``NNNNNNN-N`` with or
    without the hyphen in Finland, eight in Denmark; no country prefix, no spaces. A Swedish sole trader's
    organisation number is the owner's national identity number, and so it is refused.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    value
        The number as it was given.
    pointer
        Where the number stood in the input.

    Returns
    -------
    Fault or None
        With one of the codes of ``OrganisationNumberFault``; ``None`` when the number is good.
    """
    code = _organisation_number_code(country, value)
    return None if code is None else Fault(pointer, code, _DETAILS[code])


def compact_organisation_number(value: str) -> str:
    """Write an accepted organisation number without its hyphen, as it is stored and compared."""
    return value.replace("-", "")


def chosen_id_fault(value: str, pointer: str) -> Fault | None:
    """Say what is wrong with an id that the caller chose, if anything is.

    Ids travel in URLs, events and logs, where no personal data may be: an id that validates as a national
    identity number is refused.
    """
    if not CHOSEN_ID.fullmatch(value):
        return Fault(
            pointer, "malformed_id", "an id is 1 to 64 letters, digits, dots, underscores and hyphens"
        )
    if is_national_identity_number(value):
        return Fault(
            pointer,
            "national_identity_number",
            "the id has the form of a national identity number; choose another one, or put letters before it",
        )
    return None


def is_national_identity_number(text: str, countries: Iterable[str] = COUNTRIES) -> bool:
    """Whether the whole text, with or without separators, validates as a person's national number.

    What is recognised, always with the date of birth in it:

    - Norway: fødselsnummer, D-number and H-number, 11 digits, two check digits; born by today.
    - Sweden: personnummer and samordningsnummer (day + 60), 10 or 12 digits, Luhn.
    - Finland: henkilötunnus with any of its century signs, or with the sign left out; check character.
    - Denmark: CPR, 10 digits; born by today. CPR has had no check digit since 2007, so about four of a
      hundred rows of ten digits have this form; they are refused as well.

    Not recognised, as nothing in them can be checked: numbers inside a longer text, Norwegian FH-numbers,
    Danish replacement numbers. Numbers of 9 digits (Norwegian organisations) never match.

    Parameters
    ----------
    text
        Usually an id.
    countries
        Whose numbers are looked for.
    """
    text = text.strip()
    digits = _SEPARATORS.sub("", text)
    checks = {"NO": _is_norwegian, "SE": _is_swedish, "DK": _is_danish}
    ascii_digits = digits.isascii() and digits.isdigit()
    return any(
        _is_finnish(text) if country == "FI" else ascii_digits and checks[country](digits)
        for country in countries
    )


def national_identity_number_fault(country: str, value: str, pointer: str) -> Fault | None:
    """Say what is wrong with a person's number, if anything is; the detail never repeats it.

    Accepted forms: 11 digits in Norway; ``YYMMDD-NNNN`` with or without its sign or the century in Sweden;
    ``DDMMYYCNNNT`` in Finland; ``DDMMYY-NNNN`` with or without the hyphen in Denmark. Date of birth and check
    digits must be right, as far as the country has them.
    """
    form = _PERSONS.get(country)
    if form is not None and form.fullmatch(value) and is_national_identity_number(value, [country]):
        return None
    return Fault(
        pointer, "malformed_national_identity_number", "this is no national identity number of the country"
    )


_PERSONS: Final = {
    "NO": re.compile(r"[0-9]{11}", re.ASCII),
    "SE": re.compile(r"([0-9]{2})?[0-9]{6}[-+]?[0-9]{4}", re.ASCII),
    "FI": re.compile(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", re.ASCII),
    "DK": re.compile(r"[0-9]{6}-?[0-9]{4}", re.ASCII),
}

_DETAILS: Final[dict[OrganisationNumberFault, str]] = {
    "unknown_country": "the hub checks organisation numbers of NO, SE, FI and DK",
    "malformed_organisation_number": "the organisation number does not have the country's form",
    "wrong_check_digit": "the organisation number's check digit is wrong",
    "national_identity_number": "a person's national identity number is never stored; leave the field out",
}


def _organisation_number_code(country: str, value: str) -> OrganisationNumberFault | None:
    form = _FORMS.get(country)
    if form is None:
        return "unknown_country"
    if not form.fullmatch(value):
        return "malformed_organisation_number"
    if is_national_identity_number(value, [country]):
        return "national_identity_number"
    return None if _check_digit_is_right(country, value) else "wrong_check_digit"


def _check_digit_is_right(country: str, value: str) -> bool:
    match country:
        case "NO":
            from stdnum.no import orgnr as norwegian

            return norwegian.is_valid(value)
        case "SE":
            from stdnum.se import orgnr as swedish

            return swedish.is_valid(value)
        case "FI":
            from stdnum.fi import ytunnus

            return ytunnus.is_valid(value)
        case _:
            from stdnum.dk import cvr

            return cvr.is_valid(value)


def _is_norwegian(digits: str) -> bool:
    from stdnum.no import fodselsnummer

    return fodselsnummer.is_valid(digits)


def _is_swedish(digits: str) -> bool:
    if len(digits) not in (10, 12):
        return False
    from stdnum import luhn
    from stdnum.se import personnummer

    if not luhn.is_valid(digits[-10:]):
        return False
    day = int(digits[-6:-4])
    if day > 60:
        digits = f"{digits[:-6]}{day - 60:02d}{digits[-4:]}"
    try:
        personnummer.get_birth_date(digits)
    except ValueError:
        return False
    return True


def _is_danish(digits: str) -> bool:
    if len(digits) != 10:
        return False
    from stdnum.dk import cpr

    return cpr.is_valid(digits)


def _is_finnish(text: str) -> bool:
    match = _HETU.fullmatch(text.upper())
    if match is None:
        return False
    from stdnum.fi import hetu

    day, sign, rest = match.groups()
    return hetu.is_valid(
        f"{day}{sign if sign not in ('', '.', '_', ' ') else '-'}{rest}", allow_temporary=True
    )
