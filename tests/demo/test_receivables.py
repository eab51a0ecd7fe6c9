"""Receivables from a file, followed through the hub to the end."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from demo import real
from demo.client import Failed
from demo.receivables import check_digit, read_receivables
from demo.story import SAMPLE

DATA = Path(__file__).parents[3] / "shared" / "data"


def test_a_row_is_read_as_it_stands():
    first = read_receivables(SAMPLE / "receivables.csv")[0]

    assert first.number == "0000000101"
    assert first.amount == Decimal("100.50")
    assert (first.invoice_date, first.due_date) == (date(2012, 1, 5), date(2012, 2, 4))
    assert not first.late_and_undisputed


@pytest.mark.parametrize("number", ["0000000101", "7", "0007900770"])
def test_the_check_digit_is_the_one_of_the_banks(number):
    from fordring.domain.references import is_kid

    assert is_kid(number + check_digit(number), "mod10")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("InvoiceAmount", "Amount"), "lacks the column InvoiceAmount"),
        (("100.5", "100.555"), "line 2: an amount"),
        (("2/4/2012", "2012-02-04"), "line 2"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, change, said):
    file = tmp_path / "receivables.csv"
    file.write_text((SAMPLE / "receivables.csv").read_text().replace(*change))
    with pytest.raises(Failed, match=said):
        read_receivables(file)


def test_the_sample_ends_with_equal_books(scene, tmp_path, capsys):
    material = real.look_at(None, SAMPLE / "receivables.csv")

    assert real.play(scene, material, tmp_path) == 0, capsys.readouterr().out

    said = capsys.readouterr().out
    assert "late and undisputed in the file    6" in said
    assert "  of them closed paid              6" in said
    assert "  paid at the agency               3" in said


def test_thirty_rows_of_the_real_data_end_with_equal_books(scene, tmp_path, capsys):
    file = DATA / "receivables.csv"
    if not file.exists():
        pytest.skip("the real data is not on this machine")
    rows = file.read_text().splitlines(keepends=True)
    some = tmp_path / "thirty.csv"
    some.write_text("".join(rows[:31]))

    assert real.play(scene, real.look_at(None, some), tmp_path) == 0, capsys.readouterr().out
