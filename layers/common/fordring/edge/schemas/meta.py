"""Agencies, and the API about itself: what is told."""

from typing import Any, Literal

from fordring.domain.agency import Capabilities, Operation
from fordring.edge.schemas.told import Told


class ToldAgency(Told):
    """What an agency can do.

    ``interface`` is ``published`` when the adapter follows the agency's own specification, and ``modelled``
    when the agency publishes none.
    """

    agency: str
    title: str
    interface: Literal["modelled", "published"]
    countries: list[str]
    currencies: list[str]
    operations: list[Operation]


class ToldAgencies(Told):
    """The agencies."""

    items: list[ToldAgency]
    next_cursor: None


class ToldHealth(Told):
    """That the API answers."""

    status: Literal["ok"]
    version: str


def tell_agency(capabilities: Capabilities) -> dict[str, Any]:
    """Tell what an agency can do."""
    return {
        "agency": capabilities.agency,
        "title": capabilities.title,
        "interface": capabilities.interface,
        "countries": list(capabilities.countries),
        "currencies": list(capabilities.currencies),
        "operations": sorted(operation.value for operation in capabilities.operations),
    }
