"""What is replayed: each plan, in each country, and of which debtors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.reminder_plan import Anchor, PlanName, PlanStep, StepKind

COUNTRIES: Final = ("NO", "FI", "SE", "DK")
NAMED: Final = (PlanName.TIGHT, PlanName.RECOMMENDED, PlanName.CALM)

WITH_FEES: Final = (
    PlanStep(StepKind.REMINDER, 14, Anchor.DUE_DATE, deadline_days=14, fee=True),
    PlanStep(StepKind.NOTICE_OF_COLLECTION, 1, Anchor.LAST_DEADLINE, deadline_days=14, fee=True),
    PlanStep(StepKind.TRANSFER, 1, Anchor.LAST_DEADLINE),
)
"""A plan of the creditor's own that is lawful everywhere: a reminder and a notice of collection, each for all
that the law allows, then collection. The named plans' letters are free."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One replay: under which plan, in which country, as if every debtor were of one kind.

    Parameters
    ----------
    debtor_kind
        ``consumer`` or ``business``: whose fees and rates apply.
    """

    country: str
    plan: PlanName
    debtor_kind: str = "consumer"

    @property
    def steps(self) -> tuple[PlanStep, ...]:
        """The steps of a plan of the creditor's own; empty for a named one."""
        return WITH_FEES if self.plan is PlanName.CUSTOM else ()

    @property
    def level(self) -> Level:
        """At which level it hands over."""
        return Level.COLLECTION if self.plan is PlanName.CUSTOM else Level.REMINDER

    @property
    def claims_compensation(self) -> bool:
        """Whether the lump sum for late payment is asked for: of businesses, where it is known."""
        return self.debtor_kind == "business" and self.country != "DK"

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.country} {self.plan} {self.debtor_kind}"


def everything() -> Iterator[Followed]:
    """Give every replay: consumers under the named plans, consumers and businesses under one with fees."""
    for country in COUNTRIES:
        for plan in NAMED:
            yield Followed(country, plan)
        for debtor_kind in ("consumer", "business"):
            yield Followed(country, PlanName.CUSTOM, debtor_kind)
