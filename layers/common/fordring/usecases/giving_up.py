"""Debt that the creditor gives up, and costs that it adds by hand; at an agency, only after asking it."""

from datetime import date

from fordring.domain import things
from fordring.domain.agency import Capabilities, CommandKind, Operation
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CLEARING_ORDERS, Component, EntryKind, Source, allocate
from fordring.domain.money import Money
from fordring.domain.values import dataclass
from fordring.domain.wording import Topic, worded
from fordring.usecases.booking import book, follow
from fordring.usecases.disputing import tell_case_handler
from fordring.usecases.recording import command, epoch_of, tell
from fordring.usecases.unmatched import said
from fordring.usecases.vouchering import vouch_charge, vouch_write_off
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class WriteOff:
    """What is given up: all that remains, or an amount; ``reason`` is a code of the creditor's own.

    ``write_off_id`` names it to the agency: the same for the same request, however often that comes.
    """

    written_off_date: date
    reason: str
    amount: Money | None = None
    agency_asked: bool = False
    write_off_id: str | None = None


@dataclass(frozen=True, slots=True)
class AddedCost:
    """What the creditor adds to a debt by hand: a fee, interest or compensation."""

    component: Component
    amount: Money
    added_date: date
    reason: str
    agency_asked: bool = False


def write_off(work: Work, invoice: Invoice, wanted: WriteOff, capabilities: Capabilities | None) -> Invoice:
    """Write off what remains of an invoice; the agency that has it is told, in a message if need be.

    Raises
    ------
    Refused
        ``agency_not_asked``: it is at an agency, and nobody has confirmed that that was asked (NET-36);
        ``nothing_remaining``.
    Unprocessable
        ``wrong_currency``; ``amount_exceeds_remaining``.
    InvalidInput
        When its day is still to come.
    """
    refuse_day_to_come(wanted.written_off_date, work.now, invoice.country, "/date")
    _refuse_unless_asked(invoice, asked=wanted.agency_asked)
    remaining = invoice.balance.owed_to_creditor
    if remaining <= 0:
        raise Refused("nothing_remaining", "nothing is owed on the invoice any more")
    amount = _in_currency(invoice, wanted.amount) if wanted.amount else remaining
    if amount > remaining:
        raise _wrong("amount_exceeds_remaining", "/amount/amount", "less than this is owed")
    spread, _ = allocate(invoice.balance, amount, CLEARING_ORDERS["costs_first"])
    booked, entry = book(
        work,
        invoice,
        EntryKind.WRITE_OFF,
        spread,
        wanted.written_off_date,
        Source.CREDITOR,
        write_off_id=wanted.write_off_id,
        note=wanted.reason,
    )
    vouch_write_off(work, invoice, amount, wanted.written_off_date)
    _tell(work, EventType.INVOICE_WRITTEN_OFF, booked, amount, wanted.reason)
    case = work.get(things.CASE(invoice.case_id)) if invoice.release.live and invoice.case_id else None
    if case is None or not case.open:
        return booked
    followed = follow(case, booked, work)
    offered = capabilities is not None and Operation.REPORT_WRITE_OFF in capabilities.operations
    if offered and not case.assembling:
        followed = command(
            work,
            followed,
            CommandKind.REPORT_WRITE_OFF,
            epoch=epoch_of(work),
            subject_id=str(entry.seq),
            principal=amount,
            invoice_id=invoice.invoice_id,
        )
        work.change(things.CASE(case.case_id), followed)
        return booked
    work.change(things.CASE(case.case_id), followed)
    text = worded(
        Topic.WRITTEN_OFF,
        invoice.country,
        invoice=invoice.document_number,
        amount=_spelt(Money(amount, invoice.currency)),
        remaining=_spelt(booked.remaining),
        reason=wanted.reason,
    )
    tell_case_handler(work, booked, text, epoch_of(work))
    return booked


def add_cost(work: Work, invoice: Invoice, added: AddedCost) -> Invoice:
    """Add a cost to an invoice by hand; the agency that has it is told in a message.

    Raises
    ------
    Refused
        ``agency_not_asked`` (NET-37).
    Unprocessable
        ``wrong_currency``; ``cost_not_allowed``: an objection was open on its day. Interest goes on: whether
        the debtor was right is not known yet.
    InvalidInput
        When its day is still to come.
    """
    refuse_day_to_come(added.added_date, work.now, invoice.country, "/date")
    _refuse_unless_asked(invoice, asked=added.agency_asked)
    amount = _in_currency(invoice, added.amount)
    if added.component is not Component.INTEREST and invoice.disputed_on(added.added_date):
        fault = Fault("/date", "disputed", "an objection to the invoice was open on that day")
        raise Unprocessable("cost_not_allowed", "an objection stops costs", faults=[fault])
    booked, _ = book(
        work,
        invoice,
        EntryKind.CHARGE,
        {added.component: amount},
        added.added_date,
        Source.CREDITOR,
        note=added.reason,
    )
    vouch_charge(work, invoice, {added.component: amount}, added.added_date)
    _tell(work, EventType.INVOICE_COST_ADDED, booked, amount, added.reason)
    if invoice.release.live and invoice.case_id:
        case = work.get(things.CASE(invoice.case_id))
        work.change(things.CASE(case.case_id), follow(case, booked, work))
        text = worded(
            Topic.COST_ADDED,
            invoice.country,
            invoice=invoice.document_number,
            amount=_spelt(added.amount),
            component=added.component.value,
            reason=added.reason,
        )
        tell_case_handler(work, booked, text, epoch_of(work))
    return booked


def _spelt(money: Money) -> str:
    return f"{money.text} {money.currency}"


def _refuse_unless_asked(invoice: Invoice, *, asked: bool) -> None:
    if invoice.owner == "agency":
        raise Refused("owned_by_agency", "the agency has bought the invoice: the debt is not the creditor's")
    if invoice.release.live and not asked:
        raise Refused(
            "agency_not_asked",
            "the invoice is at an agency: ask it first, and confirm that with agency_asked",
            faults=[Fault("/agency_asked", "agency_not_asked", "confirm that the agency was asked")],
            facts={"agency": invoice.agency, "case_id": invoice.case_id},
        )


def _in_currency(invoice: Invoice, amount: Money) -> int:
    if amount.currency != invoice.currency:
        raise _wrong("wrong_currency", "/amount/currency", "not the invoice's currency")
    return amount.minor


def _wrong(code: str, pointer: str, detail: str) -> Unprocessable:
    return Unprocessable(code, detail, faults=[Fault(pointer, code, detail)])


def _tell(work: Work, event_type: EventType, invoice: Invoice, amount: int, reason: str) -> None:
    tell(
        work,
        event_type,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            "invoice_id": invoice.invoice_id,
            "case_id": invoice.case_id if invoice.release.live else None,
            "amount": said(Money(amount, invoice.currency)),
            "reason": reason,
            "remaining": said(invoice.remaining),
            "invoice_status": invoice.status,
        },
    )
