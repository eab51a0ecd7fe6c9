"""Tables as CSV: what RFC 4180 asks for, and nothing that a spreadsheet would carry out."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.formats.spreadsheet import Figure, write_csv

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


def test_lines_end_as_the_rfc_says():
    assert write_csv(("a", "b"), [("1", 2), ("æ", Figure("-3.00"))]) == "a,b\r\n1,2\r\næ,-3.00\r\n"


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_is_written_is_read_back(rows):
    text = write_csv(("first", "second"), rows)

    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]

    assert [tuple(cell.removeprefix("'") for cell in row) for row in read] == [
        tuple(cell.removeprefix("'") for cell in row) for row in rows
    ]


@given(CELLS)
def test_no_cell_is_a_formula(cell):
    text = write_csv(("a",), [(cell,)])

    (_, (read,)) = csv.reader(io.StringIO(text, newline=""), strict=True) if cell else ((), ("",))

    assert not read.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1"])
def test_a_formula_is_made_text(text):
    assert write_csv(("a",), [(text,)]) == f"a\r\n'{text}\r\n"


def test_a_figure_stays_a_number():
    assert write_csv(("a", "b"), [(Figure("-12.50"), -3)]) == "a,b\r\n-12.50,-3\r\n"


def test_a_comma_a_quote_and_a_line_are_quoted():
    assert write_csv(("a",), [('x, "y"\nz',)]) == 'a\r\n"x, ""y""\nz"\r\n'
