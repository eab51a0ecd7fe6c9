"""Payment references: what a creditor may write, and what a bank may send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.references import (
    BadReference,
    KidFormat,
    check_reference,
    is_kid,
    is_ocr,
    is_rf,
    is_viitenumero,
    kid_forms,
    make_rf,
    recognise,
    rf_to_viitenumero,
    viitenumero_to_rf,
)
from tests.references import make_kid, make_ocr, make_viitenumero

digits = st.text("0123456789", min_size=1, max_size=24)
moduli = st.sampled_from(["mod10", "mod11"])


def reason(text, kind, formats=()):
    with pytest.raises(BadReference) as caught:
        check_reference(text, kind, formats)
    return caught.value.reason


@pytest.mark.parametrize(
    ("number", "modulus", "kid"),
    [
        ("1234", "mod10", "12344"),
        ("1234", "mod11", "12343"),
        ("2345678", "mod10", "23456783"),
        ("2345678", "mod11", "23456788"),
        ("6", "mod10", "67"),
        ("6", "mod11", "6-"),
        ("001001", "mod10", "0010017"),
    ],
)
def test_kid_of_a_number(number, modulus, kid):
    assert make_kid(number, modulus) == kid
    assert is_kid(kid, modulus)
    assert check_reference(kid, "kid", [KidFormat(len(kid), modulus)]).value == kid


@pytest.mark.parametrize(
    ("number", "reference"), [("123456", "1234566"), ("12345678", "123456782"), ("1234567890", "12345678903")]
)
def test_swedish_ocr(number, reference):
    assert make_ocr(number) == reference
    assert is_ocr(reference)
    assert check_reference(reference, "ocr").value == reference


def test_a_length_digit_is_a_digit_like_the_others():
    assert is_ocr("12345682")
    assert is_ocr("0" + "12345682")


@pytest.mark.parametrize(("number", "viitenumero"), [("123456", "1234561"), ("234823", "2348236")])
def test_finnish_reference(number, viitenumero):
    assert make_viitenumero(number) == viitenumero
    assert check_reference(viitenumero, "viitenumero").value == viitenumero


@pytest.mark.parametrize(("viitenumero", "rf"), [("1234561", "RF341234561"), ("2348236", "RF332348236")])
def test_finnish_reference_as_rf_and_back(viitenumero, rf):
    assert viitenumero_to_rf(viitenumero) == rf
    assert rf_to_viitenumero(rf) == viitenumero
    assert check_reference(rf, "rf").value == rf


def test_an_rf_reference_of_another_country_is_no_viitenumero():
    with pytest.raises(BadReference):
        rf_to_viitenumero(make_rf("539007547034"))


def test_rf_with_letters_as_in_the_standard():
    assert is_rf("RF18539007547034")
    assert is_rf(make_rf("A0B1"))
    assert reason("rf18539007547034", "rf") == "malformed_reference"


@pytest.mark.parametrize("impossible", ["00", "01", "99"])
def test_check_digits_that_the_standard_never_makes_are_refused(impossible):
    bodies = (f"{n}" for n in range(1000))
    assert not any(is_rf(f"RF{impossible}{body}") for body in bodies)


class TestWhatACreditorClaims:
    formats = (KidFormat(7, "mod10"), KidFormat(14, "mod10"), KidFormat(9, "mod11"))

    @pytest.mark.parametrize(
        "kid", ["0010017", make_kid("1234567890123", "mod10"), make_kid("00014901", "mod11")]
    )
    def test_a_kid_is_good_under_any_of_its_formats(self, kid):
        assert check_reference(kid, "kid", self.formats).value == kid

    def test_a_kid_that_lost_its_zeros_is_good_and_stays_as_it_was_written(self):
        assert check_reference("10017", "kid", self.formats).value == "10017"
        assert kid_forms("10017", self.formats) == ("10017", "0010017", "00000000010017")

    def test_the_exact_reference_comes_first_and_nothing_comes_twice(self):
        assert kid_forms("0010017", self.formats) == ("0010017", "00000000010017")
        assert kid_forms("free", self.formats) == ("free",)

    def test_a_longer_kid_is_refused_and_never_cut(self):
        assert reason("000000000010017", "kid", self.formats) == "reference_too_long"

    def test_a_wrong_check_digit_is_refused(self):
        assert reason("0010018", "kid", self.formats) == "wrong_check_digit"

    def test_without_formats_either_modulus_will_do(self):
        assert check_reference("12344", "kid").value == "12344"
        assert check_reference("6-", "kid").value == "6-"
        assert reason("12345", "kid") == "wrong_check_digit"

    @pytest.mark.parametrize("text", ["", "1", "12 344", "12344\n", "-6", "1-2", "12a44", "١٢٣٤٤", "--"])
    def test_what_is_no_kid_at_all(self, text):
        assert reason(text, "kid") == "malformed_reference"

    def test_the_dash_belongs_to_mod11(self):
        assert reason("6-", "kid", [KidFormat(2, "mod10")]) == "wrong_check_digit"
        assert check_reference("6-", "kid", [KidFormat(5, "mod11")]).value == "6-"
        assert kid_forms("6-", [KidFormat(5, "mod11")]) == ("6-", "0006-")

    @pytest.mark.parametrize(
        ("text", "kind", "why"),
        [
            ("1234567", "ocr", "wrong_check_digit"),
            ("1234 566", "ocr", "malformed_reference"),
            ("1234562", "viitenumero", "wrong_check_digit"),
            ("561", "viitenumero", "malformed_reference"),
            ("RF351234561", "rf", "wrong_check_digit"),
            ("RF34", "rf", "malformed_reference"),
            ("", "free_text", "malformed_reference"),
            ("  ", "free_text", "malformed_reference"),
            ("a\nb", "free_text", "malformed_reference"),
            ("x" * 141, "free_text", "reference_too_long"),
            ("12344", "fik", "unknown_reference_kind"),
        ],
    )
    def test_what_is_wrong_is_said(self, text, kind, why):
        assert reason(text, kind) == why

    def test_free_text_is_kept(self):
        assert check_reference("Faktura 1001, påminnelse", "free_text").value == "Faktura 1001, påminnelse"


@pytest.mark.parametrize(("length", "modulus"), [(1, "mod10"), (26, "mod11"), (10, "mod12")])
def test_kid_formats_that_no_bank_offers(length, modulus):
    with pytest.raises(BadReference) as caught:
        KidFormat(length, modulus)
    assert caught.value.reason == "bad_kid_format"


@pytest.mark.parametrize("body", ["", "a", "1 2", "²", "1" * 22])
def test_an_rf_reference_has_1_to_21_digits_and_capitals(body):
    with pytest.raises(BadReference):
        make_rf(body)


class TestRecognition:
    """A PaymentID does not say what it is: the creditor's country says it."""

    @pytest.mark.parametrize(
        ("text", "country", "kind", "value"),
        [
            ("12344", "NO", "kid", "12344"),
            ("6-", "NO", "kid", "6-"),
            ("1234566", "SE", "ocr", "1234566"),
            ("1234561", "FI", "viitenumero", "1234561"),
            ("12 34561", "FI", "viitenumero", "1234561"),
            ("RF34 1234 561", "FI", "rf", "RF341234561"),
            ("rf341234561", None, "rf", "RF341234561"),
        ],
    )
    def test_by_country(self, text, country, kind, value):
        found = recognise(text, country)
        assert found is not None
        assert (found.kind, found.value) == (kind, value)

    @pytest.mark.parametrize(
        ("text", "country"),
        [
            ("12344", None),
            ("12344", "DK"),
            ("12345", "NO"),
            ("Snippet1", "GB"),
            ("1234567", "SE"),
            ("", "NO"),
        ],
    )
    def test_what_is_valid_as_nothing_stays_free_text(self, text, country):
        assert recognise(text, country) is None

    def test_the_creditors_formats_decide(self):
        assert recognise("12344", "NO", [KidFormat(4, "mod10")]) is None
        assert recognise("12344", "NO", [KidFormat(9, "mod10")]) is not None


@given(number=digits, modulus=moduli)
def test_every_kid_made_is_valid_and_leading_zeros_do_not_change_its_digit(number, modulus):
    kid = make_kid(number, modulus)
    assert is_kid(kid, modulus)
    assert make_kid(number, modulus, 25) == kid.rjust(25, "0")
    assert is_kid(kid.rjust(25, "0"), modulus)


@given(number=digits, modulus=moduli, data=st.data())
def test_any_single_wrong_digit_of_a_kid_is_detected(number, modulus, data):
    kid = make_kid(number, modulus)
    assert not is_kid(_mistyped(kid, data), modulus)


@given(number=st.text("0123456789", min_size=3, max_size=19), data=st.data())
def test_any_single_wrong_digit_of_a_viitenumero_is_detected(number, data):
    reference = make_viitenumero(number)
    assert is_viitenumero(reference)
    assert not is_viitenumero(_mistyped(reference, data))
    assert rf_to_viitenumero(viitenumero_to_rf(reference)) == reference


@given(number=digits, data=st.data())
def test_any_single_wrong_digit_of_an_ocr_is_detected(number, data):
    reference = make_ocr(number)
    assert is_ocr(reference)
    assert not is_ocr(_mistyped(reference, data))


@given(body=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21), data=st.data())
def test_any_single_wrong_digit_of_an_rf_is_detected(body, data):
    reference = make_rf(body)
    assert is_rf(reference)
    assert not is_rf(reference[:2] + _mistyped(reference[2:], data))


@given(number=st.text("0123456789", min_size=2, max_size=24), data=st.data())
def test_two_neighbours_changing_places_are_detected_by_mod11(number, data):
    kid = make_kid(number, "mod11")
    place = data.draw(st.integers(0, len(number) - 2))
    swapped = kid[:place] + kid[place + 1] + kid[place] + kid[place + 2 :]
    assert swapped == kid or not is_kid(swapped, "mod11")


@given(text=st.text(max_size=40), kind=st.sampled_from(["kid", "ocr", "viitenumero", "rf", "free_text", "x"]))
def test_whatever_is_claimed_the_answer_is_a_reference_or_a_reason(text, kind):
    try:
        assert check_reference(text, kind).value == text
    except BadReference as bad:
        assert bad.reason
    for country in ("NO", "SE", "FI", "DK", None):
        recognise(text, country)


def _mistyped(reference: str, data: st.DataObject) -> str:
    """Change one digit of a reference into another one."""
    places = [place for place, character in enumerate(reference) if character.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != reference[place]]))
    return reference[:place] + other + reference[place + 1 :]
