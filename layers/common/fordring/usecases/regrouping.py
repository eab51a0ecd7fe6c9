"""What a creditor does with the invoices of a case that is open: one more, or one less."""

from collections.abc import Sequence
from dataclasses import replace

from fordring.domain import things
from fordring.domain.agency import Capabilities, CommandKind
from fordring.domain.candidates import REASONS, blocking_reasons
from fordring.domain.case import Case
from fordring.domain.command import CommandRow, is_untouched
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.member import MOST_INVOICES, MemberState
from fordring.domain.money import Money
from fordring.usecases.membership import claim, let_go
from fordring.usecases.permitting import refuse_unless_available
from fordring.usecases.recording import command, epoch_of
from fordring.usecases.store_port import Conflict
from fordring.usecases.submitting import question_for, withdraw
from fordring.usecases.work import Work


def add_invoice(work: Work, case: Case, invoice: Invoice, capabilities: Capabilities) -> Case:
    """Hand one more invoice over into a case that the agency has registered.

    The agreement, the creditor and the debtor must have been read.

    Raises
    ------
    Refused
        ``action_not_available``; ``operation_not_offered``; ``case_is_full``.
    Unprocessable
        ``not_transferable``, with every reason as a fault.
    """
    if case.open and len(case.members) >= MOST_INVOICES:
        raise Refused(
            "case_is_full",
            "the case has as many invoices as a case may have: hand this one over by itself",
            facts={"most_invoices": MOST_INVOICES},
        )
    refuse_unless_available(work, case, "add_invoice", capabilities)
    creditor = work.get(things.CREDITOR(case.creditor_id))
    agreement = work.get(things.AGREEMENT(case.creditor_id, case.agency))
    debtor = work.demand(things.DEBTOR(case.creditor_id, invoice.debtor_id))
    question = question_for(capabilities, agreement, case.level, work, creditor.country)
    reasons = blocking_reasons(replace(invoice, debtor_blocks=debtor.blocks), question)
    if invoice.debtor_id != case.debtor_id:
        reasons = (*reasons, "other_debtor")
    if invoice.currency != case.currency:
        reasons = (*reasons, "other_currency")
    if reasons:
        raise Unprocessable(
            "not_transferable",
            "the invoice cannot be handed over",
            faults=[Fault("/invoice_id", reason, REASONS[reason]) for reason in reasons],
        )
    member = claim(work, invoice, case.case_id, capabilities)
    grown = command(
        work,
        replace(case.with_member(member, work.now), grouped=True),
        CommandKind.ADD_INVOICE,
        epoch=epoch_of(work),
        # The hub is ahead of the agency by this much until the agency has it.
        principal=-member.principal,
        invoice_id=invoice.invoice_id,
    )
    work.change(things.CASE(case.case_id), grown)
    return grown


def withdraw_invoice(
    work: Work,
    case: Case,
    invoice_id: str,
    lane: Sequence[CommandRow],
    capabilities: Capabilities,
    confirmed: Money | None = None,
) -> Case:
    """Take one invoice of a case back; with the last one the case ends.

    The lane's commands and the case's invoices must have been read.

    Raises
    ------
    Refused
        ``action_not_available``; ``operation_not_offered``; ``withdrawal_cost_not_confirmed`` of the last.
    Unprocessable
        ``unknown_invoice``: it is not in the case, or is being taken back.
    Conflict
        When the lane has grown since it was listed.
    """
    last = sum(each.state is MemberState.HELD for each in case.members) <= 1
    refuse_unless_available(work, case, "withdraw" if last else "withdraw_invoice", capabilities)
    member = case.member(invoice_id)
    if member is None or member.state is not MemberState.HELD:
        raise Unprocessable(
            "unknown_invoice",
            "the invoice is not in the case",
            faults=[Fault("/invoice_id", "unknown_invoice", "the case does not have this invoice")],
        )
    if last:
        return withdraw(work, case, lane, capabilities, confirmed)
    if case.last_command != max((row.seq for row in lane), default=0):
        raise Conflict
    if case.assembling or _is_unsent(work, case, lane):
        left = let_go(work, case, invoice_id, "withdrawn")
    else:
        left = command(
            work,
            case.with_member(replace(member, state=MemberState.LEAVING), work.now),
            CommandKind.WITHDRAW_INVOICE,
            epoch=epoch_of(work),
            # What the agency will claim less, while the hub still counts it.
            principal=-member.remaining,
            invoice_id=invoice_id,
        )
    work.change(things.CASE(case.case_id), left)
    return left


def _is_unsent(work: Work, case: Case, lane: Sequence[CommandRow]) -> bool:
    """Whether the registration certainly never left, which is made a condition of what is written."""
    for row in lane:
        if row.kind is CommandKind.REGISTER_CASE and is_untouched(row) and row.epoch == epoch_of(work):
            if work.get(things.COMMAND(case.case_id, row.seq)) != row:
                raise Conflict
            work.hold(things.COMMAND(case.case_id, row.seq))
            return True
    return False
