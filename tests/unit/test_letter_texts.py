"""Letters to debtors: every text in every language, with all of the facts and nothing that breaks out."""

import re
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.interest_words import INTEREST_WORDS
from fordring.domain.late_interest import Claim, late_interest
from fordring.domain.law import law
from fordring.domain.letter_languages import LANGUAGE_OF, title_of
from fordring.domain.letter_texts import LONGEST_SUBJECT, LetterFacts, amount, write_letter, written_day
from fordring.domain.letter_words import LETTERS, WORDS
from fordring.domain.reminder_plan import StepKind

LANGUAGES = ("nb", "nn", "sv", "fi", "da", "en")
COUNTRIES = ("NO", "SE", "FI", "DK")
FACTS = LetterFacts(
    kind=StepKind.REMINDER,
    country="NO",
    language="nb",
    creditor="Acme AS",
    creditor_number="914778271",
    creditor_lines=("Storgata 1", "0155 Oslo", "NO"),
    debtor="Kari Nordmann",
    document_number="10041",
    invoice_date=date(2026, 1, 1),
    due_date=date(2026, 1, 14),
    sent_date=date(2026, 2, 2),
    currency="NOK",
    principal=1_000_000,
    earlier_costs=3_800,
    fee=3_800,
    compensation=42_200,
    interest=6_247,
    deadline_date=date(2026, 2, 16),
    payment_reference="0010017",
    account="86011117947",
    wording="Ta gjerne kontakt.",
    creditor_email="post@acme.example",
)
PLAIN = {
    "nb": ("kr 10\u00a0498,00", "16.02.2026"),
    "nn": ("kr 10\u00a0498,00", "16.02.2026"),
    "sv": ("10\u00a0498,00\u00a0NOK", "2026-02-16"),
    "fi": ("10\u00a0498,00\u00a0NOK", "16.2.2026"),
    "da": ("10.498,00\u00a0NOK", "16.02.2026"),
    "en": ("NOK\u00a010,498.00", "16 February 2026"),
}


class Page(HTMLParser):
    """What a mail program makes of the HTML: its tags and attributes, and the text that is seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.seen = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.seen += data


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("kind", LETTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_tells_all_of_its_facts_in_both_forms(language, kind, country):
    letter = write_letter(replace(FACTS, language=language, kind=kind, country=country))
    for said in (letter.text, Page(letter.html).seen):
        for fact in (
            title_of(language, country, kind),
            "Acme AS",
            "914778271",
            "post@acme.example",
            "Storgata 1",
            "Kari Nordmann",
            "10041",
            "0010017",
            "86011117947",
            "Ta gjerne kontakt.",
            amount(1_049_800, "NOK", language),
            amount(1_000_000, "NOK", language),
            amount(42_200, "NOK", language),
            amount(6_247, "NOK", language),
            *(
                written_day(day, language, country)
                for day in (FACTS.invoice_date, FACTS.due_date, FACTS.deadline_date)
            ),
        ):
            assert fact in said
        assert "{" not in said
        assert "None" not in said
    assert "10041" in letter.subject
    assert "Acme AS" in letter.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_amounts_and_days_are_written_as_the_language_does(language):
    letter = write_letter(replace(FACTS, language=language))
    total, deadline = PLAIN[language]
    assert total.replace(" ", "\u00a0") in letter.text
    assert deadline in letter.text


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (0, "NOK", "nb", "kr 0,00"),
        (99, "EUR", "nb", "EUR 0,99"),
        (123_456_789, "SEK", "sv", "1 234 567,89 kr"),
        (123_456_789, "EUR", "fi", "1 234 567,89 €"),
        (123_456_789, "DKK", "da", "1.234.567,89 kr."),
        (123_456_789, "DKK", "en", "DKK 1,234,567.89"),
        (-100, "NOK", "nn", "kr −1,00"),
    ],
)
def test_an_amount_is_exact_to_the_smallest_unit(minor, currency, language, written):
    assert amount(minor, currency, language) == written.replace(" ", "\u00a0")


def test_swedish_is_written_in_finland_as_it_is_written_there():
    assert title_of("sv", "SE", StepKind.NOTICE_OF_COLLECTION) == "Inkassokrav"
    assert title_of("sv", "FI", StepKind.NOTICE_OF_COLLECTION) == "Betalningskrav"
    assert written_day(date(2026, 2, 6), "sv", "SE") == "2026-02-06"
    assert written_day(date(2026, 2, 6), "sv", "FI") == "6.2.2026"


def test_letters_are_called_by_the_terms_of_the_field():
    assert [title_of("nb", "NO", kind) for kind in LETTERS] == [
        "Betalingspåminnelse",
        "Purring",
        "Inkassovarsel",
    ]
    assert title_of("fi", "FI", StepKind.REMINDER) == "Maksumuistutus"
    assert title_of("fi", "FI", StepKind.NOTICE_OF_COLLECTION) == "Maksuvaatimus"
    assert title_of("da", "DK", StepKind.REMINDER) == "Rykker"
    assert title_of("da", "DK", StepKind.NOTICE_OF_COLLECTION) == "Inkassovarsel (§ 10-påkrav)"
    assert title_of("sv", "SE", StepKind.REMINDER) == title_of("sv", "FI", StepKind.REMINDER)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_the_letter_before_collection_is_a_demand_in_sweden_and_finland_and_a_notice_elsewhere(
    language, country
):
    words, kind = WORDS[language], StepKind.NOTICE_OF_COLLECTION
    demands = country in ("SE", "FI")
    letter = write_letter(replace(FACTS, kind=kind, language=language, country=country))
    assert (words.demand in letter.text) == demands
    assert (words.openings[kind] in letter.text) != demands
    assert (title_of(language, country, kind) == words.titles[kind]) == (country == "NO")
    assert ("§ 10-påkrav" in letter.subject) == (country == "DK")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_of_collection_says_that_an_objection_stops_it(language):
    said = {kind: write_letter(replace(FACTS, kind=kind, language=language)) for kind in LETTERS}
    stops = WORDS[language].stops
    for form in ("text", "html"):
        told = [kind for kind in LETTERS if stops in getattr(said[kind], form)]
        assert told == [StepKind.NOTICE_OF_COLLECTION]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_without_a_deadline_speaks_of_none(language):
    letter = write_letter(replace(FACTS, language=language, kind=StepKind.FREE_NOTICE, deadline_date=None))
    for word in ("frist", "määräaja", "deadline", "betalingsdag", "betalningsdag"):
        assert word not in letter.text.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_interest_is_told_as_it_stands_when_the_day_of_the_letter_begins(language):
    # forsinkelsesrenteloven § 2: the day of the letter, as that of a payment, is not counted.
    label = WORDS[language].interest
    assert "{day}" in label
    for through in ("til og med", "till och med", "saakka", "including"):
        assert through not in label


@pytest.mark.parametrize(
    ("language", "country", "called"),
    [
        ("nb", "NO", "Organisasjonsnummer"),
        ("sv", "SE", "Organisationsnummer"),
        ("sv", "FI", "FO-nummer"),
        ("fi", "FI", "Y-tunnus"),
        ("fi", "NO", "Yritystunnus"),
        ("da", "DK", "CVR-nummer"),
        ("da", "NO", "Virksomhedsnummer"),
    ],
)
def test_a_companys_number_has_the_name_that_it_has_in_its_country(language, country, called):
    text = write_letter(replace(FACTS, language=language, country=country)).text
    assert f"\n{called}: 914778271\n" in text


def test_a_free_notice_without_a_deadline_asks_for_nothing_but_the_debt():
    letter = write_letter(
        replace(
            FACTS,
            kind=StepKind.FREE_NOTICE,
            earlier_costs=0,
            fee=0,
            compensation=0,
            interest=None,
            deadline_date=None,
            wording=None,
        )
    )
    words = WORDS["nb"]
    for label in (words.earlier_costs, words.fee, words.compensation, words.deadline, "Forsinkelsesrente"):
        assert label not in letter.text
    assert "koster ingenting" in letter.text
    assert "kr\u00a010\u00a0000,00 så snart som mulig" in letter.text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Forsinkelsesrente etter loven kommer i tillegg."),
        ("nn", "Forseinkingsrente etter lova kjem i tillegg."),
        ("sv", "Dröjsmålsränta enligt lag tillkommer."),
        ("fi", "Lisäksi maksettava on lain mukainen viivästyskorko."),
        ("da", "Morarente efter loven kommer oveni."),
        ("en", "Late interest as the law gives it is added."),
    ],
)
def test_interest_that_nobody_can_work_out_is_owed_without_a_figure(language, said):
    known = write_letter(replace(FACTS, language=language))
    unknown = write_letter(replace(FACTS, language=language, interest=None, interest_unknown=True))
    for letter in (unknown.text, Page(unknown.html).seen):
        assert said in letter
    assert said not in known.text
    label = WORDS[language].interest.partition("{day}")[0]
    assert label in known.text
    assert amount(6_247, "NOK", language) not in unknown.text


def worked_out(agreed: Fraction | None = None) -> LetterFacts:
    """Give the facts of a letter in whose time the balance and the rate have changed."""
    course = [(date(2026, 1, 1), 1_000_000), (date(2026, 6, 11), 500_000)]
    late = late_interest(law(), Claim("NO", "business", date(2026, 1, 14), course, agreed), date(2026, 7, 11))
    return replace(FACTS, interest=late.amount, interest_periods=late.periods, sent_date=date(2026, 7, 11))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Rente 15.01.2026–10.06.2026: 12,00 % per år av kr 10 000,00"),
        ("nn", "Rente 15.01.2026–10.06.2026: 12,00 % per år av kr 10 000,00"),
        ("sv", "Ränta 2026-01-15–2026-06-10: 12,00 % per år på 10 000,00 NOK"),
        ("fi", "Korko 15.1.2026–10.6.2026: 12,00 % vuodessa, pääoma 10 000,00 NOK"),
        ("da", "Rente 15.01.2026–10.06.2026: 12,00 % pr. år af 10.000,00 NOK"),
        ("en", "Interest 15 January 2026–10 June 2026: 12.00 % a year on NOK 10,000.00"),
    ],
)
def test_a_letter_says_at_which_rate_for_which_days_and_on_what(language, said):
    """Inkassolagen 5 §: a demand states rate, time and capital of its interest; so do the others here."""
    letter = write_letter(replace(worked_out(), language=language))
    lines = [re.sub(r"\s+", " ", line) for line in letter.text.splitlines()]
    assert said in lines
    # Half is paid on 11 June, and the half-year's rate changes on 1 July.
    assert sum(" %" in line for line in lines) == 3
    assert "12,25" in letter.text or language == "en"
    page = Page(letter.html).seen.replace("\u00a0", " ")
    assert said.partition(": ")[0] in page
    assert said.partition(": ")[2] in page


@pytest.mark.parametrize(
    ("language", "agreed"),
    [
        ("nb", "som avtalt"),
        ("nn", "som avtalt"),
        ("sv", "enligt avtal"),
        ("fi", "sopimuksen mukaan"),
        ("da", "som aftalt"),
        ("en", "as agreed"),
    ],
)
def test_a_rate_that_was_agreed_is_called_so(language, agreed):
    known = write_letter(replace(worked_out(Fraction(18)), language=language)).text
    assert known.count(agreed) == 2
    assert known.count("18.00 %" if language == "en" else "18,00 %") == 2
    assert agreed not in write_letter(replace(worked_out(), language=language)).text


def test_only_a_notice_of_collection_tells_what_follows():
    said = {kind: write_letter(replace(FACTS, kind=kind)).text for kind in LETTERS}
    told = [kind for kind in LETTERS if "sendt til inkasso. Det kan" in said[kind]]
    assert told == [StepKind.NOTICE_OF_COLLECTION]


def test_without_a_reference_the_payment_is_marked_with_the_number():
    text = write_letter(replace(FACTS, payment_reference=None, account=None)).text
    assert "Merk betalingen med:" in text
    assert "KID" not in text
    assert "konto" not in text


def test_every_language_has_every_text():
    assert set(WORDS) == set(INTEREST_WORDS) == set(LANGUAGES)
    assert set(LANGUAGE_OF.values()) <= set(LANGUAGES)
    for words in WORDS.values():
        assert set(words.titles) == set(words.openings) == set(LETTERS)
        assert all(getattr(words, field.name) for field in fields(words) if field.type == "str")


HOSTILE = (
    '<script>alert(1)</script><img src="https://evil.example/x">',
    "Acme\r\nBcc: everybody@evil.example\r\n\r\nHello",
    "{deadline} {0} {total.__class__}",
    "Acme\u2028Total: 0\u202egnihtoN\u0000",
    "</table></body></html>",
    '" onmouseover="x',
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_and_wording_stay_what_they_are(hostile):
    _no_way_out(hostile)


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_out(typed):
    _no_way_out(typed)


def _no_way_out(typed):
    harmless = write_letter(replace(FACTS, wording=None))
    letter = write_letter(
        replace(
            FACTS,
            creditor=typed,
            debtor=typed,
            document_number=typed,
            creditor_lines=(typed, typed, typed),
            creditor_number=typed,
            creditor_email=typed or "x",
            account=typed or "x",
            payment_reference=typed or "x",
            wording=None,
        )
    )
    worded = write_letter(replace(FACTS, wording=typed))
    known = Page(harmless.html)
    # Names and numbers: not a tag, an attribute or a line more than with harmless ones.
    page = Page(letter.html)
    assert page.tags == known.tags
    assert page.attributes == known.attributes
    assert len(letter.text.splitlines()) == len(harmless.text.splitlines())
    # The wording may have lines and paragraphs, and nothing else.
    wordy = Page(worded.html)
    assert set(wordy.tags) <= {*known.tags, "br"}
    assert wordy.attributes == known.attributes
    for one in (letter, worded):
        assert len(one.subject) <= LONGEST_SUBJECT
        assert one.subject.isprintable() or "\u00a0" in one.subject or _has_odd_space(one.subject)
        assert not set(one.subject) & set("\r\n\x00\x0b\x0c\x85\u2028\u2029")


def _has_odd_space(subject):
    """Whether what is not printable is a character that a header can carry: unassigned or private."""
    return all(each.isprintable() or ord(each) > 0x9F for each in subject)
