"""Payments at the creditor that did not stand."""

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import date
from typing import Any

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.case import Case
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Entry, EntryKind, Source
from fordring.domain.payment import Match, Payment
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.booking import book, follow
from fordring.usecases.mirroring import knows_of
from fordring.usecases.paying import Target, tell_of_payment
from fordring.usecases.recording import command, epoch_of
from fordring.usecases.store_port import Conflict
from fordring.usecases.surplus import use_surplus
from fordring.usecases.surplus_credits import report_used, use_credits
from fordring.usecases.vouchering import vouch_reversal
from fordring.usecases.work import Desk, Work


@dataclass(slots=True)
class Reversal:
    """A payment that is to be reversed, found anew with its invoice and case at every attempt."""

    desk: Desk
    payment_id: str
    _target: Target | None = field(default=None, init=False)
    _entries: tuple[int, ...] = field(default=(), init=False)

    def refs(self) -> Iterable[Ref[Any]]:
        """Name what reversing it looks at."""
        ref = things.PAYMENT(self.payment_id)
        seen = self.desk.read(ref).find(ref)
        self._target, self._entries = None, ()
        if seen is None or seen.invoice_id is None:
            return (ref,)
        self._target = Target(self.desk, seen.creditor_id, seen.invoice_id)
        self._entries = seen.entries
        entries = (things.INVOICE_ENTRY(seen.invoice_id, seq) for seq in self._entries)
        return (ref, *self._target.refs(), *entries)

    def carry_out(self, work: Work, payment: Payment, reversed_date: date) -> Payment:
        """Reverse the payment, as ``reverse`` says.

        Raises
        ------
        Refused
            ``payment_not_reversible``.
        Conflict
            When it has been matched since.
        """
        refuse_unless_reversible(payment)
        if self._target is None or payment.entries != self._entries:
            raise Conflict
        return reverse(work, payment, self._target.invoice(work), reversed_date)


def refuse_unless_reversible(payment: Payment) -> None:
    """Refuse to reverse what settled nothing, was reversed before, or is the agency's to take back.

    Raises
    ------
    Refused
        ``payment_not_reversible``.
    """
    if payment.match is not Match.MATCHED or payment.source is Source.AGENCY:
        raise Refused(
            "payment_not_reversible",
            "only a matched payment at the creditor can be reversed here",
            facts={"match": payment.match.value, "source": payment.source.value},
        )


def refuse_before_payment(payment: Payment, reversed_date: date) -> None:
    """Refuse to take a payment back before it came: on the days between, more than the debt would be owed.

    Raises
    ------
    Unprocessable
        ``reversed_before_paid``.
    """
    if reversed_date < payment.paid_date:
        raise Unprocessable(
            "reversed_before_paid",
            "the payment is of a later day",
            faults=[Fault("/date", "reversed_before_paid", "not before the payment's date")],
        )


def reverse(work: Work, payment: Payment, invoice: Invoice, reversed_date: date) -> Payment:
    """Take a payment at the creditor back: a new entry names the one that did not stand.

    Raises
    ------
    Refused
        ``payment_not_reversible``: it settled nothing, was reversed before, or is the agency's to take
        back.
    """
    refuse_unless_reversible(payment)
    booked = invoice
    undone = 0
    taken: list[tuple[str, Entry]] = []
    for seq in payment.entries:
        original = work.get(things.INVOICE_ENTRY(invoice.invoice_id, seq))
        undone += original.total if original.kind is EntryKind.PAYMENT else 0
        taken.append((invoice.invoice_id, original))
        booked, _ = book(
            work,
            booked,
            EntryKind.REVERSAL,
            original.amounts,
            reversed_date,
            payment.source,
            payment_id=payment.payment_id,
            reverses=original,
        )
    vouch_reversal(work, payment, taken, reversed_date, lead=invoice)
    booked = use_surplus(work, booked, payment.payment_id)
    booked, credits_used = use_credits(work, booked, payment.payment_id)
    if invoice.case_id and (invoice.release.live or invoice.case_id == payment.case_id):
        case = work.get(things.CASE(invoice.case_id))
        followed = _after_reversal(work, case, payment, booked, undone)
        work.change(things.CASE(case.case_id), report_used(work, followed, booked, credits_used))
    reversed_payment = replace(
        payment, match=Match.REVERSED, reversed_date=reversed_date, revision=payment.revision + 1
    )
    work.change(things.PAYMENT(payment.payment_id), reversed_payment)
    tell_of_payment(work, EventType.PAYMENT_REVERSED, booked, reversed_payment, 0)
    return reversed_payment


def _after_reversal(work: Work, case: Case, payment: Payment, booked: Invoice, undone: int) -> Case:
    """Give the case with the debt that is back; the agency is told if it was told of the payment.

    A payment from before the transfer is unknown to an agency that mirrors no ledgers: what was handed over
    was less by it, and the comparison of the ledgers shows that.
    """
    followed = follow(case, booked, work)
    member = case.member(payment.invoice_id)
    told = knows_of(case, payment) and not case.assembling and member is not None and member.inside
    if not (case.open and told):
        return followed
    return command(
        work,
        followed,
        CommandKind.REVERSE_PAYMENT,
        epoch=epoch_of(work),
        subject_id=payment.payment_id,
        principal=-undone,
    )
