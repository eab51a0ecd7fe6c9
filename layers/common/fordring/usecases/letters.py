"""What agencies are written, in the language of the country in which the creditor deals with them.

No secret is in a letter: neither the address for callbacks nor credentials, and the agency is asked not to
send any by e-mail either.
"""

from typing import Final

from fordring.domain.agency import Address, Level, Service
from fordring.domain.agreement import Consent
from fordring.domain.agreement_settings import Settings
from fordring.domain.creditor import Creditor
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the agency may ask about an order."""

    name: str
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language; names in braces stand for what is filled in."""

    order: str
    company: str
    organisation_number: str
    address: str
    email: str
    bank_account: str
    contact: str
    phone: str
    level: str
    levels: dict[Level, str]
    service: str
    services: dict[Service, str]
    consent: str
    answer: str
    address_change: str
    new_address: str
    old_address: str
    update: str


_NORWEGIAN: Final = Wording(
    order="Bestilling av tilgang for {company}",
    company="Foretak",
    organisation_number="Organisasjonsnummer",
    address="Adresse",
    email="E-post",
    bank_account="Bankkonto",
    contact="Kontaktperson",
    phone="Telefon",
    level="Fakturaer overføres på nivået",
    levels={Level.REMINDER: "purring", Level.COLLECTION: "inkasso"},
    service="Tjeneste",
    services={Service.ADMINISTRATION: "fakturaadministrasjon", Service.PURCHASE: "fakturakjøp"},
    consent="{given_by} har bekreftet å ha lest vilkårene, versjon {version}, den {day}.",
    answer="Vennligst tildel kundenummer, brukernavn og passord for integrasjonen. Send dem ikke med e-post; "
    "avtal en sikker kanal med kontaktpersonen.",
    address_change="Ny adresse for {company}",
    new_address="Ny adresse",
    old_address="Tidligere adresse",
    update="Vennligst rett adressen i deres register.",
)
_SWEDISH: Final = Wording(
    order="Beställning av åtkomst för {company}",
    company="Företag",
    organisation_number="Organisationsnummer",
    address="Adress",
    email="E-post",
    bank_account="Bankkonto",
    contact="Kontaktperson",
    phone="Telefon",
    level="Fakturor överlämnas på nivån",
    levels={Level.REMINDER: "påminnelse", Level.COLLECTION: "inkasso"},
    service="Tjänst",
    services={Service.ADMINISTRATION: "fakturaadministration", Service.PURCHASE: "fakturaköp"},
    consent="{given_by} har bekräftat att ha läst villkoren, version {version}, den {day}.",
    answer="Vänligen tilldela kundnummer, användarnamn och lösenord för integrationen. Skicka dem inte med "
    "e-post; kom överens om en säker kanal med kontaktpersonen.",
    address_change="Ny adress för {company}",
    new_address="Ny adress",
    old_address="Tidigare adress",
    update="Vänligen rätta adressen i ert register.",
)
_DANISH: Final = Wording(
    order="Bestilling af adgang for {company}",
    company="Virksomhed",
    organisation_number="CVR-nummer",
    address="Adresse",
    email="E-mail",
    bank_account="Bankkonto",
    contact="Kontaktperson",
    phone="Telefon",
    level="Fakturaer overdrages på niveauet",
    levels={Level.REMINDER: "rykker", Level.COLLECTION: "inkasso"},
    service="Ydelse",
    services={Service.ADMINISTRATION: "fakturaadministration", Service.PURCHASE: "fakturakøb"},
    consent="{given_by} har bekræftet at have læst vilkårene, version {version}, den {day}.",
    answer="Tildel venligst kundenummer, brugernavn og adgangskode til integrationen. Send dem ikke med "
    "e-mail; aftal en sikker kanal med kontaktpersonen.",
    address_change="Ny adresse for {company}",
    new_address="Ny adresse",
    old_address="Tidligere adresse",
    update="Ret venligst adressen i jeres register.",
)
_FINNISH: Final = Wording(
    order="Käyttöoikeuden tilaus: {company}",
    company="Yritys",
    organisation_number="Y-tunnus",
    address="Osoite",
    email="Sähköposti",
    bank_account="Pankkitili",
    contact="Yhteyshenkilö",
    phone="Puhelin",
    level="Laskut siirretään tasolla",
    levels={Level.REMINDER: "maksumuistutus", Level.COLLECTION: "perintä"},
    service="Palvelu",
    services={Service.ADMINISTRATION: "laskujen hallinnointi", Service.PURCHASE: "laskujen osto"},
    consent="{given_by} on vahvistanut lukeneensa ehdot, versio {version}, {day}.",
    answer="Pyydämme asiakasnumeron, käyttäjätunnuksen ja salasanan integraatiota varten. Älkää lähettäkö "
    "niitä sähköpostitse; sopikaa turvallisesta kanavasta yhteyshenkilön kanssa.",
    address_change="Uusi osoite: {company}",
    new_address="Uusi osoite",
    old_address="Aiempi osoite",
    update="Pyydämme korjaamaan osoitteen rekisteriinne.",
)
WORDINGS: Final = {"NO": _NORWEGIAN, "SE": _SWEDISH, "DK": _DANISH, "FI": _FINNISH}


def order_subject(creditor: Creditor) -> str:
    """Write what an order's e-mail is about."""
    return WORDINGS[creditor.country].order.format(company=_line(creditor.name))


def order_text(creditor: Creditor, settings: Settings, contact: Contact, consent: Consent) -> str:
    """Write an order of access: company information, a contact person, the consent (ZIR-12, ZIR-13)."""
    words = WORDINGS[creditor.country]
    said = [
        *_company(words, creditor),
        (words.address, _one_line(creditor.address)),
        (words.email, creditor.email),
        (words.bank_account, creditor.bank_account),
        None,
        (words.contact, contact.name),
        (words.email, contact.email),
        (words.phone, contact.phone),
        None,
        (words.level, words.levels[settings.level]),
        (words.service, words.services.get(settings.service)),
    ]
    consented = words.consent.format(
        given_by=_line(consent.given_by),
        version=consent.terms_version,
        day=consent.given_at.date().isoformat(),
    )
    return _letter([order_subject(creditor), "", *_lines(said), consented, "", words.answer])


def address_change_subject(creditor: Creditor) -> str:
    """Write what the e-mail about a new address is about."""
    return WORDINGS[creditor.country].address_change.format(company=_line(creditor.name))


def address_change_text(creditor: Creditor, former: Address) -> str:
    """Write that the creditor has another address than before (ZIR-16)."""
    words = WORDINGS[creditor.country]
    said = [
        *_company(words, creditor),
        None,
        (words.new_address, _one_line(creditor.address)),
        (words.old_address, _one_line(former)),
    ]
    return _letter([address_change_subject(creditor), "", *_lines(said), "", words.update])


def _company(words: Wording, creditor: Creditor) -> list[tuple[str, str | None]]:
    number = f"{creditor.organisation_number} ({creditor.country})"
    return [(words.company, creditor.name), (words.organisation_number, number)]


def _lines(said: list[tuple[str, str | None] | None]) -> list[str]:
    found = []
    for each in said:
        if each is None:
            found.append("")
        elif each[1]:
            found.append(f"{each[0]}: {_line(each[1])}")
    return found


def _one_line(address: Address) -> str:
    return ", ".join((*address.lines, f"{address.postal_code} {address.city}", address.country))


def _line(text: str) -> str:
    """Keep what somebody has typed on one line: nobody adds lines of their own to a letter, or headers."""
    return " ".join(text.split())


def _letter(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
