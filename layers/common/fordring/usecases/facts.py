"""What an agency tells, applied once: the same code for callbacks and for the hourly run."""

from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.case import Case
from fordring.domain.facts import (
    CaseClosed,
    CasePaused,
    CaseRegistered,
    CaseRejected,
    CaseResumed,
    DebtorDeceased,
    Fact,
    InvoiceDelivered,
    InvoiceDeliveryFailed,
    InvoicePaidOut,
    InvoiceRecoursed,
    LetterDispatched,
    MessageReceived,
    MessageSeen,
    PaymentReceived,
    PaymentReversed,
    PurchaseDecided,
    QuestionAsked,
    QuestionWithdrawn,
    ServiceActivated,
    SettlementMade,
    StatusChanged,
)
from fordring.usecases.activating import activate
from fordring.usecases.administered import receive_delivery
from fordring.usecases.case_facts import (
    change_status,
    closed_by_agency,
    number,
    record_letter,
    record_message,
    reject,
)
from fordring.usecases.corresponding import seen_by_agency
from fordring.usecases.deceased import deceased
from fordring.usecases.naming import case_ref
from fordring.usecases.pausing import paused_by_agency, resumed_by_agency
from fordring.usecases.paying_out import receive_settlement
from fordring.usecases.questioning import asked, withdrawn
from fordring.usecases.receiving_payments import receive_payment
from fordring.usecases.receiving_reversals import receive_reversal
from fordring.usecases.selling import receive_decision, receive_payout, receive_recourse
from fordring.usecases.work import Work

type CaseFact = (
    CaseRegistered
    | CaseRejected
    | StatusChanged
    | DebtorDeceased
    | LetterDispatched
    | MessageReceived
    | MessageSeen
    | CasePaused
    | CaseResumed
    | QuestionAsked
    | QuestionWithdrawn
    | CaseClosed
    | InvoiceDelivered
    | InvoiceDeliveryFailed
    | PurchaseDecided
    | InvoicePaidOut
    | InvoiceRecoursed
)


class UnknownCase(Exception):
    """A fact is about something that this creditor does not have (yet): it is parked."""


def apply(work: Work, fact: Fact, teller: Teller) -> bool:
    """Apply a fact; tells whether it was new.

    Raises
    ------
    UnknownCase
        When it is about a case that this creditor does not have.
    """
    match fact:
        case SettlementMade():
            return receive_settlement(work, fact, teller)
        case ServiceActivated():
            return activate(work, fact, teller)
        case PaymentReceived():
            return receive_payment(work, fact, teller, _case_of(work, fact.case, teller))
        case PaymentReversed():
            return receive_reversal(work, fact, teller, _case_of(work, fact.case, teller))
        case _:
            return _apply_to_case(work, fact, teller)


def _case_of(work: Work, key: CaseKey, teller: Teller) -> Case | None:
    ref = case_ref(key)
    found = work.find(ref) if ref else None
    if found is None or found.creditor_id != teller.creditor_id or found.agency != teller.agency:
        # Another creditor's case is as unknown as one that does not exist.
        if key.external_id or key.case_number:
            raise UnknownCase
        return None
    return found


def _apply_to_case(
    work: Work,
    fact: CaseFact,
    teller: Teller,
) -> bool:
    case = _case_of(work, fact.case, teller)
    if case is None:
        raise UnknownCase
    match fact:
        case CaseRegistered():
            return number(work, case, fact.case_number)
        case CaseRejected():
            return reject(work, case, fact.reasons)
        case StatusChanged():
            return change_status(work, case, fact)
        case DebtorDeceased():
            return deceased(work, case, fact)
        case LetterDispatched():
            return record_letter(work, case, fact)
        case MessageReceived():
            return record_message(work, case, fact)
        case CaseClosed():
            return closed_by_agency(work, case, fact)
        case CasePaused():
            return paused_by_agency(work, case, fact)
        case CaseResumed():
            return resumed_by_agency(work, case, fact)
        case MessageSeen():
            return seen_by_agency(work, case, fact)
        case QuestionAsked():
            return asked(work, case, fact)
        case QuestionWithdrawn():
            return withdrawn(work, case, fact)
        case InvoiceDelivered() | InvoiceDeliveryFailed():
            return receive_delivery(work, case, fact)
        case PurchaseDecided():
            return receive_decision(work, case, fact)
        case InvoicePaidOut():
            return receive_payout(work, case, fact)
        case InvoiceRecoursed():
            return receive_recourse(work, case, fact)
