"""The last step of a reminder plan: the invoice goes to the agency, by itself (VIS-2, VIS-11)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from fordring.domain import things
from fordring.domain.agency import Capabilities, Level
from fordring.domain.calendar import local_date
from fordring.domain.case import Case
from fordring.domain.creditor import Debtor
from fordring.domain.errors import Refused
from fordring.domain.follow_up import FollowUp
from fordring.domain.invoice import Invoice
from fordring.domain.reminder_plan import ReminderPlan, StepKind
from fordring.usecases.entries import Entries
from fordring.usecases.gathering import submit_group
from fordring.usecases.submitting import Submission, submit, takes_whole_debtor
from fordring.usecases.work import Work

type CapabilitiesOf = Callable[[str], Capabilities]

ONLY_TIME: Final = frozenset({"not_overdue", "notice_deadline_not_passed"})
"""Reasons against a transfer that go away by themselves: nobody has to look."""


class Blocked(Exception):
    """The invoice cannot be handed over; ``reasons`` are all codes against it."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


def notice_is_the_agencys(plan: ReminderPlan, invoice: Invoice, today: date) -> bool:
    """Whether the agency has to send the notice of collection that the plan has.

    That is so where the law has come to say it before the creditor had sent one. The invoice is then handed
    over at level reminder, whatever plan and agreement say.
    """
    since = plan.agency_notice_from
    noticed = any(letter.kind == StepKind.NOTICE_OF_COLLECTION for letter in invoice.reminders)
    return plan.level is Level.COLLECTION and since is not None and today >= since and not noticed


def transfer(
    work: Work,
    invoice: Invoice,
    plan: ReminderPlan,
    debtor: Debtor,
    done: FollowUp,
    entries: Entries,
    capabilities_of: CapabilitiesOf,
) -> Case:
    """Hand an invoice over as its plan says, with the rest of its debtor's where the agreement groups them.

    The creditor and the epoch must have been read. The debtor's copy of what blocks it is brought up to date,
    and nothing of the agreement may change meanwhile.

    Parameters
    ----------
    done
        How the invoice stands in its plan once it has been handed over.

    Raises
    ------
    Blocked
        With every reason; nothing is noted in the work then.
    """
    if plan.agency is None:
        raise Blocked(("agreement_missing",))
    capabilities = capabilities_of(plan.agency)
    by_law = notice_is_the_agencys(plan, invoice, local_date(work.now, invoice.country))
    level = Level.REMINDER if by_law else plan.level
    wanted = Submission(invoice.creditor_id, plan.agency, invoice.invoice_id, level, by_law)
    agreement_ref = things.AGREEMENT(invoice.creditor_id, plan.agency)
    if work.seek(agreement_ref) is not None:
        work.hold(agreement_ref)
    work.change(
        things.INVOICE(invoice.invoice_id), replace(invoice, debtor_blocks=debtor.blocks, follow_up=done)
    )
    try:
        if takes_whole_debtor(work, wanted):
            entries.whole_debtor = True
            return submit_group(
                work, entries, wanted.agency, level, capabilities, by_law=by_law, by_plan=True
            )
        return submit(work, wanted, capabilities)
    except Refused as refused:
        work.forget_changes()
        raise Blocked(tuple(fault.code for fault in refused.faults) or (refused.reason,)) from None
