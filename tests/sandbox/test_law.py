"""The agency's fees are those of the law, by date; without a row a letter is free."""

from datetime import date, timedelta

import pytest

from sandbox.amounts import amount_of, minor_of
from sandbox.law import fee


@pytest.mark.parametrize(
    ("kind", "sent", "expected"),
    [
        ("reminder", date(2012, 3, 1), None),
        ("reminder", date(2020, 9, 30), None),
        ("reminder", date(2020, 10, 1), 35_00),
        ("reminder", date(2025, 12, 31), 35_00),
        ("reminder", date(2026, 1, 1), 38_00),
        ("notice_of_collection", date(2026, 1, 1), 38_00),
        ("demand", date(2025, 12, 31), 105_00),
        # 112.50, and halves go up
        ("demand", date(2026, 1, 1), 113_00),
    ],
)
def test_the_fee_of_a_letter(kind: str, sent: date, expected: int | None) -> None:
    assert fee(kind, sent, sent - timedelta(days=30), "NOK") == expected


def test_no_fee_before_two_weeks_after_the_due_date_nor_in_another_currency() -> None:
    assert fee("reminder", date(2026, 3, 28), date(2026, 3, 15), "NOK") is None
    assert fee("reminder", date(2026, 3, 29), date(2026, 3, 15), "NOK") == 38_00
    assert fee("reminder", date(2026, 3, 29), date(2026, 3, 15), "SEK") is None


@pytest.mark.parametrize(
    ("text", "minor"), [("0", 0), ("1.5", 150), ("1250.00", 125000), ("-0.01", -1), ("0.10", 10)]
)
def test_amounts(text: str, minor: int) -> None:
    assert minor_of(text) == minor
    assert minor_of(amount_of(minor)) == minor


@pytest.mark.parametrize("text", ["", "1.", ".5", "01", "1.234", "1e3", "1,00", "١", "+1", "NaN", " 1"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="decimal text"):
        minor_of(text)
