"""Spreading money that came for a whole case over its invoices (BEY-5)."""

from collections.abc import Iterable, Mapping, Sequence

from fordring.domain.ledger import CREDITORS_OWN, Balance, Component

type Shares = Mapping[str, Mapping[Component, int]]
"""Minor units by invoice and component, without zeros, in the order in which they were given."""


def spread_over(
    balances: Sequence[tuple[str, Balance]], amount: int, order: Iterable[Component]
) -> tuple[Shares, int]:
    """Spread an amount over what several invoices owe to the creditor.

    The clearing order comes first, and within it the invoices in the order given: with the principal first,
    no interest is paid before every principal is.

    Parameters
    ----------
    balances
        Invoice id and balance, the one that is to be paid first at the beginning.
    amount
        Minor units.
    order
        The creditor's clearing order; what an agency has added is not the invoices' and is left aside.

    Returns
    -------
    tuple
        The shares, and the surplus that nothing is owed for.
    """
    shares: dict[str, dict[Component, int]] = {}
    left = amount
    for component in order:
        if component not in CREDITORS_OWN:
            continue
        for invoice_id, balance in balances:
            share = min(left, max(balance.part(component).remaining, 0))
            if share:
                shares.setdefault(invoice_id, {})[component] = share
                left -= share
    return {each: shares[each] for each, _ in balances if each in shares}, left


def has_choice(balances: Iterable[Balance]) -> bool:
    """Whether more than one component is owed to the creditor, so that the clearing order matters."""
    owed = {part for balance in balances for part in CREDITORS_OWN if balance.part(part).remaining > 0}
    return len(owed) > 1
