"""Letters to debtors: what an e-mail says, as text and as HTML, from the invoice's facts.

The two forms are written from the same parts, so that neither says what the other does not. Whatever was
typed by somebody (names, numbers, the creditor's own wording) loses its control characters, stays in the
line or paragraph that it belongs to, and is escaped in HTML.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from html import escape
from typing import Final

from fordring.domain.interest_words import INTEREST_WORDS
from fordring.domain.late_interest import InterestPeriod
from fordring.domain.letter_languages import opening_of, title_of
from fordring.domain.letter_words import WORDS, Words
from fordring.domain.money import Money, round_half_up
from fordring.domain.reminder_plan import StepKind
from fordring.domain.values import dataclass

LONGEST_SUBJECT: Final = 150
"""Characters; a mail program shows fewer."""

_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter is about; amounts in minor units.

    Parameters
    ----------
    country
        Whose law applies: what the letter is called.
    language
        A key of ``WORDS``.
    creditor_lines
        The creditor's address, from the top.
    principal, earlier_costs
        What is left of the invoice, and of the fees, interest and compensation charged before.
    fee, compensation
        What this letter adds.
    interest
        What late interest has come to when the day begins on which it is sent, which is told and not
        charged; ``None``: not asked for.
    interest_periods
        How that was worked out.
    interest_unknown
        That it is owed, and for want of a rate nobody can say how much.
    deadline_date
        By when to pay; ``None``: soon.
    creditor_email
        Where an objection, or any other answer, goes to.
    wording
        The creditor's own sentences.
    """

    kind: StepKind
    country: str
    language: str
    creditor: str
    creditor_number: str
    creditor_lines: tuple[str, ...]
    debtor: str
    document_number: str
    invoice_date: date
    due_date: date
    sent_date: date
    currency: str
    principal: int
    earlier_costs: int = 0
    fee: int = 0
    compensation: int = 0
    interest: int | None = None
    interest_periods: tuple[InterestPeriod, ...] = ()
    interest_unknown: bool = False
    deadline_date: date | None = None
    payment_reference: str | None = None
    account: str | None = None
    wording: str | None = None
    creditor_email: str | None = None

    @property
    def total(self) -> int:
        """What is asked for."""
        return self.principal + self.earlier_costs + self.fee + self.compensation


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter as it is sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """What both forms are written from."""

    title: str
    greeting: str
    before: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    after: tuple[str, ...]
    signature: tuple[str, ...]


def write_letter(facts: LetterFacts) -> WrittenLetter:
    """Write a letter.

    Raises
    ------
    KeyError
        When the language is none of ``WORDS``, or the kind is no letter.
    """
    parts = _parts(facts)
    subject = WORDS[facts.language].subject.format(
        title=parts.title, document_number=_line(facts.document_number), creditor=_line(facts.creditor)
    )
    return WrittenLetter(subject[:LONGEST_SUBJECT].rstrip(), _text(parts), _html(parts, facts.language))


def _parts(facts: LetterFacts) -> _Parts:
    words = WORDS[facts.language]
    creditor = _line(facts.creditor)
    total = amount(facts.total, facts.currency, facts.language)
    if facts.deadline_date is None:
        asked = words.soon.format(total=total)
    else:
        asked = words.by_deadline.format(total=total, deadline=_day(facts, facts.deadline_date))
    notice = facts.kind is StepKind.NOTICE_OF_COLLECTION
    after = (
        *((INTEREST_WORDS[facts.language].owed,) if facts.interest_unknown else ()),
        *_paragraphs(facts.wording or ""),
        *((words.consequence,) if notice else ()),
        words.objection.format(creditor=creditor),
        *((words.stops,) if notice else ()),
        words.paid_already,
    )
    called = words.local_number.get(facts.country, words.organisation_number)
    number = f"{called}: {_line(facts.creditor_number)}"
    return _Parts(
        title=title_of(facts.language, facts.country, facts.kind),
        greeting=f"{words.to}: {_line(facts.debtor)}",
        before=(opening_of(facts.language, facts.country, facts.kind), asked),
        rows=tuple(_rows(words, facts)),
        after=after,
        signature=(words.regards, creditor, *map(_line, facts.creditor_lines), *_email(facts), number),
    )


def _email(facts: LetterFacts) -> tuple[str, ...]:
    return (_line(facts.creditor_email),) if facts.creditor_email else ()


def _rows(words: Words, facts: LetterFacts) -> Iterator[tuple[str, str]]:
    def said(minor: int) -> str:
        return amount(minor, facts.currency, facts.language)

    yield words.document_number, _line(facts.document_number)
    yield words.invoice_date, _day(facts, facts.invoice_date)
    yield words.due_date, _day(facts, facts.due_date)
    yield words.principal, said(facts.principal)
    if facts.earlier_costs:
        yield words.earlier_costs, said(facts.earlier_costs)
    if facts.fee:
        yield words.fee, said(facts.fee)
    if facts.compensation:
        yield words.compensation, said(facts.compensation)
    yield words.total, said(facts.total)
    if facts.interest:
        yield words.interest.format(day=_day(facts, facts.sent_date)), said(facts.interest)
        yield from _interest(facts)
    if facts.deadline_date is not None:
        yield words.deadline, _day(facts, facts.deadline_date)
    if facts.account:
        yield words.account, _line(facts.account)
    if facts.payment_reference:
        yield words.reference, _line(facts.payment_reference)
    else:
        yield words.message, _line(facts.document_number)


def _interest(facts: LetterFacts) -> Iterator[tuple[str, str]]:
    """Say how interest was worked out: inkassolagen 5 § wants its rate, time and capital in a demand."""
    words = INTEREST_WORDS[facts.language]
    for period in facts.interest_periods:
        since, last = _day(facts, period.since), _day(facts, period.until - timedelta(days=1))
        rate = words.rate.format(
            per_cent=_per_cent(period.per_cent, facts.language),
            principal=amount(period.principal, facts.currency, facts.language),
        )
        agreed = period.row is None
        yield (
            words.period.format(since=since, last=last),
            words.agreed.format(rate=rate) if agreed else rate,
        )


def _per_cent(rate: Fraction, language: str) -> str:
    hundredths = round_half_up(rate * 100)
    point = "." if language == "en" else ","
    return f"{hundredths // 100}{point}{hundredths % 100:02}"


def _text(parts: _Parts) -> str:
    width = max(len(label) for label, _ in parts.rows) + 1
    rows = [f"{label + ':':<{width}} {said}" for label, said in parts.rows]
    blocks = (
        [parts.title],
        [parts.greeting],
        *([paragraph] for paragraph in parts.before),
        rows,
        *([paragraph] for paragraph in parts.after),
        list(parts.signature),
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _html(parts: _Parts, language: str) -> str:
    """Write the HTML; it loads nothing from anywhere."""
    cell = 'style="text-align:left;padding:2px 16px 2px 0"'
    rows = "".join(
        f"<tr><th {cell}>{escape(label)}</th><td {cell}>{escape(said)}</td></tr>"
        for label, said in parts.rows
    )
    before = "".join(_paragraph(paragraph) for paragraph in (parts.greeting, *parts.before))
    after = "".join(_paragraph(paragraph) for paragraph in (*parts.after, "\n".join(parts.signature)))
    title = escape(parts.title)
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{title}</title>'
        '</head><body style="font-family:sans-serif;max-width:640px">'
        f"<h1>{title}</h1>{before}<table>{rows}</table>{after}</body></html>\n"
    )


def _paragraph(said: str) -> str:
    return f"<p>{escape(said).replace('\n', '<br>')}</p>"


def _paragraphs(said: str) -> Iterator[str]:
    """Take a creditor's own wording apart: lines stay lines, empty ones part paragraphs."""
    for block in said.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        lines = [_line(line) for line in block.split("\n")]
        if whole := "\n".join(line for line in lines if line):
            yield whole


def _line(said: str) -> str:
    """Keep what was typed on one line, without characters that are no text or turn others around."""
    spaced = " ".join(said.split())
    return "".join(
        each for each in spaced if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )


_GROUPS: Final = {"nb": _NO_BREAK, "nn": _NO_BREAK, "sv": _NO_BREAK, "fi": _NO_BREAK, "da": ".", "en": ","}
_BEFORE: Final = {("nb", "NOK"): "kr", ("nn", "NOK"): "kr"}
_AFTER: Final = {("sv", "SEK"): "kr", ("da", "DKK"): "kr.", ("fi", "EUR"): "€", ("sv", "EUR"): "€"}


def amount(minor: int, currency: str, language: str) -> str:
    """Write an amount as a language does: ``kr 1 250,00``, ``1.250,00 kr.``, ``NOK 1,250.00``.

    Only a language's own currency has its short name: ``kr`` means three currencies.
    """
    sign, digits = (
        ("\u2212", Money(-minor, currency).text) if minor < 0 else ("", Money(minor, currency).text)
    )
    whole, _, fraction = digits.partition(".")
    grouped = f"{int(whole):,}".replace(",", _GROUPS[language])
    point = "." if language == "en" else ","
    number = f"{sign}{grouped}{point + fraction if fraction else ''}"
    short = _AFTER.get((language, currency))
    if short is not None or language in ("sv", "fi", "da"):
        return f"{number}{_NO_BREAK}{short or currency}"
    return f"{_BEFORE.get((language, currency), currency)}{_NO_BREAK}{number}"


_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def _day(facts: LetterFacts, day: date) -> str:
    return written_day(day, facts.language, facts.country)


def written_day(day: date, language: str, country: str) -> str:
    """Write a day as a language does; Swedish as in the country whose law applies."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    if language == "sv" and country != "FI":
        return day.isoformat()
    if language in ("fi", "sv"):
        return f"{day.day}.{day.month}.{day.year}"
    return f"{day:%d.%m.%Y}"
