"""Service windows: what is asked and told."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from fordring.domain.service_windows import ServiceWindow
from fordring.edge.schemas.common import Given, fault
from fordring.edge.schemas.told import Told


class GivenServiceWindow(Given):
    """When a system is serviced, every week, in local time."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    begins: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["03:00"])]
    ends: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["06:00"])]
    country: Annotated[Literal["NO", "SE", "FI", "DK"], Field(description="Whose local time it is.")]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends <= self.begins:
            raise fault("ends_before_it_begins", "a night is two windows")
        return self

    @property
    def window(self) -> ServiceWindow:
        """The window in the hub's own form."""
        return ServiceWindow(self.weekday, self.begins, self.ends, self.country)


ServiceWindows = Annotated[
    list[GivenServiceWindow],
    Field(
        default_factory=list,
        max_length=14,
        description="While it is serviced nothing is sent there: what is due waits, and no attempt is spent.",
    ),
]


class ToldServiceWindow(Told):
    """When a system is serviced, every week, in local time."""

    weekday: str
    begins: str
    ends: str
    country: str


def tell_service_window(window: ServiceWindow) -> dict[str, str]:
    """Tell a service window."""
    return {
        "weekday": window.weekday,
        "begins": window.begins,
        "ends": window.ends,
        "country": window.country,
    }
