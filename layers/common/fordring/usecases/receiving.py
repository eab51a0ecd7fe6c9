"""Money at the agency: payments and their reversals, settlements. Nothing of it is ever reported back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.events import EventType
from fordring.domain.facts import Fact, PaymentReceived, PaymentReversed, SettlementMade
from fordring.domain.invoice import Invoice, case_id_of, split_external_id
from fordring.domain.ledger import CLEARING_ORDERS, CREDITORS_OWN, Component, EntryKind, Source, allocate
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment, Settlement, SettlementLine
from fordring.domain.refs import Ref
from fordring.usecases.booking import book, book_cost, follow
from fordring.usecases.recording import derived_id, tell, tell_of_case
from fordring.usecases.unmatched import attention_of_payment, keep_unmatched, said, settle_attention
from fordring.usecases.work import Store, Work


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells: an agency, about one creditor's cases."""

    creditor_id: str
    agency: str


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


def refs_of_original(store: Store, facts: Iterable[Fact], teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name the entries that reversals among the facts take back; one more read, for reversals only."""
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
            if payment.invoice_id and payment.entry:
                refs.append(things.INVOICE_ENTRY(payment.invoice_id, payment.entry))
            if payment.case_id and payment.case_entry:
                refs.append(things.CASE_ENTRY(payment.case_id, payment.case_entry))
    return tuple(refs)


def receive_payment(work: Work, fact: PaymentReceived, teller: Teller, case: Case | None) -> bool:
    """Book a payment that the debtor made to the agency, once (ZIR-9, VIS-8); tells whether it was new.

    The principal reduces the invoice; interest and cost are the agency's and are booked on the case.
    Without a case it is kept unmatched.
    """
    payment_id = agency_payment_id(fact, teller)
    known = work.find(things.PAYMENT(payment_id)) if payment_id else None
    if payment_id is None or (known is not None and not _has_found_its_case(known, case)):
        return False
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
        agency=teller.agency,
        agency_payment_id=fact.agency_payment_id,
    )
    if case is None or fact.amount.currency != case.currency:
        reason = "unknown_reference" if case is None else "wrong_currency"
        keep_unmatched(work, replace(payment, match=Match.UNMATCHED, reason=reason))
        return True
    matched = replace(payment, match=Match.MATCHED, reason="agency_case")
    booked_case, booked = _book(work, case, matched, fact)
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
        payment_state=booked_case.payment.value,
    )
    return True


def _has_found_its_case(known: Payment, case: Case | None) -> bool:
    """Whether a payment was kept unmatched because its case was lost, and the case is there again."""
    return case is not None and known.match is Match.UNMATCHED and known.reason == "unknown_reference"


def _book(work: Work, case: Case, payment: Payment, fact: PaymentReceived) -> tuple[Case, Payment]:
    """Book the parts where they belong; what nothing is owed for stays on the payment as surplus."""
    lead = case.members[0]
    invoice = work.get(things.INVOICE(lead.invoice_id))
    own_part = [part for part in CLEARING_ORDERS["principal_first"] if part in CREDITORS_OWN]
    spread, surplus = allocate(invoice.balance, fact.principal.minor, own_part)
    entry_seq = case_seq = None
    followed = case
    if spread:
        invoice, entry = book(
            work,
            invoice,
            EntryKind.PAYMENT,
            spread,
            fact.paid_date,
            Source.AGENCY,
            payment_id=payment.payment_id,
        )
        entry_seq = entry.seq
        followed = follow(case, invoice, work)
        _follow_elsewhere(work, case, invoice)
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
        invoice_id=invoice.invoice_id,
        case_id=case.case_id,
        entry=entry_seq,
        case_entry=case_seq,
        surplus=surplus,
    )


def _follow_elsewhere(work: Work, case: Case, invoice: Invoice) -> None:
    """Let the case that an invoice is in now follow money that came for an earlier one.

    The agency of the present case has not been told: the comparison of the ledgers finds that, and a
    person decides what to tell whom.
    """
    if not invoice.release.live or invoice.case_id is None or invoice.case_id == case.case_id:
        return
    present = work.demand(things.CASE(invoice.case_id))
    if present.open:
        work.change(things.CASE(present.case_id), follow(present, invoice, work))


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


def receive_reversal(work: Work, fact: PaymentReversed, teller: Teller, case: Case | None) -> bool:
    """Take back a payment that the agency reported before; tells whether there was anything to take back.

    A reversal that overtakes its payment finds nothing and is applied when both have arrived: the hourly
    run reads them in the agency's order.
    """
    payment_id = agency_payment_id(fact, teller)
    payment = work.find(things.PAYMENT(payment_id)) if payment_id else None
    if payment is None or payment.match is Match.REVERSED:
        return False
    followed = case
    if payment.invoice_id and payment.entry:
        invoice = work.get(things.INVOICE(payment.invoice_id))
        original = work.get(things.INVOICE_ENTRY(payment.invoice_id, payment.entry))
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
        if followed is not None and payment.case_id == followed.case_id:
            followed = follow(followed, invoice, work)
            _follow_elsewhere(work, followed, invoice)
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
    if followed is not None and case is not None:
        if followed is not case:
            work.change(things.CASE(case.case_id), followed)
        tell_of_case(
            work,
            EventType.PAYMENT_REVERSED,
            followed,
            payment_id=payment.payment_id,
            source=payment.source.value,
            amount=said(Money(payment.amount, payment.currency)),
            remaining=said(Money(followed.remaining, followed.currency)),
        )
    return True


def settlement_id_of(fact: SettlementMade, teller: Teller) -> str:
    """Spell the id of a settlement."""
    return derived_id("set", teller.agency, teller.creditor_id, fact.settlement_id)


def receive_settlement(work: Work, fact: SettlementMade, teller: Teller) -> bool:
    """Keep what the agency says it pays out; tells whether it was new. The debtors' side stays as it is."""
    settlement_id = settlement_id_of(fact, teller)
    ref = things.SETTLEMENT(settlement_id)
    if work.find(ref) is not None:
        return False
    lines = []
    for line in fact.lines:
        parts = split_external_id(line.case.external_id) if line.case.external_id else None
        lines.append(
            SettlementLine(
                case_id=case_id_of(*parts) if parts else None,
                case_number=line.case.case_number,
                principal=line.principal.minor,
                fee=line.fee.minor,
                interest=line.interest.minor,
                commission=line.commission.minor,
                vat=line.vat.minor,
                payout=line.payout.minor,
            )
        )
    work.add(
        ref,
        Settlement(
            settlement_id=settlement_id,
            creditor_id=teller.creditor_id,
            agency=teller.agency,
            agency_settlement_id=fact.settlement_id,
            settled_date=fact.settled_date,
            currency=fact.payout.currency,
            payout=fact.payout.minor,
            lines=tuple(lines),
            created_at=work.now,
        ),
    )
    tell(
        work,
        EventType.SETTLEMENT_RECEIVED,
        teller.creditor_id,
        ("creditor", teller.creditor_id),
        {
            "settlement_id": settlement_id,
            "agency": teller.agency,
            "settled_date": fact.settled_date.isoformat(),
            "payout": said(fact.payout),
            "lines": len(lines),
        },
    )
    return True
