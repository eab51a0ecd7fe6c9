"""Confirming that a letter of a reminder plan was sent: what was sent is held to what the law allows.

A letter counts as the plan's when it names the id that it was asked for by, when it is of the kind that was
asked for, or, with nothing asked for, when it is as the next step has it on that day. Any other letter is the
creditor's own, and the plan takes it into account. What a letter was held to is kept with it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from fordring.domain import things
from fordring.domain.bank_days import BankCalendar
from fordring.domain.command import AttentionKind
from fordring.domain.confirmed_letter import ConfirmedLetter
from fordring.domain.consulted import Consulted
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.follow_up import FollowUp
from fordring.domain.following_up import Next, next_step
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.law import Law
from fordring.domain.letter_charges import letter_on
from fordring.domain.money import Money
from fordring.domain.reminder_plan import Sender, StepKind
from fordring.domain.situation import Situation
from fordring.domain.under_way import situation_of
from fordring.usecases.following_up import confirmation_subject
from fordring.usecases.recording import attention_id
from fordring.usecases.situations import reminder_id_of, standing
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Work


def followed_by(
    work: Work,
    law: Law,
    calendar: BankCalendar,
    invoice: Invoice,
    follow: FollowUp,
    letter: Reminder,
    compensation: int,
    reminder_id: str | None,
) -> FollowUp:
    """Give how an invoice stands in its plan after a letter; it is looked at again at once.

    The plan and the debtor must have been read, or can be.

    Raises
    ------
    Refused
        ``reminder_already_confirmed``.
    Unprocessable
        ``unknown_reminder``: the id is of no letter that this invoice was to get; ``letter_not_allowed``:
        sent too early, too expensive, or with too short a deadline, each with where it stands.
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    found = standing(work, invoice, follow)
    plan, follow = found or (None, follow)
    named = _is_named(invoice, follow, reminder_id)
    again = replace(follow, due_at=work.now)
    if plan is None:
        return again
    # A letter that the hub sends is confirmed by nobody else: this one is the creditor's own. So is one that
    # was asked for before the hub took over.
    theirs = plan.sender is not Sender.HUB
    if reminder_id is not None and not (named and theirs):
        _no_longer_missed(work, invoice, reminder_id)
        return replace(again, letters=follow.letters + named)
    asked = theirs and follow.asked is not None and follow.asked.kind == letter.kind
    debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
    situation = situation_of(plan, invoice, debtor, follow.done)
    consulted = Consulted(law)
    coming = next_step(consulted, situation, letter.sent_date)
    if not (named or asked) and (follow.asked is not None or not _is_of(coming, letter)):
        return again
    faults = tuple(_faults(consulted, calendar, situation, coming, letter, compensation))
    if faults and not (named or asked):
        return again
    if faults:
        raise Unprocessable(
            "letter_not_allowed", "the letter is not as the law has it on that day", faults=faults
        )
    confirmed = reminder_id_of(invoice, follow.letters)
    work.add(
        things.CONFIRMED_LETTER(invoice.invoice_id, confirmed),
        ConfirmedLetter(
            reminder_id=confirmed,
            plan=follow.plan,
            step=follow.done,
            reminder=replace(letter, letter_id=confirmed),
            confirmed_at=work.now,
            compensation=compensation,
            law=tuple(row.facts for row in consulted.used),
        ),
    )
    _no_longer_missed(work, invoice, confirmed)
    # A letter asked for before the plan has changed, in place of a notice: that is still to come.
    done = follow.done + _takes(coming, letter)
    return replace(again, done=done, asked=None, stopped=None, letters=follow.letters + 1)


def _is_named(invoice: Invoice, follow: FollowUp, reminder_id: str | None) -> bool:
    """Whether an id is of the letter that is to come.

    Raises
    ------
    Refused
        ``reminder_already_confirmed``.
    Unprocessable
        ``unknown_reminder``.
    """
    if reminder_id is None:
        return False
    if any(each.letter_id == reminder_id for each in invoice.reminders):
        raise Refused("reminder_already_confirmed", "this letter was confirmed before")
    if reminder_id == reminder_id_of(invoice, follow.letters):
        return True
    if any(reminder_id == reminder_id_of(invoice, before) for before in range(follow.letters)):
        return False
    raise unknown_reminder()


def _no_longer_missed(work: Work, invoice: Invoice, reminder_id: str) -> None:
    """Take a letter off the attention list that was confirmed at last."""
    subject = confirmation_subject(invoice.invoice_id, reminder_id)
    known = things.ATTENTION(attention_id(AttentionKind.REMINDER_NOT_CONFIRMED, subject))
    work.seek(known)
    settle_attention(work, known, "confirmed")


def unknown_reminder() -> Unprocessable:
    """Say that an id is of no letter that the invoice was to get."""
    return Unprocessable(
        "unknown_reminder",
        "the invoice was to get no such letter",
        faults=[Fault("/reminder_id", "unknown_reminder", "no letter of this invoice has this id")],
    )


def _is_of(coming: Next | None, letter: Reminder) -> bool:
    """Whether a letter that nobody has asked for is the one that the plan has on that day."""
    return coming is not None and coming.step.kind == letter.kind and coming.first_date <= letter.sent_date


def _takes(coming: Next | None, letter: Reminder) -> bool:
    """Whether a letter takes the next step; nothing but a notice of collection is one."""
    notice = StepKind.NOTICE_OF_COLLECTION
    return coming is None or coming.step.kind is not notice or letter.kind == notice


def _faults(
    law: Law,
    calendar: BankCalendar,
    situation: Situation,
    coming: Next | None,
    letter: Reminder,
    compensation: int,
) -> Iterator[Fault]:
    if coming is None or not coming.step.is_letter:
        yield Fault("/kind", "no_letter_due", "the plan has no letter to come")
        return
    step = replace(coming.step, kind=StepKind(letter.kind))
    if not _takes(coming, letter):
        step = replace(step, deadline_days=None)
    elif letter.sent_date < coming.first_date:
        reason = max(coming.hurdles, key=lambda each: each.first).reason if coming.hurdles else "planned"
        yield Fault("/sent_date", "too_early", f"{reason}: not before {coming.first_date.isoformat()}")
    lawful, charges = letter_on(law, situation, step, letter.sent_date, calendar)
    currency, why = situation.invoice.currency, ""
    if situation.invoice.owed_before(letter.sent_date) <= 0:
        charges, why = replace(charges, fee=0, compensation=0), ", nothing was owed on that day"
    if letter.fee > charges.fee:
        yield Fault("/fee/amount", "fee_too_high", f"at most {Money(charges.fee, currency).text}{why}")
    if compensation > charges.compensation:
        most = Money(charges.compensation, currency).text
        yield Fault("/compensation/amount", "compensation_too_high", f"at most {most}{why}")
    if lawful.deadline_date is not None and _is_short(letter.deadline_date, lawful.deadline_date):
        until = lawful.deadline_date.isoformat()
        yield Fault("/deadline_date", "deadline_too_short", f"not before {until}")


def _is_short(deadline: date | None, least: date) -> bool:
    return deadline is None or deadline < least
