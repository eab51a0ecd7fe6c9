"""E-mails to agencies: written beside what they tell of, sent by a worker, each at most once by itself.

The rule of doubt: an e-mail service recognises no repetition and cannot be asked whether a letter was sent.
A failure in which it may have been sent, a worker that died while sending, and a table that has gone back in
time leave the letter in doubt, and a person decides (``attending``). Only what certainly never left is tried
again.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from fordring.domain import things
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.command import LEASE, AttentionKind, retry_delay
from fordring.domain.email import Email, EmailKind, EmailState, Letter, LetterRefused
from fordring.domain.refs import Ref
from fordring.domain.transport import TransportFailed
from fordring.usecases.ports import Mail
from fordring.usecases.recording import ask_for_attention, attention_id, epoch_of, raise_attention
from fordring.usecases.work import Desk, Work, transact

_ATTENTIONS = {
    EmailState.IN_DOUBT: AttentionKind.EMAIL_IN_DOUBT,
    EmailState.NOT_SENT: AttentionKind.EMAIL_NOT_SENT,
    EmailState.BY_HAND: AttentionKind.EMAIL_NOT_SENT,
}


def email_of_order(creditor_id: str, agency: str, order_id: str) -> Ref[Email]:
    """Name the e-mail with which an order is sent."""
    return things.EMAIL(creditor_id, agency, f"mail_{order_id.removeprefix('ord_')}")


def subject_of(ref: Ref[Email]) -> tuple[str, ...]:
    """Name an e-mail for the attention list."""
    return ("email", *ref.ids)


def attention_of(ref: Ref[Email], state: EmailState) -> Ref[Any]:
    """Name the attention that an e-mail raises in a state."""
    return things.ATTENTION(attention_id(_ATTENTIONS[state], subject_of(ref)))


def by_hand_because(agreement: Agreement, sender: str | None) -> str | None:
    """Say why an e-mail under this agreement is left to a person, as a code; ``None`` when it is sent."""
    if sender is None:
        return "no_sender"
    return None if agreement.settings.agency_email else "no_recipient"


def write_email(
    work: Work,
    agreement: Agreement,
    sender: str | None,
    ref: Ref[Email],
    kind: EmailKind,
    subject_id: str,
    subject: str,
    text: str,
    reply_to: str | None,
) -> Email:
    """Write an e-mail down; the row's insertion sets a worker off. ``EPOCH`` must have been read.

    Without a sender or a recipient it is kept to be sent by hand.
    """
    left = by_hand_because(agreement, sender)
    email = Email(
        email_id=ref.ids[2],
        creditor_id=agreement.creditor_id,
        agency=agreement.agency,
        kind=kind,
        subject_id=subject_id,
        subject=subject,
        text=text,
        reply_to=reply_to,
        created_at=work.now,
        due_at=None if left else work.now,
        epoch=epoch_of(work),
        state=EmailState.BY_HAND if left else EmailState.QUEUED,
        reason=left,
    )
    work.add(ref, email)
    return email


def cancel_unsent(work: Work, ref: Ref[Email], reason: str) -> None:
    """Cancel an e-mail that nobody has begun to send; it must have been read."""
    email = work.find(ref)
    if email is not None and email.state in (EmailState.QUEUED, EmailState.RETRY, EmailState.BY_HAND):
        work.change(ref, _settled(email, EmailState.CANCELLED, reason, work.now))


def deliver_email(
    desk: Desk, mail: Mail, sender: str | None, ref: Ref[Email], owner: str
) -> EmailState | None:
    """Send an e-mail if it is due; tells what became of it, ``None`` when there was nothing to do.

    Parameters
    ----------
    sender
        From whom it comes; ``None`` where none was set up.
    owner
        A token of this worker's own, which marks its lease.
    """
    leased = _lease(desk, ref, owner)
    if leased is None or isinstance(leased, EmailState):
        return leased
    email, agreement = leased
    state, reason, recipient = _send(mail, sender, email, agreement)

    def decide(work: Work) -> EmailState:
        held = work.get(ref)
        if held.lease_owner != owner:
            return held.state
        return _note(work, ref, replace(held, recipient=recipient), state, reason)

    return transact(desk, _refs(ref), decide)


def _refs(ref: Ref[Email]) -> tuple[Ref[Any], ...]:
    return (ref, *(attention_of(ref, state) for state in (EmailState.IN_DOUBT, EmailState.NOT_SENT)))


def _lease(desk: Desk, ref: Ref[Email], owner: str) -> tuple[Email, Agreement] | EmailState | None:
    """Take an e-mail to send it; one of which nobody knows whether it was sent is left in doubt."""
    creditor_id, agency, _ = ref.ids
    agreement_ref = things.AGREEMENT(creditor_id, agency)
    real = desk.wall.now()

    def decide(work: Work) -> tuple[Email, Agreement] | EmailState | None:
        email = work.find(ref)
        if email is None or email.due_at is None or email.due_at > work.now or not email.state.waits:
            return None
        if email.lease_until is not None and email.lease_until > real:
            return None
        if email.state is EmailState.SENDING:
            return _note(work, ref, email, EmailState.IN_DOUBT, "unknown_whether_sent")
        if email.epoch != epoch_of(work):
            return _note(work, ref, email, EmailState.IN_DOUBT, "restored_since")
        agreement = work.find(agreement_ref)
        if agreement is None or _is_unfounded(email, agreement):
            return _note(work, ref, email, EmailState.CANCELLED, "not_wanted_any_more")
        leased = replace(
            email,
            state=EmailState.SENDING,
            attempts=email.attempts + 1,
            lease_owner=owner,
            lease_until=real + LEASE,
        )
        work.change(ref, leased)
        return leased, agreement

    return transact(desk, (*_refs(ref), agreement_ref, things.EPOCH()), decide)


def _is_unfounded(email: Email, agreement: Agreement) -> bool:
    """Whether an order was replaced, answered or ended before its e-mail was sent."""
    if email.kind is not EmailKind.ORDER:
        return False
    order = agreement.order
    return (
        agreement.state is not AgreementState.ORDERED or order is None or order.order_id != email.subject_id
    )


def _send(
    mail: Mail, sender: str | None, email: Email, agreement: Agreement
) -> tuple[EmailState, str | None, str | None]:
    """Send once; gives the new state, why, and to whom it went."""
    left = by_hand_because(agreement, sender)
    recipient = agreement.settings.agency_email
    if left is not None or recipient is None:
        return EmailState.BY_HAND, left, None
    try:
        mail.send(Letter(recipient, email.subject, email.text, email.reply_to))
    except LetterRefused as refused:
        return EmailState.NOT_SENT, refused.reason, recipient
    except TransportFailed as failure:
        state = EmailState.RETRY if failure.sent == "no" else EmailState.IN_DOUBT
        return state, failure.reason, recipient
    return EmailState.SENT, None, recipient


def _note(work: Work, ref: Ref[Email], email: Email, state: EmailState, reason: str | None) -> EmailState:
    """Write down what became of an e-mail, and ask a person where one has to decide."""
    if state is EmailState.RETRY:
        wait = retry_delay(email.attempts)
        if wait is not None:
            again = replace(email, state=state, reason=reason, lease_owner=None, lease_until=None)
            work.change(ref, replace(again, due_at=work.now + wait))
            return state
        state = EmailState.NOT_SENT
    work.change(ref, _settled(email, state, reason, work.now))
    if state in _ATTENTIONS:
        ask_for_attention(work, _ATTENTIONS[state], email.creditor_id, subject_of(ref), reason or state.value)
    return state


def _settled(email: Email, state: EmailState, reason: str | None, now: datetime) -> Email:
    return replace(
        email, state=state, reason=reason, due_at=None, lease_owner=None, lease_until=None, settled_at=now
    )


def ask_for_hand(work: Work, ref: Ref[Email]) -> None:
    """Ask a person to send an e-mail that was written just now and that the hub cannot send."""
    email = work.get(ref)
    raise_attention(
        work, AttentionKind.EMAIL_NOT_SENT, email.creditor_id, subject_of(ref), email.reason or "by_hand"
    )


def queue_again(work: Work, ref: Ref[Email]) -> Email:
    """Have an e-mail sent that was not: a person has said so, or wants another try."""
    again = replace(
        work.get(ref),
        state=EmailState.QUEUED,
        reason=None,
        due_at=work.now,
        attempts=0,
        epoch=epoch_of(work),
        settled_at=None,
    )
    work.change(ref, again)
    return again


def settle_by_person(work: Work, ref: Ref[Email], *, sent: bool) -> None:
    """Write down what a person has decided: it was sent, by hand or before, or it is not sent at all."""
    state = EmailState.SENT if sent else EmailState.CANCELLED
    work.change(ref, _settled(work.get(ref), state, "a_person_decided", work.now))
