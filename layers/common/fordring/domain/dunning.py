"""Where an invoice stands in dunning, and what its creditor may do with it now."""

from collections.abc import Sequence
from datetime import date

from fordring.domain.agreement_settings import TRANSFER_STATUSES
from fordring.domain.invoice import Invoice

STATUSES = (
    "settled",
    "transferred",
    "excluded",
    "disputed",
    "not_due",
    "overdue",
    "reminded",
    "notice_sent",
)
"""Every dunning status: nothing owed; at an agency; kept out of dunning by the creditor, or by an objection;
not due; overdue without a letter; after a reminder; after a notice of collection."""


def dunning_status(invoice: Invoice, today: date) -> str:
    """Tell in one word where an invoice stands; ``today`` is the local date of its country."""
    if invoice.release.live:
        return "transferred"
    if invoice.balance.remaining <= 0:
        return "settled"
    if invoice.excluded_from_dunning:
        return "excluded"
    if invoice.disputed:
        return "disputed"
    sent = {letter.kind for letter in invoice.reminders}
    if "notice_of_collection" in sent:
        return "notice_sent"
    if sent:
        return "reminded"
    return "overdue" if today > invoice.terms.due_date else "not_due"


def reached(invoice: Invoice, status: str, today: date) -> bool:
    """Whether an invoice has come to a dunning status of ``TRANSFER_STATUSES``, or past it (NET-2).

    Where it stands outside them (not due, disputed, …) something else stands in the way of a transfer.
    """
    present = dunning_status(invoice, today)
    if present not in TRANSFER_STATUSES:
        return True
    return TRANSFER_STATUSES.index(present) >= TRANSFER_STATUSES.index(status)


def available_actions(
    invoice: Invoice,
    today: date,
    transfer_statuses: Sequence[str] = TRANSFER_STATUSES[:1],
    *,
    leaves: bool = False,
) -> tuple[str, ...]:
    """Tell what may be done with an invoice now.

    ``submit`` says that nothing on the invoice stands in the way, and that it has come to the status from
    which one of the creditor's agreements transfers (NET-3); the candidates tell every other condition of an
    agreement.

    Parameters
    ----------
    transfer_statuses
        From which status each of the creditor's agreements transfers.
    leaves
        Whether its case lets it go: it may be taken back from the agency.
    """
    owed = invoice.balance.remaining > 0
    # Money may come for a settled invoice, too, and an objection that is open can always be resolved.
    found = ["register_payment", "credit"] if owed else ["register_payment"]
    if owed or invoice.disputed:
        found.append("resolve_dispute" if invoice.disputed else "dispute")
    if owed:
        found.append("include" if invoice.excluded_from_dunning else "exclude")
    if invoice.release.live:
        return (*found, "withdraw") if leaves else tuple(found)
    if owed:
        found += ["change_terms", "record_reminder"]
    far_enough = any(reached(invoice, status, today) for status in transfer_statuses)
    if owed and today > invoice.terms.due_date and far_enough and _nothing_in_the_way(invoice):
        found.append("submit")
    return tuple(found)


def _nothing_in_the_way(invoice: Invoice) -> bool:
    return not (invoice.excluded_from_dunning or invoice.disputed or invoice.owner != "creditor")
