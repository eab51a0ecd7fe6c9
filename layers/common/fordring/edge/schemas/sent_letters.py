"""A letter that was sent, as the billing product tells it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from fordring.edge.schemas.common import GivenMoney, fault
from fordring.edge.schemas.invoices import GivenReminder
from fordring.usecases.reminding import SentLetter


class GivenSentLetter(GivenReminder):
    """A letter that the creditor has sent; under a reminder plan, the one that was asked for."""

    reminder_id: Annotated[
        str | None,
        Field(
            pattern=r"^rem_[0-9A-F]{26}$",
            description="From `invoice.reminder_due`: confirms that letter, which is then checked against "
            "what the law allows on the day on which it was sent.",
        ),
    ] = None
    compensation: Annotated[
        GivenMoney | None,
        Field(description="What the letter asks for as compensation for late payment, added to the debt."),
    ] = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.compensation is not None and self.compensation.money.minor < 0:
            raise fault("negative_amount", "compensation is not below zero")
        return self

    @property
    def sent(self) -> SentLetter:
        """The letter in the hub's own form."""
        compensation = self.compensation.money.minor if self.compensation else 0
        return SentLetter(self.reminder, compensation, self.reminder_id)
