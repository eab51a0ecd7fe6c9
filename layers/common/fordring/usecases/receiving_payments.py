"""Payments at the agency. Nothing of it is ever reported back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency_answers import Teller
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.events import EventType
from fordring.domain.facts import PaymentReceived, PaymentReversed
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Component, EntryKind, Source
from fordring.domain.matching import Hint, Incoming, Rule, explain, match
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment, Share
from fordring.domain.refs import Ref
from fordring.domain.spreading import Spread, by_order
from fordring.usecases.booking import book, book_cost, follow
from fordring.usecases.paying import owed_on, tell_of_payment
from fordring.usecases.recording import ask_for_attention, attention_id, derived_id, tell_of_case
from fordring.usecases.spreading import book_spread
from fordring.usecases.spreading_over_cases import CaseSpread, by_amount, clearing_order_of, spread_over_case
from fordring.usecases.surplus import note_surplus
from fordring.usecases.unmatched import attention_of_payment, keep_unmatched, said, settle_attention
from fordring.usecases.vouchering import vouch_payment
from fordring.usecases.work import Work


def agency_payment_id(fact: PaymentReceived | PaymentReversed, teller: Teller | None) -> str | None:
    """Spell the hub's id of a payment at the agency: the same whether it comes by callback or by poll.

    It follows from the case's external id, so it is known before it is known who calls; a payment
    without a case needs the creditor.
    """
    outside = fact.case.told_as or fact.case.external_id
    if outside:
        return derived_id("pay", "case", outside, fact.agency_payment_id)
    if teller is None:
        return None
    return derived_id("pay", teller.agency, teller.creditor_id, fact.agency_payment_id)


def refs_of_payment(fact: PaymentReceived | PaymentReversed, teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name what receiving a payment, or its reversal, looks at besides the case and its invoice."""
    payment_id = agency_payment_id(fact, teller)
    if payment_id is None:
        return ()
    return things.PAYMENT(payment_id), attention_of_payment(payment_id)


def receive_payment(work: Work, fact: PaymentReceived, teller: Teller, case: Case | None) -> bool:
    """Book a payment that the debtor made to the agency, once (ZIR-9, VIS-8); tells whether it was new.

    The principal reduces the invoice; interest and cost are the agency's and are booked on the case.
    Without a case it is kept unmatched. One whose parts do not add up is taken by its amount, spread by the
    creditor's clearing order, and put before a person; one without an amount is only that.
    """
    payment_id = agency_payment_id(fact, teller)
    known = work.find(things.PAYMENT(payment_id)) if payment_id else None
    if payment_id is None or (known is not None and not _has_found_its_case(known, case)):
        return False
    if not fact.adds_up:
        if fact.amount.minor <= 0:
            named = ("agency_payment", teller.agency, fact.agency_payment_id)
            return _ask_about(work, teller.creditor_id, named, "amount_not_positive")
        _ask_about(work, teller.creditor_id, ("payment", payment_id), "parts_do_not_add_up")
    payment = known or Payment(
        payment_id=payment_id,
        creditor_id=teller.creditor_id,
        amount=fact.amount.minor,
        currency=fact.amount.currency,
        paid_date=fact.paid_date,
        origin=Origin.DEBTOR,
        source=Source.AGENCY,
        match=Match.MATCHED,
        reason="agency_case",
        created_at=work.now,
        reference=fact.payment_reference,
        channel="agency",
        agency=teller.agency,
        agency_payment_id=fact.agency_payment_id,
    )
    if case is None:
        _receive_without_case(work, payment, fact)
        return True
    if fact.amount.currency != case.currency:
        if known is None:
            _keep(work, payment, Rule.WRONG_CURRENCY)
        return known is None
    order = None
    if not fact.adds_up:
        fact, order = by_amount(work, case, fact)
    spread = spread_over_case(work, case, fact)
    if order is not None:
        spread = replace(spread, order=order)
    rule = explain(Incoming(fact.principal, fact.paid_date, "agency"), owed_on(spread.lead))
    matched = replace(payment, match=Match.MATCHED, reason="agency_case", rule=rule)
    booked_case, booked = _book(work, case, matched, fact, spread)
    paid = [(invoice, sum(amounts.values())) for invoice, amounts in spread.shares]
    vouch_payment(work, booked, spread.lead, paid, {}, was_unmatched=known is not None)
    work.change(things.CASE(case.case_id), booked_case)
    work.put(things.PAYMENT(payment_id), booked)
    settle_attention(work, attention_of_payment(payment_id), "its case was found")
    currency = case.currency
    tell_of_case(
        work,
        EventType.PAYMENT_RECEIVED,
        booked_case,
        payment_id=payment_id,
        origin=booked.origin.value,
        source=booked.source.value,
        amount=said(fact.amount),
        principal=said(fact.principal),
        interest=said(fact.interest),
        agency_cost=said(fact.agency_cost),
        surplus=said(Money(booked.surplus, currency)),
        remaining=said(Money(booked_case.remaining, currency)),
        invoices=[
            {"invoice_id": share.invoice_id, "amount": said(Money(share.amount, currency))}
            for share in booked.shares
        ],
        payment_state=booked_case.payment.value,
    )
    return True


def _ask_about(work: Work, creditor_id: str, subject: tuple[str, ...], reason: str) -> bool:
    """Put a payment that does not add up before a person, once; tells whether it was new."""
    if work.seek(things.ATTENTION(attention_id(AttentionKind.PAYMENT_UNEVEN, subject))) is not None:
        return False
    ask_for_attention(work, AttentionKind.PAYMENT_UNEVEN, creditor_id, subject, reason)
    return True


def _keep(work: Work, payment: Payment, rule: Rule) -> None:
    keep_unmatched(work, replace(payment, match=Match.UNMATCHED, reason=rule.value, rule=rule))


def _receive_without_case(work: Work, payment: Payment, fact: PaymentReceived) -> None:
    """Book money of which the agency says no case, if reference and amount leave no question (NET-26).

    What is above the principal may be the agency's interest or cost, and stays unmatched (NET-27).
    """
    invoice = work.find(things.INVOICE(fact.referred_invoice_id)) if fact.referred_invoice_id else None
    owed = [replace(owed_on(invoice), at_agency=True)] if invoice else []
    decision = match(Incoming(fact.amount, fact.paid_date, "agency"), owed)
    if invoice is None or not decision.matched:
        hints = (Hint(invoice.invoice_id, "reference"),) if invoice else ()
        _keep(work, replace(payment, hints=hints), decision.rule)
        return
    book_on_invoice(work, replace(payment, reason="reference", rule=decision.rule), invoice)


def book_on_invoice(work: Work, payment: Payment, invoice: Invoice, spread: Spread | None = None) -> Payment:
    """Book what the agency took without saying for which case; the agency knows of it already."""
    spread = spread or by_order(invoice.balance, payment.amount, clearing_order_of(work, [invoice]))
    was_unmatched = payment.match is Match.UNMATCHED
    booked, payment = book_spread(work, invoice, payment, spread)
    if invoice.release.live and invoice.case_id:
        case = work.demand(things.CASE(invoice.case_id))
        work.change(things.CASE(case.case_id), follow(case, booked, work))
    matched = replace(
        payment,
        match=Match.MATCHED,
        invoice_id=invoice.invoice_id,
        case_id=invoice.case_id,
        revision=payment.revision + 1,
    )
    paid = [(invoice, spread.settles)]
    vouch_payment(work, matched, invoice, paid, spread.collected, was_unmatched=was_unmatched)
    work.put(things.PAYMENT(payment.payment_id), matched)
    tell_of_payment(work, EventType.PAYMENT_RECEIVED, booked, matched, matched.surplus)
    return matched


def _has_found_its_case(known: Payment, case: Case | None) -> bool:
    """Whether a payment was kept unmatched because its case was lost, and the case is there again."""
    return case is not None and known.match is Match.UNMATCHED and known.reason == "unknown_reference"


def _book(
    work: Work, case: Case, payment: Payment, fact: PaymentReceived, spread: CaseSpread
) -> tuple[Case, Payment]:
    """Book the parts where they belong; what nothing is owed for stays on the payment as surplus."""
    case_seq = None
    followed = case
    shares = []
    for invoice, amounts in spread.shares:
        booked, entry = book(
            work,
            invoice,
            EntryKind.PAYMENT,
            amounts,
            fact.paid_date,
            Source.AGENCY,
            payment_id=payment.payment_id,
            clearing_order=spread.order,
        )
        shares.append(Share(invoice.invoice_id, entry.seq, entry.total))
        followed = follow(followed, booked, work)
        follow_elsewhere(work, case, booked)
    home = shares[0].invoice_id if shares else spread.lead.invoice_id
    note_surplus(work, work.get(things.INVOICE(home)), payment.payment_id, spread.surplus)
    costs = {
        part: amount
        for part, amount in (
            (Component.AGENCY_INTEREST, fact.interest.minor),
            (Component.AGENCY_COST, fact.agency_cost.minor),
        )
        if amount
    }
    if costs:
        followed, case_seq = _book_costs(work, followed, payment, fact, costs)
    return followed, replace(
        payment,
        invoice_id=home,
        case_id=case.case_id,
        entry=shares[0].entry if shares else None,
        case_entry=case_seq,
        surplus=spread.surplus,
        shares=tuple(shares) if len(shares) > 1 else (),
    )


def follow_elsewhere(work: Work, case: Case | None, invoice: Invoice) -> None:
    """Let the case that an invoice is in now follow money that came for an earlier one, or before any.

    The agency of the present case has not been told: the comparison of the ledgers finds that, and a
    person decides what to tell whom.
    """
    if not invoice.release.live or invoice.case_id is None:
        return
    if case is not None and invoice.case_id == case.case_id:
        return
    present = work.demand(things.CASE(invoice.case_id))
    if present.open:
        work.change(things.CASE(present.case_id), follow(present, invoice, work, own=False))


def _book_costs(
    work: Work, case: Case, payment: Payment, fact: PaymentReceived, costs: Mapping[Component, int]
) -> tuple[Case, int]:
    # What the agency took as interest or cost was owed, whether or not it was announced by a letter.
    unannounced = {
        part: amount - max(case.costs.part(part).remaining, 0)
        for part, amount in costs.items()
        if amount > max(case.costs.part(part).remaining, 0)
    }
    followed = case
    if unannounced:
        followed, _ = book_cost(work, followed, EntryKind.CHARGE, unannounced, fact.paid_date)
    followed, entry = book_cost(
        work, followed, EntryKind.PAYMENT, costs, fact.paid_date, payment_id=payment.payment_id
    )
    return followed, entry.seq
