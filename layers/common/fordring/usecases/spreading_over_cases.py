"""Spreading money at the agency over the invoices of the case that it was paid on (BEY-5)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from fordring.domain import things
from fordring.domain.allocation import has_choice, spread_over
from fordring.domain.case import Case
from fordring.domain.facts import PaymentReceived
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CLEARING_ORDERS, Component
from fordring.domain.money import Money
from fordring.domain.values import dataclass
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CaseSpread:
    """What each invoice gets of a payment, minor units by component, in the order of the spreading.

    Parameters
    ----------
    order
        The creditor's clearing order; ``None`` when nothing depended on it.
    lead
        The invoice that comes first, also when nothing is owed on it.
    surplus
        What nothing is owed for.
    """

    shares: tuple[tuple[Invoice, Mapping[Component, int]], ...]
    order: str | None
    lead: Invoice
    surplus: int


def spread_over_case(work: Work, case: Case, fact: PaymentReceived) -> CaseSpread:
    """Spread the principal that an agency has received.

    The invoice that the agency names comes first, then the oldest due date; what the debtor objects to last.
    """
    members = sorted(
        case.held or case.members[:1],
        key=lambda each: (
            each.external_id != fact.invoice_external_id,
            each.disputed,
            each.due_date or date.min,
        ),
    )
    invoices = work.demand_all([things.INVOICE(member.invoice_id) for member in members])
    order = clearing_order_of(work, invoices)
    by_component = CLEARING_ORDERS[order or "principal_first"]
    balances = [(invoice.invoice_id, invoice.balance) for invoice in invoices]
    first = 1 if members[0].external_id == fact.invoice_external_id else 0
    named, left = spread_over(balances[:first], fact.principal.minor, by_component)
    others, surplus = spread_over(balances[first:], left, by_component)
    shares = {**named, **others}
    return CaseSpread(
        tuple((each, shares[each.invoice_id]) for each in invoices if each.invoice_id in shares),
        order,
        invoices[0],
        surplus,
    )


def by_amount(work: Work, case: Case, fact: PaymentReceived) -> tuple[PaymentReceived, str]:
    """Spread a payment by its amount alone, over what is owed to the creditor and to the agency.

    Gives the payment with these parts, and the creditor's clearing order, by which they were found. What
    nothing is owed for stays in the principal, as of any payment.
    """
    order = work.demand(things.CREDITOR(case.creditor_id)).clearing_order
    members = case.held or case.members[:1]
    invoices = work.demand_all([things.INVOICE(member.invoice_id) for member in members])
    left = fact.amount.minor
    shares: Counter[Component] = Counter()
    for component in CLEARING_ORDERS[order]:
        balances = (case.costs, *(invoice.balance for invoice in invoices))
        owed = sum(max(balance.part(component).remaining, 0) for balance in balances)
        shares[component] = min(left, owed)
        left -= shares[component]
    currency = fact.amount.currency
    cost = Money(shares[Component.AGENCY_COST], currency)
    interest = Money(shares[Component.AGENCY_INTEREST], currency)
    principal = fact.amount - interest - cost
    return replace(fact, principal=principal, interest=interest, agency_cost=cost), order


def clearing_order_of(work: Work, invoices: Sequence[Invoice]) -> str | None:
    """Give the clearing order of the invoices' creditor; it is read only where something depends on it."""
    if not has_choice(invoice.balance for invoice in invoices):
        return None
    return work.demand(things.CREDITOR(invoices[0].creditor_id)).clearing_order
