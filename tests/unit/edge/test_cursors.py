"""Cursors that nobody can make, change or use elsewhere."""

from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.domain.clock import utc
from fordring.domain.creditor import ApiKey, Scope
from fordring.domain.errors import InvalidInput
from fordring.edge.cursors import read_cursor, write_cursor

KEY = ApiKey("key_1", "ab" * 32, "billing", Scope.READ, None, utc(2024, 1, 1))
LISTING = "GET /v1/creditors/acme/invoices"
FILTERS = {"transferred": "false", "excluded": None}
POSITION = '{"pk":"INV#1","sk":"META","place":"2024-05-17#æ"}'


def refused(cursor, key=KEY, listing=LISTING, filters=FILTERS):
    with pytest.raises(InvalidInput) as caught:
        read_cursor(key, listing, filters, cursor)
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.code) == ("/query/cursor", "wrong_cursor")
    return True


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_there_and_back(position):
    cursor = write_cursor(KEY, LISTING, FILTERS, position)
    assert read_cursor(KEY, LISTING, {"transferred": "false"}, cursor) == position
    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_the_first_and_the_last_page():
    assert read_cursor(KEY, LISTING, FILTERS, None) is None
    assert write_cursor(KEY, LISTING, FILTERS, None) is None


def test_bound_to_key_list_and_filter():
    cursor = write_cursor(KEY, LISTING, FILTERS, POSITION)
    assert refused(cursor, key=replace(KEY, key_id="key_2"))
    assert refused(cursor, key=replace(KEY, digest="cd" * 32))
    assert refused(cursor, listing="GET /v1/creditors/other/invoices")
    assert refused(cursor, filters={})
    assert refused(cursor, filters={"transferred": "true"})
    assert refused(cursor, filters=FILTERS | {"excluded": "false"})


@given(st.data())
def test_any_change_is_noticed(data):
    cursor = write_cursor(KEY, LISTING, FILTERS, POSITION)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCabc012-_=+/ é").filter(lambda x: x != cursor[place]))
    assert refused(cursor[:place] + letter + cursor[place + 1 :])


@pytest.mark.parametrize(
    "cursor",
    ["", "=", "A", "AAAA", "é", "x" * 5000, urlsafe_b64encode(b"x" * 40).decode(), POSITION, "\x00"],
)
def test_what_is_no_cursor(cursor):
    assert refused(cursor)


def test_another_spelling_is_refused():
    cursor = write_cursor(KEY, LISTING, FILTERS, POSITION)
    assert refused(cursor + "=")
    assert refused(cursor + "\n")
