"""The words in which letters say how late interest was worked out, in six languages."""

from collections.abc import Mapping
from typing import Final

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class InterestWords:
    """What one language says of late interest; names in braces stand for what is filled in.

    Parameters
    ----------
    owed
        That it is owed, where for want of a rate nobody can say how much.
    period
        From which day to which; both are counted.
    rate
        At how many per cent a year, on what.
    agreed
        The same, of a rate that was agreed.
    """

    owed: str
    period: str
    rate: str
    agreed: str


INTEREST_WORDS: Final[Mapping[str, InterestWords]] = {
    "nb": InterestWords(
        owed="Forsinkelsesrente etter loven kommer i tillegg.",
        period="Rente {since}–{last}",
        rate="{per_cent} % per år av {principal}",
        agreed="{rate}, som avtalt",
    ),
    "nn": InterestWords(
        owed="Forseinkingsrente etter lova kjem i tillegg.",
        period="Rente {since}–{last}",
        rate="{per_cent} % per år av {principal}",
        agreed="{rate}, som avtalt",
    ),
    "sv": InterestWords(
        owed="Dröjsmålsränta enligt lag tillkommer.",
        period="Ränta {since}–{last}",
        rate="{per_cent} % per år på {principal}",
        agreed="{rate}, enligt avtal",
    ),
    "fi": InterestWords(
        owed="Lisäksi maksettava on lain mukainen viivästyskorko.",
        period="Korko {since}–{last}",
        rate="{per_cent} % vuodessa, pääoma {principal}",
        agreed="{rate}, sopimuksen mukaan",
    ),
    "da": InterestWords(
        owed="Morarente efter loven kommer oveni.",
        period="Rente {since}–{last}",
        rate="{per_cent} % pr. år af {principal}",
        agreed="{rate}, som aftalt",
    ),
    "en": InterestWords(
        owed="Late interest as the law gives it is added.",
        period="Interest {since}–{last}",
        rate="{per_cent} % a year on {principal}",
        agreed="{rate}, as agreed",
    ),
}
