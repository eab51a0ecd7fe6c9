"""The run of the reminder plans: an invoice whose day has come takes its next step.

Each look at an invoice is one transaction, conditional on everything that could stop the step. So a step is
taken once, whatever the number of runs and whenever one dies: who comes later finds nothing due. And a
payment, an objection, a ban or an ended plan or agreement of the same second comes first, or after the step.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.bank_days import BankCalendar
from fordring.domain.calendar import local_date, start_of_business
from fordring.domain.command import AttentionKind
from fordring.domain.consulted import Consulted
from fordring.domain.creditor import Debtor
from fordring.domain.follow_up import Asked, FollowUp
from fordring.domain.following_up import Next, next_step
from fordring.domain.invoice import Invoice, Release
from fordring.domain.law import Law, LawRowMissing
from fordring.domain.letter_charges import letter_on
from fordring.domain.refs import Ref
from fordring.domain.reminder_plan import ReminderPlan, Sender, StepKind
from fordring.domain.situation import Situation, stopped_before, stopped_by
from fordring.domain.under_way import look_at, situation_of
from fordring.domain.values import dataclass
from fordring.usecases.asking import DueLetter, ask_billing_product
from fordring.usecases.booking import ledger_of
from fordring.usecases.entries import Entries
from fordring.usecases.hub_letters import of_unknown_fate, send_letter
from fordring.usecases.recording import ask_for_attention, attention_id, raise_attention
from fordring.usecases.situations import reminder_id_of, standing
from fordring.usecases.transferring import ONLY_TIME, Blocked, CapabilitiesOf, transfer
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Desk, Work, transact

PATIENCE: Final = timedelta(days=3)
"""How long a letter may be unconfirmed before a person is asked to look."""

DAY: Final = timedelta(days=1)

LOOKED_AT_DAILY: Final = frozenset({"collection_ban", "debtor_deceased"})
"""What stops a plan and goes away without the invoice hearing of it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the run goes by: the law, the bank days, what agencies can do."""

    law: Law
    calendar: BankCalendar
    capabilities_of: CapabilitiesOf


def follow_up_due(desk: Desk, rules: Rules, invoice_id: str) -> str | None:
    """Look at an invoice whose day has come, and take its next step if that is due.

    Returns
    -------
    str or None
        What came of it: the kind of the step that was taken, the reason why the plan stops, or ``waits``;
        ``None`` when nothing was due: somebody else was faster.

    Raises
    ------
    Busy
        When others write the same things all the time.
    """
    ref = things.INVOICE(invoice_id)
    looked: list[Entries] = []

    def refs() -> Iterable[Ref[Any]]:
        seen = desk.read(ref).find(ref)
        if seen is None or seen.follow_up is None:
            return (ref,)
        if not looked:
            looked.append(Entries(desk, seen.creditor_id, (invoice_id,)))
        return (
            things.REMINDER_PLAN(seen.creditor_id),
            things.FORMER_PLAN(seen.creditor_id, str(seen.follow_up.plan)),
            things.DEBTOR(seen.creditor_id, seen.debtor_id),
            things.CREDITOR(seen.creditor_id),
            things.EPOCH(),
            *looked[0].refs(),
        )

    def decide(work: Work) -> str | None:
        invoice = work.find(ref)
        follow = invoice.follow_up if invoice else None
        if invoice is None or follow is None or follow.due_at is None or follow.due_at > work.now:
            return None
        return _Look(work, rules, invoice, follow, looked[0]).take()

    return transact(desk, refs, decide)


class _Look:
    """One look at an invoice, within one unit of work."""

    def __init__(
        self, work: Work, rules: Rules, invoice: Invoice, follow: FollowUp, entries: Entries
    ) -> None:
        self._work = work
        self._rules = rules
        self._law = Consulted(rules.law)
        self._invoice = invoice
        self._follow = follow
        self._entries = entries
        self._today = local_date(work.now, invoice.country)

    def take(self) -> str:
        """Take the next step, or note when or why not."""
        invoice, work = self._invoice, self._work
        found = standing(work, invoice, self._follow)
        if found is None:
            return self._stop("plan_ended")
        plan, self._follow = found
        debtor = work.demand(things.DEBTOR(invoice.creditor_id, invoice.debtor_id))
        situation = situation_of(plan, invoice, debtor, self._follow.done)
        reason = stopped_by(situation)
        if reason is not None:
            return self._stop(reason)
        try:
            return self._go_on(situation, debtor)
        except LawRowMissing as missing:
            return self._without_law(missing)

    def _go_on(self, situation: Situation, debtor: Debtor) -> str:
        if self._follow.asked is not None and situation.plan.sender is Sender.HUB:
            # What becomes of a letter of the hub's own is told by the letter.
            self._note(replace(self._follow, due_at=None))
            return "waits"
        if self._follow.asked is not None:
            return self._await_confirmation(self._follow.asked)
        coming = next_step(self._law, situation, self._today)
        if coming is None:
            return self._stop("completed")
        if self._between_contracts():
            return self._wait_until(self._morning_after(self._today))
        stopped = stopped_before(self._invoice, coming.step)
        if stopped is not None:
            return self._stop(stopped)
        begins = look_at(coming.first_date, self._work.now, self._invoice.country)
        if begins > self._work.now:
            return self._wait_until(begins)
        plan = situation.plan
        # Switched off, or replaced by one that takes this invoice along, in this second: that comes first.
        self._work.hold(things.REMINDER_PLAN(plan.creditor_id))
        self._work.hold(things.DEBTOR(debtor.creditor_id, debtor.debtor_id))
        unknown = of_unknown_fate(self._work, self._invoice, self._follow)
        if unknown is not None:
            # While nobody knows whether an earlier letter of the hub's went out, nothing else does.
            asked = unknown.asked if plan.sender is Sender.HUB else None
            self._note(replace(self._follow, asked=asked, due_at=None, stopped=None))
            return "waits"
        if coming.step.kind is StepKind.TRANSFER:
            return self._transfer(plan, debtor)
        return self._have_sent(situation, debtor, coming)

    def _between_contracts(self) -> bool:
        """Whether the invoice was taken back only to be sent again under its contract's new number."""
        invoice = self._invoice
        if invoice.release is not Release.ENDED or invoice.agency is None:
            return False
        agreement = self._work.seek(things.AGREEMENT(invoice.creditor_id, invoice.agency))
        return agreement is not None and agreement.changing

    def _have_sent(self, situation: Situation, debtor: Debtor, coming: Next) -> str:
        """Have whoever sends the plan's letters send one."""
        invoice, follow, step = self._invoice, self._follow, coming.step
        if step.kind is not StepKind.FREE_NOTICE:
            ledger = ledger_of(self._work, invoice)
            situation = situation_of(situation.plan, invoice, debtor, follow.done, ledger)
        letter, charges = letter_on(self._law, situation, step, self._today, self._rules.calendar)
        asked = Asked(
            step=follow.done,
            kind=letter.kind,
            on=self._today,
            deadline_date=letter.deadline_date,
            fee=charges.fee,
            compensation=charges.compensation,
        )
        if situation.plan.sender is Sender.HUB:
            self._note(send_letter(self._work, invoice, debtor, follow, asked))
            return letter.kind
        ask_billing_product(
            self._work,
            DueLetter(situation, debtor, follow.done, follow.letters, letter, charges, self._law.used),
        )
        due_at = start_of_business(self._today + PATIENCE, invoice.country)
        self._note(replace(follow, asked=asked, stopped=None, due_at=due_at, letter=None))
        return letter.kind

    def _await_confirmation(self, asked: Asked) -> str:
        """Ask a person to look, once, when nobody has confirmed a letter for days."""
        until = start_of_business(asked.on + PATIENCE, self._invoice.country)
        if until > self._work.now:
            return self._wait_until(until)
        subject = confirmation_subject(
            self._invoice.invoice_id, reminder_id_of(self._invoice, self._follow.letters)
        )
        kind = AttentionKind.REMINDER_NOT_CONFIRMED
        if self._work.seek(things.ATTENTION(attention_id(kind, subject))) is None:
            raise_attention(self._work, kind, self._invoice.creditor_id, subject, asked.kind)
        self._note(replace(self._follow, due_at=None))
        return "not_confirmed"

    def _transfer(self, plan: ReminderPlan, debtor: Debtor) -> str:
        invoice, follow = self._invoice, self._follow
        done = replace(follow, done=follow.done + 1, due_at=None, stopped=None)
        kind, subject = AttentionKind.TRANSFER_BLOCKED, ("invoice", invoice.invoice_id)
        known = things.ATTENTION(attention_id(kind, subject))
        try:
            transfer(self._work, invoice, plan, debtor, done, self._entries, self._rules.capabilities_of)
        except Blocked as blocked:
            told = self._work.seek(known)
            reasons = ", ".join(blocked.reasons)
            if not ONLY_TIME.issuperset(blocked.reasons) and (told is None or told.reason != reasons):
                raise_attention(self._work, kind, invoice.creditor_id, subject, reasons)
            return self._stop(blocked.reasons[0], look_daily=True)
        if follow.stopped is not None:
            self._work.seek(known)
            settle_attention(self._work, known, "transferred")
        return StepKind.TRANSFER.value

    def _without_law(self, missing: LawRowMissing) -> str:
        facts = missing.facts
        named = tuple(str(facts[name]) for name in ("country", "rule", "debtor_kind"))
        subject = ("law", self._invoice.creditor_id, *named)
        self._work.forget_changes()
        self._work.seek(things.ATTENTION(attention_id(AttentionKind.LAW_ROW_MISSING, subject)))
        ask_for_attention(
            self._work,
            AttentionKind.LAW_ROW_MISSING,
            self._invoice.creditor_id,
            subject,
            ", ".join((*named, str(facts["on"]))),
        )
        return self._stop("law_row_missing", look_daily=True)

    def _stop(self, reason: str, *, look_daily: bool = False) -> str:
        """Note why nothing happens; it goes on when it is looked at again and the reason is gone."""
        daily = look_daily or reason in LOOKED_AT_DAILY
        due_at = self._morning_after(self._today) if daily else None
        self._note(replace(self._follow, stopped=reason, due_at=due_at))
        return reason

    def _wait_until(self, moment: datetime) -> str:
        self._note(replace(self._follow, stopped=None, due_at=moment))
        return "waits"

    def _morning_after(self, day: date) -> datetime:
        return start_of_business(day + DAY, self._invoice.country)

    def _note(self, follow: FollowUp) -> None:
        """Write how the invoice stands; only what a reader of the invoice sees is a new revision."""
        invoice = self._invoice
        before = invoice.follow_up
        seen = before is None or replace(follow, due_at=None) != replace(before, due_at=None)
        noted = replace(invoice, follow_up=follow)
        if seen:
            noted = replace(noted, updated_at=self._work.now, revision=invoice.revision + 1)
        self._work.change(things.INVOICE(invoice.invoice_id), noted)


def confirmation_subject(invoice_id: str, reminder_id: str) -> tuple[str, ...]:
    """Name a letter whose confirmation a person is asked to look for."""
    return ("invoice", invoice_id, reminder_id)
