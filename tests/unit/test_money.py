"""Money: decimal strings outside, whole minor units inside, and nothing lost between them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.money import CURRENCIES, LARGEST_MINOR, Money, MoneyError, round_half_up

currencies = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-LARGEST_MINOR + 1, LARGEST_MINOR - 1)


def reason(amount, currency="NOK"):
    with pytest.raises(MoneyError) as caught:
        Money.parse(amount, currency)
    return caught.value.reason


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1250.00", "NOK", 125000),
        ("1250", "NOK", 125000),
        ("1250.5", "SEK", 125050),
        ("0.01", "EUR", 1),
        ("-0.01", "DKK", -1),
        ("0", "NOK", 0),
        ("-0.00", "NOK", 0),
        ("1250", "ISK", 1250),
        ("999999999999.99", "NOK", LARGEST_MINOR - 1),
    ],
)
def test_decimal_strings(amount, currency, minor):
    assert Money.parse(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "  ",
        "1,50",
        "1 000",
        " 1",
        "1\n",
        ".5",
        "5.",
        "01",
        "00",
        "-",
        "+1",
        "1e3",
        "NaN",
        "Infinity",
        "0x10",
        "١",
        "1.5.0",
        "--1",
    ],
)
def test_what_is_no_decimal_string(amount):
    assert reason(amount) == "malformed_amount"


@pytest.mark.parametrize(
    ("amount", "currency"), [("1.001", "NOK"), ("1.000", "NOK"), ("1.0", "ISK"), ("0." + "0" * 30, "EUR")]
)
def test_more_decimals_than_the_currency_has_are_refused_even_when_they_are_zeros(amount, currency):
    assert reason(amount, currency) == "too_many_decimals"


@pytest.mark.parametrize("amount", ["1000000000000.00", "-1000000000000", "9" * 15, "9" * 400])
def test_an_amount_beyond_reason(amount):
    assert reason(amount) == "amount_too_large"


@pytest.mark.parametrize("currency", ["XXX", "nok", "", "JPY"])
def test_a_currency_that_the_hub_does_not_take(currency):
    assert reason("1.00", currency) == "unknown_currency"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "NOK", "0.00"),
        (5, "NOK", "0.05"),
        (-5, "NOK", "-0.05"),
        (125000, "EUR", "1250.00"),
        (7, "ISK", "7"),
    ],
)
def test_text_has_all_decimals(minor, currency, text):
    assert Money(minor, currency).text == text


@given(minor=minors, currency=currencies)
def test_what_is_written_is_read_again(minor, currency):
    money = Money(minor, currency)
    assert Money.parse(money.text, currency) == money


@given(a=minors, b=minors, currency=currencies)
def test_sums_are_exact(a, b, currency):
    one, other = Money(a, currency), Money(b, currency)
    assert one + other - other == one
    assert (one - other) == -(other - one)
    assert (one < other) == (a < b)
    assert (one <= other) == (a <= b)


def test_nothing_is_false():
    assert not Money.zero("NOK")
    assert Money(-1, "NOK")


@pytest.mark.parametrize(
    "combine", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b]
)
def test_two_currencies_are_never_put_together(combine):
    with pytest.raises(MoneyError) as caught:
        combine(Money(1, "NOK"), Money(1, "SEK"))
    assert caught.value.reason == "wrong_currency"


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ("112.5", 113),
        ("112.4999", 112),
        ("37.5", 38),
        ("2.5", 3),
        ("-2.5", -3),
        ("-2.4", -2),
        ("0", 0),
        ("0.5", 1),
    ],
)
def test_halves_are_rounded_away_from_zero_as_the_fee_regulations_say(value, whole):
    assert round_half_up(Fraction(value)) == whole


@given(text=st.text(max_size=30))
def test_any_text_is_an_amount_or_has_a_reason(text):
    try:
        assert Money.parse(text, "NOK").currency == "NOK"
    except MoneyError as bad:
        assert bad.reason in ("malformed_amount", "too_many_decimals", "amount_too_large")
