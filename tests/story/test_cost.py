"""Who pays for reminding and collecting: the late payer, not the creditor."""

from datetime import date

import pytest

from tests.story.telling import faults_of, pay_agency, registered, there, told


@pytest.mark.capability("ZIR-3")
def test_the_late_payer_bears_the_fees_and_the_creditor_gets_the_whole_principal(hub):
    _, case_id = registered(hub, due_date=date(2026, 2, 10))
    hub.advance(hub.api, days=20)
    fees = there(hub, case_id)["cost"]["charged"]
    assert float(fees) > 0
    shown = hub.api.get(f"/v1/cases/{case_id}").body
    assert shown["agency_cost"]["amount"] == fees
    assert (shown["commission_percent"], shown["withdrawal_cost"]) == (None, None)

    pay_agency(hub, case_id, f"{1250 + float(fees):.2f}")
    # Over a Monday, when the agency pays out.
    hub.advance(hub.api, days=8)
    (settlement,) = told(hub, "settlement.received")
    assert settlement["payout"] == {"amount": "1250.00", "currency": "NOK"}
    assert faults_of(hub) == []
