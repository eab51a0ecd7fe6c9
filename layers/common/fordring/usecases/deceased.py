"""A debtor of whom an agency says that it is dead: nothing more is handed over, and nobody writes to it."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.command import AttentionKind
from fordring.domain.facts import DebtorDeceased
from fordring.usecases.recording import ask_for_attention, attention_id
from fordring.usecases.work import Work


def deceased(work: Work, case: Case, fact: DebtorDeceased) -> bool:
    """Write down that the debtor of a case is dead, and ask a person; tells whether it was new.

    What the creditor has said since is not overwritten: an agency may be wrong.
    """
    ref = things.DEBTOR(case.creditor_id, case.debtor_id)
    subject = ("debtor", case.creditor_id, case.debtor_id)
    known_before = work.seek(things.ATTENTION(attention_id(AttentionKind.DEBTOR_DECEASED, subject)))
    debtor = work.demand(ref)
    if debtor.deceased_at is not None or known_before is not None:
        return False
    dead = replace(debtor, deceased_at=fact.occurred_at, updated_at=work.now, revision=debtor.revision + 1)
    work.change(ref, dead)
    for member in case.members:
        invoice = work.demand(things.INVOICE(member.invoice_id))
        if invoice.case_id == case.case_id:
            work.change(things.INVOICE(invoice.invoice_id), replace(invoice, debtor_blocks=dead.blocks))
    ask_for_attention(work, AttentionKind.DEBTOR_DECEASED, case.creditor_id, subject, "agency_says_so")
    return True
