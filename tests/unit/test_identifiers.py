"""Identifiers from outside. Every national identity number here is an example of a public authority's or
of a validator's documentation, or is computed; none is copied from a register.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.edge.identifiers import (
    chosen_id_fault,
    compact_organisation_number,
    is_national_identity_number,
    organisation_number_fault,
)


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("NO", "988077917"),
        ("SE", "5560160680"),
        ("SE", "556016-0680"),
        ("FI", "2077474-0"),
        ("FI", "20774740"),
        ("DK", "13585628"),
    ],
)
def test_good_organisation_numbers(country, number):
    assert organisation_number_fault(country, number) is None


@pytest.mark.parametrize(
    ("country", "number", "code"),
    [
        ("NO", "988077918", "wrong_check_digit"),
        ("NO", "988 077 917", "malformed_organisation_number"),
        ("NO", "NO988077917MVA", "malformed_organisation_number"),
        ("NO", "98807791", "malformed_organisation_number"),
        ("SE", "556016-0681", "wrong_check_digit"),
        ("FI", "2077474-1", "wrong_check_digit"),
        ("DK", "13585627", "wrong_check_digit"),
        ("DK", "DK13585628", "malformed_organisation_number"),
        ("GB", "GB983294", "unknown_country"),
        ("NO", "", "malformed_organisation_number"),
        ("SE", "880320-0016", "national_identity_number"),
    ],
)
def test_bad_organisation_numbers_say_why_and_where_without_repeating_the_value(country, number, code):
    fault = organisation_number_fault(country, number, "/debtor/organisation_number")
    assert fault is not None
    assert (fault.pointer, fault.code) == ("/debtor/organisation_number", code)
    assert not number or number not in fault.detail


def test_hyphens_are_not_kept():
    assert compact_organisation_number("556016-0680") == "5560160680"


@pytest.mark.parametrize(
    "text",
    [
        "15108695088",  # Norway, fødselsnummer
        "151086 95088",
        "151086-95088",
        "15.10.86_95088",
        "55108695071",  # Norway, D-number: day + 40
        "15508695060",  # Norway, H-number: month + 40
        "8803200016",  # Sweden, personnummer
        "880320-0016",
        "880320+0016",
        "19880320-0016",
        "198803200016",
        "701063-2391",  # Sweden, samordningsnummer: day + 60
        "131052-308T",  # Finland
        "131052-308t",
        "131052.308T",
        "010190-900P",  # Finland, an artificial one
        "131052308T",
        "131052.308T",
        "010190-900P",  # Finland, an artificial one
        "2110625629",  # Denmark
        "211062-5629",
    ],
)
def test_national_identity_numbers_are_recognised_with_and_without_separators(text):
    assert is_national_identity_number(text)
    assert is_national_identity_number(f" {text} ")


@pytest.mark.parametrize(
    "text",
    [
        "988077917",  # a Norwegian organisation number
        "5560160680",  # a Swedish one
        "20774740",
        "0007900770",  # an invoice number
        "1000000001",
        "9999999999",
        "15108695077",  # the check digits are wrong
        "8803200018",
        "131052-308U",
        "310252-308Y",  # no such day
        "5110625629",  # no such day
        "2110525629",  # not born yet
        "0379-NEVHP",
        "customer-42",
        "debtor-15108695088",  # part of a longer text
        "",
        "-",
        "١٥١٠٨٦٩٥٠٨٨",
        "15108695088²",
    ],
)
def test_other_numbers_are_not(text):
    assert not is_national_identity_number(text)


def test_only_the_countries_asked_for_are_looked_at():
    assert is_national_identity_number("211062-5629", ["DK"])
    assert not is_national_identity_number("211062-5629", ["NO", "FI"])


class TestIdsThatCallersChoose:
    @pytest.mark.parametrize("value", ["acme", "ACME-42_b.c", "988077917", "x" * 64, "debtor-15108695088"])
    def test_taken(self, value):
        assert chosen_id_fault(value, "/creditor_id") is None

    @pytest.mark.parametrize("value", ["", "x" * 65, "a b", "å", "a/b", "a\n", "a:b"])
    def test_malformed(self, value):
        fault = chosen_id_fault(value, "/creditor_id")
        assert fault is not None
        assert (fault.pointer, fault.code) == ("/creditor_id", "malformed_id")

    @pytest.mark.parametrize(
        "value", ["15108695088", "151086-95088", "880320-0016", "131052-308T", "2110625629"]
    )
    def test_personal(self, value):
        fault = chosen_id_fault(value, "/debtor_id")
        assert fault is not None
        assert fault.code == "national_identity_number"
        assert value not in fault.detail


def test_stdnum_is_not_paid_for_at_start_up():
    code = "import sys, fordring.edge.identifiers; sys.exit('stdnum' in sys.modules)"
    environment = {"PYTHONPATH": str(Path(__file__).parents[2] / "layers" / "common")}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0


@given(st.text(max_size=20) | st.text("0123456789-+ABCFY. _", max_size=14))
def test_any_text_is_judged_without_an_error(text):
    is_national_identity_number(text)
    chosen_id_fault(text, "/id")
    for country in ("NO", "SE", "FI", "DK", "XX"):
        organisation_number_fault(country, text)
