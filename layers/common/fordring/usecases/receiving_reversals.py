"""Payments at the agency that did not stand: nothing of it is ever reported back."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency_answers import Teller
from fordring.domain.case import Case
from fordring.domain.events import EventType
from fordring.domain.facts import Fact, PaymentReversed
from fordring.domain.ledger import Entry, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.payment import Match, Payment
from fordring.domain.refs import Ref
from fordring.usecases.booking import book, book_cost, follow
from fordring.usecases.paying import tell_of_payment
from fordring.usecases.receiving_payments import agency_payment_id, follow_elsewhere
from fordring.usecases.recording import tell_of_case
from fordring.usecases.store_port import Store
from fordring.usecases.surplus import use_surplus
from fordring.usecases.surplus_credits import report_used, use_credits
from fordring.usecases.unmatched import attention_of_payment, said, settle_attention
from fordring.usecases.vouchering import void_unmatched, vouch_reversal
from fordring.usecases.work import Work


def refs_of_original(store: Store, facts: Iterable[Fact], teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name the entries that reversals among the facts take back, and the cases that these are of.

    One more read, for reversals only.
    """
    refs: list[Ref[Any]] = []
    for fact in facts:
        if not isinstance(fact, PaymentReversed):
            continue
        payment_id = agency_payment_id(fact, teller)
        stored = store.read([things.PAYMENT(payment_id)]) if payment_id else {}
        for found in stored.values():
            payment: Payment = found.value
            if payment.invoice_id:
                refs.append(things.INVOICE(payment.invoice_id))
            for invoice_id, seq in payment.booked:
                refs += [things.INVOICE(invoice_id), things.INVOICE_ENTRY(invoice_id, seq)]
            if payment.case_id:
                refs.append(things.CASE(payment.case_id))
            if payment.case_id and payment.case_entry:
                refs.append(things.CASE_ENTRY(payment.case_id, payment.case_entry))
    return tuple(refs)


def _by_invoice(payment: Payment) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for invoice_id, seq in payment.booked:
        found.setdefault(invoice_id, []).append(seq)
    return list(found.items())


def receive_reversal(work: Work, fact: PaymentReversed, teller: Teller, case: Case | None) -> bool:
    """Take back a payment that the agency reported before; tells whether there was anything to take back.

    A reversal that overtakes its payment finds nothing and is applied when both have arrived: the hourly
    run reads them in the agency's order.
    """
    payment_id = agency_payment_id(fact, teller)
    payment = work.find(things.PAYMENT(payment_id)) if payment_id else None
    if payment is None or payment.match is Match.REVERSED:
        return False
    if (payment.creditor_id, payment.agency) != (teller.creditor_id, teller.agency):
        # Another creditor's payment is as unknown as one that does not exist.
        return False
    if payment.match is Match.UNMATCHED:
        void_unmatched(work, payment)
        settle_attention(work, attention_of_payment(payment.payment_id), "taken back by the agency")
    # A person, or the reference, may have led it to a case of which the agency says nothing.
    paid = work.demand(things.CASE(payment.case_id)) if payment.case_id else case
    followed = paid
    undone: list[tuple[str, Entry]] = []
    for invoice_id, seqs in _by_invoice(payment):
        invoice = work.get(things.INVOICE(invoice_id))
        for seq in seqs:
            original = work.get(things.INVOICE_ENTRY(invoice_id, seq))
            undone.append((invoice_id, original))
            invoice, _ = book(
                work,
                invoice,
                EntryKind.REVERSAL,
                original.amounts,
                fact.occurred_at.date(),
                Source.AGENCY,
                payment_id=payment.payment_id,
                reverses=original,
            )
        invoice = use_surplus(work, invoice, payment.payment_id)
        invoice, credits_used = use_credits(work, invoice, payment.payment_id)
        if followed is not None and payment.case_id == followed.case_id:
            followed = follow(followed, invoice, work)
        follow_elsewhere(work, followed, invoice)
        # The case in hand is written at the end, with what is told now; another one here.
        if followed is not None and invoice.case_id == followed.case_id:
            followed = report_used(work, followed, invoice, credits_used)
        elif credits_used and invoice.release.live and invoice.case_id is not None:
            present = work.demand(things.CASE(invoice.case_id))
            work.change(things.CASE(present.case_id), report_used(work, present, invoice, credits_used))
    home = work.find(things.INVOICE(payment.invoice_id)) if payment.invoice_id else None
    if payment.match is Match.MATCHED:
        owner = undone[0][1].owner if undone else home.owner if home else "creditor"
        vouch_reversal(work, payment, undone, fact.occurred_at.date(), owner)
    if followed is not None and payment.case_entry:
        cost = work.get(things.CASE_ENTRY(followed.case_id, payment.case_entry))
        followed, _ = book_cost(
            work,
            followed,
            EntryKind.REVERSAL,
            cost.amounts,
            fact.occurred_at.date(),
            payment_id=payment.payment_id,
            reverses=cost,
        )
    reversed_payment = replace(
        payment,
        match=Match.REVERSED,
        reversed_date=fact.occurred_at.date(),
        revision=payment.revision + 1,
    )
    work.change(things.PAYMENT(payment.payment_id), reversed_payment)
    if followed is not None:
        if followed is not paid:
            work.change(things.CASE(followed.case_id), followed)
        tell_of_case(
            work,
            EventType.PAYMENT_REVERSED,
            followed,
            payment_id=payment.payment_id,
            source=payment.source.value,
            amount=said(Money(payment.amount, payment.currency)),
            remaining=said(Money(followed.remaining, followed.currency)),
        )
    elif home is not None:
        tell_of_payment(work, EventType.PAYMENT_REVERSED, home, reversed_payment, 0)
    return True
