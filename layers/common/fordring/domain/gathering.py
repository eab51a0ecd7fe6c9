"""A case of several invoices while it is put together, a few invoices at a time."""

from datetime import datetime
from typing import Final

from fordring.domain.agency import Level
from fordring.domain.values import dataclass

AT_A_TIME: Final = 20
"""How many invoices are claimed in one transaction (design, "How data flows", 1)."""

MOST_AT_ONCE: Final = 500
"""How many invoices of a debtor are gathered by one request; further ones by the next."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What is still to be claimed for a case, and for those that follow when it is full.

    Parameters
    ----------
    case_id
        The case that is being put together; its row lives and dies with this.
    waiting
        The invoices that have not been looked at yet, oldest due date first.
    due_at
        When to go on, business time.
    by_law
        Whether the level is the law's choice, whatever the agreement says.
    by_plan
        Whether a reminder plan hands over.
    """

    case_id: str
    creditor_id: str
    debtor_id: str
    agency: str
    level: Level
    waiting: tuple[str, ...]
    due_at: datetime
    by_law: bool = False
    by_plan: bool = False
