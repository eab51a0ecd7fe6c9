"""In which language a debtor is written to, and what a letter is called there."""

from collections.abc import Mapping
from typing import Final

from fordring.domain.creditor import Debtor
from fordring.domain.letter_words import DEMANDING, WORDS
from fordring.domain.reminder_plan import StepKind

LANGUAGE_OF: Final[Mapping[str, str]] = {"NO": "nb", "SE": "sv", "FI": "fi", "DK": "da"}
"""In which language a debtor is written to who has told none, by the country of the debtor."""


def title_of(language: str, country: str, kind: StepKind) -> str:
    """Give what a letter is called in a language, where a country's law applies."""
    words = WORDS[language]
    return words.local_titles.get(country, {}).get(kind) or words.titles[kind]


def opening_of(language: str, country: str, kind: StepKind) -> str:
    """Give what a letter begins with."""
    words = WORDS[language]
    demands = kind is StepKind.NOTICE_OF_COLLECTION and country in DEMANDING
    return words.demand if demands else words.openings[kind]


def language_of(debtor: Debtor) -> str:
    """Tell in which language a debtor is written to: its own, that of its country, or English."""
    return debtor.language or LANGUAGE_OF.get(debtor.country, "en")
