"""Creditors, their debtors, and who may act for them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from fordring.domain.agency import Address
from fordring.domain.references import KidFormat
from fordring.domain.values import dataclass


class Scope(StrEnum):
    """What a key may do; each includes the ones before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: "Scope") -> bool:
        """Whether this scope allows what the other one asks."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key to the API. The key itself is shown once; ``digest`` is its SHA-256.

    ``creditors`` is ``None`` for a key that acts for every creditor of the tenant.
    """

    key_id: str
    digest: str
    name: str
    scope: Scope
    creditors: tuple[str, ...] | None
    created_at: datetime
    revoked_at: datetime | None = None

    def reaches(self, creditor_id: str) -> bool:
        """Whether the key may see this creditor at all."""
        return self.creditors is None or creditor_id in self.creditors


@dataclass(frozen=True, slots=True)
class Creditor:
    """A company that uses the billing product."""

    creditor_id: str
    name: str
    organisation_number: str
    country: str
    address: Address
    email: str | None
    kid_formats: tuple[KidFormat, ...]
    clearing_order: str
    bank_account: str | None
    created_at: datetime
    updated_at: datetime
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """Somebody at the debtor (NET-19)."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes. Personal data lives here and nowhere else.

    ``kind`` is ``business`` or ``private``. ``contacts``: the first one is the default (NET-20).
    ``erased_at``: since when nothing says any more who this is. ``deceased_at``: since when it is known that
    the debtor is dead.
    ``credit_check``: whether the agency is asked before an invoice is offered to it (SAN-5).
    ``email_accepted_date``: when the debtor last used the e-mail address towards the creditor, or accepted
    letters at it. ``email_bounced_at``: since when it is known that letters to it come back.
    """

    creditor_id: str
    debtor_id: str
    kind: str
    name: str
    country: str
    created_at: datetime
    updated_at: datetime
    organisation_number: str | None = None
    address: Address | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    channel: str | None = None
    collection_ban: bool = False
    contacts: tuple[ContactPerson, ...] = ()
    metadata: Mapping[str, str] | None = None
    credit_check: bool = False
    revision: int = 1
    erased_at: datetime | None = None
    deceased_at: datetime | None = None
    email_accepted_date: date | None = None
    email_bounced_at: datetime | None = None

    @property
    def blocks(self) -> tuple[str, ...]:
        """Why nothing of this debtor may be transferred, as codes (NET-9, NET-10)."""
        found = []
        if self.collection_ban:
            found.append("collection_ban")
        if self.deceased_at is not None:
            found.append("debtor_deceased")
        address = self.address
        if address is None or not (address.lines and address.postal_code.strip() and address.city.strip()):
            found.append("billing_address_incomplete")
        if self.kind == "business" and not self.organisation_number:
            found.append("organisation_number_missing")
        return tuple(found)
