"""What an unmatched payment may be for: looked up when somebody asks, so that it is never out of date."""

from collections.abc import Mapping, Sequence
from typing import Any

from fordring.domain import things
from fordring.domain.invoice import Invoice
from fordring.domain.matching import Suggestion, suggest
from fordring.domain.money import Money
from fordring.domain.payment import Match, Payment
from fordring.domain.refs import Ref
from fordring.usecases.leads import open_invoices
from fordring.usecases.paying import owed_on
from fordring.usecases.work import Desk


def suggestions_for(
    desk: Desk, creditor_id: str, payments: Sequence[Payment]
) -> Mapping[str, tuple[Suggestion, ...]]:
    """Suggest invoices for the unmatched ones among payments, by payment.

    The creditor's open invoices are compared by amount, up to a limit; what the bank said is looked up by id.
    """
    unmatched = [each for each in payments if each.match is Match.UNMATCHED]
    if not unmatched:
        return {}
    amounts = {(each.amount, each.currency) for each in unmatched}
    alike = {
        each.invoice_id: each
        for each in open_invoices(desk, creditor_id)
        if (each.balance.owed_to_creditor, each.currency) in amounts
    }
    hinted = {hint.invoice_id for each in unmatched for hint in each.hints} - alike.keys()
    alike |= _read(desk, sorted(hinted))
    costs = _costs(desk, list(alike.values()))
    candidates = [(owed_on(each), costs.get(each.invoice_id, 0)) for each in alike.values()]
    return {
        each.payment_id: suggest(Money(each.amount, each.currency), each.paid_date, each.hints, candidates)
        for each in unmatched
    }


def _read(desk: Desk, invoice_ids: Sequence[str]) -> dict[str, Invoice]:
    refs: list[Ref[Any]] = [things.INVOICE(each) for each in invoice_ids]
    look = desk.read(*refs) if refs else None
    return {
        each: found
        for each, ref in zip(invoice_ids, refs, strict=True)
        if look is not None and (found := look.find(ref)) is not None
    }


def _costs(desk: Desk, invoices: Sequence[Invoice]) -> dict[str, int]:
    """Tell what agencies have added to the cases that invoices are in."""
    refs = {
        each.invoice_id: things.CASE(each.case_id) for each in invoices if each.case_id and each.release.live
    }
    if not refs:
        return {}
    look = desk.read(*dict.fromkeys(refs.values()))
    return {
        invoice_id: case.costs.remaining
        for invoice_id, ref in refs.items()
        if (case := look.find(ref)) is not None
    }
