"""Debtors: what is asked and told."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from fordring.domain.agency import Address
from fordring.domain.creditor import ContactPerson, Debtor
from fordring.edge.identifiers import (
    COUNTRIES,
    compact_organisation_number,
    is_national_identity_number,
    organisation_number_fault,
)
from fordring.edge.schemas.common import EMAIL, BusinessDate, Country, Given, Metadata, Text, fault
from fordring.edge.schemas.told import Instant, Told, day, instant
from fordring.usecases.debtors import DebtorDetails

type Language = Literal["nb", "nn", "sv", "fi", "da", "en"]
type Channel = Literal["ehf", "email", "paper"]

Email = Annotated[str, Field(min_length=3, max_length=254, pattern=EMAIL, examples=["post@kunde.example"])]
Phone = Annotated[str, Field(min_length=3, max_length=30, pattern=r"^\+?[0-9][0-9 ()-]*$")]


class GivenBillingAddress(Given):
    """A billing address. What is left out blocks a transfer until it is there."""

    lines: Annotated[list[Text], Field(max_length=4, default_factory=list)]
    postal_code: Annotated[str, Field(max_length=20)] = ""
    city: Annotated[str, Field(max_length=100)] = ""
    country: Country

    @property
    def address(self) -> Address:
        """The address in the hub's own form."""
        return Address(tuple(self.lines), self.postal_code, self.city, self.country)


class GivenContact(Given):
    """A contact person at the debtor."""

    name: Text
    email: Email | None = None
    phone: Phone | None = None


class NewDebtor(Given):
    """A debtor as it shall be from now on."""

    kind: Literal["business", "private"]
    country: Country
    name: Text
    organisation_number: Annotated[
        str | None,
        Field(min_length=2, max_length=40, description="Of a business. Checked in NO, SE, FI and DK."),
    ] = None
    address: GivenBillingAddress | None = None
    email: Email | None = None
    email_accepted_date: Annotated[
        BusinessDate | None,
        Field(
            description="When the debtor last used this e-mail address towards the creditor, or accepted "
            "letters at it. In Norway a letter that costs something, and a notice of collection, is sent by "
            "e-mail only with it."
        ),
    ] = None
    phone: Phone | None = None
    language: Language | None = None
    channel: Annotated[
        Channel | None, Field(description="How this debtor wants letters and invoices to come.")
    ] = None
    collection_ban: bool = False
    deceased: Annotated[
        bool | None,
        Field(description="Whether the debtor is dead. Left out, what is known stays as it is."),
    ] = None
    credit_check: Annotated[
        bool, Field(description="Whether an agency is asked for credit before an invoice is offered to it.")
    ] = False
    contacts: Annotated[
        list[GivenContact],
        Field(max_length=20, description="The first one is the default.", default_factory=list),
    ]
    metadata: Annotated[Metadata, Field(default_factory=dict)]

    @field_validator("organisation_number")
    @classmethod
    def _is_organisation_number(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None or "country" not in info.data or "kind" not in info.data:
            return value
        if info.data["kind"] == "private":
            raise fault("not_for_private", "a private debtor has no organisation number")
        if info.data["country"] in COUNTRIES:
            found = organisation_number_fault(info.data["country"], value)
            if found is not None:
                raise fault(found.code, found.detail)
            return compact_organisation_number(value)
        if is_national_identity_number(value):
            raise fault("national_identity_number", "a person's national identity number is never stored")
        return value

    @field_validator("email_accepted_date")
    @classmethod
    def _is_of_an_address(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is not None and info.data.get("email", "") is None:
            raise fault("email_missing", "there is no e-mail address that was accepted")
        return value

    @property
    def details(self) -> DebtorDetails:
        """The debtor in the hub's own form."""
        return DebtorDetails(
            kind=self.kind,
            name=self.name,
            country=self.country,
            organisation_number=self.organisation_number,
            address=self.address.address if self.address else None,
            email=self.email,
            email_accepted_date=self.email_accepted_date,
            phone=self.phone,
            language=self.language,
            channel=self.channel,
            collection_ban=self.collection_ban,
            deceased=self.deceased,
            credit_check=self.credit_check,
            contacts=tuple(ContactPerson(each.name, each.email, each.phone) for each in self.contacts),
            metadata=self.metadata,
        )


class ToldAddress(Told):
    """A postal address."""

    lines: list[str]
    postal_code: str
    city: str
    country: str


class ToldContact(Told):
    """A contact person at the debtor."""

    name: str
    email: str | None
    phone: str | None


class ToldDebtor(Told):
    """A debtor, and why nothing of it may be transferred at present."""

    debtor_id: str
    creditor_id: str
    kind: Literal["business", "private"]
    country: str
    name: str
    organisation_number: str | None
    address: ToldAddress | None
    email: str | None
    email_accepted_date: date | None
    email_bounced_at: Instant | None
    phone: str | None
    language: str | None
    channel: str | None
    collection_ban: bool
    deceased: bool
    credit_check: bool
    contacts: list[ToldContact]
    default_contact: ToldContact | None
    metadata: dict[str, str]
    blocking_reasons: list[str]
    erased_at: Instant | None
    created_at: Instant
    updated_at: Instant
    revision: int


class ToldDebtors(Told):
    """A page of debtors."""

    items: list[ToldDebtor]
    next_cursor: str | None


def tell_debtor(debtor: Debtor) -> dict[str, Any]:
    """Tell a debtor."""
    address = debtor.address
    contacts = [{"name": each.name, "email": each.email, "phone": each.phone} for each in debtor.contacts]
    return {
        "debtor_id": debtor.debtor_id,
        "creditor_id": debtor.creditor_id,
        "kind": debtor.kind,
        "country": debtor.country,
        "name": debtor.name,
        "organisation_number": debtor.organisation_number,
        "address": {
            "lines": list(address.lines),
            "postal_code": address.postal_code,
            "city": address.city,
            "country": address.country,
        }
        if address
        else None,
        "email": debtor.email,
        "email_accepted_date": day(debtor.email_accepted_date),
        "email_bounced_at": instant(debtor.email_bounced_at),
        "phone": debtor.phone,
        "language": debtor.language,
        "channel": debtor.channel,
        "collection_ban": debtor.collection_ban,
        "deceased": debtor.deceased_at is not None,
        "credit_check": debtor.credit_check,
        "contacts": contacts,
        "default_contact": contacts[0] if contacts else None,
        "metadata": dict(debtor.metadata or {}),
        "blocking_reasons": list(debtor.blocks),
        "erased_at": instant(debtor.erased_at),
        "created_at": instant(debtor.created_at),
        "updated_at": instant(debtor.updated_at),
        "revision": debtor.revision,
    }
