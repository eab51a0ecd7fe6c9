"""The agency refuses a case: with its reasons, and the invoice can be handed over again."""

import pytest

from tests.story.telling import ACME, hand_over, invoice_of, told


def refused(hub, *codes):
    hub.control("POST", "svea/faults", {"kind": "reject_case", "reasons": list(codes)})
    invoice_id, case_id = hand_over(hub)
    hub.advance(hub.api, days=1)
    return invoice_id, case_id


@pytest.mark.capability("ZIR-2", "ZIR-30")
def test_a_refused_invoice_is_a_candidate_again_with_the_reasons_on_the_case(hub):
    invoice_id, case_id = refused(hub, "DebtorUnknown", "ClaimNotAccepted")

    case = hub.api.get(f"/v1/cases/{case_id}").body
    assert (case["release"], case["processing"]) == ("rejected", "closed")
    assert case["rejected_reasons"] == ["debtor_unknown", "claim_not_accepted"]
    assert case["available_actions"] == []
    assert told(hub, "case.rejected")[0]["reasons"] == case["rejected_reasons"]
    (candidate,) = hub.api.get(f"{ACME}/candidates?agency=svea").body["items"]
    assert (candidate["invoice_id"], candidate["transferable"], candidate["reasons"]) == (
        invoice_id,
        True,
        [],
    )
    assert "submit" in hub.api.get(f"{ACME}/invoices/{invoice_id}").body["available_actions"]
    archived = hub.api.get("/v1/cases?creditor_id=acme&state=archived").body["items"]
    assert [each["case_id"] for each in archived] == [case_id]


@pytest.mark.capability("ZIR-2")
def test_what_was_refused_goes_again_under_the_next_number(hub):
    invoice_id, case_id = refused(hub, "AddressMissing")
    again = hub.api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id})
    assert again.status == 202, again.text
    hub.advance(hub.api, days=1)

    second = hub.case(again.body["case_id"])
    assert (second.release, second.external_id) == ("registered", f"{invoice_id}-2")
    assert hub.case(case_id).external_id == f"{invoice_id}-1"
    assert invoice_of(hub, invoice_id).case_id == second.case_id
