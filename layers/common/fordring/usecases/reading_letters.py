"""The letters of an invoice, read again: what went to the debtor, and what it rests on (evidence)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from fordring.domain import things
from fordring.domain.confirmed_letter import ConfirmedLetter
from fordring.domain.errors import NotFound
from fordring.domain.hub_letter import HubLetter, LetterState
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.refs import Listing
from fordring.domain.values import dataclass
from fordring.usecases.kept_letters import kept_letter
from fordring.usecases.ports import Files
from fordring.usecases.work import Desk

_WENT_OUT = (LetterState.SENDING, LetterState.IN_DOUBT, LetterState.SENT, LetterState.BOUNCED)


@dataclass(frozen=True, slots=True)
class LetterRead:
    """A letter of an invoice.

    Parameters
    ----------
    letter_id
        ``None``: the creditor told of it, and no plan asked for it.
    hub
        Whether the hub sends it.
    plan, step
        Which step of which plan it is, counted from 0.
    compensation
        Minor units; ``None``: not known, of a letter that no plan asked for.
    noted_at
        When it was confirmed, or settled; ``None``: it is not known yet what becomes of it, or when.
    counts
        Whether it stands among the invoice's letters.
    """

    letter_id: str | None
    hub: bool
    state: LetterState
    reason: str | None
    reminder: Reminder
    compensation: int | None
    plan: int | None
    step: int | None
    noted_at: datetime | None
    counts: bool


@dataclass(frozen=True, slots=True)
class LetterInFull:
    """A letter with the rows of law that it rests on and, of one that the hub sent, what is kept of it.

    ``law`` is ``None`` where it is not kept. ``content`` is that of ``KeptLetter``.
    """

    letter: LetterRead
    law: tuple[Mapping[str, Any], ...] | None
    content: Mapping[str, Any] | None


def letters_of(desk: Desk, invoice: Invoice) -> list[LetterRead]:
    """Give every letter of an invoice, also what did not go out or came back, by the day of each."""
    ids = (invoice.invoice_id,)
    sent = {row.letter_id: row for _, row in desk.every(Listing(things.LETTER, "letters_of", ids))}
    confirmed = {
        row.reminder_id: row
        for _, row in desk.every(Listing(things.CONFIRMED_LETTER, "confirmed_letters_of", ids))
    }
    found = [*_told(invoice, confirmed), *(_sent(invoice, row) for row in sent.values())]
    return sorted(found, key=_place)


def _told(invoice: Invoice, confirmed: Mapping[str, ConfirmedLetter]) -> Iterator[LetterRead]:
    """Give the letters that somebody else has sent."""
    for reminder in invoice.reminders:
        known = confirmed.get(reminder.letter_id or "")
        if known is not None:
            yield _confirmed(invoice, known)
        elif not (reminder.letter_id or "").startswith("ltr_"):
            yield _own(reminder)


def _own(reminder: Reminder) -> LetterRead:
    """Give a letter that no plan asked for, or one that the hub has taken over from."""
    return LetterRead(
        reminder.letter_id, False, LetterState.SENT, None, reminder, None, None, None, None, counts=True
    )


def _confirmed(invoice: Invoice, row: ConfirmedLetter) -> LetterRead:
    return LetterRead(
        row.reminder_id,
        False,
        LetterState.SENT,
        None,
        row.reminder,
        row.compensation,
        row.plan,
        row.step,
        row.confirmed_at,
        _counts(invoice, row.reminder_id),
    )


def _sent(invoice: Invoice, row: HubLetter) -> LetterRead:
    return LetterRead(
        row.letter_id,
        True,
        row.state,
        row.reason,
        row.reminder,
        row.asked.compensation,
        row.plan,
        row.asked.step,
        row.settled_at,
        _counts(invoice, row.letter_id),
    )


def _counts(invoice: Invoice, letter_id: str) -> bool:
    return any(each.letter_id == letter_id for each in invoice.reminders)


def _place(letter: LetterRead) -> tuple[date, str]:
    return letter.reminder.sent_date, letter.letter_id or ""


def letter_of(desk: Desk, files: Files, invoice: Invoice, letter_id: str) -> LetterInFull:
    """Give one letter in full.

    Raises
    ------
    NotFound
        When the invoice has none of that id.
    Unavailable
        When what is kept of it cannot be read at present.
    """
    if letter_id.startswith("rem_"):
        ref = things.CONFIRMED_LETTER(invoice.invoice_id, letter_id)
        confirmed = desk.read(ref).find(ref)
        if confirmed is not None:
            return LetterInFull(_confirmed(invoice, confirmed), confirmed.law, None)
        own = [_own(each) for each in invoice.reminders if each.letter_id == letter_id]
        if not own:
            raise NotFound
        return LetterInFull(own[0], None, None)
    if not letter_id.startswith("ltr_"):
        raise NotFound
    sent = things.LETTER(invoice.invoice_id, letter_id)
    row = desk.read(sent).get(sent)
    kept = kept_letter(files, letter_id) if row.state in _WENT_OUT else None
    if kept is None or kept.content["text"] is None:
        return LetterInFull(_sent(invoice, row), None, None)
    return LetterInFull(_sent(invoice, row), tuple(kept.content["law"]), kept.content)
