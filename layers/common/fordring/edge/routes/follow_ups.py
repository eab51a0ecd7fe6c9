"""Telling what happens next with invoices that follow a reminder plan, where they are read."""

from collections.abc import Mapping, Sequence
from typing import Any

from fordring.domain.invoice import Invoice
from fordring.edge.call import Call


def follow_ups(call: Call, invoices: Sequence[Invoice]) -> Mapping[str, Any]:
    """Tell it of some invoices of one creditor, by id; nothing is read when none follows a plan."""
    followed = [invoice for invoice in invoices if invoice.follow_up is not None]
    if not followed:
        return {}
    # Only who has a plan needs the law.
    from fordring.edge.schemas.told_follow_ups import tell_follow_up
    from fordring.usecases.looking_ahead import Around

    around = Around.read(call.hub.desk, call.creditor_id, followed)
    told = {}
    for invoice in followed:
        found = around.outlook(invoice)
        if found is not None:
            told[invoice.invoice_id] = tell_follow_up(
                invoice,
                found.follow_up,
                coming=found.coming,
                today=around.today(invoice),
                stopped=found.stopped,
                missing=found.missing,
            )
    return told
