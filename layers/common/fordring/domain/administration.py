"""Invoice administration: which invoices an agency sends out, by which channel, and how that went (SAN-1)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fordring.domain.agency import Service
from fordring.domain.creditor import Debtor
from fordring.domain.values import dataclass

CHANNELS: Final = ("ehf", "email", "paper")
"""How an invoice may reach its recipient, in the order in which one stands in for another (SAN-3)."""


class InvoiceService(StrEnum):
    """What the creditor wants for one invoice, whatever the agreement's default is (SAN-18)."""

    NONE = "none"
    """The creditor sends it and follows it up."""
    ADMINISTRATION = "administration"
    PURCHASE = "purchase"


def service_of(wish: InvoiceService | None, agreed: Service) -> InvoiceService:
    """Give what is done with an invoice under an agreement: its own wish, or else the agreement's default."""
    if wish is not None:
        return wish
    match agreed:
        case Service.ADMINISTRATION:
            return InvoiceService.ADMINISTRATION
        case Service.PURCHASE:
            return InvoiceService.PURCHASE
        case _:
            return InvoiceService.NONE


def channels_for(debtor: Debtor) -> tuple[str, ...]:
    """Give the channels by which an invoice may reach a debtor, the wanted one first (SAN-4).

    From the wanted channel on, or from e-mail on where none is stored, each for which the debtor has what
    it needs: an organisation number for EHF, an address for e-mail, a complete postal address for paper.
    """
    wanted = debtor.channel if debtor.channel in CHANNELS else "email"
    address = debtor.address
    reachable = {
        "ehf": debtor.organisation_number is not None,
        "email": bool(debtor.email),
        "paper": address is not None and bool(address.lines and address.postal_code and address.city),
    }
    return tuple(channel for channel in CHANNELS[CHANNELS.index(wanted) :] if reachable[channel])


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One try to reach the recipient. ``reason`` is a code, of one that came back.

    ``occurred_at`` is the agency's: it tells two attempts by the same channel apart.
    """

    channel: str
    delivered: bool
    attempted_date: date
    occurred_at: datetime
    reason: str | None = None


KEPT_ATTEMPTS: Final = 20
"""More than there are channels; an agency that repeats itself without end fills no item."""
