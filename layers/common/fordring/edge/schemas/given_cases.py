"""Cases: what is asked."""

from typing import Annotated, Literal

from pydantic import Field

from fordring.domain.agency import Level
from fordring.edge.schemas.common import AgencyName, Given


class NewCase(Given):
    """Hand an invoice over to an agency."""

    agency: AgencyName
    invoice_id: Annotated[str, Field(pattern=r"^inv_[0-9A-Z]{26}$")]
    level: Annotated[
        Literal["reminder", "collection", "administration"] | None,
        Field(description="Defaults to the agreement's: `administration` if that is its service."),
    ] = None

    @property
    def chosen_level(self) -> Level | None:
        """The level in the hub's own form."""
        return Level(self.level) if self.level else None


class NewMessage(Given):
    """A message to the case handler."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Withdrawal(Given):
    """Take a case back."""

    reason: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", description="A code of your own.")] = (
        "withdrawn"
    )
