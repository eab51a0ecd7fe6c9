"""Handing invoices over: from candidate to case, and what the creditor does with a case afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Capabilities, ClosedReason, CommandKind, Level
from fordring.domain.agreement import Agreement
from fordring.domain.agreement_settings import Grouping
from fordring.domain.calendar import local_date
from fordring.domain.candidates import REASONS, Question, blocking_reasons, levels_of
from fordring.domain.case import Case
from fordring.domain.command import CommandRow, CommandState, is_untouched
from fordring.domain.correspondence import Message
from fordring.domain.errors import Fault, NotFound, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice, Release, case_id_of
from fordring.domain.ledger import Balance, Component, EntryKind
from fordring.domain.money import Money
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.booking import book_cost
from fordring.usecases.instructing import say
from fordring.usecases.looking_again import look_again
from fordring.usecases.membership import claim, invoices_in
from fordring.usecases.offering import offer_by_agreement
from fordring.usecases.permitting import refuse_unless_available
from fordring.usecases.questioning import close_questions
from fordring.usecases.recording import command, epoch_of, tell_of_case
from fordring.usecases.selling import not_bought
from fordring.usecases.store_port import Conflict
from fordring.usecases.unmatched import said
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller asks for: one invoice to one agency; ``level`` defaults to the agreement's.

    ``by_law``: the level is the law's choice, whatever the agreement says.
    """

    creditor_id: str
    agency: str
    invoice_id: str
    level: Level | None = None
    by_law: bool = False


def refs_to_submit(wanted: Submission) -> tuple[Ref[Any], ...]:
    """Name what ``submit`` looks at: all of it in one read."""
    return (
        things.CREDITOR(wanted.creditor_id),
        things.AGREEMENT(wanted.creditor_id, wanted.agency),
        things.INVOICE(wanted.invoice_id),
        things.EPOCH(),
    )


def invoice_of(work: Work, creditor_id: str, invoice_id: str) -> Invoice:
    """Give an invoice of a creditor.

    Raises
    ------
    NotFound
        When there is none, or it is another creditor's: the two are told apart by nobody.
    """
    invoice = work.get(things.INVOICE(invoice_id))
    if invoice.creditor_id != creditor_id:
        raise NotFound
    return invoice


def takes_whole_debtor(work: Work, wanted: Submission) -> bool:
    """Whether the agreement hands over all that a debtor owes when one of it goes (ZIR-22).

    Administration is of single invoices, whatever is grouped later.
    """
    agreement = work.find(things.AGREEMENT(wanted.creditor_id, wanted.agency))
    if agreement is None or agreement.settings.grouping is Grouping.INVOICE:
        return False
    return (wanted.level or levels_of(agreement.settings)[0]) is not Level.ADMINISTRATION


def question_for(
    capabilities: Capabilities,
    agreement: Agreement | None,
    level: Level | None,
    work: Work,
    country: str,
    *,
    by_law: bool = False,
) -> Question:
    """Put the question whether something may be handed over today."""
    chosen = level or (levels_of(agreement.settings)[0] if agreement else Level.REMINDER)
    return Question(capabilities, agreement, chosen, local_date(work.now, country), by_law)


def submit(work: Work, wanted: Submission, capabilities: Capabilities) -> Case:
    """Make a case of an invoice and queue its registration at the agency, in one transaction.

    Raises
    ------
    NotFound
        When the creditor or the invoice does not exist.
    Unprocessable
        ``not_transferable``, with every blocking reason as a fault (BEY-1).
    """
    creditor = work.get(things.CREDITOR(wanted.creditor_id))
    agreement = work.find(things.AGREEMENT(wanted.creditor_id, wanted.agency))
    invoice = invoice_of(work, wanted.creditor_id, wanted.invoice_id)
    question = question_for(
        capabilities, agreement, wanted.level, work, creditor.country, by_law=wanted.by_law
    )
    reasons = blocking_reasons(invoice, question)
    if reasons or agreement is None:
        raise Unprocessable(
            "not_transferable",
            "the invoice cannot be handed over",
            faults=[Fault("/invoice_id", reason, REASONS[reason]) for reason in reasons],
        )
    case = hand_over(work, invoice, agreement, question)
    return offer_by_agreement(work, case, invoice, agreement, capabilities)


def hand_over(work: Work, invoice: Invoice, agreement: Agreement, question: Question) -> Case:
    """Make a case of an invoice of which nothing stands in the way, and queue its registration.

    The epoch must have been read, and the invoice read or added.
    """
    number = invoice.submission + 1
    case_id = case_id_of(invoice.invoice_id, number)
    member = claim(work, invoice, case_id, question.capabilities)
    case = Case(
        case_id=case_id,
        creditor_id=invoice.creditor_id,
        debtor_id=invoice.debtor_id,
        agency=agreement.agency,
        agreement_number=agreement.number,
        level=question.level,
        external_id=member.external_id,
        members=(member,),
        currency=invoice.currency,
        costs=Balance(invoice.currency),
        opened_at=work.now,
        updated_at=work.now,
        commission=agreement.settings.commission,
        withdrawal_cost=agreement.settings.withdrawal_cost,
    )
    queued = command(work, case, CommandKind.REGISTER_CASE, epoch=epoch_of(work))
    work.add(things.CASE(case.case_id), queued)
    tell_of_case(work, EventType.CASE_SUBMITTED, queued, level=question.level.value)
    return queued


def write_message(work: Work, case: Case, capabilities: Capabilities, text: str) -> Message:
    """Write to the case handler (ZIR-8).

    Raises
    ------
    Refused
        ``action_not_available``, ``operation_not_offered``.
    """
    refuse_unless_available(work, case, "send_message", capabilities)
    queued, message = say(work, case, text)
    work.change(things.CASE(case.case_id), queued.touched(work.now))
    return message


def withdraw(
    work: Work,
    case: Case,
    lane: Sequence[CommandRow],
    capabilities: Capabilities,
    confirmed: Money | None = None,
) -> Case:
    """Take a case back (ZIR-36, NET-17).

    What was not sent yet is cancelled. A case that never left the hub is closed at once; otherwise the
    agency is told, and the case closes when it has confirmed.

    The lane's commands and the case's invoices must have been read.

    Parameters
    ----------
    confirmed
        What the caller has confirmed that the withdrawal costs, where it costs something (ZIR-3).

    Raises
    ------
    Refused
        ``action_not_available``, ``operation_not_offered``; ``withdrawal_cost_not_confirmed``, with the cost.
    Conflict
        When the lane has grown since it was listed.
    """
    refuse_unless_available(work, case, "withdraw", capabilities)
    if case.last_command != max((row.seq for row in lane), default=0):
        raise Conflict
    # What is older than a restore may have been sent in the time that was lost.
    epoch = epoch_of(work)
    never_left = case.assembling or any(
        row.kind is CommandKind.REGISTER_CASE and is_untouched(row) and row.epoch == epoch for row in lane
    )
    if not never_left:
        case = _confirmed(case, confirmed, work)
    unreported, waiting = case.unreported, case.waiting
    for row in lane:
        present = work.get(things.COMMAND(case.case_id, row.seq))
        if present != row:
            raise Conflict
        if is_untouched(present) and present.epoch == epoch:
            unreported -= present.principal
            waiting -= 1
            work.change(things.COMMAND(case.case_id, row.seq), cancelled(present, "withdrawn", work))
    left = replace(case, unreported=unreported, waiting=waiting)
    if never_left:
        ended = end(work, left, ClosedReason.WITHDRAWN)
        work.change(things.CASE(case.case_id), ended)
        return ended
    queued = command(work, left, CommandKind.WITHDRAW_CASE, epoch=epoch_of(work))
    leaving = queued.touched(work.now, withdrawing=True)
    work.change(things.CASE(case.case_id), leaving)
    return leaving


def _confirmed(case: Case, confirmed: Money | None, work: Work) -> Case:
    """Give the case with the confirmation of what taking it back costs, where it costs something."""
    cost = case.withdrawal_cost
    if confirmed == cost:
        return case if cost is None else replace(case, cost_confirmed_at=work.now)
    raise Refused(
        "withdrawal_cost_not_confirmed",
        "confirm what the agency charges for a case that is taken back",
        facts={"withdrawal_cost": said(cost) if cost else None},
    )


def cancelled(row: CommandRow, reason: str, work: Work) -> CommandRow:
    """Give a command after it was cancelled unsent."""
    return replace(
        row,
        state=CommandState.CANCELLED,
        reasons=(reason,),
        due_at=None,
        settled_at=work.now,
        lease_owner=None,
        lease_until=None,
    )


def _country(work: Work, case: Case) -> str:
    return work.demand(things.INVOICE(case.members[0].invoice_id)).country


def end(work: Work, case: Case, reason: ClosedReason, agency_status: str | None = None) -> Case:
    """Close a case and let its invoices go; the caller writes the case. The invoices must have been read.

    An invoice that still owes something is a candidate again, under the next submission number.
    """
    if not case.open:
        return case
    close_questions(work, case)
    closed = case.closed(reason, agency_status, work.now)
    left = {
        part: closed.costs.part(part).remaining for part in Component if closed.costs.part(part).remaining > 0
    }
    if left:
        # With the case the agency gives up what it has added to the debt and was not paid.
        closed, _ = book_cost(
            work, closed, EntryKind.WRITE_OFF, left, local_date(work.now, _country(work, case))
        )
    for each in invoices_in(work, case):
        ref = things.INVOICE(each.invoice_id)
        not_bought(work, closed, each.invoice_id, "case_closed")
        invoice = work.get(ref)
        work.change(
            ref,
            replace(
                look_again(invoice, work.now),
                release=Release.ENDED,
                agency_status=closed.agency_status,
                updated_at=work.now,
                revision=invoice.revision + 1,
            ),
        )
    tell_of_case(
        work,
        EventType.CASE_CLOSED,
        closed,
        reason=reason.value,
        agency_status=closed.agency_status,
        payment=closed.payment.value,
    )
    return closed
