"""Letters that the hub sends: written down beside the step of a plan, and their effect."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from fordring.domain import things
from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.command import AttentionKind
from fordring.domain.creditor import Debtor
from fordring.domain.events import EventType
from fordring.domain.follow_up import Asked, FollowUp
from fordring.domain.hub_letter import CHANNEL, MENDED_AT_DEBTOR, HubLetter, LetterState, not_by_email
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.ledger import Component
from fordring.domain.money import Money
from fordring.domain.refs import Ref
from fordring.domain.under_way import done_with
from fordring.usecases.recording import ask_for_attention, attention_id, tell
from fordring.usecases.reminding import charge_for_letter
from fordring.usecases.situations import letter_id_of
from fordring.usecases.unmatched import said, settle_attention
from fordring.usecases.work import Work


def send_letter(work: Work, invoice: Invoice, debtor: Debtor, follow: FollowUp, asked: Asked) -> FollowUp:
    """Have the hub send the letter of a step: the row's insertion sets a worker off.

    There must be none ``of_unknown_fate``. A letter that must not go by e-mail stops the plan and is told;
    see ``not_by_email``.

    Returns
    -------
    FollowUp
        How the invoice stands, which the caller writes.
    """
    before = _latest(work, invoice, follow)
    refused = not_by_email(invoice.country, debtor, asked)
    if refused is not None:
        if refused != follow.stopped:
            ask(work, _kind_of(refused), invoice.creditor_id, _of_invoice(invoice), refused)
        return replace(follow, asked=None, due_at=_tomorrow(work, invoice), stopped=refused)
    if follow.stopped in MENDED_AT_DEBTOR:
        bounced = before is not None and before.state is LetterState.BOUNCED
        subject = subject_of(before) if before is not None and bounced else _of_invoice(invoice)
        _leave_list(work, _kind_of(follow.stopped), subject, "sent")
    letter = HubLetter(
        letter_id=letter_id_of(invoice, follow.letters),
        invoice_id=invoice.invoice_id,
        creditor_id=invoice.creditor_id,
        debtor_id=invoice.debtor_id,
        plan=follow.plan,
        asked=asked,
        created_at=work.now,
        due_at=work.now,
        overdue=before is not None and before.state is LetterState.CANCELLED and before.overdue,
    )
    work.add(things.LETTER(invoice.invoice_id, letter.letter_id), letter)
    return replace(
        follow,
        asked=asked,
        due_at=None,
        stopped=None,
        letter=letter.letter_id,
        letters=follow.letters + 1,
    )


def of_unknown_fate(work: Work, invoice: Invoice, follow: FollowUp) -> HubLetter | None:
    """Give the hub's latest letter if nobody knows whether it went out; one that did not is cancelled."""
    letter = _latest(work, invoice, follow)
    if letter is None or not letter.state.open:
        return None
    if letter.state in (LetterState.SENDING, LetterState.IN_DOUBT):
        return letter
    ref = things.LETTER(invoice.invoice_id, letter.letter_id)
    settle(work, ref, letter, LetterState.CANCELLED, "worked_out_anew")
    return None


def _latest(work: Work, invoice: Invoice, follow: FollowUp) -> HubLetter | None:
    return work.seek(things.LETTER(invoice.invoice_id, follow.letter)) if follow.letter else None


def _of_invoice(invoice: Invoice) -> tuple[str, ...]:
    return ("invoice", invoice.invoice_id)


def was_not_sent_in_time(work: Work, ref: Ref[HubLetter], letter: HubLetter, why: str) -> None:
    """Write down that a letter's day has passed; a person is told of one that was tried in vain.

    The run works it out anew, so it is tried again until it is sent.
    """
    tried = letter.attempts > 0
    if tried:
        subject = ("invoice", letter.invoice_id)
        ask(work, AttentionKind.LETTER_NOT_SENT, letter.creditor_id, subject, letter.reason or why)
    settle(work, ref, replace(letter, overdue=letter.overdue or tried), LetterState.CANCELLED, why)


def _tomorrow(work: Work, invoice: Invoice) -> datetime:
    """Give when an invoice is looked at again whose debtor may have another address by then."""
    return start_of_business(local_date(work.now, invoice.country) + timedelta(days=1), invoice.country)


def subject_of(letter: HubLetter) -> tuple[str, ...]:
    """Name a letter for the attention list."""
    return ("letter", letter.invoice_id, letter.letter_id)


def _kind_of(reason: str) -> AttentionKind:
    bounced = reason == "letter_bounced"
    return AttentionKind.LETTER_BOUNCED if bounced else AttentionKind.LETTER_NOT_SENT


def is_asked_for(invoice: Invoice, letter: HubLetter) -> bool:
    """Whether the invoice still waits for this letter, as it was worked out."""
    follow = invoice.follow_up
    return follow is not None and follow.letter == letter.letter_id and follow.asked == letter.asked


def plan_anew(work: Work, invoice: Invoice, letter: HubLetter) -> None:
    """Let the run decide anew what happens with an invoice whose letter is not sent."""
    if is_asked_for(invoice, letter) and invoice.follow_up is not None:
        again = replace(invoice.follow_up, asked=None, due_at=work.now)
        work.change(things.INVOICE(invoice.invoice_id), replace(invoice, follow_up=again))


def stop(work: Work, invoice: Invoice, letter: HubLetter, reason: str, told: str | None = None) -> None:
    """Stop the plan for an invoice because its letter cannot be sent, and ask a person.

    ``told`` is the reason that the person is told, where it is another one.
    """
    follow = invoice.follow_up
    if follow is not None and follow.letter == letter.letter_id:
        due_at = _tomorrow(work, invoice) if reason in MENDED_AT_DEBTOR else None
        invoice = replace(invoice, follow_up=replace(follow, asked=None, due_at=due_at, stopped=reason))
    work.change(things.INVOICE(invoice.invoice_id), invoice)
    ask(work, _kind_of(reason), letter.creditor_id, subject_of(letter), told or reason)


def ask(work: Work, kind: AttentionKind, creditor_id: str, subject: tuple[str, ...], reason: str) -> None:
    """Ask a person to look at a letter, once."""
    work.seek(things.ATTENTION(attention_id(kind, subject)))
    ask_for_attention(work, kind, creditor_id, subject, reason)


def no_longer_in_doubt(work: Work, letter: HubLetter) -> None:
    """Take a letter off the attention list whose fate the mail service has told."""
    _leave_list(work, AttentionKind.LETTER_IN_DOUBT, subject_of(letter), "told_by_mail_service")


def _leave_list(work: Work, kind: AttentionKind, subject: tuple[str, ...], resolution: str) -> None:
    ref = things.ATTENTION(attention_id(kind, subject))
    if work.seek(ref) is not None:
        settle_attention(work, ref, resolution)


def has_been_sent(work: Work, ref: Ref[HubLetter], letter: HubLetter) -> None:
    """Write down that a letter went out: it counts, costs what it says, and the plan goes on.

    An invoice that has gone to an agency in the same moment is charged nothing any more.
    """
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    asked, reminder = letter.asked, letter.reminder
    charged = {Component.FEE: asked.fee, Component.COMPENSATION: asked.compensation}
    if invoice.release.live or invoice.owner != "creditor":
        charged, reminder = {}, replace(reminder, fee=0)
    follow = invoice.follow_up
    if follow is not None and follow.letter == letter.letter_id:
        done = asked.step + 1
        if follow.plan != letter.plan:
            # Taken along by another plan meanwhile, in which it counts like the letters before it.
            done = steps_behind(work, invoice, follow, (*invoice.reminders, reminder))
        follow = replace(follow, done=done, asked=None, due_at=work.now, stopped=None)
    noted = replace(
        invoice,
        reminders=(*invoice.reminders, reminder),
        follow_up=follow,
        updated_at=work.now,
        revision=invoice.revision + 1,
    )
    noted, entry = charge_for_letter(work, invoice, noted, charged, asked.on)
    if entry is not None:
        letter = replace(letter, entry=entry.seq)
    if letter.overdue:
        _leave_list(work, AttentionKind.LETTER_NOT_SENT, _of_invoice(invoice), "sent")
    settle(work, ref, letter, LetterState.SENT, None)
    tell(
        work,
        EventType.INVOICE_REMINDER_SENT,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            **facts_of_letter(letter, noted),
            "fee": _told(charged.get(Component.FEE, 0), invoice),
            "compensation": _told(charged.get(Component.COMPENSATION, 0), invoice),
        },
    )


def was_not_sent(work: Work, ref: Ref[HubLetter], letter: HubLetter, *, given_up: bool) -> None:
    """Write down what a person has decided on a letter in doubt: it did not go out.

    The run works it out anew, unless it is given up: then the plan stops.
    """
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    settle(work, ref, letter, LetterState.CANCELLED, "a_person_decided")
    follow = invoice.follow_up
    if follow is None or follow.letter != letter.letter_id:
        return
    if given_up:
        follow = replace(follow, asked=None, due_at=None, stopped="letter_not_sent")
    else:
        follow = replace(follow, asked=None, due_at=work.now)
    work.change(things.INVOICE(invoice.invoice_id), replace(invoice, follow_up=follow))


def steps_behind(work: Work, invoice: Invoice, follow: FollowUp, letters: Iterable[Reminder]) -> int:
    """Tell how many steps of the plan that an invoice was moved to are behind it with some letters."""
    plan = work.demand(things.FORMER_PLAN(invoice.creditor_id, str(follow.plan)))
    return done_with(plan, letters)


def settle(
    work: Work, ref: Ref[HubLetter], letter: HubLetter, state: LetterState, reason: str | None
) -> None:
    """Write down what has become of a letter; nothing more is done with it by itself."""
    work.change(
        ref,
        replace(
            letter,
            state=state,
            reason=reason,
            due_at=None,
            lease_owner=None,
            lease_until=None,
            settled_at=work.now,
        ),
    )


def facts_of_letter(letter: HubLetter, invoice: Invoice) -> Mapping[str, object]:
    """Give what events tell of a letter."""
    deadline = letter.asked.deadline_date
    return {
        "invoice_id": letter.invoice_id,
        "debtor_id": letter.debtor_id,
        "letter_id": letter.letter_id,
        "plan": letter.plan,
        "step": letter.asked.step + 1,
        "kind": letter.asked.kind,
        "channel": CHANNEL,
        "sent_date": letter.asked.on.isoformat(),
        "deadline_date": deadline.isoformat() if deadline else None,
        "remaining": _told(invoice.balance.remaining, invoice),
    }


def _told(minor: int, invoice: Invoice) -> dict[str, str]:
    return said(Money(minor, invoice.currency))
