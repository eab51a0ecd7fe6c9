"""Write-offs and costs that are added by hand: what is asked."""

from typing import Annotated, Literal

from pydantic import Field

from fordring.domain.ledger import Component
from fordring.edge.schemas.common import BusinessDate, Code, Given, PositiveMoney
from fordring.usecases.giving_up import AddedCost, WriteOff

AgencyAsked = Annotated[
    bool,
    Field(description="That the agency was asked and agrees: required while the invoice is at one."),
]


class NewWriteOff(Given):
    """Give up what is owed."""

    date: BusinessDate
    reason: Annotated[Code, Field(description="Your own code, without personal data.")] = "credit_loss"
    amount: Annotated[PositiveMoney | None, Field(description="Without it, all that remains.")] = None
    agency_asked: AgencyAsked = False

    @property
    def write_off(self) -> WriteOff:
        """The write-off in the hub's own form."""
        amount = self.amount.money if self.amount else None
        return WriteOff(self.date, self.reason, amount, self.agency_asked)


class NewCost(Given):
    """Add to what is owed."""

    component: Literal["fee", "interest", "compensation"]
    amount: PositiveMoney
    date: BusinessDate
    reason: Annotated[Code, Field(description="Your own code, without personal data.")] = "added_by_hand"
    agency_asked: AgencyAsked = False

    @property
    def cost(self) -> AddedCost:
        """The cost in the hub's own form."""
        return AddedCost(
            Component(self.component), self.amount.money, self.date, self.reason, self.agency_asked
        )
