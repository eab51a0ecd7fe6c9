"""The matcher: every rule, in its order, and what holds for any payment and any invoices."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.matching import (
    MOST_SUGGESTIONS,
    Earlier,
    Hint,
    Incoming,
    Owed,
    Rule,
    Share,
    match,
    suggest,
)
from fordring.domain.money import Money

DAY = date(2026, 1, 20)


def incoming(amount: int, currency: str = "NOK", channel: str = "ocr_giro", **more) -> Incoming:
    return Incoming(Money(amount, currency), DAY, channel, **more)


def owed(name: str = "a", remaining: int = 1000, **more) -> Owed:
    return Owed(name, more.pop("currency", "NOK"), remaining, more.pop("due_date", DAY), **more)


@pytest.mark.parametrize(
    ("amount", "candidates", "rule", "shares"),
    [
        (1000, [], Rule.UNKNOWN_REFERENCE, ()),
        (1000, [owed(currency="EUR")], Rule.WRONG_CURRENCY, ()),
        (1000, [owed()], Rule.REFERENCE_AND_AMOUNT, (("a", 1000),)),
        (1000, [owed(paid_before=True)], Rule.SECOND_PAYMENT, (("a", 1000),)),
        (1000, [owed(), owed("b", 500)], Rule.REFERENCE_AND_AMOUNT, (("a", 1000),)),
        (1500, [owed("b", 500), owed()], Rule.ONE_FOR_MANY, (("a", 1000), ("b", 500))),
        (1200, [owed(), owed("b", 500)], Rule.AMBIGUOUS_REFERENCE, ()),
        (1000, [owed(), owed("b")], Rule.AMBIGUOUS_REFERENCE, ()),
        (1000, [owed("a", 0), owed("b", 0)], Rule.AMBIGUOUS_REFERENCE, ()),
        (700, [owed()], Rule.PART_PAYMENT, (("a", 700),)),
        (1300, [owed()], Rule.OVER_PAYMENT, (("a", 1300),)),
        (1300, [owed("a", 0)], Rule.ALREADY_PAID, (("a", 1300),)),
        (1300, [owed("a", 0), owed("b", 2000)], Rule.PART_PAYMENT, (("b", 1300),)),
    ],
)
def test_each_case_has_its_rule(amount, candidates, rule, shares):
    decision = match(incoming(amount), candidates)
    assert (decision.rule, decision.shares) == (rule, tuple(Share(*each) for each in shares))


def test_each_rule_comes_before_those_that_would_apply_too():
    """Money that several rules fit is explained by the first of them, in the order that is written down."""
    twice = (Earlier(1000, DAY, "api"),)
    elsewhere = owed("e", 1000, currency="EUR", earlier=twice)
    ladder = [
        ([elsewhere], Rule.WRONG_CURRENCY),
        ([owed(earlier=twice), owed("b", 500)], Rule.PROBABLE_DUPLICATE),
        ([owed(paid_before=True, earlier=twice)], Rule.PROBABLE_DUPLICATE),
        ([owed("a", 0, earlier=twice)], Rule.PROBABLE_DUPLICATE),
        ([owed("a", 500), owed("b", 500, earlier=twice)], Rule.PROBABLE_DUPLICATE),
        ([owed(), owed("b", 400), owed("c", 600)], Rule.REFERENCE_AND_AMOUNT),
        ([owed("b", 400), owed("c", 600, at_agency=True)], Rule.ONE_FOR_MANY),
        ([owed("b", 400), owed("c", 500, at_agency=True)], Rule.AMBIGUOUS_REFERENCE),
        ([owed("a", 0, at_agency=True)], Rule.ABOVE_PRINCIPAL),
    ]
    assert [match(incoming(1000), found).rule for found, _ in ladder] == [rule for _, rule in ladder]


@pytest.mark.capability("NET-27")
def test_what_is_above_the_principal_of_an_invoice_at_an_agency_is_left_to_a_person():
    there = owed(at_agency=True)
    assert match(incoming(1070), [there]).rule is Rule.ABOVE_PRINCIPAL
    assert match(incoming(70), [owed("a", 0, at_agency=True)]).rule is Rule.ABOVE_PRINCIPAL
    assert match(incoming(1000), [there]).rule is Rule.REFERENCE_AND_AMOUNT
    assert match(incoming(900), [there]).rule is Rule.PART_PAYMENT


def test_without_a_reference_nothing_is_booked():
    assert match(incoming(1000, has_reference=False), []).rule is Rule.NO_REFERENCE


@pytest.mark.parametrize(("days", "duplicate"), [(0, True), (3, True), (4, False)])
def test_the_same_money_told_by_another_entrance_is_probably_a_duplicate(days, duplicate):
    earlier = Earlier(1000, DAY - timedelta(days=days), "api")
    decision = match(incoming(1000), [owed("a", 5000, earlier=(earlier,))])
    assert (decision.rule is Rule.PROBABLE_DUPLICATE) is duplicate
    assert decision.matched is not duplicate
    own = Earlier(1000, DAY, "ocr_giro")
    assert match(incoming(1000), [owed("a", 5000, earlier=(own,))]).rule is Rule.PART_PAYMENT


OWED = st.builds(
    Owed,
    invoice_id=st.uuids().map(str),
    currency=st.sampled_from(["NOK", "EUR"]),
    remaining=st.integers(0, 40),
    due_date=st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    at_agency=st.booleans(),
    paid_before=st.booleans(),
)


@given(
    amount=st.integers(1, 100),
    candidates=st.lists(OWED, max_size=6, unique_by=lambda each: each.invoice_id),
    order=st.randoms(),
)
def test_nothing_of_a_payment_is_lost_or_doubled_and_the_order_does_not_matter(amount, candidates, order):
    decision = match(incoming(amount), candidates)
    shuffled = list(candidates)
    order.shuffle(shuffled)
    assert match(incoming(amount), shuffled) == decision
    assert match(incoming(amount), [*candidates, *()]) == decision
    assert sum(share.amount for share in decision.shares) == (amount if decision.matched else 0)
    assert len({share.invoice_id for share in decision.shares}) == len(decision.shares)
    by_name = {each.invoice_id: each for each in candidates}
    for share in decision.shares:
        assert share.amount > 0
        assert by_name[share.invoice_id].currency == "NOK"
        over = share.amount > by_name[share.invoice_id].remaining
        assert not (over and by_name[share.invoice_id].at_agency)
    if len(decision.shares) > 1:
        assert all(share.amount == by_name[share.invoice_id].remaining for share in decision.shares)


def test_suggestions_come_by_what_was_said_by_amount_payer_and_date():
    far = DAY - timedelta(days=90)
    candidates = [
        (owed("amount", 1000, due_date=far), 0),
        (owed("named", 400, due_date=far), 0),
        (owed("payer", 1000, due_date=DAY), 0),
        (owed("costs", 900, due_date=far), 100),
        (owed("nothing", 7), 0),
        (owed("euro", 1000, currency="EUR"), 0),
        (owed("paid", 0), 0),
    ]
    hints = [Hint("named", "document_number"), Hint("payer", "payer"), Hint("paid", "reference")]
    found = suggest(Money(1000, "NOK"), DAY, hints, candidates)
    assert [(each.invoice_id, each.reasons) for each in found] == [
        ("payer", ("amount", "payer", "near_due_date")),
        ("named", ("document_number",)),
        ("amount", ("amount",)),
        ("costs", ("amount_with_costs",)),
    ]
    many = [(owed(str(number)), 0) for number in range(20)]
    assert len(suggest(Money(1000, "NOK"), DAY, [], many)) == MOST_SUGGESTIONS
