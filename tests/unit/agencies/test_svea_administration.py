"""Svea's changes of administered invoices, and its credit checks: read strictly, and never anything else."""

import contextlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.agencies.registry import ADMINISTRATORS, agency_names, capabilities
from fordring.domain.agency import MalformedAnswer, Operation
from fordring.domain.agency_port import ChecksCredit
from fordring.domain.credit import CreditAnswer, CreditSubject
from fordring.domain.facts import (
    InvoiceDelivered,
    InvoiceDeliveryFailed,
    InvoicePaidOut,
    InvoiceRecoursed,
    PurchaseDecided,
)
from fordring.domain.transport import TransportFailed
from tests.unit.agencies.svea_answers import CLIENT, INSTANT, KEY, callback, change, nok, svea

INVOICE = "inv_1-1"
DELIVERED = change(
    "InvoiceDelivered", ClientInvoiceId=INVOICE, Channel="EInvoiceB2B", DeliveredDate="2026-03-31"
)
FAILED = change("InvoiceDeliveryFailed", ClientInvoiceId=INVOICE, Channel="Email", Reason="Bounced")
DECIDED = change("PurchaseDecided", ClientInvoiceId=INVOICE, SveaHasBought=False, Reason="NotApproved")
PAID = change(
    "InvoicePaidToClient",
    ClientInvoiceId=INVOICE,
    Amount="-98.00",
    CreditFee="2.00",
    Currency="NOK",
    PaidToClientOn="2026-04-01",
)
REGRESSION = change(
    "Regression",
    ClientInvoiceId=INVOICE,
    Capital="100.00",
    Fee="5.00",
    TransactionAmount="105.00",
    TransactionType="Regression",
    TransactionDate="2026-04-02",
    Currency="NOK",
)
ALL = [DELIVERED, FAILED, DECIDED, PAID, REGRESSION]


def test_each_change_is_read():
    facts = svea().parse_callback({}, callback(*ALL)).facts
    assert facts == (
        InvoiceDelivered(KEY, INVOICE, "ehf", date(2026, 3, 31), INSTANT),
        InvoiceDeliveryFailed(KEY, INVOICE, "email", "bounced", INSTANT),
        PurchaseDecided(KEY, INVOICE, False, "not_approved", INSTANT),
        InvoicePaidOut(KEY, INVOICE, nok(-9800), nok(200), date(2026, 4, 1), INSTANT),
        InvoiceRecoursed(KEY, INVOICE, nok(10000), nok(500), date(2026, 4, 2), INSTANT),
    )


def test_an_unknown_reason_is_kept_as_other():
    (fact,) = svea().parse_callback({}, callback(FAILED | {"Reason": "Flood"})).facts
    assert isinstance(fact, InvoiceDeliveryFailed)
    assert fact.reason == "other"


@pytest.mark.parametrize(
    "wrong",
    [
        DELIVERED | {"Channel": "Pigeon"},
        DELIVERED | {"DeliveredDate": "31.03.2026"},
        DECIDED | {"SveaHasBought": "yes"},
        PAID | {"Amount": 98},
        REGRESSION | {"Capital": "-1.00"},
        *({name: value for name, value in each.items() if name != "ClientInvoiceId"} for each in ALL),
        *(each | {"ClientOrderId": None, "CaseNumber": None} for each in ALL),
    ],
)
def test_what_is_not_as_the_interface_says_is_malformed(wrong: dict[str, Any]):
    with pytest.raises(MalformedAnswer):
        svea().parse_callback({}, callback(wrong))


VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["100.00", "NOK", "Post"])
ALTERED = st.builds(
    lambda whole, altered: whole | altered,
    st.sampled_from(ALL),
    st.dictionaries(st.sampled_from(sorted(set().union(*ALL))), VALUES, max_size=3),
)


@settings(max_examples=200)
@given(st.lists(ALTERED, min_size=1, max_size=3))
def test_whatever_comes_is_read_or_malformed(changes: list[dict[str, Any]]):
    with contextlib.suppress(MalformedAnswer):
        svea().parse_callback({}, callback(*changes))


SUBJECT = CreditSubject("NO", national_identity_number="01010750160")


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"Decision": "Approved", "Limit": None}, CreditAnswer(approved=True)),
        ({"Decision": "Refused", "Limit": None}, CreditAnswer(approved=False)),
        ({"Decision": "Limited", "Limit": "50.00"}, CreditAnswer(approved=True, limit=nok(5000))),
    ],
)
def test_a_decision_is_read(told, answer):
    body = {"ResultCode": "Success", "ErrorMessage": None, "Currency": "NOK"} | told
    assert svea(body).credit_check(SUBJECT, CLIENT) == answer


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"ResultCode": "Success", "Decision": "Perhaps", "Currency": "NOK"}, 200, MalformedAnswer),
        (
            {"ResultCode": "Success", "Decision": "Limited", "Limit": None, "Currency": "NOK"},
            200,
            MalformedAnswer,
        ),
        ({"ResultCode": "Rejected"}, 400, MalformedAnswer),
        (b"{", 200, MalformedAnswer),
        (b"", 500, TransportFailed),
        (b"", 429, TransportFailed),
        (b"", 401, TransportFailed),
    ],
)
def test_no_error_names_the_person(body, status, error):
    with pytest.raises(error) as raised:
        svea(body, status).credit_check(SUBJECT, CLIENT)
    assert "01010750160" not in repr(raised.value) + str(raised.value.__cause__) + repr(SUBJECT)


def test_who_administers_and_who_checks_is_known_without_loading_anybody():
    def offers(operation: Operation) -> set[str]:
        return {name for name in agency_names() if operation in capabilities(name).operations}

    assert set(ADMINISTRATORS) == offers(Operation.REGISTER_ADMINISTRATION)
    assert offers(Operation.CREDIT_CHECK) == {"svea"}
    assert isinstance(svea(), ChecksCredit)


def test_the_request_says_what_is_asked():
    from fordring.agencies.svea.credit import body_of

    assert json.loads(body_of(SUBJECT, CLIENT)) == {
        "ClientId": "79021",
        "CountryCode": "NO",
        "OrganisationNumber": None,
        "NationalIdentityNumber": "01010750160",
    }
