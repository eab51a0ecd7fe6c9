"""Registering: what makes two documents the same, and whose documents they are."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain.dunning import STATUSES, available_actions, dunning_status
from fordring.domain.invoice import Dispute, Release, Reminder, Terms
from fordring.domain.money import Money
from fordring.domain.references import Reference
from fordring.store.keys import key_of
from fordring.usecases.importing import identity_of
from fordring.usecases.invoicing import NewInvoice, document_ref
from tests.unit.books import Books

NEW = NewInvoice(
    "d-1", "F-1", Money(100, "NOK"), date(2026, 1, 15), Terms(date(2026, 1, 29)), metadata={"a": "b"}
)
DUE = date(2026, 1, 29)
LATE = date(2026, 2, 1)


def test_what_is_said_aside_makes_no_other_document():
    same = replace(NEW, warnings=("odd",), source="einvoice", metadata={})
    assert same.digest == NEW.digest


@pytest.mark.parametrize(
    "change",
    [
        {"debtor_id": "d-2"},
        {"principal": Money(101, "NOK")},
        {"principal": Money(100, "SEK")},
        {"invoice_date": date(2026, 1, 16)},
        {"terms": Terms(date(2026, 1, 30))},
        {"terms": Terms(date(2026, 1, 29), payment_reference=Reference("kid", "18"))},
    ],
)
def test_what_the_document_says_makes_it_another(change):
    assert replace(NEW, **change).digest != NEW.digest


def test_every_document_number_has_a_key_of_its_own():
    numbers = ["F-1", "F#1", "F%231", "F%1", "F%251", "f-1", "ÆØÅ 1"]
    keys = {
        key_of(document_ref("acme", kind, number))
        for number in numbers
        for kind in ("invoice", "credit_note")
    }
    assert len(keys) == 2 * len(numbers)


@pytest.mark.parametrize(
    "spellings",
    [
        ("974760673", "974 760 673", "NO974760673MVA", "974760673MVA", "NO 974 760 673 MVA", "no974760673"),
        ("5560360793", "556036-0793", "SE556036079301"),
        ("20774740", "2077474-0", "FI20774740"),
        ("13585628", "DK13585628"),
        ("GB983294", "gb 983294"),
    ],
)
def test_an_organisation_is_one_however_its_number_is_written(spellings):
    assert len({identity_of(each) for each in spellings}) == 1


def test_two_organisations_are_two():
    numbers = ["974760673", "974760674", "SE974760673", "GB983294", "983294", "97476067"]
    assert len({identity_of(each) for each in numbers}) == len(numbers)


def test_where_an_invoice_stands():
    invoice = Books().invoice()
    letter = Reminder("reminder", LATE, "email")
    notice = Reminder("notice_of_collection", LATE, "paper", LATE)
    dispute = Dispute("dis_1", "x", LATE)
    cases = {
        "not_due": invoice,
        "overdue": invoice,
        "reminded": replace(invoice, reminders=(letter,)),
        "notice_sent": replace(invoice, reminders=(letter, notice)),
        "disputed": replace(invoice, disputes=(dispute,), reminders=(letter,)),
        "excluded": replace(invoice, excluded_from_dunning=True, disputes=(dispute,)),
        "settled": replace(invoice, balance=type(invoice.balance)("NOK"), excluded_from_dunning=True),
        "transferred": replace(invoice, release=Release.SUBMITTED),
    }
    found = {name: dunning_status(each, DUE if name == "not_due" else LATE) for name, each in cases.items()}
    assert found == {name: name for name in cases}
    assert set(found) == set(STATUSES)


def test_what_may_be_done_with_an_invoice():
    invoice = Books().invoice()
    assert "submit" not in available_actions(invoice, DUE)
    assert {"submit", "record_reminder", "change_terms"} <= set(available_actions(invoice, LATE))
    at_agency = available_actions(replace(invoice, release=Release.QUEUED), LATE, leaves=True)
    assert at_agency == ("register_payment", "credit", "dispute", "exclude", "withdraw")
