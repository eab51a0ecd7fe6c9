"""Decisions of a person about a payment: whose invoice it settles, that it settles none, that it bounced."""

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import date
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.case import Case
from fordring.domain.errors import Refused
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import EntryKind, Source
from fordring.domain.matching import Rule
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.booking import book, follow
from fordring.usecases.mirroring import knows_of
from fordring.usecases.paying import NewPayment, Target, pay, tell_of_payment
from fordring.usecases.receiving import book_on_invoice
from fordring.usecases.recording import command, epoch_of
from fordring.usecases.unmatched import attention_of_payment, settle_attention
from fordring.usecases.work import Conflict, Desk, Work

REVERSAL: Final = "reversal_without_original"
"""The reason of a bank line that takes money back of which the hub knows nothing."""


def match_by_hand(work: Work, payment: Payment, invoice: Invoice, origin: Origin | None) -> Payment:
    """Lead an unmatched payment to an invoice.

    A payment that the agency took is never reported back to it.

    Raises
    ------
    Refused
        ``payment_already_matched``; ``payment_is_reversal`` for a bank line that took money back.
    """
    refuse_unless_unmatched(payment)
    if payment.reason == REVERSAL:
        raise Refused(
            "payment_is_reversal", "the bank took money back: reverse the payment that it was, or ignore this"
        )
    if payment.source is Source.AGENCY:
        decided = replace(payment, reason="by_hand", rule=Rule.BY_HAND)
        matched = book_on_invoice(work, decided, invoice)
    else:
        chosen = origin if origin is not None or invoice.release.live else payment.origin
        new = NewPayment(
            Money(payment.amount, payment.currency),
            payment.paid_date,
            chosen,
            payment.source,
            payment.reference,
            payment.bank_transaction_id,
            payment.machine_readable,
            payment.channel or "api",
            Rule.BY_HAND,
            "by_hand",
            payment.payment_id,
        )
        matched = replace(
            pay(work, invoice, new), created_at=payment.created_at, revision=payment.revision + 1
        )
        work.change(things.PAYMENT(payment.payment_id), matched)
    settle_attention(work, attention_of_payment(payment.payment_id), "matched")
    return matched


def refuse_unless_unmatched(payment: Payment) -> None:
    """Refuse to decide about a payment twice.

    Raises
    ------
    Refused
        ``payment_already_matched``.
    """
    if payment.match is not Match.UNMATCHED:
        raise Refused(
            "payment_already_matched",
            "the payment was decided about before",
            facts={"match": payment.match.value},
        )


def ignore_by_hand(work: Work, payment: Payment) -> Payment:
    """Set an unmatched payment aside: it settles nothing.

    Raises
    ------
    Refused
        ``payment_already_matched``.
    """
    refuse_unless_unmatched(payment)
    ignored = replace(
        payment, match=Match.IGNORED, reason="by_hand", rule=Rule.BY_HAND, revision=payment.revision + 1
    )
    work.change(things.PAYMENT(payment.payment_id), ignored)
    settle_attention(work, attention_of_payment(payment.payment_id), "ignored")
    return ignored


@dataclass(slots=True)
class Reversal:
    """A payment that is to be reversed, found anew with its invoice and case at every attempt."""

    desk: Desk
    payment_id: str
    _target: Target | None = field(default=None, init=False)
    _entry: int | None = field(default=None, init=False)

    def refs(self) -> Iterable[Ref[Any]]:
        """Name what reversing it looks at."""
        ref = things.PAYMENT(self.payment_id)
        seen = self.desk.read(ref).find(ref)
        self._target = self._entry = None
        if seen is None or seen.invoice_id is None:
            return (ref,)
        self._target = Target(self.desk, seen.creditor_id, seen.invoice_id)
        self._entry = seen.entry
        refs: tuple[Ref[Any], ...] = (ref, *self._target.refs())
        return (*refs, things.INVOICE_ENTRY(seen.invoice_id, seen.entry)) if seen.entry else refs

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
        if self._target is None or payment.entry != self._entry:
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
    if payment.entry is not None:
        original = work.get(things.INVOICE_ENTRY(invoice.invoice_id, payment.entry))
        undone = original.total
        booked, _ = book(
            work,
            invoice,
            EntryKind.REVERSAL,
            original.amounts,
            reversed_date,
            payment.source,
            payment_id=payment.payment_id,
            reverses=original,
        )
    if invoice.case_id and (invoice.release.live or invoice.case_id == payment.case_id):
        case = work.get(things.CASE(invoice.case_id))
        work.change(things.CASE(case.case_id), _after_reversal(work, case, payment, booked, undone))
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
    if not (case.open and knows_of(case, payment)):
        return followed
    return command(
        work,
        followed,
        CommandKind.REVERSE_PAYMENT,
        epoch=epoch_of(work),
        subject_id=payment.payment_id,
        principal=-undone,
    )
