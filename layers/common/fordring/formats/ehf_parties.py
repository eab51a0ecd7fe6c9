"""Who stands on a UBL document: the parties, the payee, and the account to pay to."""

import re
from typing import Final

from fordring.domain.check_digits import mod11_digit, mod97
from fordring.formats.einvoice import Address, Contact, Identifier, Party, Payee, PayeeAccount
from fordring.formats.ubl import Node, Reading

LONGEST_SCHEME: Final = 20

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_BBAN = re.compile(r"[0-9]{11}", re.ASCII)


def read_party(reading: Reading, root: Node, role: str) -> Party:
    """Read the supplier or the customer.

    The registered name (rules BR-06, BR-07) and the address with its country (BR-08 to BR-11) are required.
    """
    at = reading.one(root, f"{role}/cac:Party", required=True)
    if at is None:
        return Party("", None, None, None, Address((), None, None, None, ""), None, None)
    contact = reading.one(at, "cac:Contact")
    trading_name = reading.text(at, "cac:PartyName/cbc:Name")
    name = reading.required_text(at, "cac:PartyLegalEntity/cbc:RegistrationName")
    return Party(
        name=name,
        trading_name=trading_name if trading_name != name else None,
        organisation_number=_identifier(reading, at, "cac:PartyLegalEntity/cbc:CompanyID"),
        vat_number=_vat_number(reading, at),
        address=_address(reading, at),
        endpoint=_identifier(reading, at, "cbc:EndpointID"),
        contact=None
        if contact is None
        else Contact(
            name=reading.text(contact, "cbc:Name"),
            email=reading.text(contact, "cbc:ElectronicMail"),
            phone=reading.text(contact, "cbc:Telephone"),
        ),
    )


def _address(reading: Reading, party: Node) -> Address:
    at = reading.one(party, "cac:PostalAddress", required=True)
    if at is None:
        return Address((), None, None, None, "")
    country = reading.required_text(at, "cac:Country/cbc:IdentificationCode")
    if country and not _COUNTRY.fullmatch(country):
        pointer = f"{at.path}/Country/IdentificationCode"
        reading.faults.add(pointer, "malformed_country", "a country is two capital letters (ISO 3166-1)")
    lines = [reading.text(at, path) for path in ("cbc:StreetName", "cbc:AdditionalStreetName")]
    lines += [reading.text(line, "cbc:Line") for line in reading.many(at, "cac:AddressLine")]
    return Address(
        lines=tuple(line for line in lines if line),
        postal_code=reading.text(at, "cbc:PostalZone"),
        city=reading.text(at, "cbc:CityName"),
        region=reading.text(at, "cbc:CountrySubentity"),
        country=country,
    )


def _vat_number(reading: Reading, party: Node) -> str | None:
    for scheme in reading.many(party, "cac:PartyTaxScheme"):
        if reading.text(scheme, "cac:TaxScheme/cbc:ID") == "VAT":
            return reading.text(scheme, "cbc:CompanyID")
    return None


def _identifier(reading: Reading, at: Node, path: str) -> Identifier | None:
    node = reading.one(at, path)
    value = None if node is None else reading.text_of(node)
    if node is None or value is None:
        return None
    scheme = node.element.attributes.get("schemeID") or None
    if scheme is not None and len(scheme) > LONGEST_SCHEME:
        reading.faults.add(f"{node.path}/@schemeID", "too_long", f"at most {LONGEST_SCHEME} characters")
    return Identifier(value, scheme)


def read_payee(reading: Reading, root: Node) -> Payee | None:
    """Read who gets the money, when that is said; it is always worth a warning."""
    at = reading.one(root, "cac:PayeeParty")
    if at is None:
        return None
    reading.warnings.add(
        at.path, "payee_is_not_supplier", "the money goes to somebody else than the supplier"
    )
    return Payee(
        name=reading.required_text(at, "cac:PartyName/cbc:Name"),
        organisation_number=_identifier(reading, at, "cac:PartyLegalEntity/cbc:CompanyID"),
    )


def read_account(reading: Reading, way: Node) -> PayeeAccount | None:
    """Read the account of one way to pay.

    What is neither an IBAN nor a Norwegian account number is kept, with a warning.
    """
    path = "cac:PayeeFinancialAccount"
    text = reading.text(way, f"{path}/cbc:ID")
    bic = reading.text(way, f"{path}/cac:FinancialInstitutionBranch/cbc:ID")
    if text is None:
        return None
    compact = re.sub(r"[ .]", "", text).upper()
    if _IBAN.fullmatch(compact) and mod97(compact[4:] + compact[:4]) == 1:
        return PayeeAccount("iban", compact, bic)
    # Norway: 11 digits, the last by MOD11 over the others (Bits, account number standard).
    if _BBAN.fullmatch(compact) and compact[-1] == mod11_digit(compact[:-1]):
        return PayeeAccount("bban", compact, bic)
    reading.warnings.add(
        f"{way.path}/PayeeFinancialAccount/ID",
        "account_not_recognised",
        "the account is neither an IBAN nor a Norwegian account number with right check digits",
    )
    return PayeeAccount("other", text, bic)
