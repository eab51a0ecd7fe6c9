"""What an agency's callback or answer holds: facts, and its own view of its ledger; and whose it is."""

from datetime import datetime

from fordring.domain.agency import CaseKey, Stage
from fordring.domain.facts import Fact
from fordring.domain.money import Money
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells: an agency, about one creditor's cases."""

    creditor_id: str
    agency: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified callback: the agency's id for it, and the facts it carries, in order."""

    delivery_id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what has happened since a cursor; ``more`` when another page follows at once."""

    facts: tuple[Fact, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class AgencyBalance:
    """The agency's own view of one case, for reconciliation (BEY-10)."""

    case: CaseKey
    agency_status: str
    stage: Stage | None
    open: bool
    principal_remaining: Money
    cost_remaining: Money
    interest_remaining: Money
    as_of: datetime


@dataclass(frozen=True, slots=True)
class BalancePage:
    """A page of open cases; ``next_page`` is ``None`` on the last one."""

    cases: tuple[AgencyBalance, ...]
    next_page: str | None
