"""Intrum's 28 collection statuses, in Swedish and in Finnish, and what each means for a case.

The Swedish labels are those that Netvisor documents; the Finnish ones are modelled after them. A label is
recognised in any case and with any white space. What is not recognised keeps its text and means ``unknown``.
"""

import unicodedata
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from fordring.agencies.reading import Node
from fordring.domain.agency import MalformedAnswer, Stage
from fordring.domain.values import dataclass

_LONGEST: Final = 140


class Tells(Enum):
    """What a status tells besides, or instead of, a stage."""

    STAGE = "where the case stands"
    EVENT = "something that happened to it on the way"
    DECEASED = "that the debtor is dead"
    ADDRESS_MISSING = "that nobody knows where the debtor lives"
    INVOICING = "that it is being invoiced; it has ended once it is no longer among the open ones"
    NOTHING_KNOWN = "something in words that are not known"


@dataclass(frozen=True, slots=True)
class Status:
    """One status. ``stage`` is ``None`` when the stage of the case is to be left alone."""

    text: str
    stage: Stage | None
    tells: Tells


def _stage(swedish: str, finnish: str, stage: Stage) -> tuple[tuple[str, str], Stage | None, Tells]:
    return (swedish, finnish), stage, Tells.STAGE


def _aside(swedish: str, finnish: str, tells: Tells) -> tuple[tuple[str, str], Stage | None, Tells]:
    return (swedish, finnish), None, tells


_TABLE: Final = (
    _stage("Registrerad", "Rekisteröity", Stage.RECEIVED),
    _stage("Brevinkasso", "Kirjeperintä", Stage.COLLECTION),
    _stage("Inkassobrevskedja", "Perintäkirjeketju", Stage.COLLECTION),
    _stage("Telefoninkasso", "Puhelinperintä", Stage.COLLECTION),
    _stage("Tratta", "Tratta", Stage.COLLECTION),
    _stage("Tingsrätt", "Käräjäoikeus", Stage.LEGAL),
    _stage("Delgivning", "Tiedoksianto", Stage.LEGAL),
    _stage("Juridisk åtgärd", "Oikeudellinen toimenpide", Stage.LEGAL),
    _stage("Utmätningsman", "Ulosottomies", Stage.ENFORCEMENT),
    _stage("Konkurs/Skuldsanering", "Konkurssi/Velkajärjestely", Stage.INSOLVENCY),
    _stage("Ackordförfarande", "Akordimenettely", Stage.INSOLVENCY),
    _stage("Ackordbetalningsprogram", "Akordin maksuohjelma", Stage.INSOLVENCY),
    _stage("Skuldsaneringens betalningsprogram", "Velkajärjestelyn maksuohjelma", Stage.INSOLVENCY),
    _stage("Betalningsprogram", "Maksuohjelma", Stage.PAYMENT_PLAN),
    _stage("Övervakningsbrev", "Valvontakirje", Stage.MONITORING),
    _stage("Avbrott av preskription", "Vanhentumisen katkaiseminen", Stage.MONITORING),
    _stage("Avslutad", "Päättynyt", Stage.CLOSED),
    _stage("Annullerad", "Mitätöity", Stage.CLOSED),
    _aside("Ärende låst för fakturering", "Asia lukittu laskutusta varten", Tells.INVOICING),
    _aside("Fakturerad", "Laskutettu", Tells.INVOICING),
    _aside("Avliden", "Kuollut", Tells.DECEASED),
    _aside("Adressuppgifter saknas", "Osoitetiedot puuttuvat", Tells.ADDRESS_MISSING),
    _aside("Ny adress", "Uusi osoite", Tells.EVENT),
    _aside("Kreditinformation kontrollerad", "Luottotiedot tarkistettu", Tells.EVENT),
    _aside("Kund utomlands", "Asiakas ulkomailla", Tells.EVENT),
    _aside("Utländskt ärende", "Ulkomainen asia", Tells.EVENT),
    _aside("Bedömning av betalningsförmåga", "Maksukyvyn arviointi", Tells.EVENT),
    _aside("Utvärdering", "Arviointi", Tells.EVENT),
)


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


_MEANINGS: Final[Mapping[str, tuple[Stage | None, Tells]]] = MappingProxyType(
    {_normal(label): (stage, tells) for labels, stage, tells in _TABLE for label in labels}
)

LABELS: Final = tuple(labels for labels, _, _ in _TABLE)
"""Every status, in Swedish and in Finnish."""


def status_of(text: str) -> Status:
    """What a status means; one that is not known never fails."""
    stage, tells = _MEANINGS.get(_normal(text), (Stage.UNKNOWN, Tells.NOTHING_KNOWN))
    return Status(text, stage, tells)


def read_status(members: Node, name: str = "status") -> Status:
    """Read a status, as it came but on one line and no longer than the hub keeps.

    Raises
    ------
    MalformedAnswer
        When there is none.
    """
    words = " ".join(members.text(name).split())
    text = "".join(character for character in words if character.isprintable())[:_LONGEST].strip()
    if not text:
        raise MalformedAnswer(f"{members.path}/{name} is not a status")
    return status_of(text)
