"""Money that comes to the creditor, and the invoice that it settles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from typing import Any

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, Source
from fordring.domain.matching import Earlier, Hint, Incoming, Owed, Rule, explain
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.domain.refs import Ref
from fordring.domain.spreading import Handling, Spread, as_collection, by_order, by_parts
from fordring.domain.values import dataclass
from fordring.usecases.booking import follow
from fordring.usecases.recording import command, epoch_of, tell
from fordring.usecases.spreading import book_spread
from fordring.usecases.store_port import Conflict
from fordring.usecases.submitting import invoice_of
from fordring.usecases.unmatched import keep_unmatched, said
from fordring.usecases.vouchering import void_unmatched, vouch_payment
from fordring.usecases.work import Desk, Work


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money that came to the creditor.

    ``origin`` may be left out only while the invoice is not at an agency (NET-25). ``parts`` says what
    was paid, minor units by component; without it the creditor's clearing order does (BEY-5). ``rule`` is
    what matched it, ``hints`` what else points to an invoice. ``bank_account`` and ``replaces`` are of a
    payment that a person has read off the bank statement (NET-33).
    """

    amount: Money
    paid_date: date
    origin: Origin | None = None
    source: Source = Source.CREDITOR
    reference: str | None = None
    bank_transaction_id: str | None = None
    machine_readable: bool = False
    channel: str = "api"
    rule: Rule | None = None
    reason: str = "by_hand"
    payment_id: str | None = None
    parts: Mapping[Component, int] | None = None
    hints: tuple[Hint, ...] = ()
    handling: Handling = Handling.NORMAL
    bank_account: str | None = None
    replaces: str | None = None
    was_unmatched: bool = False


def refs_to_pay(invoice: Invoice) -> tuple[Ref[Any], ...]:
    """Name what booking on an invoice looks at, given the invoice as it was a moment ago."""
    refs: tuple[Ref[Any], ...] = (
        things.INVOICE(invoice.invoice_id),
        things.CREDITOR(invoice.creditor_id),
        things.EPOCH(),
    )
    return (*refs, things.CASE(invoice.case_id)) if invoice.case_id else refs


@dataclass(slots=True)
class Target:
    """An invoice that is to be booked on, found anew, with its case, at every attempt."""

    desk: Desk
    creditor_id: str
    invoice_id: str
    seen: Invoice | None = field(default=None, init=False)

    def refs(self) -> Iterable[Ref[Any]]:
        """Name what booking on it looks at."""
        ref = things.INVOICE(self.invoice_id)
        seen = self.desk.read(ref).find(ref)
        self.seen = seen if seen is not None and seen.creditor_id == self.creditor_id else None
        if self.seen is None:
            return (ref, things.CREDITOR(self.creditor_id), things.EPOCH())
        return refs_to_pay(self.seen)

    def invoice(self, work: Work) -> Invoice:
        """Give the invoice as it was read.

        Raises
        ------
        NotFound
            When there is none, or it is another creditor's.
        Conflict
            When it has got another case since.
        """
        invoice = invoice_of(work, self.creditor_id, self.invoice_id)
        if invoice.case_id != (self.seen.case_id if self.seen else None):
            raise Conflict
        return invoice


def owed_on(invoice: Invoice, earlier: Sequence[Earlier] = ()) -> Owed:
    """Say what the matcher needs to know of an invoice."""
    return Owed(
        invoice_id=invoice.invoice_id,
        currency=invoice.currency,
        remaining=invoice.balance.owed_to_creditor,
        due_date=invoice.terms.due_date,
        at_agency=invoice.release.live,
        paid_before=invoice.balance.part(Component.PRINCIPAL).paid > 0,
        earlier=tuple(earlier),
    )


def pay(work: Work, invoice: Invoice, new: NewPayment) -> Payment:
    """Book a payment on an invoice; tell the agency when it has the invoice and the debtor paid.

    Money that nothing is owed for stays on the payment as surplus.

    Raises
    ------
    Unprocessable
        ``origin_required`` on a transferred invoice (NET-25); ``never_transferred`` when an agency is said
        to have settled one that no agency ever had; ``wrong_currency``; ``amount_not_positive``;
        ``wrong_sum`` and ``part_exceeds_remaining`` of the parts.
    """
    refuse_nonsense(invoice, new)
    if new.origin is None and invoice.release.live:
        raise Unprocessable(
            "origin_required",
            "the invoice is at an agency: say whether the debtor paid, or the agency settled",
            faults=[Fault("/origin", "origin_required", "debtor or agency_settlement")],
        )
    if new.origin is Origin.AGENCY_SETTLEMENT and not invoice.submission:
        raise _never_transferred("/origin")
    payment = Payment(
        payment_id=new.payment_id or work.new_id("pay"),
        creditor_id=invoice.creditor_id,
        amount=new.amount.minor,
        currency=new.amount.currency,
        paid_date=new.paid_date,
        origin=new.origin or Origin.DEBTOR,
        source=new.source,
        match=Match.MATCHED,
        reason=new.reason,
        created_at=work.now,
        reference=new.reference,
        invoice_id=invoice.invoice_id,
        case_id=invoice.case_id if invoice.release.live else None,
        bank_transaction_id=new.bank_transaction_id,
        machine_readable=new.machine_readable,
        channel=new.channel,
        bank_account=new.bank_account,
        replaces=new.replaces,
        rule=new.rule or explain(Incoming(new.amount, new.paid_date, new.channel), owed_on(invoice)),
    )
    if payment.origin is Origin.AGENCY_SETTLEMENT:
        # The agency reported the debtor's payment when it came; its payout pays no debt a second time.
        settled = replace(
            payment, match=Match.SETTLEMENT, reason="agency_settlement", rule=Rule.AGENCY_PAYOUT
        )
        work.put(things.PAYMENT(settled.payment_id), settled)
        if new.was_unmatched:
            # The settlement has a voucher of its own, which debits the bank.
            void_unmatched(work, settled)
        return settled
    booked = _book_payment(work, invoice, payment, new)
    work.put(things.PAYMENT(booked.payment_id), booked)
    return booked


def refuse_nonsense(invoice: Invoice, new: NewPayment) -> None:
    """Refuse money that cannot settle an invoice at all.

    Raises
    ------
    Unprocessable
        ``wrong_currency``; ``amount_not_positive``.
    """
    if new.amount.currency != invoice.currency:
        raise Unprocessable(
            "wrong_currency",
            "the invoice is in another currency",
            faults=[Fault("/amount/currency", "wrong_currency", "not the invoice's currency")],
        )
    if new.amount.minor <= 0:
        raise Unprocessable(
            "amount_not_positive",
            "a payment is a positive amount; use reverse to take one back",
            faults=[Fault("/amount/amount", "amount_not_positive", "must be above zero")],
        )


def spread_on(work: Work, invoice: Invoice, new: NewPayment) -> Spread:
    """Spread a payment over what is owed on its invoice; the creditor must have been read.

    Raises
    ------
    Unprocessable
        ``wrong_sum``, ``part_exceeds_remaining``, ``nothing_above_principal``, ``never_transferred``.
    """
    amount = new.amount.minor
    if new.handling is Handling.COLLECTION:
        if not invoice.submission:
            raise _never_transferred("/method")
        return as_collection(invoice.balance, amount)
    if new.parts is not None:
        return by_parts(invoice.balance, amount, new.parts)
    order = work.get(things.CREDITOR(invoice.creditor_id)).clearing_order
    return by_order(invoice.balance, amount, order)


def _never_transferred(pointer: str) -> Unprocessable:
    return Unprocessable(
        "never_transferred",
        "no agency ever had the invoice",
        faults=[Fault(pointer, "never_transferred", "an agency settles what was handed over to it")],
    )


def _book_payment(work: Work, invoice: Invoice, payment: Payment, new: NewPayment) -> Payment:
    spread = spread_on(work, invoice, new)
    booked, payment = book_spread(work, invoice, payment, spread)
    paid = [(invoice, spread.settles)]
    vouch_payment(work, payment, invoice, paid, spread.collected, was_unmatched=new.was_unmatched)
    reported = False
    if invoice.release.live and invoice.case_id is not None:
        case = work.get(things.CASE(invoice.case_id))
        if case.open:
            # The whole amount is told, surplus included: the agency has its costs to think of (ZIR-7).
            followed = follow(case, booked, work)
            # A surplus of one invoice of a group is no other's; and what was not handed over yet is not told.
            reported = not case.assembling and (spread.settles > 0 or not case.grouped)
            if reported:
                followed = command(
                    work,
                    followed,
                    CommandKind.REPORT_PAYMENT,
                    epoch=epoch_of(work),
                    subject_id=payment.payment_id,
                    principal=spread.settles,
                )
            work.change(things.CASE(case.case_id), followed)
    tell_of_payment(work, EventType.PAYMENT_RECEIVED, booked, payment, payment.surplus)
    return replace(payment, reported=reported)


def tell_of_payment(
    work: Work, event_type: EventType, invoice: Invoice, payment: Payment, surplus: int
) -> None:
    """Tell of money on an invoice, given the invoice after it was booked."""
    currency = payment.currency
    parent = (
        ("case", invoice.case_id) if payment.case_id and invoice.case_id else ("invoice", invoice.invoice_id)
    )
    tell(
        work,
        event_type,
        invoice.creditor_id,
        parent,
        {
            "payment_id": payment.payment_id,
            "invoice_id": invoice.invoice_id,
            "case_id": payment.case_id,
            "origin": payment.origin.value,
            "source": payment.source.value,
            "amount": said(Money(payment.amount, currency)),
            "surplus": said(Money(surplus, currency)),
            "remaining": said(invoice.remaining),
            "invoice_status": invoice.status,
        },
    )


def unmatched(work: Work, creditor_id: str, new: NewPayment, reason: str) -> Payment:
    """Keep money at the creditor that leads to no invoice (NET-26); gives the payment.

    The attention that the payment may raise must have been read when ``new`` has an id.
    """
    payment = Payment(
        payment_id=new.payment_id or work.new_id("pay"),
        creditor_id=creditor_id,
        amount=new.amount.minor,
        currency=new.amount.currency,
        paid_date=new.paid_date,
        origin=new.origin or Origin.DEBTOR,
        source=new.source,
        match=Match.UNMATCHED,
        reason=reason,
        created_at=work.now,
        reference=new.reference,
        bank_transaction_id=new.bank_transaction_id,
        machine_readable=new.machine_readable,
        channel=new.channel,
        rule=new.rule,
        hints=new.hints,
    )
    keep_unmatched(work, payment)
    return payment
