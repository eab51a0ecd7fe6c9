"""Having an invoice looked at again by the run of the reminder plans."""

from dataclasses import replace
from datetime import datetime

from fordring.domain.invoice import Invoice


def look_again(invoice: Invoice, now: datetime) -> Invoice:
    """Give the invoice, due to be looked at: what kept its plan from going on may be gone.

    What stops a plan needs nothing of the kind: the run sees it when the next step's day has come. A letter
    that was asked for and not confirmed is asked for anew, as things are then and under the same id.
    """
    if invoice.follow_up is None:
        return invoice
    return replace(invoice, follow_up=replace(invoice.follow_up, due_at=now, asked=None))
