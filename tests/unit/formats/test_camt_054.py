"""camt.054 notifications: every payment of one, or everything that is wrong with it and where."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.domain.errors import InvalidInput
from fordring.domain.money import Money
from fordring.formats.camt_054 import parse_camt_054
from fordring.formats.payment_file import parse_payment_file
from tests.unit.formats.camt_documents import Camt, share, transaction

BOTH = pytest.mark.parametrize("version", ["02", "08"])
ENTRY = "/Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry"


def lines(camt: Camt):
    return parse_camt_054(camt.bytes()).lines


def faults(content: bytes | str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_camt_054(content.encode() if isinstance(content, str) else content)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


@BOTH
def test_a_payment_with_all_that_the_bank_tells(version):
    (line,) = lines(
        Camt(version).pay(
            reference="0010017",
            text="Takk for hjelpen",
            bank_id="B-77",
            end_to_end="E-9",
            name="Kari Nordmann",
            account="12345678903",
            document="F-1",
        )
    )
    assert (line.kid, line.amount, line.machine_readable) == ("0010017", Money(125000, "NOK"), True)
    assert (line.bank_date, line.booking_date) == (date(2026, 1, 21), date(2026, 1, 20))
    assert (line.bank_transaction_id, line.end_to_end_id) == ("B-77", "E-9")
    assert (line.payer_name, line.payer_account) == ("Kari Nordmann", "12345678903")
    assert (line.text, line.document_numbers) == ("Takk for hjelpen", ("F-1",))
    assert (line.transaction_type, line.reversal, line.passed_over) == ("PMNT-RCDT-DMCT", False, None)
    assert line.line_number == 4


def test_what_says_who_has_paid_is_not_in_the_line_s_text():
    (line,) = lines(Camt().pay(name="Kari Nordmann", account="12345678903", text="til Ola"))
    assert not any(word in repr(line) for word in ("Kari", "12345678903", "Ola"))


@BOTH
def test_a_batch_is_one_payment_for_each_transaction(version):
    parts = [transaction(f"{n}.00", version=version, reference=f"00100{n}", bank_id=f"B-{n}") for n in (1, 2)]
    read = lines(Camt(version).entry("3.00", *parts, reference="E-1", stated=2))
    assert [(line.kid, line.amount.minor) for line in read] == [("001001", 100), ("001002", 200)]
    assert len({line.line_id for line in read}) == 2


def test_a_batch_that_is_told_without_its_transactions_is_one_payment():
    (line,) = lines(Camt().entry("3.00", reference="E-1"))
    assert (line.kid, line.amount.minor, line.machine_readable) == (None, 300, False)
    assert line.bank_transaction_id == "E-1"


def test_money_that_goes_and_comes_back():
    read = lines(
        Camt()
        .pay(reference="0010017", entry={"direction": "DBIT", "reversal": True})
        .pay(reference="0010017", returned=True, entry={"direction": "DBIT"})
        .pay(entry={"direction": "DBIT"})
        .pay(entry={"reversal": True})
        .pay(entry={"status": "PDNG"})
    )
    assert [line.reversal for line in read] == [True, True, False, False, False]
    assert [line.amount.minor for line in read[:2]] == [-125000, -125000]
    assert [line.passed_over for line in read] == [
        None,
        None,
        "money_went_out",
        "outgoing_came_back",
        "not_booked",
    ]


def test_references_are_read_without_the_spaces_of_their_print_form():
    (line,) = lines(Camt().pay(reference="RF18 5390 0754 7034"))
    assert line.kid == "RF18539007547034"


def test_a_remittance_that_says_what_is_for_what_is_several_payments():
    strd = share("0010017", "1000.00") + share("0010025", "250.00")
    read = lines(Camt().pay("1250.00", strd=strd, bank_id="B-1"))
    assert [(line.kid, line.amount.minor) for line in read] == [("0010017", 100000), ("0010025", 25000)]
    assert {line.bank_transaction_id for line in read} == {"B-1"}
    assert len({line.line_id for line in read}) == 2


def test_a_remittance_that_does_not_add_up_is_one_payment_for_several_references():
    strd = share("0010017", "1000.00") + share("0010025", "200.00")
    (line,) = lines(Camt().pay("1250.00", strd=strd))
    assert (line.kid, line.more_references, line.amount.minor) == ("0010017", ("0010025",), 125000)


def test_told_again_in_another_message_it_is_the_same_payment():
    for more in ({"bank_id": "B-1"}, {"end_to_end": "E-1"}, {"text": "takk"}):
        first = Camt(message_id="MSG-1").pay(reference="0010017", **more)
        again = Camt(message_id="MSG-2").pay(reference="0010017", **more)
        assert lines(first)[0].line_id == lines(again)[0].line_id


def test_two_payments_of_which_the_bank_says_the_same_are_told_apart():
    read = lines(Camt().pay(reference="0010017").pay(reference="0010017"))
    assert len({line.line_id for line in read}) == 2


def test_other_currencies_and_amounts_with_more_zeros():
    (euro, crown) = lines(Camt().pay("12.50", currency="EUR").pay("7.00000"))
    assert (euro.amount, crown.amount) == (Money(1250, "EUR"), Money(700, "NOK"))


def test_dates_in_their_other_spellings():
    booked = {"booked": "<DtTm>2026-01-20T23:30:00+01:00</DtTm>", "valued": None}
    (line,) = lines(Camt().pay(entry=booked))
    assert (line.bank_date, line.booking_date) == (date(2026, 1, 20), date(2026, 1, 20))


def test_every_fault_is_named_with_its_place():
    camt = Camt()
    camt.pay("12,50", reference="0010017")
    camt.pay("1.005", entry={"direction": "CREDIT"})
    camt.pay(currency="XXX")
    camt.pay(entry={"booked": "<Dt>2026-02-30</Dt>", "valued": None})
    named = faults(camt.bytes())
    assert (f"{ENTRY}/Amt", "malformed_amount") in named
    assert (f"{ENTRY}[2]/CdtDbtInd", "unknown_code") in named
    assert (f"{ENTRY}[2]/Amt", "too_many_decimals") in named
    assert (f"{ENTRY}[3]/Amt/@Ccy", "unknown_currency") in named
    assert (f"{ENTRY}[4]/BookgDt", "malformed_date") in named


@pytest.mark.parametrize(
    ("gone", "pointer"),
    [
        ("<MsgId>MSG-1</MsgId>", "/Document/BkToCstmrDbtCdtNtfctn/GrpHdr/MsgId"),
        ("<Acct><Id><IBAN>NO9386011117947</IBAN></Id></Acct>", f"{ENTRY.removesuffix('/Ntry')}/Acct/Id"),
        ("<Sts>BOOK</Sts>", f"{ENTRY}/Sts"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", f"{ENTRY}/CdtDbtInd"),
    ],
)
def test_what_is_missing_is_named(gone, pointer):
    text = Camt().pay().text()
    assert gone in text
    assert faults(text.replace(gone, "", 1)) == [(pointer, "missing")]


def test_counts_and_sums_agree():
    parts = [transaction("1.00"), transaction("2.00")]
    assert faults(Camt().entry("3.00", *parts, stated=3).bytes()) == [
        (f"{ENTRY}/NtryDtls/Btch/NbOfTxs", "wrong_transaction_count")
    ]
    assert faults(Camt().entry("4.00", *parts).bytes()) == [(f"{ENTRY}/Amt", "wrong_total")]
    summed = "<TxsSummry><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>4.00</Sum></TtlCdtNtries></TxsSummry>"
    at = f"{ENTRY.removesuffix('/Ntry')}/TxsSummry/TtlCdtNtries"
    assert faults(Camt(summary=summed).pay("3.00").bytes()) == [
        (f"{at}/NbOfNtries", "wrong_entry_count"),
        (f"{at}/Sum", "wrong_total"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Camt("03").pay().text(), "unsupported_document"),
        ("<Document/>", "unsupported_document"),
        ("<Document", "xml_malformed"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_forbidden"),
    ],
)
def test_what_is_no_notification(content, code):
    assert [found for _, found in faults(content)] == [code]


def test_the_content_says_the_format():
    assert parse_payment_file(b"\n" + Camt().pay().bytes().split(b"\n", 1)[1]).lines
    assert parse_payment_file(Camt().pay().bytes()).transmission_number == "MSG-1"
    with pytest.raises(InvalidInput) as caught:
        parse_payment_file(b"NY000010")
    assert caught.value.faults[0].code == "wrong_length"


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=12), version=st.sampled_from(["02", "08"])
)
def test_nothing_of_a_batch_is_lost_or_doubled(amounts, version):
    def spelt(minor):
        return Money(minor, "NOK").text

    parts = [transaction(spelt(each), version=version, reference="0010017") for each in amounts]
    read = lines(Camt(version).entry(spelt(sum(amounts)), *parts, stated=len(amounts), reference="E-1"))
    assert [line.amount.minor for line in read] == amounts
    assert len({line.line_id for line in read}) == len(amounts)
    assert [replace(line, line_number=0) for line in read] == [
        replace(line, line_number=0)
        for line in lines(Camt(version).entry(spelt(sum(amounts)), *parts, reference="E-1"))
    ]
