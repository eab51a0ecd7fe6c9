"""Letters that the hub sends: written down beside the step of a plan, their effect, and its undoing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.command import AttentionKind
from fordring.domain.creditor import Debtor
from fordring.domain.events import EventType
from fordring.domain.follow_up import Asked, FollowUp
from fordring.domain.hub_letter import CHANNEL, MENDED_AT_DEBTOR, HubLetter, LetterState, not_by_email
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.refs import Ref
from fordring.usecases.booking import book
from fordring.usecases.recording import ask_for_attention, attention_id, epoch_of, tell
from fordring.usecases.reminding import charge_for_letter
from fordring.usecases.unmatched import said, settle_attention
from fordring.usecases.vouchering import vouch_charge
from fordring.usecases.work import Work

_CHARGED: Final = (Component.FEE, Component.COMPENSATION)


def send_letter(work: Work, invoice: Invoice, debtor: Debtor, follow: FollowUp, asked: Asked) -> FollowUp:
    """Have the hub send the letter of a step: the row's insertion sets a worker off.

    A letter that must not go by e-mail stops the plan and is told; see ``not_by_email``. While nobody knows
    whether an earlier one went out, there is no other.

    Returns
    -------
    FollowUp
        How the invoice stands, which the caller writes.
    """
    known = things.LETTER(invoice.invoice_id, follow.letter) if follow.letter else None
    before = work.seek(known) if known else None
    if known is not None and before is not None and before.state.open:
        if before.state in (LetterState.SENDING, LetterState.IN_DOUBT):
            return replace(follow, asked=before.asked, due_at=None, stopped=None)
        settle(work, known, before, LetterState.CANCELLED, "worked_out_anew")
    refused = not_by_email(invoice.country, debtor, asked)
    if refused is not None:
        if refused != follow.stopped:
            ask(work, _kind_of(refused), invoice.creditor_id, _of_invoice(invoice), refused)
        return replace(follow, asked=None, due_at=_tomorrow(work, invoice), stopped=refused)
    if follow.stopped in MENDED_AT_DEBTOR:
        bounced = before is not None and before.state is LetterState.BOUNCED
        subject = subject_of(before) if before is not None and bounced else _of_invoice(invoice)
        _leave_list(work, _kind_of(follow.stopped), subject, "sent")
    work.seek(things.EPOCH())
    letter = HubLetter(
        letter_id=work.new_id("ltr"),
        invoice_id=invoice.invoice_id,
        creditor_id=invoice.creditor_id,
        debtor_id=invoice.debtor_id,
        plan=follow.plan,
        asked=asked,
        created_at=work.now,
        due_at=work.now,
        epoch=epoch_of(work),
    )
    work.add(things.LETTER(invoice.invoice_id, letter.letter_id), letter)
    return replace(follow, asked=asked, due_at=None, stopped=None, letter=letter.letter_id)


def _of_invoice(invoice: Invoice) -> tuple[str, ...]:
    return ("invoice", invoice.invoice_id)


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
    if follow is not None and follow.letter == letter.letter_id and follow.plan == letter.plan:
        follow = replace(follow, done=asked.step + 1, asked=None, due_at=work.now, stopped=None)
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
    settle(work, ref, letter, LetterState.SENT, None)
    tell(
        work,
        EventType.INVOICE_REMINDER_SENT,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            **_facts(letter, noted),
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


def has_come_back(work: Work, ref: Ref[HubLetter], letter: HubLetter, reason: str) -> None:
    """Undo what a letter did that never reached the debtor, stop the plan, and ask a person.

    What it charged is taken back as far as it is still owed and the invoice is not at an agency; the person
    is told where something is left to be given back.
    """
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    debtor_ref = things.DEBTOR(letter.creditor_id, letter.debtor_id)
    debtor = work.demand(debtor_ref)
    counted = letter.state is LetterState.SENT
    left = None
    if counted:
        invoice = _without(work, invoice, letter)
        invoice, left = _uncharged(work, invoice, letter)
        tell(
            work,
            EventType.INVOICE_REMINDER_BOUNCED,
            invoice.creditor_id,
            ("invoice", invoice.invoice_id),
            {**_facts(letter, invoice), "reason": reason},
        )
    stop(work, invoice, letter, "letter_bounced", left)
    if debtor.email_bounced_at is None and debtor.email is not None:
        work.change(
            debtor_ref,
            replace(debtor, email_bounced_at=work.now, updated_at=work.now, revision=debtor.revision + 1),
        )
    settle(work, ref, letter, LetterState.BOUNCED, reason)


def _without(work: Work, invoice: Invoice, letter: HubLetter) -> Invoice:
    """Give the invoice without a letter that did not reach anybody: its step is still to be taken."""
    letters = list(invoice.reminders)
    for kept in (letter.reminder, replace(letter.reminder, fee=0)):
        if kept in letters:
            letters.remove(kept)
            break
    follow = invoice.follow_up
    if follow is not None and follow.plan == letter.plan and follow.done == letter.asked.step + 1:
        follow = replace(follow, done=letter.asked.step)
    return replace(
        invoice,
        reminders=tuple(letters),
        follow_up=follow,
        updated_at=work.now,
        revision=invoice.revision + 1,
    )


def _uncharged(work: Work, invoice: Invoice, letter: HubLetter) -> tuple[Invoice, str | None]:
    """Take back what a letter charged; gives why some of it could not be, as a code."""
    if letter.entry is None:
        return invoice, None
    if invoice.release.live or invoice.owner != "creditor":
        return invoice, "charge_at_agency"
    entry = work.demand(things.INVOICE_ENTRY(invoice.invoice_id, letter.entry))
    owed = {component: max(invoice.balance.part(component).remaining, 0) for component in _CHARGED}
    back = {component: min(amount, owed[component]) for component, amount in entry.amounts.items()}
    back = {component: amount for component, amount in back.items() if amount}
    left = None if back == dict(entry.amounts) else "charge_already_settled"
    if not back:
        return invoice, left
    today = local_date(work.now, invoice.country)
    booked, _ = book(work, invoice, EntryKind.REVERSAL, back, today, Source.CREDITOR, reverses=entry)
    vouch_charge(work, invoice, {component: -amount for component, amount in back.items()}, today)
    return booked, left


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


def _facts(letter: HubLetter, invoice: Invoice) -> Mapping[str, object]:
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
