"""Credit checks: whether an agency would buy what somebody owes, and up to which amount."""

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fordring.domain.creditor import Debtor
from fordring.domain.money import Money
from fordring.domain.values import dataclass

VALID_FOR: Final = timedelta(hours=24)
"""How long an invoice may rest on a check: it is made at the counter, for the sale at hand."""


class CreditDecision(StrEnum):
    """What a check came to."""

    APPROVED = "approved"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    """No answer in time: the invoice is administered (SAN-15)."""


@dataclass(frozen=True, slots=True)
class CreditSubject:
    """Who is checked: an organisation or a person, by exactly one of the two numbers.

    The national identity number exists for the length of one call. It is in no ``repr``, and nothing that
    holds a subject is ever stored, queued or logged (SAN-8).

    Parameters
    ----------
    country
        Whose number it is, ISO 3166-1 alpha-2.
    """

    country: str
    organisation_number: str | None = None
    national_identity_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CreditAnswer:
    """An agency's answer. ``limit``: up to which amount it buys; ``None``: no limit was named."""

    approved: bool
    limit: Money | None = None


@dataclass(frozen=True, slots=True)
class CreditCheck:
    """A check that was made, with its decision and without the number of a person.

    Parameters
    ----------
    basis
        ``organisation_number`` or ``national_identity_number``.
    debtor_id, organisation_number
        Whom it is about, as far as that may be kept; neither: whoever states its id vouches for it.
    limit, currency
        Up to which amount the agency buys, minor units; ``None``: no limit was named.
    """

    check_id: str
    creditor_id: str
    agency: str
    decision: CreditDecision
    basis: str
    checked_at: datetime
    expires_at: datetime
    debtor_id: str | None = None
    organisation_number: str | None = None
    limit: int | None = None
    currency: str | None = None

    def reason_against(self, debtor: Debtor, amount: Money, now: datetime) -> str | None:
        """Say why an invoice cannot be sold on this check, as a code; ``None`` when it can."""
        other = self.debtor_id is not None and self.debtor_id != debtor.debtor_id
        other |= (
            self.organisation_number is not None and self.organisation_number != debtor.organisation_number
        )
        if other:
            return "credit_check_of_another"
        if now >= self.expires_at:
            return "credit_check_expired"
        match self.decision:
            case CreditDecision.UNAVAILABLE:
                return "credit_check_unavailable"
            case CreditDecision.REFUSED:
                return "credit_refused"
            case CreditDecision.APPROVED:
                return reason_of_limit(self.limit, self.currency, amount)


def reason_of_limit(limit: int | None, currency: str | None, amount: Money) -> str | None:
    """Say that an amount is above an agency's limit, or in another currency than it."""
    if limit is None:
        return None
    return None if currency == amount.currency and amount.minor <= limit else "credit_limit_exceeded"


def subject_of(debtor: Debtor) -> CreditSubject | None:
    """Give whom to ask about without anybody at the counter: a flagged customer with a number (SAN-6)."""
    if not debtor.credit_check or debtor.organisation_number is None:
        return None
    return CreditSubject(debtor.country, organisation_number=debtor.organisation_number)
