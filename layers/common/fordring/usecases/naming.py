"""What a fact is about, and the names of everything that applying it looks at."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.facts import (
    INVOICE_FACTS,
    CaseClosed,
    CaseRejected,
    Fact,
    LetterDispatched,
    MessageReceived,
    MessageSeen,
    PaymentReceived,
    PaymentReversed,
    QuestionAsked,
    QuestionWithdrawn,
    ServiceActivated,
    SettlementLine,
    SettlementMade,
)
from fordring.domain.invoice import case_id_of, split_external_id
from fordring.domain.reference_forms import reference_forms
from fordring.domain.refs import Listing, Ref
from fordring.usecases.activating import refs_of_activation
from fordring.usecases.corresponding import own_message_id
from fordring.usecases.paying_out import settlement_id_of
from fordring.usecases.questioning import attention_of_question, question_id_of
from fordring.usecases.receiving_payments import refs_of_payment
from fordring.usecases.recording import attention_id, derived_id
from fordring.usecases.store_port import Store


def case_ref(key: CaseKey) -> Ref[Case] | None:
    """Name the case that an external id leads to, without looking anything up."""
    parts = split_external_id(key.external_id) if key.external_id else None
    return things.CASE(case_id_of(*parts)) if parts else None


def drift_of(case_id: str) -> Ref[Any]:
    """Name the attention that a difference between the two ledgers of a case raises."""
    return things.ATTENTION(attention_id(AttentionKind.LEDGER_DRIFT, ("case", case_id)))


def refs_of_fact(fact: Fact, teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name what ``apply`` looks at for a fact whose case has an external id.

    ``teller`` is ``None`` before it is known who calls: then everything that needs the creditor is left
    out, and a fact without an external id finds nothing.
    """
    refs: list[Ref[Any]] = []
    key = None if isinstance(fact, SettlementMade | ServiceActivated) else fact.case
    parts = split_external_id(key.external_id) if key and key.external_id else None
    if parts:
        refs += [things.CASE(case_id_of(*parts)), things.INVOICE(parts[0])]
        if isinstance(fact, MessageReceived):
            refs.append(things.MESSAGE(case_id_of(*parts), message_id_of(fact)))
        if isinstance(fact, MessageSeen) and (own := own_message_id(fact)):
            refs.append(things.MESSAGE(case_id_of(*parts), own))
        if isinstance(fact, QuestionAsked | QuestionWithdrawn):
            question_id = question_id_of(fact)
            refs.append(things.QUESTION(case_id_of(*parts), question_id))
            refs.append(attention_of_question(case_id_of(*parts), question_id))
        if isinstance(fact, LetterDispatched):
            refs.append(things.DISPATCH(case_id_of(*parts), dispatch_id_of(fact)))
        if isinstance(fact, INVOICE_FACTS):
            told = split_external_id(fact.invoice_external_id)
            refs += [things.INVOICE(told[0])] if told and told[0] != parts[0] else []
        if isinstance(fact, CaseClosed):
            refs.append(drift_of(case_id_of(*parts)))
        if isinstance(fact, CaseRejected):
            refs.append(
                things.ATTENTION(attention_id(AttentionKind.CASE_REJECTED, ("case", case_id_of(*parts))))
            )
    if isinstance(fact, PaymentReceived | PaymentReversed):
        refs += refs_of_payment(fact, teller)
    if isinstance(fact, PaymentReceived) and fact.referred_invoice_id:
        refs.append(things.INVOICE(fact.referred_invoice_id))
    if isinstance(fact, ServiceActivated) and teller:
        refs += refs_of_activation(teller)
    if isinstance(fact, SettlementMade) and teller:
        refs.append(things.SETTLEMENT(settlement_id_of(fact, teller)))
    return tuple(refs)


def with_external_id(store: Store, fact: Fact, teller: Teller) -> Fact:
    """Give a fact that names its case by number only with the external id that the hub knows it by.

    A payment that names no case at all gets the invoice that its reference leads to. One more read, only for
    agencies or facts that leave the external id out, and for settlements.
    """
    if isinstance(fact, SettlementMade):
        return _with_cases(store, fact, teller)
    if isinstance(fact, ServiceActivated) or fact.case.external_id:
        return fact
    if not fact.case.case_number:
        return _with_invoice(store, fact, teller) if isinstance(fact, PaymentReceived) else fact
    ref = things.CASE_NUMBER(teller.agency, teller.creditor_id, fact.case.case_number)
    found = store.read([ref]).get(ref)
    if found is None:
        return fact
    case = things.CASE(found.value.case_id)
    stored = store.read([case]).get(case)
    if stored is None:
        return fact
    return replace(fact, case=replace(fact.case, external_id=stored.value.external_id))


def _with_cases(store: Store, fact: SettlementMade, teller: Teller) -> SettlementMade:
    """Lead a settlement's lines to their cases, by number or by an id of a time that the hub has lost."""
    names = {name for line in fact.lines if (name := line.case.external_id or line.case.case_number)}
    refs = {name: things.CASE_NUMBER(teller.agency, teller.creditor_id, name) for name in names}
    found = store.read(refs.values())
    cases = {name: things.CASE(found[ref].value.case_id) for name, ref in refs.items() if ref in found}
    stored = store.read(cases.values())
    known = {name: stored[ref].value.external_id for name, ref in cases.items() if ref in stored}
    lines = tuple(_line_known_as(line, known) for line in fact.lines)
    return fact if lines == fact.lines else replace(fact, lines=lines)


def _line_known_as(line: SettlementLine, known: Mapping[str, str]) -> SettlementLine:
    outside = known.get(line.case.external_id or line.case.case_number or "")
    return line if outside is None else replace(line, case=replace(line.case, external_id=outside))


def _with_invoice(store: Store, fact: PaymentReceived, teller: Teller) -> PaymentReceived:
    """Find the only invoice of a reference under which an agency got money without saying for which case."""
    if fact.payment_reference is None:
        return fact
    creditor_ref = things.CREDITOR(teller.creditor_id)
    creditor = store.read([creditor_ref])[creditor_ref].value
    for form in reference_forms(fact.payment_reference, creditor.kid_formats):
        listing = Listing(things.REFERENCE, "holders_of", (teller.creditor_id, form))
        holders = [holder.invoice_id for _, holder in store.page(listing, limit=2).items]
        if len(holders) == 1:
            return replace(fact, referred_invoice_id=holders[0])
        if holders:
            break
    return fact


def under_other_id(store: Store, fact: Fact, teller: Teller) -> Fact:
    """Give a fact about a case that the agency knows by an id of a time that the hub has lost.

    Such a case was found at the agency when it was handed over again; the id that the agency uses, and the
    case number, lead to it. One or two more reads, only for facts about cases that are not known otherwise.
    """
    if isinstance(fact, SettlementMade | ServiceActivated):
        return fact
    names = [name for name in (fact.case.external_id, fact.case.case_number) if name]
    refs = [things.CASE_NUMBER(teller.agency, teller.creditor_id, name) for name in names]
    for found in store.read(refs).values():
        case = things.CASE(found.value.case_id)
        stored = store.read([case]).get(case)
        if stored is not None:
            known = replace(fact.case, external_id=stored.value.external_id, told_as=fact.case.external_id)
            return replace(fact, case=known)
    return fact


def message_id_of(fact: MessageReceived) -> str:
    """Spell the id of a message from the agency: sorts by time, the same for the same message."""
    return f"{fact.occurred_at:%Y%m%dT%H%M%S}-{derived_id('msg', fact.message_id)}"


def dispatch_id_of(fact: LetterDispatched) -> str:
    """Spell the id of a dispatch: sorts by time, the same for the same dispatch."""
    return f"{fact.sent_date:%Y%m%d}-{derived_id('dsp', fact.dispatch_id)}"


def refs_of_facts(facts: Iterable[Fact], teller: Teller | None) -> tuple[Ref[Any], ...]:
    """Name what applying several facts looks at."""
    return tuple(dict.fromkeys(ref for fact in facts for ref in refs_of_fact(fact, teller)))
