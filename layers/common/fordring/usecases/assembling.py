"""Putting a command together immediately before it is sent, from what is stored at that moment.

What has become wrong since the command was queued is found here, and the command is cancelled.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from fordring.domain import things
from fordring.domain.administration import channels_for
from fordring.domain.agency import CommandKind, Level
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.case import Case
from fordring.domain.case_states import Processing
from fordring.domain.command import CommandRow
from fordring.domain.credit import CreditSubject
from fordring.domain.creditor import Debtor
from fordring.domain.instructions import (
    AnswerQuestion,
    Command,
    ContactDetails,
    DebtorDetails,
    OfferInvoice,
    PauseCase,
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReportWriteOff,
    ResumeCase,
    ReversePayment,
    SendMessage,
    WithdrawCase,
)
from fordring.domain.invoice import Release
from fordring.domain.member import Member
from fordring.domain.money import Money
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.about_invoices import (
    ABOUT_ONE_INVOICE,
    about_one_invoice,
    details_of,
    wrong_about_member,
    wrong_to_hand_over,
)
from fordring.usecases.mirroring import entries_before
from fordring.usecases.offering import to_be_checked, wrong_to_offer
from fordring.usecases.questioning import NOT_CLEAR, cleared
from fordring.usecases.settling import Unfounded
from fordring.usecases.work import Desk, Work

NEVER_REGISTERED: Final = "case_never_registered"
"""Why nothing is said to the agency of a case that it refused, or that was cancelled before it was sent."""

_FOR_OPEN_CASES: Final = frozenset(
    {
        CommandKind.SEND_MESSAGE,
        CommandKind.WITHDRAW_CASE,
        CommandKind.PAUSE_CASE,
        CommandKind.RESUME_CASE,
        CommandKind.ANSWER_QUESTION,
    }
)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A command in full, and the agreement under which it is sent.

    ``wrong`` says what has become wrong with it since it was queued; only of one that may have been sent
    before, because any other is not put together at all. ``credit`` is whom the agency is asked about first.
    """

    command: Command
    agreement: Agreement
    wrong: str | None = None
    credit: CreditSubject | None = None


def assemble(desk: Desk, row: CommandRow, case: Case) -> Assembled | Unfounded:
    """Read everything that a command needs and put it together, or say why it must not be sent."""
    subject = {
        CommandKind.REPORT_PAYMENT: things.PAYMENT,
        CommandKind.REVERSE_PAYMENT: things.PAYMENT,
        CommandKind.REPORT_CREDIT: things.CREDIT_NOTE,
    }.get(row.kind)
    refs: list[Ref[Any]] = [
        things.CASE(row.case_id),
        things.CREDITOR(case.creditor_id),
        things.AGREEMENT(case.creditor_id, case.agency),
        things.DEBTOR(case.creditor_id, case.debtor_id),
        *(things.INVOICE(member.invoice_id) for member in case.members),
    ]
    if subject is not None and row.subject_id is not None:
        refs.append(subject(row.subject_id))
    if row.kind is CommandKind.SEND_MESSAGE and row.subject_id is not None:
        refs.append(things.MESSAGE(row.case_id, row.subject_id))
    if row.kind is CommandKind.REPORT_WRITE_OFF:
        refs.append(things.INVOICE_ENTRY(row.invoice_id or "", row.subject_id or ""))
    if row.kind is CommandKind.ANSWER_QUESTION and row.subject_id is not None:
        refs.append(things.QUESTION(row.case_id, row.subject_id))
    work = desk.read(*refs)
    case = work.get(things.CASE(row.case_id))
    # A case of a contract whose number has changed is spoken of as it was handed over.
    agreement = work.get(things.AGREEMENT(case.creditor_id, case.agency)).under(case.agreement_number)
    if agreement is None or agreement.credentials is None:
        return Unfounded("agreement_changed")
    if row.kind is not CommandKind.REGISTER_CASE and case.release in (Release.QUEUED, Release.REJECTED):
        return Unfounded(NEVER_REGISTERED)
    case = case if row.kind is CommandKind.REGISTER_CASE else case.as_told
    member = _member(row, case, subject, work)
    wrong = _wrong(work, row, case, agreement) or wrong_about_member(work, row, case, member)
    if wrong is not None and (row.doubted_at is None or wrong == "billing_address_incomplete"):
        return Unfounded(wrong)
    if row.kind in ABOUT_ONE_INVOICE:
        return Assembled(about_one_invoice(desk, work, row, case, member, agreement), agreement, wrong)
    credit = to_be_checked(work, row, case) if row.kind is CommandKind.OFFER_INVOICE else None
    return Assembled(_command(desk, work, row, case, member, agreement), agreement, wrong, credit)


def _member(row: CommandRow, case: Case, subject: Callable[..., Ref[Any]] | None, work: Work) -> Member:
    """Give the invoice of the case that a command is about; the first one where it is about none."""
    invoice_id = row.invoice_id
    if subject is not None:
        invoice_id = work.get(subject(row.subject_id or "")).invoice_id
    return case.member(invoice_id) or case.members[0]


def _wrong(work: Work, row: CommandRow, case: Case, agreement: Agreement) -> str | None:
    """Say what has become wrong with a command since it was queued."""
    if row.kind is CommandKind.REGISTER_CASE:
        return _wrong_to_register(work, case, agreement)
    if row.kind is CommandKind.OFFER_INVOICE:
        return wrong_to_offer(work, row, case)
    if not case.open and row.kind in _FOR_OPEN_CASES:
        return "case_closed"
    if row.kind is CommandKind.PAUSE_CASE and case.processing is not Processing.PAUSED:
        return "resumed_since"
    if row.kind is CommandKind.RESUME_CASE and case.processing is Processing.PAUSED:
        return "paused_since"
    if row.kind is CommandKind.ANSWER_QUESTION and not cleared(work, row, case):
        return NOT_CLEAR
    return None


def _wrong_to_register(work: Work, case: Case, agreement: Agreement) -> str | None:
    if not case.open:
        return "case_closed"
    if agreement.state is not AgreementState.ACTIVE:
        return "agreement_ended"
    debtor = work.get(things.DEBTOR(case.creditor_id, case.debtor_id))
    if debtor.blocks:
        return debtor.blocks[0]
    found = [wrong_to_hand_over(work.get(things.INVOICE(member.invoice_id))) for member in case.held]
    # Of a group, what has become wrong was left out before; only when nothing is left, nothing is sent.
    return found[0] if found and all(found) else None


def _command(
    desk: Desk, work: Work, row: CommandRow, case: Case, member: Member, agreement: Agreement
) -> Command:
    match row.kind:
        case CommandKind.REGISTER_CASE:
            creditor = work.get(things.CREDITOR(case.creditor_id))
            debtor = work.get(things.DEBTOR(case.creditor_id, case.debtor_id))
            return RegisterCase(
                external_id=case.external_id,
                level=case.level,
                creditor_name=creditor.name,
                creditor_organisation_number=creditor.organisation_number,
                debtor=_debtor(debtor, agreement),
                invoices=tuple(
                    replace(
                        details_of(work.get(things.INVOICE(each.invoice_id)), each, creditor, agreement),
                        earlier=entries_before(desk, each),
                    )
                    for each in case.held
                ),
                channels=channels_for(debtor) if case.level is Level.ADMINISTRATION else (),
            )
        case CommandKind.REPORT_PAYMENT:
            payment = work.get(things.PAYMENT(row.subject_id or ""))
            return ReportPayment(
                external_id=case.external_id,
                case_number=case.case_number,
                payment_id=payment.payment_id,
                invoice_external_id=member.external_id,
                amount=Money(row.principal if case.grouped else payment.amount, payment.currency),
                paid_date=payment.paid_date,
                settles=_settles(case, row),
            )
        case CommandKind.REVERSE_PAYMENT:
            payment = work.get(things.PAYMENT(row.subject_id or ""))
            return ReversePayment(
                external_id=case.external_id,
                case_number=case.case_number,
                reversal_id=f"{payment.payment_id}-r",
                payment_id=payment.payment_id,
                invoice_external_id=member.external_id,
                # Of one that was handed over with the ledger, only what it settled was told; as in a group.
                amount=Money(
                    payment.amount - (0 if payment.reported and not case.grouped else payment.surplus),
                    payment.currency,
                ),
            )
        case CommandKind.REPORT_CREDIT:
            note = work.get(things.CREDIT_NOTE(row.subject_id or ""))
            return ReportCredit(
                external_id=case.external_id,
                case_number=case.case_number,
                credit_note_id=row.report_id or note.credit_note_id,
                invoice_external_id=member.external_id,
                document_number=note.document_number,
                # What was unused then is told under an id of its own when it is used.
                amount=Money(row.principal, note.currency),
                credit_date=note.credit_date,
                settles=_settles(case, row),
            )
        case CommandKind.REPORT_WRITE_OFF:
            entry = work.get(things.INVOICE_ENTRY(member.invoice_id, row.subject_id or ""))
            return ReportWriteOff(
                external_id=case.external_id,
                case_number=case.case_number,
                # Told a second time it is recognised, also from another place in a ledger gone back in time.
                write_off_id=entry.write_off_id or f"{member.external_id}-w{entry.seq}",
                invoice_external_id=member.external_id,
                amount=Money(entry.total, entry.currency),
                write_off_date=entry.entry_date,
                settles=_settles(case, row),
            )
        case CommandKind.SEND_MESSAGE:
            message = work.get(things.MESSAGE(case.case_id, row.subject_id or ""))
            return SendMessage(
                external_id=case.external_id,
                case_number=case.case_number,
                message_id=message.message_id,
                text=message.text,
            )
        case CommandKind.OFFER_INVOICE:
            member = next(each for each in case.members if each.invoice_id == row.subject_id)
            invoice = work.get(things.INVOICE(member.invoice_id))
            return OfferInvoice(
                external_id=case.external_id,
                case_number=case.case_number,
                invoice_external_id=member.external_id,
                number=invoice.sale.number if invoice.sale else 1,
                amount=Money(invoice.balance.owed_to_creditor, invoice.currency),
            )
        case CommandKind.WITHDRAW_CASE:
            return WithdrawCase(external_id=case.external_id, case_number=case.case_number)
        case CommandKind.PAUSE_CASE:
            return PauseCase(
                external_id=case.external_id,
                case_number=case.case_number,
                until_date=date.fromisoformat(row.subject_id or ""),
            )
        case CommandKind.RESUME_CASE:
            return ResumeCase(external_id=case.external_id, case_number=case.case_number)
        case CommandKind.ANSWER_QUESTION:
            question = work.get(things.QUESTION(case.case_id, row.subject_id or ""))
            return AnswerQuestion(
                external_id=case.external_id,
                case_number=case.case_number,
                question_id=question.agency_question_id,
                text=question.answer or "",
                proceed=question.proceed,
            )
        case _:
            unknown = f"{row.kind} is put together elsewhere"
            raise ValueError(unknown)


def _settles(case: Case, row: CommandRow) -> bool:
    """Whether the agency's own ledger is even after this command, with nothing else on its way (ZIR-7)."""
    return case.remaining <= 0 and case.unreported == row.principal


def _debtor(debtor: Debtor, agreement: Agreement) -> DebtorDetails:
    contact = debtor.contacts[0] if debtor.contacts and agreement.settings.contact_travels else None
    if debtor.address is None:
        message = "a debtor without an address is never told to an agency"
        raise ValueError(message)
    return DebtorDetails(
        debtor_id=debtor.debtor_id,
        kind=debtor.kind,
        name=debtor.name,
        organisation_number=debtor.organisation_number,
        address=debtor.address,
        email=contact.email if contact and contact.email else debtor.email,
        phone=contact.phone if contact and contact.phone else debtor.phone,
        language=debtor.language,
        contact=ContactDetails(contact.name, contact.email, contact.phone) if contact else None,
    )
