"""Somebody opens the list of cases: news come in, and what the agency was not told yet goes out."""

import pytest

from tests.story.telling import lane, money, pay_agency, pay_creditor, registered, there

OPEN = "/v1/cases?creditor_id=acme&refresh=true"


@pytest.mark.capability("ZIR-28")
def test_opening_the_list_shows_fresh_entries_and_fresh_feedback(hub):
    _, case_id = registered(hub)
    # The agency's callback is lost, and the hour is not over.
    hub.control("POST", f"{hub.agency}/faults", {"kind": "drop_callback", "count": 1})
    pay_agency(hub, case_id, "250.00")

    first = hub.api.get(OPEN).body
    hub.pump()
    second = hub.api.get(OPEN).body

    assert first["refreshing"] == ["svea"]
    assert [each["remaining"] for each in first["items"]] == [money("1250.00")]
    assert second["refreshing"] == []
    assert [each["remaining"] for each in second["items"]] == [money("1000.00")]
    assert [each["payment"] for each in second["items"]] == ["part_paid"]


@pytest.mark.capability("ZIR-38")
def test_a_payment_is_told_to_the_agency_when_it_is_registered(hub):
    invoice_id, case_id = registered(hub)

    pay_creditor(hub, invoice_id, "250.00")
    hub.pump()

    assert there(hub, case_id)["principal"]["remaining"] == "1000.00"


@pytest.mark.capability("ZIR-38")
def test_what_the_agency_could_not_be_told_is_told_when_the_list_is_opened(hub):
    invoice_id, case_id = registered(hub)
    # It has too much to do: what it refused was surely not received.
    hub.control("POST", f"{hub.agency}/faults", {"kind": "error_429", "count": 1})
    pay_creditor(hub, invoice_id, "250.00")
    hub.pump()
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"
    waiting = lane(hub, case_id)[-1]
    assert waiting.state == "retry" and waiting.due_at > hub.hub.desk.read().now

    hub.api.get(OPEN)
    hub.pump()

    assert there(hub, case_id)["principal"]["remaining"] == "1000.00"
    assert hub.case(case_id).waiting == 0
