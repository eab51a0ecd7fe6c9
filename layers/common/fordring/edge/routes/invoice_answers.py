"""What the routes about invoices have in common: answering with an invoice, and finding one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fordring.agencies.registry import agency_names
from fordring.domain import things
from fordring.domain.agreement import Agreement
from fordring.domain.calendar import local_date
from fordring.domain.case import Case
from fordring.domain.errors import Fault, NotFound, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.payment import CreditNote
from fordring.domain.refs import Ref
from fordring.edge.call import Call, etag
from fordring.edge.hub import Hub
from fordring.edge.problem import Answer
from fordring.edge.routes.follow_ups import follow_up_within, follow_ups, refs_ahead
from fordring.edge.schemas.told_invoices import tell_invoice
from fordring.usecases.paying import Target
from fordring.usecases.permitting import cases_with, leaves_its_case, those_that_may_leave
from fordring.usecases.work import Work


def agreements_of(creditor_id: str) -> tuple[Ref[Agreement], ...]:
    """Name the creditor's agreements with all agencies."""
    return tuple(things.AGREEMENT(creditor_id, agency) for agency in agency_names())


def told(hub: Hub, work: Work, invoice: Invoice) -> dict[str, Any]:
    """Tell an invoice within the work that has changed it; see ``_tell`` for what must have been read."""
    leaves = leaves_its_case(work, invoice, hub.capabilities)
    return _tell(work, invoice, leaves=leaves, follow_up=follow_up_within(work, invoice))


def told_all(
    hub: Hub, work: Work, invoices: Sequence[Invoice], cases: Mapping[str, Case] | None = None
) -> list[dict[str, Any]]:
    """Tell invoices that were read; see ``_tell`` for what must have been read with them.

    ``cases`` are those of the ones at an agency, read here where nobody has.
    """
    known = cases_with(hub.desk, invoices) if cases is None else cases
    leaving = those_that_may_leave(hub.desk, invoices, known, hub.capabilities)
    ahead = follow_ups(hub.desk, invoices)
    return [
        _tell(work, each, leaves=each.invoice_id in leaving, follow_up=ahead.get(each.invoice_id))
        for each in invoices
    ]


def _tell(
    work: Work, invoice: Invoice, *, leaves: bool, follow_up: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Tell an invoice as it stands today, with the actions that the creditor's agreements allow (NET-3).

    See ``agreements_of`` for what must have been read. One that lacks something, or has ended, allows
    no hand-over (NET-5); without any agreement the invoice alone is told of.
    """
    found = [each for ref in agreements_of(invoice.creditor_id) if (each := work.find(ref)) is not None]
    today = local_date(work.now, invoice.country)
    if not found:
        return tell_invoice(invoice, today, leaves=leaves, follow_up=follow_up)
    ready = (agreement for agreement in found if not agreement.missing)
    statuses = tuple(agreement.settings.transfer_status for agreement in ready)
    return tell_invoice(invoice, today, statuses, leaves=leaves, follow_up=follow_up)


def location(content: Mapping[str, Any]) -> dict[str, str]:
    """Give the header that says where what was made can be read."""
    creditor = f"/v1/creditors/{content['creditor_id']}"
    if "credit_note_id" in content:
        return {"Location": f"{creditor}/credit-notes/{content['credit_note_id']}"}
    return {"Location": f"{creditor}/invoices/{content['invoice_id']}"}


def headers_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of a new invoice: where it is, and its revision."""
    return {**location(content), **etag(content["revision"])}


def revision_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Give the header that tells the revision of what is told."""
    return etag(content["revision"])


def on_invoice[R](
    call: Call,
    decide: Callable[[Work, Invoice], R],
    render: Callable[[R], Any],
    *,
    status: int = 201,
    also: tuple[Ref[Any], ...] = (),
) -> Answer:
    """Carry out a command on the invoice in the path, and answer; ``also`` is read with it."""
    target = Target(call.hub.desk, call.creditor_id, call.path["invoice_id"])
    return call.transact(
        lambda: (*also, *target.refs()),
        lambda work: decide(work, target.invoice(work)),
        render,
        status=status,
    )


def to_invoice(
    call: Call,
    decide: Callable[[Work, Invoice], Invoice],
    *,
    status: int = 201,
    also: tuple[Ref[Any], ...] = (),
    follows: bool = False,
) -> Answer:
    """Carry out a command on the invoice in the path, and answer with the invoice as it is then.

    ``follows``: whether it may follow a reminder plan by then that it does not follow yet.
    """
    target = Target(call.hub.desk, call.creditor_id, call.path["invoice_id"])

    def refs() -> Iterable[Ref[Any]]:
        named = (*also, *agreements_of(call.creditor_id), *target.refs())
        seen = target.seen
        return (*named, *refs_ahead(seen)) if seen and (follows or seen.follow_up) else named

    return call.transact(
        refs,
        lambda work: told(call.hub, work, decide(work, target.invoice(work))),
        lambda content: content,
        status=status,
    )


def named_invoice(work: Work, target: Target) -> Invoice:
    """Give the invoice that a body names.

    Raises
    ------
    Unprocessable
        ``unknown_invoice``: there is none, or it is another creditor's.
    """
    try:
        return target.invoice(work)
    except NotFound:
        raise Unprocessable(
            "unknown_invoice",
            "the creditor has no such invoice",
            faults=[Fault("/invoice_id", "unknown_invoice", "there is no such invoice")],
        ) from None


def note_of(call: Call, work: Work) -> CreditNote:
    """Give the credit note in the path, if it is the creditor's."""
    note = work.get(things.CREDIT_NOTE(call.path["credit_note_id"]))
    if note.creditor_id != call.creditor_id:
        raise NotFound
    return note
