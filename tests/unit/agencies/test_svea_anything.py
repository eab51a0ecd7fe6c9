"""Whatever an agency answers, reading it gives a fact or ``MalformedAnswer``, and never anything else."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.agencies.reading import read
from fordring.domain.agency import MalformedAnswer
from fordring.domain.agency_answers import BalancePage, Changes, Delivery
from tests.unit.agencies.svea_answers import (
    AT,
    CLIENT,
    KEY,
    LETTER,
    PAYMENT,
    SETTLEMENT,
    change,
    svea,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
VALUES = JSON | st.sampled_from(["100.00", "NOK", "2026-03-31", AT, "Post", "Reminder", [], {}, -1])
CHANGES = st.builds(
    lambda whole, altered: whole | altered,
    st.sampled_from(
        [PAYMENT, LETTER, SETTLEMENT, change("CaseRegistered"), change("CaseRejected", Errors=[])]
    ),
    st.dictionaries(st.sampled_from(sorted(PAYMENT | LETTER | SETTLEMENT)), VALUES, max_size=3),
)
CASE = {
    "ClientOrderId": "inv_1-1",
    "CaseNumber": "SV1",
    "Status": "Reminded",
    "Open": True,
    "RejectionCodes": [],
    "Currency": "NOK",
    "PrincipalRemaining": "1.00",
    "InterestRemaining": "0.00",
    "CostRemaining": "0.00",
}
CASES = st.builds(
    lambda altered: CASE | altered, st.dictionaries(st.sampled_from(sorted(CASE)), VALUES, max_size=2)
)
PAGE = {"ResultCode": "Success", "ErrorMessage": None, "AsOf": AT, "More": False, "NextPage": None}


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bodies_are_read_or_malformed(body: bytes) -> None:
    for ask in (
        lambda: read(body),
        lambda: svea().parse_callback({}, body),
        lambda: svea(body).changes_since(None, CLIENT),
        lambda: svea(body).open_cases(None, CLIENT),
        lambda: svea(body).case(KEY, CLIENT),
    ):
        with contextlib.suppress(MalformedAnswer):
            ask()


@settings(max_examples=300)
@given(st.lists(CHANGES | JSON, max_size=3), st.lists(CASES | JSON, max_size=3))
def test_answers_that_are_almost_right_are_read_or_malformed(changes: list[Any], cases: list[Any]) -> None:
    page = PAGE | {"Changes": changes, "Cases": cases}
    delivery = json.dumps({"DeliveryId": "d-1", "Changes": changes}).encode()
    for ask, kind in (
        (lambda: svea().parse_callback({}, delivery), Delivery),
        (lambda: svea(page).changes_since(None, CLIENT), Changes),
        (lambda: svea(page).open_cases(None, CLIENT), BalancePage),
    ):
        with contextlib.suppress(MalformedAnswer):
            assert isinstance(ask(), kind)


@pytest.mark.parametrize(
    "page",
    [
        PAGE | {"Changes": [change("CaseRegistered"), change("CaseRegistered")]},
        PAGE | {"Changes": [], "More": True},
        PAGE | {"Changes": [], "ResultCode": "Rejected"},
    ],
)
def test_a_page_of_changes_that_leads_nowhere_is_malformed(page: object) -> None:
    with pytest.raises(MalformedAnswer):
        svea(page).changes_since(None, CLIENT)


def test_a_closed_case_in_the_list_of_open_ones_is_malformed() -> None:
    with pytest.raises(MalformedAnswer):
        svea(PAGE | {"Cases": [CASE | {"Open": False}]}).open_cases(None, CLIENT)
