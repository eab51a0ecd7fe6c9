"""Telling what happens next with invoices that follow a reminder plan, in every answer that has invoices."""

from collections.abc import Mapping, Sequence
from typing import Any

from fordring.domain.invoice import Invoice
from fordring.domain.refs import Ref
from fordring.usecases.work import Desk, Work


def refs_ahead(invoice: Invoice) -> tuple[Ref[Any], ...]:
    """Name what telling it of an invoice needs; see ``follow_up_within``."""
    from fordring.usecases.situations import refs_to_look_ahead

    return refs_to_look_ahead(invoice)


def follow_up_within(work: Work, invoice: Invoice) -> Mapping[str, Any] | None:
    """Tell it of an invoice, in the work that has changed it; what was not read for that, is now."""
    if invoice.follow_up is None:
        return None
    # Only who has a plan needs the law.
    from fordring.edge.schemas.told_follow_ups import tell_follow_up
    from fordring.usecases.situations import outlook_within

    return tell_follow_up(invoice, invoice.follow_up, outlook_within(work, invoice), work.now)


def follow_ups(desk: Desk, invoices: Sequence[Invoice]) -> Mapping[str, Any]:
    """Tell it of some invoices of one creditor, by id; nothing is read when none follows a plan."""
    followed = [invoice for invoice in invoices if invoice.follow_up is not None]
    if not followed:
        return {}
    from fordring.edge.schemas.told_follow_ups import tell_follow_up
    from fordring.usecases.looking_ahead import Around

    around = Around.read(desk, followed[0].creditor_id, followed)
    return {
        each.invoice_id: tell_follow_up(each, each.follow_up, around.outlook(each), around.now)
        for each in followed
        if each.follow_up is not None
    }
