"""The letters of an invoice: what is told."""

from datetime import date
from typing import Annotated, Any, Literal

from fordring.domain.hub_letter import LetterState
from fordring.edge.schemas.late_interest import ToldInterestPeriod
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, day, instant, money
from fordring.edge.schemas.told_follow_ups import ToldMissingLaw
from fordring.usecases.reading_letters import LetterInFull, LetterRead


class ToldLetter(Told):
    """A letter to the debtor, before an agency has the invoice."""

    letter_id: Annotated[
        str | None,
        About("`reminder_id` of one that you were asked for. `null`: no plan asked for it."),
    ]
    sender: Literal["billing_product", "hub"]
    state: Annotated[
        LetterState,
        About("`sent` of every letter that you have told of. `in_doubt`: nobody knows whether it went out."),
    ]
    reason: str | None
    counts: Annotated[bool, About("Whether it is among the invoice's `reminders`.")]
    kind: str
    sent_date: date
    channel: str
    deadline_date: date | None
    fee: Annotated[ToldMoney, About("What the letter asks for.")]
    compensation: Annotated[ToldMoney | None, About("`null`: not known, of one that no plan asked for.")]
    plan_number: int | None
    step: Annotated[int | None, About("Which of the plan's steps, counted from 1.")]
    noted_at: Annotated[Instant | None, About("When it was confirmed, or what became of it was known.")]


class ToldLetters(Told):
    """Every letter of an invoice, by the day of each."""

    items: list[ToldLetter]


class ToldUsedRule(Told):
    """A row of law that the letter rests on; the value is as `GET /v1/law` describes it, in minor units."""

    country: str
    rule: str
    value: int | str | bool | list[Any] | None
    valid_from: date
    source: str


class ToldContent(Told):
    """What the hub sent, word by word."""

    language: str
    recipient: str
    subject: str
    text: str
    html: str
    interest: Annotated[ToldMoney | None, About("The late interest that it tells of.")]
    interest_periods: Annotated[
        list[ToldInterestPeriod], About("How that was worked out: for which days, at which rate.")
    ]
    missing_law: Annotated[
        ToldMissingLaw | None, About("The row of law for want of which it tells no figure of interest.")
    ]


class ToldLetterInFull(ToldLetter):
    """A letter with the rows of law that it was held to and, of one that the hub sent, its words."""

    law: Annotated[list[ToldUsedRule] | None, About("`null`: not kept, as of a letter that was not sent.")]
    content: Annotated[
        ToldContent | None,
        About("`null`: the words are your own, it was not sent, or the debtor has been erased."),
    ]


def tell_letter(letter: LetterRead, currency: str) -> dict[str, Any]:
    """Tell a letter."""
    reminder, compensation = letter.reminder, letter.compensation
    return {
        "letter_id": letter.letter_id,
        "sender": "hub" if letter.hub else "billing_product",
        "state": letter.state.value,
        "reason": letter.reason,
        "counts": letter.counts,
        "kind": reminder.kind,
        "sent_date": day(reminder.sent_date),
        "channel": reminder.channel,
        "deadline_date": day(reminder.deadline_date),
        "fee": money(reminder.fee, currency),
        "compensation": None if compensation is None else money(compensation, currency),
        "plan_number": letter.plan,
        "step": None if letter.step is None else letter.step + 1,
        "noted_at": instant(letter.noted_at),
    }


def tell_in_full(found: LetterInFull, currency: str) -> dict[str, Any]:
    """Tell a letter with all that is kept of it."""
    return tell_letter(found.letter, currency) | {
        "law": None if found.law is None else [dict(row) for row in found.law],
        "content": _tell_content(found, currency),
    }


def _tell_content(found: LetterInFull, currency: str) -> dict[str, Any] | None:
    if found.content is None:
        return None
    interest = found.content["interest"]
    kept = ("language", "recipient", "subject", "text", "html", "interest_periods", "missing_law")
    return {name: found.content[name] for name in kept} | {
        "interest": None if interest is None else money(interest, currency)
    }
