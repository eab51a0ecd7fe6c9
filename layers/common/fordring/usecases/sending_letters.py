"""Sending the hub's letters to debtors: each at most once, and only while it is still right.

Immediately before it is sent, everything that it rests on is read again and the letter is worked out again:
what has become wrong is cancelled, and the run of the plans decides anew. What is sent is kept first, word by
word and with the rows of law that it rests on.

The rule of doubt is that of ``mailing``: a failure in which it may have been sent, a worker that died while
sending, and a table that has gone back in time leave a letter in doubt, unless what is kept of it tells that
the mail service took it. The mail service's own events end that; where none comes, a person decides.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.bank_days import BankCalendar
from fordring.domain.calendar import local_date
from fordring.domain.command import LEASE, AttentionKind, retry_delay
from fordring.domain.consulted import Consulted
from fordring.domain.email import Letter, LetterRefused
from fordring.domain.errors import Unavailable
from fordring.domain.following_up import next_step
from fordring.domain.hub_letter import (
    PATIENCE,
    HubLetter,
    LetterState,
    MailFate,
    not_by_email,
)
from fordring.domain.invoice import Reminder
from fordring.domain.law import Law, LawRowMissing
from fordring.domain.letter_charges import Charges, letter_on
from fordring.domain.letter_languages import language_of
from fordring.domain.letter_texts import write_letter
from fordring.domain.refs import Ref
from fordring.domain.reminder_plan import PlanStep, ReminderPlan
from fordring.domain.situation import stopped_by
from fordring.domain.transport import TransportFailed
from fordring.domain.under_way import situation_of
from fordring.domain.values import dataclass
from fordring.usecases.booking import ledger_of
from fordring.usecases.bounced_letters import has_come_back, was_not_taken
from fordring.usecases.hub_letters import (
    ask,
    has_been_sent,
    is_asked_for,
    no_longer_in_doubt,
    plan_anew,
    settle,
    stop,
    subject_of,
    was_not_sent_in_time,
)
from fordring.usecases.kept_letters import keep, kept_letter, mark_accepted
from fordring.usecases.ports import Files, Mail
from fordring.usecases.situations import standing
from fordring.usecases.work import Desk, Work, transact
from fordring.usecases.writing_letters import Ready, facts_of

DAY_PASSED: Final = "day_passed"


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What a letter is sent with: the mail, from whom, the files, the law and the bank days.

    ``sender`` is ``None`` where none was set up: then nothing can be sent.
    """

    mail: Mail
    sender: str | None
    files: Files
    law: Law
    calendar: BankCalendar


def deliver_letter(desk: Desk, office: PostOffice, ref: Ref[HubLetter], owner: str) -> LetterState | None:
    """Send a letter if it is due; tells what became of it, ``None`` when there was nothing to do.

    Parameters
    ----------
    owner
        A token of this worker's own, which marks its lease.

    Raises
    ------
    Unavailable
        When it cannot be found out whether it was sent in a time that a restore has undone.
    """
    leased = _lease(desk, office, ref, owner)
    if not isinstance(leased, Ready):
        return leased
    state, reason = _send(office, leased)

    def decide(work: Work) -> LetterState:
        held = work.get(ref)
        if held.lease_owner != owner:
            return held.state  # the mail service's event was faster
        return _note(work, ref, held, state, reason)

    return transact(desk, (ref,), decide)


def note_mail_event(
    desk: Desk, ref: Ref[HubLetter], fate: MailFate, recipient: str | None = None
) -> LetterState | None:
    """Take in what the mail service tells of a letter: once, in any order.

    Parameters
    ----------
    recipient
        To whom it went, where that is known.

    Returns
    -------
    LetterState or None
        How the letter stands now; ``None`` when there is none of that name, or nothing new was told.
    """

    def decide(work: Work) -> LetterState | None:
        letter = work.find(ref)
        if letter is None:
            return None
        if fate is MailFate.SENT and letter.state.open:
            has_been_sent(work, ref, letter)
            no_longer_in_doubt(work, letter)
            return LetterState.SENT
        if fate is not MailFate.SENT and (letter.state.open or letter.state is LetterState.SENT):
            no_longer_in_doubt(work, letter)
            if fate is MailFate.REJECTED:
                was_not_taken(work, ref, letter)
                return LetterState.NOT_SENT
            has_come_back(work, ref, letter, recipient)
            return LetterState.BOUNCED
        return None

    return transact(desk, (ref,), decide)


def _lease(desk: Desk, office: PostOffice, ref: Ref[HubLetter], owner: str) -> Ready | LetterState | None:
    """Take a letter to send it, if it is still right; one of which nobody knows is left in doubt."""
    real = desk.wall.now()
    kept = kept_letter(office.files, ref.ids[1])

    def decide(work: Work) -> Ready | LetterState | None:
        letter = work.find(ref)
        if letter is None or not letter.state.open or letter.due_at is None or letter.due_at > work.now:
            return None
        if letter.lease_until is not None and letter.lease_until > real:
            return None
        known = kept is None or kept.is_of(letter)
        doubtful = letter.state in (LetterState.SENDING, LetterState.IN_DOUBT) or not known
        if kept is not None and kept.accepted and doubtful:
            return _note(work, ref, kept.on(letter), LetterState.SENT, None)
        if letter.state is LetterState.IN_DOUBT:
            ask(
                work,
                AttentionKind.LETTER_IN_DOUBT,
                letter.creditor_id,
                subject_of(letter),
                letter.reason or "unknown_whether_sent",
            )
            work.change(ref, replace(letter, due_at=None))
            return letter.state
        if kept is not None and not known:
            return _note(work, ref, kept.on(letter), LetterState.IN_DOUBT, "restored_since")
        if letter.state is LetterState.SENDING:
            return _note(work, ref, letter, LetterState.IN_DOUBT, "unknown_whether_sent")
        leased = replace(
            letter,
            state=LetterState.SENDING,
            attempts=letter.attempts + 1,
            lease_owner=owner,
            lease_until=real + LEASE,
        )
        ready = _worked_out_again(work, office, leased)
        if not isinstance(ready, Ready):
            return _cancel(work, ref, letter, ready)
        if office.sender is None:
            return _note(work, ref, letter, LetterState.NOT_SENT, "no_sender")
        # Paid, changed or switched off in this second: that comes first.
        work.hold(things.REMINDER_PLAN(letter.creditor_id))
        work.hold(things.DEBTOR(letter.creditor_id, letter.debtor_id))
        work.hold(things.INVOICE(letter.invoice_id))
        work.change(ref, leased)
        return ready

    return transact(desk, (ref,), decide)


def _worked_out_again(work: Work, office: PostOffice, letter: HubLetter) -> Ready | str:
    """Work a letter out again as things are now; a code where it is not right any more."""
    invoice = work.demand(things.INVOICE(letter.invoice_id))
    debtor = work.demand(things.DEBTOR(letter.creditor_id, letter.debtor_id))
    creditor = work.demand(things.CREDITOR(letter.creditor_id))
    found = standing(work, invoice, invoice.follow_up) if invoice.follow_up else None
    if found is None or not is_asked_for(invoice, letter):
        return "not_wanted_any_more"
    plan, follow = found
    today = local_date(work.now, invoice.country)
    step = _step_of(plan, letter, today)
    if follow.plan != letter.plan or follow.done != letter.asked.step or step is None:
        return "plan_changed"
    if letter.asked.on != today:
        return DAY_PASSED
    situation = situation_of(plan, invoice, debtor, follow.done, ledger_of(work, invoice))
    stopped = stopped_by(situation) or not_by_email(invoice.country, debtor, letter.asked)
    if stopped is not None:
        return stopped
    law = Consulted(office.law)
    try:
        coming = next_step(law, situation, today)
        reminder, charges = letter_on(law, situation, step, today, office.calendar)
    except LawRowMissing:
        return "law_row_missing"
    # A letter of the creditor's own may have gone out since.
    if coming is None or coming.first_date > today or _differs(letter, reminder, charges):
        return "worked_out_anew"
    wording = dict(plan.wording).get(language_of(debtor))
    return Ready(letter, invoice, debtor, creditor, wording, charges, tuple(law.used))


def _step_of(plan: ReminderPlan, letter: HubLetter, today: date) -> PlanStep | None:
    steps = plan.steps_on(today)
    step = steps[letter.asked.step] if letter.asked.step < len(steps) else None
    return step if step is not None and step.kind == letter.asked.kind else None


def _differs(letter: HubLetter, reminder: Reminder, charges: Charges) -> bool:
    asked = letter.asked
    told = (asked.deadline_date, asked.fee, asked.compensation)
    return told != (reminder.deadline_date, charges.fee, charges.compensation)


def _cancel(work: Work, ref: Ref[HubLetter], letter: HubLetter, reason: str) -> LetterState:
    """Cancel a letter that was not sent and is not right any more; the run decides anew."""
    plan_anew(work, work.demand(things.INVOICE(letter.invoice_id)), letter)
    if reason == DAY_PASSED:
        was_not_sent_in_time(work, ref, letter, reason)
    else:
        settle(work, ref, letter, LetterState.CANCELLED, reason)
    return LetterState.CANCELLED


def _send(office: PostOffice, ready: Ready) -> tuple[LetterState, str | None]:
    """Keep what is sent, and send it once; gives the new state and why."""
    letter, recipient = ready.letter, ready.debtor.email
    if recipient is None:
        return LetterState.NOT_SENT, "no_email"
    written = write_letter(facts_of(ready))
    tags = (("invoice", letter.invoice_id), ("letter", letter.letter_id))
    try:
        content = keep(office.files, ready, written, recipient)
    except Unavailable:
        return LetterState.RETRY, "not_kept"
    try:
        office.mail.send(
            Letter(recipient, written.subject, written.text, ready.creditor.email, written.html, tags)
        )
    except LetterRefused as refused:
        return LetterState.NOT_SENT, refused.reason
    except TransportFailed as failure:
        return LetterState.RETRY if failure.sent == "no" else LetterState.IN_DOUBT, failure.reason
    mark_accepted(office.files, letter, content)
    return LetterState.SENT, None


def _note(
    work: Work, ref: Ref[HubLetter], letter: HubLetter, state: LetterState, reason: str | None
) -> LetterState:
    """Write down what became of a letter that was taken to be sent."""
    free = replace(letter, state=state, reason=reason, lease_owner=None, lease_until=None)
    wait: timedelta | None = PATIENCE
    if state is LetterState.RETRY:
        wait = retry_delay(letter.attempts)
    if state is LetterState.SENT:
        has_been_sent(work, ref, free)
    elif state is LetterState.NOT_SENT or wait is None:
        state = LetterState.NOT_SENT
        invoice = work.demand(things.INVOICE(letter.invoice_id))
        stop(work, invoice, letter, "letter_not_sent", reason)
        settle(work, ref, free, state, reason)
    else:
        # In doubt, it is the mail service's event that is waited for; nobody sends it again.
        work.change(ref, replace(free, due_at=work.now + wait))
    return state
