"""One reference in the forms in which banks give it back."""

import pytest

from fordring.domain.reference_forms import reference_forms
from fordring.domain.references import KidFormat, make_rf
from tests.references import make_kid, make_viitenumero


@pytest.mark.parametrize(
    ("told", "registered"),
    [
        ("0000012345674", "12345674"),
        ("12345674", "0000012345674"),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("rf18539007547034", "RF18539007547034"),
        (make_rf(make_viitenumero("1234")), make_viitenumero("1234")),
        ("0000" + make_viitenumero("1234"), make_viitenumero("1234")),
        (make_viitenumero("1234"), make_rf(make_viitenumero("1234"))),
    ],
)
def test_an_invoice_is_found_under_the_form_that_it_was_registered_with(told, registered):
    formats = [KidFormat(13, "mod10")]
    assert make_kid("1234567", "mod10") == "12345674"
    assert registered in reference_forms(told, formats)


def test_what_is_written_comes_first_and_nothing_twice():
    forms = reference_forms("12345674", [])
    assert forms[0] == "12345674"
    assert len(set(forms)) == len(forms)
