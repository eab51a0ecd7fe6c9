"""Money for a whole case, spread over its invoices: sums, order, and nothing twice."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.allocation import has_choice, spread_over
from fordring.domain.ledger import CLEARING_ORDERS, CREDITORS_OWN, Balance, Component, Part

PARTS = st.builds(
    Part,
    original=st.integers(0, 5000),
    paid=st.integers(0, 3000),
    credited=st.integers(0, 500),
)
BALANCES = st.lists(
    st.dictionaries(st.sampled_from(Component), PARTS, max_size=4), min_size=1, max_size=6
).map(lambda parts: [(f"inv_{index}", Balance("NOK", each)) for index, each in enumerate(parts)])
ORDERS = st.sampled_from(sorted(CLEARING_ORDERS))


def owed(balance: Balance, component: Component) -> int:
    return max(balance.part(component).remaining, 0)


def cells(
    balances: Sequence[tuple[str, Balance]], order: Sequence[Component]
) -> list[tuple[str, Component, int]]:
    """Everything that is owed to the creditor, in the order in which it is to be paid."""
    return [
        (invoice_id, component, owed(balance, component))
        for component in order
        if component in CREDITORS_OWN
        for invoice_id, balance in balances
    ]


@given(BALANCES, st.integers(0, 20_000), ORDERS)
def test_shares_and_surplus_make_the_amount_and_no_share_is_more_than_is_owed(balances, amount, name):
    shares, surplus = spread_over(balances, amount, CLEARING_ORDERS[name])
    assert sum(minor for each in shares.values() for minor in each.values()) + surplus == amount
    assert surplus >= 0
    of = dict(balances)
    for invoice_id, each in shares.items():
        assert each
        for component, minor in each.items():
            assert 0 < minor <= owed(of[invoice_id], component)
            assert component in CREDITORS_OWN


@given(BALANCES, st.integers(0, 20_000), ORDERS)
def test_nothing_is_paid_before_what_comes_first_is_paid_in_full(balances, amount, name):
    order = CLEARING_ORDERS[name]
    shares, surplus = spread_over(balances, amount, order)
    open_before = False
    for invoice_id, component, minor in cells(balances, order):
        paid = shares.get(invoice_id, {}).get(component, 0)
        assert not (open_before and paid)
        open_before = open_before or paid < minor
    assert not (open_before and surplus)


@given(BALANCES, st.integers(0, 10_000), st.integers(0, 10_000), ORDERS)
def test_two_payments_do_what_one_of_both_does(balances, first, second, name):
    order = CLEARING_ORDERS[name]
    shares, _ = spread_over(balances, first, order)
    after = [(invoice_id, pay(balance, shares.get(invoice_id, {}))) for invoice_id, balance in balances]
    more, rest = spread_over(after, second, order)
    both, surplus = spread_over(balances, first + second, order)
    for invoice_id, _ in balances:
        for component in CREDITORS_OWN:
            parted = sum(each.get(invoice_id, {}).get(component, 0) for each in (shares, more))
            assert parted == both.get(invoice_id, {}).get(component, 0)
    assert rest <= surplus


def pay(balance: Balance, share: dict[Component, int]) -> Balance:
    parts = dict(balance.parts)
    for component, minor in share.items():
        part = parts[component]
        parts[component] = Part(part.original, part.paid + minor, part.credited, part.written_off)
    return Balance(balance.currency, parts)


def test_the_order_matters_only_where_there_is_a_choice():
    principal = Balance("NOK", {Component.PRINCIPAL: Part(100)})
    fee = Balance("NOK", {Component.FEE: Part(35)})
    agencys = Balance("NOK", {Component.PRINCIPAL: Part(100), Component.AGENCY_COST: Part(70)})
    assert not has_choice([principal, principal])
    assert not has_choice([agencys])
    assert has_choice([principal, fee])
