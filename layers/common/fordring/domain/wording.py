"""What the hub writes to a case handler in the creditor's place, in the language of the creditor's country.

An agency that does not offer an operation is asked for it in a message, which a person there reads.
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


_TEXTS: Final[Mapping[str, Mapping[Topic, str]]] = MappingProxyType(
    {
        "NO": {
            Topic.PAUSE: "Vennligst sett saken på vent til {until_date}.",
            Topic.RESUME: "Vennligst fortsett behandlingen av saken.",
            Topic.ANSWER: "Svar på spørsmål {question_id}: {text}",
            Topic.PROCEED: "Svar på spørsmål {question_id}: ja, vennligst fortsett. {text}",
            Topic.DO_NOT_PROCEED: "Svar på spørsmål {question_id}: nei, vennligst vent. {text}",
        },
        "SE": {
            Topic.PAUSE: "Vänligen låt ärendet vila till {until_date}.",
            Topic.RESUME: "Vänligen återuppta handläggningen av ärendet.",
            Topic.ANSWER: "Svar på fråga {question_id}: {text}",
            Topic.PROCEED: "Svar på fråga {question_id}: ja, vänligen fortsätt. {text}",
            Topic.DO_NOT_PROCEED: "Svar på fråga {question_id}: nej, vänligen avvakta. {text}",
        },
        "DK": {
            Topic.PAUSE: "Sæt venligst sagen i bero til {until_date}.",
            Topic.RESUME: "Genoptag venligst behandlingen af sagen.",
            Topic.ANSWER: "Svar på spørgsmål {question_id}: {text}",
            Topic.PROCEED: "Svar på spørgsmål {question_id}: ja, fortsæt venligst. {text}",
            Topic.DO_NOT_PROCEED: "Svar på spørgsmål {question_id}: nej, afvent venligst. {text}",
        },
        "FI": {
            Topic.PAUSE: "Pyydämme keskeyttämään asian käsittelyn {until_date} saakka.",
            Topic.RESUME: "Pyydämme jatkamaan asian käsittelyä.",
            Topic.ANSWER: "Vastaus kysymykseen {question_id}: {text}",
            Topic.PROCEED: "Vastaus kysymykseen {question_id}: kyllä, jatkakaa. {text}",
            Topic.DO_NOT_PROCEED: "Vastaus kysymykseen {question_id}: ei, odottakaa. {text}",
        },
    }
)


def worded(topic: Topic, country: str, **facts: str) -> str:
    """Write about a topic as one writes in a country (ISO 3166-1 alpha-2 of the invoice's law)."""
    return _TEXTS[country][topic].format(**facts).rstrip()
