"""Postal addresses: as they are given and told."""

from typing import Annotated, Any

from pydantic import Field

from fordring.domain.agency import Address
from fordring.edge.schemas.common import EMAIL, Country, Given, Text
from fordring.edge.schemas.told import Told

Email = Annotated[str, Field(min_length=3, max_length=254, pattern=EMAIL, examples=["post@acme.example"])]

Line = Annotated[str, Field(min_length=1, max_length=100)]


class GivenAddress(Given):
    """A postal address."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=3)]
    postal_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{1,9}$", examples=["0155"])]
    city: Text
    country: Country

    @property
    def address(self) -> Address:
        """The address in the hub's own form."""
        return Address(tuple(self.lines), self.postal_code, self.city, self.country)


class ToldAddress(Told):
    """A postal address."""

    lines: list[str]
    postal_code: str
    city: str
    country: str


def tell_address(address: Address | None) -> dict[str, Any] | None:
    """Tell an address."""
    if address is None:
        return None
    return {
        "lines": list(address.lines),
        "postal_code": address.postal_code,
        "city": address.city,
        "country": address.country,
    }
