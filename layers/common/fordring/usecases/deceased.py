"""A debtor of whom an agency says that it is dead: nobody writes to it, and nothing more is handed over."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.facts import DebtorDeceased, Fact
from fordring.domain.refs import Ref
from fordring.usecases.naming import case_ref
from fordring.usecases.recording import ask_for_attention, attention_id
from fordring.usecases.work import Store, Work


def refs_of_deceased(store: Store, facts: Iterable[Fact]) -> tuple[Ref[Any], ...]:
    """Name the debtors among the facts that have died; one more read, for such facts only."""
    refs: list[Ref[Any]] = []
    for fact in facts:
        ref = case_ref(fact.case) if isinstance(fact, DebtorDeceased) else None
        if ref is None:
            continue
        for found in store.read([ref]).values():
            case: Case = found.value
            attention = things.ATTENTION(attention_id(AttentionKind.DEBTOR_DECEASED, _subject(case)))
            refs += [things.DEBTOR(case.creditor_id, case.debtor_id), attention]
    return tuple(refs)


def deceased(work: Work, case: Case, fact: DebtorDeceased) -> bool:
    """Write down that the debtor of a case is dead, and ask a person; tells whether it was new.

    What the creditor has said since is not overwritten: an agency may be wrong.
    """
    ref = things.DEBTOR(case.creditor_id, case.debtor_id)
    debtor = work.get(ref)
    attention = things.ATTENTION(attention_id(AttentionKind.DEBTOR_DECEASED, _subject(case)))
    if debtor.deceased_at is not None or work.find(attention) is not None:
        return False
    known = replace(debtor, deceased_at=fact.occurred_at, updated_at=work.now, revision=debtor.revision + 1)
    work.change(ref, known)
    for member in case.members:
        invoice = work.get(things.INVOICE(member.invoice_id))
        if invoice.case_id == case.case_id:
            work.change(things.INVOICE(invoice.invoice_id), replace(invoice, debtor_blocks=known.blocks))
    ask_for_attention(work, AttentionKind.DEBTOR_DECEASED, case.creditor_id, _subject(case), "agency_says_so")
    return True


def _subject(case: Case) -> tuple[str, ...]:
    return ("debtor", case.creditor_id, case.debtor_id)
