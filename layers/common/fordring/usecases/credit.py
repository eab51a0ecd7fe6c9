"""Asking an agency for somebody's credit: at the counter, or before an invoice is offered to it.

Whom it is about is held in memory for the call and goes nowhere else.
"""

from fordring.domain import things
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.agency_port import Agency, ChecksCredit
from fordring.domain.agreement import Agreement
from fordring.domain.credit import (
    VALID_FOR,
    CreditAnswer,
    CreditCheck,
    CreditDecision,
    CreditSubject,
    reason_of_limit,
)
from fordring.domain.instructions import Command, OfferInvoice
from fordring.domain.transport import TransportFailed
from fordring.usecases.work import Work


def ask(agency: Agency, subject: CreditSubject, credentials: Credentials) -> CreditAnswer | None:
    """Ask; ``None`` when the agency makes no checks, or gives no answer in ten seconds that can be read."""
    if not isinstance(agency, ChecksCredit):
        return None
    try:
        return agency.credit_check(subject, credentials)
    except (TransportFailed, MalformedAnswer):
        return None


def refusal_of(
    agency: Agency, command: Command, subject: CreditSubject, credentials: Credentials
) -> str | None:
    """Ask before an offer is sent; gives the reason not to send it, as a code."""
    answer = ask(agency, subject, credentials)
    if answer is None:
        return "credit_check_unavailable"
    if not answer.approved:
        return "credit_refused"
    if answer.limit is None or not isinstance(command, OfferInvoice):
        return None
    return reason_of_limit(answer.limit.minor, answer.limit.currency, command.amount)


def keep_check(
    work: Work,
    check_id: str,
    agreement: Agreement,
    subject: CreditSubject,
    debtor_id: str | None,
    answer: CreditAnswer | None,
) -> CreditCheck:
    """Write a check down: its decision, and no number of a person (SAN-8)."""
    decision = CreditDecision.UNAVAILABLE
    if answer is not None:
        decision = CreditDecision.APPROVED if answer.approved else CreditDecision.REFUSED
    limit = answer.limit if answer else None
    check = CreditCheck(
        check_id=check_id,
        creditor_id=agreement.creditor_id,
        agency=agreement.agency,
        decision=decision,
        basis="organisation_number" if subject.organisation_number else "national_identity_number",
        checked_at=work.now,
        expires_at=work.now + VALID_FOR,
        debtor_id=debtor_id,
        organisation_number=subject.organisation_number,
        limit=limit.minor if limit else None,
        currency=limit.currency if limit else None,
    )
    work.add(things.CREDIT_CHECK(agreement.creditor_id, check_id), check)
    return check
