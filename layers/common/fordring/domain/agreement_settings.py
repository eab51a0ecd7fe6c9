"""What a creditor has chosen for an agency."""

from dataclasses import field, replace
from enum import StrEnum
from typing import Final

from fordring.domain.accounts import Accounts
from fordring.domain.agency import Level, Service
from fordring.domain.money import Money
from fordring.domain.service_windows import ServiceWindow
from fordring.domain.values import dataclass

TRANSFER_STATUSES: Final = ("overdue", "reminded", "notice_sent")
"""The dunning statuses from which an agreement may let invoices go, in the order they are reached in."""


class Grouping(StrEnum):
    """How many entries a case has (ZIR-21)."""

    INVOICE = "invoice"
    """One case for each entry."""
    DEBTOR = "debtor"
    """One case for all that a debtor owes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the creditor has chosen for this agency.

    Parameters
    ----------
    level
        The level handed over (ZIR-18).
    kid_length
        References are sent zero-filled to this length (ZIR-20); ``None`` sends them as they are.
    transfer_from
        Days after the due date from which a transfer is allowed; at least 1.
    contact_travels
        Whether the debtor's contact person goes along (NET-21, NET-22).
    agency_bank_accounts
        From where the agency pays out: such bank lines are never direct payments (BEY-2).
    automatic_sync
        Payments are registered automatically once an hour (SAN-9, SAN-11).
    service
        What happens to an invoice that says nothing of its own (SAN-12, SAN-18).
    transfer_status
        The dunning status from which invoices may be transferred (NET-2); one of ``TRANSFER_STATUSES``.
    grouping
        Whether a debtor's entries go into one case.
    accounts
        Where bookkeeping is proposed to go.
    agency_email
        Where the agency is written to: orders, and new addresses of the creditor (ZIR-14, ZIR-16).
    service_windows
        When the agency's systems are serviced: calls wait (SAN-20).
    commission
        What the agency keeps of what it collects, in hundredths of a per cent; ``None``: nothing (ZIR-3).
    withdrawal_cost
        What the agency charges for a case that the creditor takes back; ``None``: nothing (ZIR-3).
    """

    level: Level = Level.REMINDER
    kid_length: int | None = None
    transfer_from: int = 1
    contact_travels: bool = False
    agency_bank_accounts: tuple[str, ...] = ()
    automatic_sync: bool = True
    service: Service = Service.REMINDERS_AND_COLLECTION
    transfer_status: str = TRANSFER_STATUSES[0]
    accounts: Accounts = field(default_factory=Accounts)
    agency_email: str | None = None
    grouping: Grouping = Grouping.INVOICE
    service_windows: tuple[ServiceWindow, ...] = ()
    commission: int | None = None
    withdrawal_cost: Money | None = None

    def with_bank_accounts(self, told: tuple[str, ...]) -> "Settings":
        """Give the settings with the accounts that the agency has told among those that it pays out from."""
        accounts = tuple(dict.fromkeys((*self.agency_bank_accounts, *told)))
        return replace(self, agency_bank_accounts=accounts)
