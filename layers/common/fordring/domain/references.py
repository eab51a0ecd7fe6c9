"""Payment references: the strings by which a bank says which invoice was paid.

A reference is a string and never a number: leading zeros are part of it, and in Norway a check digit
cannot tell that one was lost. So a reference is kept as it came, matched exactly first, and then
zero-filled to the length that the creditor has agreed with its bank.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from fordring.domain.check_digits import luhn_digit, mod11_digit, mod97, viitenumero_digit
from fordring.domain.values import dataclass

type Modulus = Literal["mod10", "mod11"]
type ReferenceKind = Literal["kid", "ocr", "viitenumero", "rf", "free_text"]

SHORTEST_KID: Final = 2
LONGEST_KID: Final = 25
LONGEST_FREE_TEXT: Final = 140
"""As long as the unstructured remittance information of a SEPA credit transfer."""

_KID = re.compile(r"[0-9]{1,24}[0-9-]", re.ASCII)
_OCR = re.compile(r"[0-9]{2,25}", re.ASCII)
_VIITENUMERO = re.compile(r"[0-9]{4,20}", re.ASCII)
_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}", re.ASCII)


class BadReference(ValueError):
    """A reference that is not one. ``reason`` is a code for a fault.

    The reasons are ``unknown_reference_kind``, ``malformed_reference``, ``wrong_check_digit``,
    ``reference_too_long`` and ``bad_kid_format``.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reference:
    """A payment reference whose check digit, where its kind has one, is right."""

    kind: ReferenceKind
    value: str


@dataclass(frozen=True, slots=True)
class KidFormat:
    """One form that a creditor's KIDs have: agreed with the bank, and a creditor may have several.

    Parameters
    ----------
    length
        Number of characters with the check digit, 2 to 25.
    modulus
        How the check digit is made.

    Raises
    ------
    BadReference
        With reason ``bad_kid_format``.
    """

    length: int
    modulus: Modulus

    def __post_init__(self) -> None:
        if not SHORTEST_KID <= self.length <= LONGEST_KID:
            raise BadReference("bad_kid_format", f"a KID has {SHORTEST_KID} to {LONGEST_KID} characters")
        if self.modulus not in ("mod10", "mod11"):
            raise BadReference("bad_kid_format", "a KID's modulus is mod10 or mod11")

    def accepts(self, kid: str) -> bool:
        """Whether this is, exactly as written, a KID of this format."""
        return len(kid) == self.length and is_kid(kid, self.modulus)


def is_kid(text: str, modulus: Modulus) -> bool:
    """Whether the string is a KID of any length with a right check digit of this modulus."""
    if not _KID.fullmatch(text):
        return False
    return text[-1] == (luhn_digit(text[:-1]) if modulus == "mod10" else mod11_digit(text[:-1]))


def kid_forms(reference: str, formats: Iterable[KidFormat]) -> tuple[str, ...]:
    """List the strings under which a payment for this reference can come in, the likeliest first.

    That is the reference as it was written, and then zero-filled to each of the creditor's formats under
    which it is valid.
    """
    forms = [reference]
    for kid_format in formats:
        filled = reference.rjust(kid_format.length, "0")
        if filled not in forms and kid_format.accepts(filled):
            forms.append(filled)
    return tuple(forms)


def is_ocr(text: str) -> bool:
    """Whether the string is a Swedish OCR reference; a length digit in it is not looked at.

    Source: Bankgirot, "OCR-referenskontroll".
    """
    return bool(_OCR.fullmatch(text)) and text[-1] == luhn_digit(text[:-1])


def is_viitenumero(text: str) -> bool:
    """Whether the string is a Finnish reference number, without spaces."""
    return bool(_VIITENUMERO.fullmatch(text)) and text[-1] == viitenumero_digit(text[:-1])


def make_rf(reference: str) -> str:
    """Make a structured creditor reference of 1 to 21 digits and capital letters.

    Source: ISO 11649, check digits by MOD 97-10 of ISO/IEC 7064.

    Raises
    ------
    BadReference
        ``malformed_reference``.
    """
    if not _RF.fullmatch(f"RF00{reference}"):
        raise BadReference("malformed_reference", "an RF reference has 1 to 21 digits and capital letters")
    return f"RF{98 - mod97(reference + 'RF00'):02d}{reference}"


def is_rf(text: str) -> bool:
    """Whether the string is a structured creditor reference in its electronic form, without spaces.

    Check digits 00, 01 and 99 also leave the remainder 1, but the standard never makes them.
    """
    if not _RF.fullmatch(text) or not 2 <= int(text[2:4]) <= 98:
        return False
    return mod97(text[4:] + text[:4]) == 1


def viitenumero_to_rf(viitenumero: str) -> str:
    """Write a Finnish reference number as an RF reference, its zeros kept.

    Raises
    ------
    BadReference
        When it is no viitenumero.
    """
    return make_rf(check_reference(viitenumero, "viitenumero").value)


def rf_to_viitenumero(rf: str) -> str:
    """Read the Finnish reference number in an RF reference.

    Raises
    ------
    BadReference
        When it is no RF reference, or one of another country's.
    """
    return check_reference(check_reference(rf, "rf").value[4:], "viitenumero").value


def check_reference(text: str, kind: str, formats: Sequence[KidFormat] = ()) -> Reference:
    """Check a reference that claims to be of a kind, and keep it as it is written.

    A KID must be valid under one of the creditor's formats, exactly or when zero-filled; without formats,
    under either modulus.

    Parameters
    ----------
    text
        The reference, without spaces.
    kind
        One of ``kid``, ``ocr``, ``viitenumero``, ``rf`` and ``free_text``.
    formats
        The creditor's KID formats.

    Raises
    ------
    BadReference
        Saying why, see there.
    """
    match kind:
        case "kid":
            _check_kid(text, formats)
            return Reference("kid", text)
        case "ocr":
            _check(text, _OCR, is_ocr(text), "an OCR reference is 2 to 25 digits")
            return Reference("ocr", text)
        case "viitenumero":
            _check(text, _VIITENUMERO, is_viitenumero(text), "a viitenumero is 4 to 20 digits")
            return Reference("viitenumero", text)
        case "rf":
            _check(text, _RF, is_rf(text), "an RF reference is RF, two digits and 1 to 21 digits or capitals")
            return Reference("rf", text)
        case "free_text":
            if not text.strip() or not text.isprintable():
                raise BadReference("malformed_reference", "a free text is printable and not empty")
            if len(text) > LONGEST_FREE_TEXT:
                raise BadReference("reference_too_long", f"at most {LONGEST_FREE_TEXT} characters")
            return Reference("free_text", text)
        case _:
            raise BadReference("unknown_reference_kind", "the kind of the reference is unknown")


def recognise(text: str, country: str | None = None, formats: Sequence[KidFormat] = ()) -> Reference | None:
    """Find out what a reference is that does not say its kind, as in a PaymentID of an e-invoice.

    Only RF says itself what it is: a row of digits can be valid in three countries at once, so the
    creditor's country decides, and without one a row of digits is nothing. Print forms of RF and
    viitenumero, in groups, are read without their spaces.

    Parameters
    ----------
    text
        The reference as it came.
    country
        The creditor's country (ISO 3166-1 alpha-2).
    formats
        The creditor's KID formats.

    Returns
    -------
    Reference or None
        ``None`` when it is valid as nothing: then it is a free text.
    """
    joined = re.sub(r"\s+", "", text)
    if is_rf(joined.upper()):
        return Reference("rf", joined.upper())
    if country == "FI" and is_viitenumero(joined):
        return Reference("viitenumero", joined)
    if country == "SE" and is_ocr(text):
        return Reference("ocr", text)
    if country == "NO":
        try:
            return check_reference(text, "kid", formats)
        except BadReference:
            return None
    return None


def _check_kid(text: str, formats: Sequence[KidFormat]) -> None:
    if len(text) > max((kid_format.length for kid_format in formats), default=LONGEST_KID):
        raise BadReference("reference_too_long", "the KID is longer than the creditor's agreement says")
    if not _KID.fullmatch(text):
        raise BadReference("malformed_reference", "a KID is 2 to 25 digits; with MOD11 the last may be -")
    if not formats:
        if is_kid(text, "mod10") or is_kid(text, "mod11"):
            return
    elif any(f.accepts(text.rjust(f.length, "0")) for f in formats):
        return
    raise BadReference("wrong_check_digit", "the KID's check digit fits none of the creditor's formats")


def _check(text: str, pattern: re.Pattern[str], valid: bool, form: str) -> None:
    if not pattern.fullmatch(text):
        raise BadReference("malformed_reference", form)
    if not valid:
        raise BadReference("wrong_check_digit", "the check digit does not fit the reference")
