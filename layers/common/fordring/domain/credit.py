"""Credit checks: whether an agency would buy what somebody owes, and up to which amount."""

from dataclasses import field
from enum import StrEnum

from fordring.domain.money import Money
from fordring.domain.values import dataclass


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
