"""Letters of the hub's that came back: what they did is undone."""

from dataclasses import replace
from typing import Final

from fordring.domain import things
from fordring.domain.calendar import local_date
from fordring.domain.events import EventType
from fordring.domain.hub_letter import HubLetter, LetterState
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, EntryKind, Source
from fordring.domain.refs import Ref
from fordring.usecases.booking import book
from fordring.usecases.hub_letters import facts_of_letter, settle, steps_behind, stop
from fordring.usecases.recording import tell
from fordring.usecases.vouchering import vouch_charge
from fordring.usecases.work import Work

_CHARGED: Final = (Component.FEE, Component.COMPENSATION)


def has_come_back(work: Work, ref: Ref[HubLetter], letter: HubLetter, recipient: str | None) -> None:
    """Undo what a letter did that came back, stop the plan, ask a person, and send no more to its address.

    Parameters
    ----------
    recipient
        To which address it went, where that is known: the debtor may have another one by now.
    """
    left = _undo(work, letter, "bounced")
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    stop(work, invoice, letter, "letter_bounced", left)
    debtor_ref = things.DEBTOR(letter.creditor_id, letter.debtor_id)
    debtor = work.demand(debtor_ref)
    if debtor.email_bounced_at is None and debtor.email is not None and recipient in (None, debtor.email):
        work.change(
            debtor_ref,
            replace(debtor, email_bounced_at=work.now, updated_at=work.now, revision=debtor.revision + 1),
        )
    settle(work, ref, letter, LetterState.BOUNCED, "bounced")


def was_not_taken(work: Work, ref: Ref[HubLetter], letter: HubLetter) -> None:
    """Undo what a letter did that the mail service has taken and then would not send: no address's fault."""
    left = _undo(work, letter, "rejected")
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    stop(work, invoice, letter, "letter_not_sent", left or "rejected")
    settle(work, ref, letter, LetterState.NOT_SENT, "rejected")


def _undo(work: Work, letter: HubLetter, reason: str) -> str | None:
    """Take a letter that counted out of its invoice, with what it charged, and tell of it.

    That is taken back as far as it is still owed and the invoice is not at an agency. Gives why something is
    left to be given back, as a code.
    """
    if letter.state is not LetterState.SENT:
        return None
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    invoice = _without(work, invoice, letter)
    invoice, left = _uncharged(work, invoice, letter)
    work.change(things.INVOICE(invoice.invoice_id), invoice)
    tell(
        work,
        EventType.INVOICE_REMINDER_BOUNCED,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {**facts_of_letter(letter, invoice), "reason": reason},
    )
    return left


def _without(work: Work, invoice: Invoice, letter: HubLetter) -> Invoice:
    """Give the invoice without a letter that did not reach anybody: its step is still to be taken."""
    letters = list(invoice.reminders)
    for kept in (letter.reminder, replace(letter.reminder, fee=0)):
        if kept in letters:
            letters.remove(kept)
            break
    follow = invoice.follow_up
    if follow is not None and follow.plan == letter.plan:
        if follow.done == letter.asked.step + 1:
            follow = replace(follow, done=letter.asked.step)
    elif follow is not None and follow.done == steps_behind(work, invoice, follow, invoice.reminders):
        follow = replace(follow, done=steps_behind(work, invoice, follow, letters))
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
