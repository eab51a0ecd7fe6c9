"""The bank's OCR giro file: every payment of it, or what is wrong with it and on which line."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.domain.errors import InvalidInput
from fordring.domain.money import Money
from fordring.domain.references import KidFormat, is_kid
from fordring.formats.ocr_giro import MOST_FAULTS, parse_ocr_giro

REAL = Path(__file__).parents[4] / "shared" / "data" / "ocr_giro_transactions.txt"


@dataclass
class File:
    """Writes an OCR giro file with right counts and totals, unless it is told others."""

    records: list[str] = field(default_factory=list)
    transactions: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        self.records.append("NY000010" + "00008080" + "0000042" + "00123456" + "0" * 49)

    def begin(self, number: int = 1, account: str = "86011117947", service: str = "0900") -> "File":
        self.first = len(self.records)
        self.count = self.sum = 0
        self.service = service
        agreement = "001234567" if service == "0900" else "0" * 9
        self.records.append(f"NY{service}20{agreement}{number:07d}{account}" + "0" * 45)
        return self

    def pay(self, kid: str, ore: int, **options: str) -> "File":
        self.count += 1
        number = options.get("number", f"{self.count:07d}")
        kind = options.get("kind", "10")
        self.sum += ore
        self.records += [
            f"NY09{kind}30{number}200126" + "13" + "20" + "1" + "01464" + options.get("sign", "0")
            + f"{ore:017d}{kid:>25}" + "0" * 6,
            f"NY09{kind}31{number}9636827194" + options.get("archive", "099038562") + "0" * 7
            + options.get("ordered", "190126") + options.get("payer", "12345678903") + "0" * 22,
        ]  # fmt: skip
        if "text" in options:
            self.records.append(f"NY09{kind}32{number}{options['text']:40}" + "0" * 25)
        return self

    def agree(self, kid: str) -> "File":
        self.count += 1
        self.records.append(f"NY219470{self.count:07d}1{kid:>25}J" + "0" * 38)
        return self

    def close(self, **stated: int) -> "File":
        count = stated.get("transactions", self.count)
        records = stated.get("records", len(self.records) - self.first + 1)
        total = f"{stated.get('total', self.sum):017d}" + "200126" * 3 if self.service == "0900" else "0" * 35
        self.records.append(f"NY{self.service}88{count:08d}{records:08d}{total}" + "0" * 21)
        self.transactions += self.count
        self.total += self.sum
        return self

    def end(self, **stated: int) -> "File":
        count = stated.get("transactions", self.transactions)
        records = stated.get("records", len(self.records) + 1)
        day = f"{stated.get('day', 200126):06d}"
        total = stated.get("total", self.total)
        self.records.append(f"NY000089{count:08d}{records:08d}{total:017d}{day}" + "0" * 33)
        return self

    def text(self, line_end: str = "\n") -> str:
        return line_end.join([*self.records, ""])

    def bytes(self) -> bytes:
        return self.text().encode("iso-8859-1")

    def read(self):
        return parse_ocr_giro(self.bytes())

    def faults(self) -> list[tuple[str, str]]:
        return faults(self.bytes())


def faults(content: bytes, **limits: int) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_ocr_giro(content, **limits)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def simple() -> File:
    return File().begin().pay("0010017", 125000).pay("12344", 50).close().end()


class TestWhatIsRead:
    def test_a_payment(self):
        [first, second] = simple().read().lines
        assert first.kid == "0010017"
        assert first.amount == Money(125000, "NOK")
        assert first.bank_date == date(2026, 1, 20)
        assert first.order_date == date(2026, 1, 19)
        assert first.transaction_type == "10"
        assert first.reversal is False
        assert first.archive_reference == "099038562"
        assert first.form_number == "9636827194"
        assert first.settlement_reference == "13-20-1-01464"
        assert first.payer_account == "12345678903"
        assert first.text is None
        assert (first.assignment_number, first.agreement_number) == ("0000001", "001234567")
        assert first.account == "86011117947"
        assert first.line_number == 3
        assert first.line_id == "00123456-0000042-20260120-0000001-0000001"
        assert (second.kid, second.amount, second.line_number) == ("12344", Money(50, "NOK"), 5)

    @pytest.mark.parametrize("kid", ["6-", "000123456-", "0" * 24 + "-", "9" * 25, "00", "0"])
    def test_every_kid_is_kept_exactly(self, kid):
        [line] = File().begin().pay(kid, 100).close().end().read().lines
        assert line.kid == kid

    def test_a_kid_on_the_left_of_its_field_is_the_same_kid(self):
        [line] = File().begin().pay("6-".ljust(25), 100).close().end().read().lines
        assert line.kid == "6-"

    def test_a_payment_with_a_text_and_no_kid(self):
        [line] = (
            File().begin().pay("", 100, kind="21", text="Takk for lånet, 2 m²").close().end().read().lines
        )
        assert line.kid is None
        assert line.text == "Takk for lånet, 2 m²"

    def test_what_the_bank_does_not_tell_is_none(self):
        file = File().begin().pay("12344", 1, payer="0" * 11, archive="0" * 9, ordered="000000").close().end()
        [line] = file.read().lines
        assert (line.payer_account, line.archive_reference, line.order_date) == (None, None, None)

    @pytest.mark.parametrize(("kind", "sign"), [("18", "0"), ("20", "0"), ("10", "-"), ("18", "-")])
    def test_money_that_went_back_is_negative(self, kind, sign):
        file = File().begin().pay("12344", 1000).pay("12344", 300, kind=kind, sign=sign).close().end()
        paid, back = file.read().lines
        assert (paid.amount.minor, paid.reversal) == (1000, False)
        assert (back.amount.minor, back.reversal) == (-300, True)

    def test_totals_may_have_reversals_subtracted(self):
        file = File().begin().pay("12344", 1000).pay("12344", 300, kind="18").close(total=700).end(total=700)
        assert sum(line.amount.minor for line in file.read().lines) == 700

    def test_several_assignments(self):
        file = File().begin(1).pay("12344", 1).close().begin(2, "12345678903").pay("67", 2).close().end()
        first, second = file.read().lines
        assert (first.account, second.account) == ("86011117947", "12345678903")
        assert first.line_id != second.line_id

    def test_assignments_about_agreements_are_passed_over(self):
        file = File().begin(1).pay("12344", 1).close().begin(1, service="2124").agree("12344").close().end()
        assert [line.kid for line in file.read().lines] == ["12344"]

    def test_a_file_without_payments(self):
        assert File().end().read().lines == ()

    def test_several_lengths_and_moduli_in_one_assignment(self):
        file = File().begin()
        for kid in ("0010017", "12343", "6-", "23456783", "23456788"):
            file.pay(kid, 100)
        assert [line.kid for line in file.close().end().read().lines] == [
            "0010017", "12343", "6-", "23456783", "23456788",
        ]  # fmt: skip


class TestTheSameFile:
    def test_line_ends_blanks_and_encoding_make_no_other_file(self):
        file = File().begin().pay("12344", 1, kind="21", text="Ærlig talt").close().end()
        read = file.read()
        for variant in (
            file.text("\r\n").encode("iso-8859-1"),
            file.text("\r").encode("iso-8859-1"),
            file.text("   \n").encode("iso-8859-1"),
            file.text().strip().encode("iso-8859-1"),
            file.text().encode("utf-8"),
            file.text().encode("utf-8-sig"),
            file.bytes() + b"\n\r\n  \n\x1a",
        ):
            assert parse_ocr_giro(variant) == read

    def test_another_amount_is_another_file_with_the_same_lines(self):
        one = File().begin().pay("12344", 1).close().end().read()
        other = File().begin().pay("12344", 2).close().end().read()
        assert one.file_id != other.file_id
        assert one.file_id.startswith("0000042-20260120-")
        assert [line.line_id for line in one.lines] == [line.line_id for line in other.lines]


class TestFaults:
    def test_counts_and_totals_of_an_assignment(self):
        file = File().begin().pay("12344", 100).close(transactions=2, records=5, total=99).end()
        assert file.faults() == [
            ("/lines/5", "wrong_transaction_count"),
            ("/lines/5", "wrong_record_count"),
            ("/lines/5", "wrong_total"),
        ]

    def test_counts_and_totals_of_the_transmission(self):
        file = File().begin().pay("12344", 100).close().end(transactions=2, records=5, total=99, day=0)
        assert file.faults() == [
            ("/lines/6", "wrong_transaction_count"),
            ("/lines/6", "wrong_record_count"),
            ("/lines/6", "wrong_total"),
            ("/lines/6", "missing_date"),
        ]

    def test_a_file_that_was_cut_off(self):
        records = simple().records
        for kept in range(1, len(records)):
            found = faults("\n".join(records[:kept]).encode())
            assert found[-1] == (f"/lines/{kept}", "truncated_file")

    def test_a_record_that_was_left_out_is_noticed(self):
        records = simple().records
        for left_out in range(len(records)):
            assert faults("\n".join(records[:left_out] + records[left_out + 1 :]).encode())

    def test_a_record_that_stands_twice_is_noticed(self):
        records = simple().records
        for twice in range(len(records)):
            assert faults("\n".join(records[: twice + 1] + records[twice:]).encode())

    def test_two_neighbours_in_the_wrong_order_are_noticed(self):
        records = simple().records
        for place in range(len(records) - 1):
            swapped = [*records[:place], records[place + 1], records[place], *records[place + 2 :]]
            assert faults("\n".join(swapped).encode())

    def test_transaction_numbers_are_unique(self):
        file = File().begin().pay("12344", 1).pay("67", 2, number="0000001").close().end()
        assert file.faults() == [("/lines/5", "duplicate_transaction")]

    def test_assignment_numbers_are_unique(self):
        file = File().begin(1).pay("12344", 1).close().begin(1).pay("67", 1).close().end()
        assert file.faults() == [("/lines/6", "duplicate_assignment")]

    @pytest.mark.parametrize("kid", ["-", "--", "12-44", "1 2344", "-12344", "12a44", "١٢٣٤٤"])
    def test_kids_that_are_none(self, kid):
        content = File().begin().pay("12344", 1).pay(kid, 1).close().end().text().encode()
        [(pointer, code)] = faults(content)
        assert pointer == "/lines/5"
        assert code in ("malformed_kid", "malformed_record")

    def test_an_amount_beyond_reason(self):
        file = File().begin().pay("12344", 10**14).close().end()
        assert file.faults() == [("/lines/3", "amount_too_large")]

    @pytest.mark.parametrize(
        ("line", "old", "new", "code"),
        [
            (3, "NY0910", "NY0999", "malformed_record"),
            (3, "200126", "310226", "malformed_record"),
            (3, "200126", "000000", "malformed_record"),
            (3, "NY091030", "NY091049", "unknown_record"),
            (3, "NY091030", "NY0910AB", "unknown_record"),
            (3, "NY", "XX", "unknown_record"),
            (3, "NY", "N", "wrong_length"),
            (3, "NY", "NY0", "wrong_length"),
            (4, "190126", "320126", "malformed_record"),
            (4, "12345678903", "1234567890X", "malformed_record"),
            (2, "86011117947", "8601111794 ", "malformed_record"),
            (5, "NY090088", "NY210088", "unexpected_record"),
            (3, "NY0910", "NY0911", "unexpected_record"),
        ],
    )
    def test_a_record_that_is_wrong_is_named_by_its_line(self, line, old, new, code):
        records = File().begin().pay("12344", 100).close().end().records
        records[line - 1] = records[line - 1].replace(old, new, 1)
        assert code in [found for _, found in faults("\n".join(records).encode())]

    def test_payment_requests_are_no_payments(self):
        assert ("/lines/2", "unexpected_record") in File().begin(service="2100").close().end().faults()

    def test_a_text_belongs_to_types_with_a_text(self):
        file = File().begin().pay("12344", 1, kind="10", text="hei").close().end()
        assert file.faults() == [("/lines/5", "unexpected_record")]

    def test_all_bad_lines_are_named_at_once_but_not_without_end(self):
        records = simple().records
        bad = [record[:-1] if number in (3, 5) else record for number, record in enumerate(records, 1)]
        assert faults("\n".join(bad).encode()) == [("/lines/3", "wrong_length"), ("/lines/5", "wrong_length")]
        assert len(faults(b"no giro\n" * 1000)) == MOST_FAULTS

    def test_nothing_and_too_much(self):
        assert faults(b"") == [("", "empty_file")]
        assert faults(b" \r\n \n") == [("", "empty_file")]
        assert faults(simple().bytes(), largest_bytes=500) == [("", "file_too_large")]

    def test_a_fault_never_repeats_the_line(self):
        content = File().begin().pay("15108695088", 1, payer="1234567890X").close().end().text().encode()
        with pytest.raises(InvalidInput) as caught:
            parse_ocr_giro(content)
        told = str([(fault.pointer, fault.detail) for fault in caught.value.faults]) + str(caught.value)
        assert "15108695088" not in told
        assert "1234567890X" not in told

    @settings(max_examples=200, deadline=None)
    @given(at=st.integers(0, 700), cut=st.integers(0, 90), put=st.binary(max_size=90))
    def test_any_damage_gives_a_file_or_its_faults(self, at, cut, put):
        content = simple().bytes()
        try:
            read = parse_ocr_giro(content[:at] + put + content[at + cut :])
        except InvalidInput as refused:
            assert refused.faults
        else:
            assert len({line.line_id for line in read.lines}) == len(read.lines)

    @settings(max_examples=100, deadline=None)
    @given(
        payments=st.lists(
            st.tuples(
                st.from_regex(r"[0-9]{2,24}[0-9-]", fullmatch=True), st.integers(0, 10**13 - 1), st.booleans()
            ),
            max_size=8,
        )
    )
    def test_whatever_is_paid_comes_out(self, payments):
        file = File().begin()
        for kid, ore, back in payments:
            file.pay(kid, ore, sign="-" if back else "0")
        read = file.close().end().read()
        assert [(line.kid, abs(line.amount.minor), line.reversal) for line in read.lines] == payments


@pytest.mark.skipif(not REAL.is_file(), reason="the real file is not beside the project")
class TestTheRealFile:
    formats = (KidFormat(7, "mod11"), KidFormat(9, "mod11"), KidFormat(14, "mod10"), KidFormat(14, "mod11"))

    def test_all_of_it(self):
        read = parse_ocr_giro(REAL.read_bytes())
        assert len(read.lines) == 20
        assert sum(line.amount.minor for line in read.lines) == 5144900
        assert read.bank_date == date(1992, 1, 20)
        assert len({line.line_id for line in read.lines}) == 20
        assert {line.account for line in read.lines} == {"99991042764"}
        assert read.lines[0].text == "Foo bar baz"

    def test_several_formats_of_kid_in_one_assignment(self):
        kids = [line.kid for line in parse_ocr_giro(REAL.read_bytes()).lines]
        assert all(any(kid_format.accepts(kid) for kid_format in self.formats) for kid in kids)
        assert {len(kid) for kid in kids} == {7, 9, 14}
        assert not all(is_kid(kid, "mod10") for kid in kids)
        assert not all(is_kid(kid, "mod11") for kid in kids)
