"""Money at the creditor: payments, reversals, credit notes, and matching by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CLEARING_ORDERS, Component, EntryKind, Source, allocate
from fordring.domain.money import Money
from fordring.domain.payment import CreditNote, Match, Origin, Payment
from fordring.domain.refs import Ref
from fordring.domain.running import DocumentClaim
from fordring.usecases.booking import book, follow
from fordring.usecases.invoicing import content_digest, refuse_taken_number
from fordring.usecases.recording import command, tell
from fordring.usecases.submitting import epoch_of
from fordring.usecases.unmatched import attention_of_payment, keep_unmatched, said, settle_attention
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money that came to the creditor.

    ``origin`` may be left out only while the invoice is not at an agency (NET-25).
    """

    amount: Money
    paid_date: date
    origin: Origin | None = None
    source: Source = Source.CREDITOR
    reference: str | None = None
    bank_transaction_id: str | None = None
    reason: str = "by_hand"
    payment_id: str | None = None


def refs_to_pay(invoice: Invoice) -> tuple[Ref[Any], ...]:
    """Name what booking on an invoice looks at, given the invoice as it was a moment ago."""
    refs: tuple[Ref[Any], ...] = (
        things.INVOICE(invoice.invoice_id),
        things.CREDITOR(invoice.creditor_id),
        things.EPOCH(),
    )
    return (*refs, things.CASE(invoice.case_id)) if invoice.case_id else refs


def pay(work: Work, invoice: Invoice, new: NewPayment) -> Payment:
    """Book a payment on an invoice; tell the agency when it has the invoice and the debtor paid.

    Money that nothing is owed for stays on the payment as surplus.

    Raises
    ------
    Unprocessable
        ``origin_required`` on a transferred invoice (NET-25); ``wrong_currency``; ``amount_not_positive``.
    """
    _refuse_nonsense(invoice, new)
    if new.origin is None and invoice.release.live:
        raise Unprocessable(
            "origin_required",
            "the invoice is at an agency: say whether the debtor paid, or the agency settled",
            faults=[Fault("/origin", "origin_required", "debtor or agency_settlement")],
        )
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
    )
    if payment.origin is Origin.AGENCY_SETTLEMENT:
        # The agency reported the debtor's payment when it came; its payout pays no debt a second time.
        settled = replace(payment, match=Match.SETTLEMENT, reason="agency_settlement")
        work.put(things.PAYMENT(settled.payment_id), settled)
        return settled
    booked = _book_payment(work, invoice, payment)
    work.put(things.PAYMENT(booked.payment_id), booked)
    return booked


def _refuse_nonsense(invoice: Invoice, new: NewPayment) -> None:
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


def _book_payment(work: Work, invoice: Invoice, payment: Payment) -> Payment:
    order = CLEARING_ORDERS[work.get(things.CREDITOR(invoice.creditor_id)).clearing_order]
    spread, surplus = allocate(invoice.balance, payment.amount, order)
    booked = invoice
    entry_seq = None
    if spread:
        booked, entry = book(
            work,
            invoice,
            EntryKind.PAYMENT,
            spread,
            payment.paid_date,
            payment.source,
            payment_id=payment.payment_id,
        )
        entry_seq = entry.seq
    reported = False
    if invoice.release.live and invoice.case_id is not None:
        case = work.get(things.CASE(invoice.case_id))
        if case.open:
            # The whole amount is told, surplus included: the agency has its costs to think of (ZIR-7).
            settling = sum(spread.get(part, 0) for part in Component)
            queued = command(
                work,
                follow(case, booked, work),
                CommandKind.REPORT_PAYMENT,
                epoch=epoch_of(work),
                subject_id=payment.payment_id,
                principal=settling,
            )
            work.change(things.CASE(case.case_id), queued)
            reported = True
    _tell_of_payment(work, EventType.PAYMENT_RECEIVED, booked, payment, surplus)
    return replace(payment, entry=entry_seq, surplus=surplus, reported=reported)


def _tell_of_payment(
    work: Work, event_type: EventType, invoice: Invoice, payment: Payment, surplus: int
) -> None:
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
    )
    keep_unmatched(work, payment)
    return payment


def match_by_hand(work: Work, payment: Payment, invoice: Invoice, origin: Origin | None) -> Payment:
    """Lead an unmatched payment to an invoice.

    A payment that the agency took is never reported back to it.

    Raises
    ------
    Refused
        ``payment_already_matched``.
    """
    refuse_unless_unmatched(payment)
    if payment.source is Source.AGENCY:
        matched = _match_agency_payment(work, payment, invoice)
    else:
        chosen = origin if origin is not None or invoice.release.live else payment.origin
        new = NewPayment(
            Money(payment.amount, payment.currency),
            payment.paid_date,
            chosen,
            payment.source,
            payment.reference,
            payment.bank_transaction_id,
            "by_hand",
            payment.payment_id,
        )
        matched = replace(
            pay(work, invoice, new), created_at=payment.created_at, revision=payment.revision + 1
        )
        work.change(things.PAYMENT(payment.payment_id), matched)
    settle_attention(work, attention_of_payment(payment.payment_id), "matched")
    return matched


def _match_agency_payment(work: Work, payment: Payment, invoice: Invoice) -> Payment:
    """Book what the agency took without saying for which case; the agency knows of it already."""
    spread, surplus = allocate(invoice.balance, payment.amount, CLEARING_ORDERS["principal_first"])
    booked, seq = invoice, None
    if spread:
        booked, entry = book(
            work,
            invoice,
            EntryKind.PAYMENT,
            spread,
            payment.paid_date,
            Source.AGENCY,
            payment_id=payment.payment_id,
        )
        seq = entry.seq
    if invoice.release.live and invoice.case_id:
        case = work.get(things.CASE(invoice.case_id))
        work.change(things.CASE(case.case_id), follow(case, booked, work))
    matched = replace(
        payment,
        match=Match.MATCHED,
        reason="by_hand",
        invoice_id=invoice.invoice_id,
        case_id=invoice.case_id,
        entry=seq,
        surplus=surplus,
        revision=payment.revision + 1,
    )
    work.change(things.PAYMENT(payment.payment_id), matched)
    _tell_of_payment(work, EventType.PAYMENT_RECEIVED, booked, matched, surplus)
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
    ignored = replace(payment, match=Match.IGNORED, reason="by_hand", revision=payment.revision + 1)
    work.change(things.PAYMENT(payment.payment_id), ignored)
    settle_attention(work, attention_of_payment(payment.payment_id), "ignored")
    return ignored


def refs_to_reverse(payment: Payment) -> tuple[Ref[Any], ...]:
    """Name what ``reverse`` looks at, besides what ``refs_to_pay`` names for its invoice."""
    refs: tuple[Ref[Any], ...] = (things.PAYMENT(payment.payment_id),)
    if payment.invoice_id and payment.entry:
        refs += (things.INVOICE_ENTRY(payment.invoice_id, payment.entry),)
    return refs


def reverse(work: Work, payment: Payment, invoice: Invoice, reversed_date: date) -> Payment:
    """Take a payment at the creditor back: a new entry names the one that did not stand.

    Raises
    ------
    Refused
        ``payment_not_reversible``: it settled nothing, was reversed before, or is the agency's to take
        back.
    """
    if payment.match is not Match.MATCHED or payment.source is Source.AGENCY:
        raise Refused(
            "payment_not_reversible",
            "only a matched payment at the creditor can be reversed here",
            facts={"match": payment.match.value, "source": payment.source.value},
        )
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
    if payment.reported and payment.case_id and invoice.case_id == payment.case_id:
        case = work.get(things.CASE(payment.case_id))
        followed = follow(case, booked, work)
        if case.open:
            followed = command(
                work,
                followed,
                CommandKind.REVERSE_PAYMENT,
                epoch=epoch_of(work),
                subject_id=payment.payment_id,
                principal=-undone,
            )
        work.change(things.CASE(case.case_id), followed)
    reversed_payment = replace(
        payment, match=Match.REVERSED, reversed_date=reversed_date, revision=payment.revision + 1
    )
    work.change(things.PAYMENT(payment.payment_id), reversed_payment)
    _tell_of_payment(work, EventType.PAYMENT_REVERSED, booked, reversed_payment, 0)
    return reversed_payment


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """A credit note as somebody hands it over; ``invoice_id`` when it is matched to an invoice."""

    document_number: str
    amount: Money
    credit_date: date
    invoice_id: str | None = None
    source: str = "api"

    @property
    def digest(self) -> str:
        """Of what the document says."""
        return content_digest(
            {
                "document_number": self.document_number,
                "amount": self.amount.text,
                "currency": self.amount.currency,
                "credit_date": self.credit_date.isoformat(),
            }
        )


def register_credit_note(
    work: Work, creditor_id: str, new: NewCreditNote, invoice: Invoice | None
) -> CreditNote:
    """Register a credit note; a matched one reduces its invoice and goes to the agency (VIS-12).

    The creditor, the document number's claim and what ``refs_to_pay`` names must have been read.

    Raises
    ------
    Refused
        ``document_number_taken``.
    Unprocessable
        ``wrong_currency``, ``amount_not_positive``.
    """
    work.get(things.CREDITOR(creditor_id))
    if new.amount.minor <= 0:
        raise Unprocessable(
            "amount_not_positive",
            "a credit note is a positive amount",
            faults=[Fault("/amount/amount", "amount_not_positive", "must be above zero")],
        )
    refuse_taken_number(work, creditor_id, new.document_number, new.digest)
    note = CreditNote(
        credit_note_id=work.new_id("crn"),
        creditor_id=creditor_id,
        document_number=new.document_number,
        amount=new.amount.minor,
        currency=new.amount.currency,
        credit_date=new.credit_date,
        content_digest=new.digest,
        created_at=work.now,
        source=new.source,
    )
    work.add(
        things.DOCUMENT(creditor_id, new.document_number),
        DocumentClaim("credit_note", note.credit_note_id, new.digest),
    )
    if invoice is not None:
        note = _apply_credit(work, note, invoice)
    work.add(things.CREDIT_NOTE(note.credit_note_id), note)
    return note


def match_credit_note(work: Work, note: CreditNote, invoice: Invoice) -> CreditNote:
    """Match a credit note that was registered without its invoice.

    Raises
    ------
    Refused
        ``credit_note_already_matched``.
    Unprocessable
        ``wrong_currency``.
    """
    if note.invoice_id is not None:
        raise Refused(
            "credit_note_already_matched",
            "it is matched to an invoice",
            facts={"invoice_id": note.invoice_id},
        )
    matched = replace(_apply_credit(work, note, invoice), revision=note.revision + 1)
    work.change(things.CREDIT_NOTE(note.credit_note_id), matched)
    return matched


def _apply_credit(work: Work, note: CreditNote, invoice: Invoice) -> CreditNote:
    if note.currency != invoice.currency:
        raise Unprocessable(
            "wrong_currency",
            "the invoice is in another currency",
            faults=[Fault("/amount/currency", "wrong_currency", "not the invoice's currency")],
        )
    spread, surplus = allocate(invoice.balance, note.amount, CLEARING_ORDERS["principal_first"])
    booked, seq = invoice, None
    if spread:
        booked, entry = book(
            work,
            invoice,
            EntryKind.CREDIT,
            spread,
            note.credit_date,
            Source.CREDITOR,
            credit_note_id=note.credit_note_id,
        )
        seq = entry.seq
    if spread and invoice.release.live and invoice.case_id:
        case = work.get(things.CASE(invoice.case_id))
        if case.open:
            queued = command(
                work,
                follow(case, booked, work),
                CommandKind.REPORT_CREDIT,
                epoch=epoch_of(work),
                subject_id=note.credit_note_id,
                principal=sum(spread.values()),
            )
            work.change(things.CASE(case.case_id), queued)
    currency = note.currency
    tell(
        work,
        EventType.CREDIT_NOTE_APPLIED,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            "credit_note_id": note.credit_note_id,
            "invoice_id": invoice.invoice_id,
            "case_id": invoice.case_id if invoice.release.live else None,
            "amount": said(Money(note.amount, currency)),
            "surplus": said(Money(surplus, currency)),
            "remaining": said(booked.remaining),
            "invoice_status": booked.status,
        },
    )
    return replace(note, invoice_id=invoice.invoice_id, entry=seq, surplus=surplus)


def agency_account(accounts: Sequence[str], payer: str | None) -> bool:
    """Whether a payer's account is one from which the agency pays out (BEY-2)."""
    if payer is None:
        return False
    digits = "".join(character for character in payer if character.isalnum())
    return any(
        digits == "".join(character for character in account if character.isalnum()) for account in accounts
    )
