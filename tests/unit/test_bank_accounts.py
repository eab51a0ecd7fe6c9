"""Accounts are compared by what they are, not by how they are written."""

import pytest

from fordring.domain.bank_accounts import is_among


@pytest.mark.capability("BEY-2")
@pytest.mark.parametrize("kept", ["8601.11.17947", "86011117947", "NO93 8601 1117 947"])
@pytest.mark.parametrize(
    ("payer", "found"),
    [
        ("86011117947", True),
        ("8601 11 17947", True),
        ("NO9386011117947", True),
        ("no93 8601 1117 947", True),
        ("86011117948", False),
        ("NO9386011117948", False),
        ("", False),
        (None, False),
    ],
)
def test_an_account_is_known_however_it_is_written(kept, payer, found):
    assert is_among(payer, ("97104133219", kept)) is found


def test_a_domestic_number_that_is_filled_up_is_the_iban_s(
    danish="DK5000400440116243", finnish="FI2112345600000785"
):
    assert is_among(danish, ["0040 0440116243"])
    assert is_among("400440116243", [danish])
    assert is_among("123456-00000785", [finnish])


def test_two_countries_accounts_are_two_accounts():
    assert not is_among("DK9386011117947", ["NO9386011117947"])
