"""What the hub writes to a case handler in the creditor's place, in the language of the creditor's country.

An agency that does not offer an operation is asked for it in a message, which a person there reads. Reasons
are the creditor's own codes, and stand there as they are.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Topic(StrEnum):
    """What a message is about."""

    PAUSE = "pause"
    RESUME = "resume"
    ANSWER = "answer"
    PROCEED = "proceed"
    DO_NOT_PROCEED = "do_not_proceed"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    WRITTEN_OFF = "written_off"
    COST_ADDED = "cost_added"


_TEXTS: Final[Mapping[str, Mapping[Topic, str]]] = MappingProxyType(
    {
        "NO": {
            Topic.PAUSE: "Vennligst sett saken på vent til {until_date}.",
            Topic.RESUME: "Vennligst fortsett behandlingen av saken.",
            Topic.ANSWER: "Svar på spørsmål {question_id}: {text}",
            Topic.PROCEED: "Svar på spørsmål {question_id}: ja, vennligst fortsett. {text}",
            Topic.DO_NOT_PROCEED: "Svar på spørsmål {question_id}: nei, vennligst vent. {text}",
            Topic.DISPUTED: "Skyldneren har innsigelser mot faktura {invoice} ({reason}). Vennligst sett den "
            "på vent.",
            Topic.RESOLVED: "Innsigelsen mot faktura {invoice} er avklart ({reason}).",
            Topic.WRITTEN_OFF: "Som avtalt er {amount} av faktura {invoice} avskrevet ({reason}). "
            "{remaining} gjenstår. Vennligst juster kravet.",
            Topic.COST_ADDED: "Som avtalt er {amount} lagt til faktura {invoice} ({component}, {reason}). "
            "Vennligst legg det til kravet.",
        },
        "SE": {
            Topic.PAUSE: "Vänligen låt ärendet vila till {until_date}.",
            Topic.RESUME: "Vänligen återuppta handläggningen av ärendet.",
            Topic.ANSWER: "Svar på fråga {question_id}: {text}",
            Topic.PROCEED: "Svar på fråga {question_id}: ja, vänligen fortsätt. {text}",
            Topic.DO_NOT_PROCEED: "Svar på fråga {question_id}: nej, vänligen avvakta. {text}",
            Topic.DISPUTED: "Gäldenären bestrider faktura {invoice} ({reason}). Vänligen låt den vila.",
            Topic.RESOLVED: "Bestridandet av faktura {invoice} är utrett ({reason}).",
            Topic.WRITTEN_OFF: "Som avtalat har {amount} av faktura {invoice} skrivits av ({reason}). "
            "{remaining} återstår. Vänligen justera fordran.",
            Topic.COST_ADDED: "Som avtalat har {amount} lagts till faktura {invoice} ({component}, "
            "{reason}). Vänligen lägg det till fordran.",
        },
        "DK": {
            Topic.PAUSE: "Sæt venligst sagen i bero til {until_date}.",
            Topic.RESUME: "Genoptag venligst behandlingen af sagen.",
            Topic.ANSWER: "Svar på spørgsmål {question_id}: {text}",
            Topic.PROCEED: "Svar på spørgsmål {question_id}: ja, fortsæt venligst. {text}",
            Topic.DO_NOT_PROCEED: "Svar på spørgsmål {question_id}: nej, afvent venligst. {text}",
            Topic.DISPUTED: "Skyldneren gør indsigelse mod faktura {invoice} ({reason}). Sæt den venligst i "
            "bero.",
            Topic.RESOLVED: "Indsigelsen mod faktura {invoice} er afklaret ({reason}).",
            Topic.WRITTEN_OFF: "Som aftalt er {amount} af faktura {invoice} afskrevet ({reason}). "
            "{remaining} resterer. Ret venligst kravet.",
            Topic.COST_ADDED: "Som aftalt er {amount} lagt til faktura {invoice} ({component}, {reason}). "
            "Læg det venligst til kravet.",
        },
        "FI": {
            Topic.PAUSE: "Pyydämme keskeyttämään asian käsittelyn {until_date} saakka.",
            Topic.RESUME: "Pyydämme jatkamaan asian käsittelyä.",
            Topic.ANSWER: "Vastaus kysymykseen {question_id}: {text}",
            Topic.PROCEED: "Vastaus kysymykseen {question_id}: kyllä, jatkakaa. {text}",
            Topic.DO_NOT_PROCEED: "Vastaus kysymykseen {question_id}: ei, odottakaa. {text}",
            Topic.DISPUTED: "Velallinen on riitauttanut laskun {invoice} ({reason}). Pyydämme keskeyttämään "
            "sen perinnän.",
            Topic.RESOLVED: "Laskua {invoice} koskeva riita on selvitetty ({reason}).",
            Topic.WRITTEN_OFF: "Sovitusti laskusta {invoice} on kirjattu luottotappioksi {amount} "
            "({reason}). Jäljellä on {remaining}. Pyydämme korjaamaan saatavan.",
            Topic.COST_ADDED: "Sovitusti laskuun {invoice} on lisätty {amount} ({component}, {reason}). "
            "Pyydämme lisäämään sen saatavaan.",
        },
    }
)


def worded(topic: Topic, country: str, **facts: str) -> str:
    """Write about a topic as one writes in a country (ISO 3166-1 alpha-2 of the invoice's law)."""
    return _TEXTS[country][topic].format(**facts).rstrip()
