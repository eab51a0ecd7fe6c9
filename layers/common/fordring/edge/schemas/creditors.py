"""Creditors: what is asked and told."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from fordring.domain.creditor import Creditor
from fordring.domain.references import LONGEST_KID, SHORTEST_KID, KidFormat
from fordring.edge.identifiers import compact_organisation_number, organisation_number_fault
from fordring.edge.schemas.addresses import Email, GivenAddress, ToldAddress, tell_address
from fordring.edge.schemas.common import Given, Text, fault
from fordring.edge.schemas.told import Instant, Told, instant


class GivenKidFormat(Given):
    """One form that the creditor's KIDs have, as agreed with the bank."""

    length: Annotated[int, Field(ge=SHORTEST_KID, le=LONGEST_KID, description="With the check digit.")]
    modulus: Literal["mod10", "mod11"]


class GivenCreditor(Given):
    """A creditor: a company that uses the billing product."""

    name: Text
    # Before the number, whose form it decides.
    country: Literal["NO", "SE", "FI", "DK"]
    organisation_number: Annotated[str, Field(min_length=1, max_length=20, examples=["315000017"])]
    address: GivenAddress
    email: Email | None = None
    kid_formats: Annotated[list[GivenKidFormat], Field(default_factory=list, max_length=10)]
    clearing_order: Annotated[
        Literal["principal_first", "costs_first"],
        Field(description="What a part payment settles first."),
    ] = "costs_first"
    bank_account: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Z0-9][A-Z0-9 .-]{4,40}$",
            description="Where debtors pay; an IBAN or a local number.",
        ),
    ] = None

    @field_validator("organisation_number")
    @classmethod
    def _is_right(cls, value: str, known: ValidationInfo) -> str:
        country = known.data.get("country")
        found = organisation_number_fault(country, value) if country else None
        if found is not None:
            raise fault(found.code, found.detail)
        return compact_organisation_number(value)

    @property
    def formats(self) -> tuple[KidFormat, ...]:
        """The KID formats in the hub's own form, each once."""
        return tuple(dict.fromkeys(KidFormat(each.length, each.modulus) for each in self.kid_formats))


class ToldKidFormat(Told):
    """One form of the creditor's KIDs."""

    length: int
    modulus: str


class ToldCreditor(Told):
    """A creditor."""

    creditor_id: str
    name: str
    country: str
    organisation_number: str
    address: ToldAddress
    email: str | None
    kid_formats: list[ToldKidFormat]
    clearing_order: str
    bank_account: str | None
    created_at: Instant
    updated_at: Instant
    revision: int


class ToldCreditors(Told):
    """A page of creditors."""

    items: list[ToldCreditor]
    next_cursor: str | None


def tell_creditor(creditor: Creditor) -> dict[str, Any]:
    """Tell a creditor."""
    return {
        "creditor_id": creditor.creditor_id,
        "name": creditor.name,
        "country": creditor.country,
        "organisation_number": creditor.organisation_number,
        "address": tell_address(creditor.address),
        "email": creditor.email,
        "kid_formats": [
            {"length": kid_format.length, "modulus": kid_format.modulus}
            for kid_format in creditor.kid_formats
        ],
        "clearing_order": creditor.clearing_order,
        "bank_account": creditor.bank_account,
        "created_at": instant(creditor.created_at),
        "updated_at": instant(creditor.updated_at),
        "revision": creditor.revision,
    }
