"""Credit for which nothing was owed settles what comes back, on both sides."""

import pytest

from fordring.domain import things
from tests.story.telling import (
    ACME,
    faults_of,
    invoice_of,
    lane,
    money,
    pay_agency,
    pay_creditor,
    registered,
    sent,
    there,
    today,
)

AGENCIES = ["svea", "cloud_collect", "intrum"]


def credit(hub, invoice_id, amount, number="C-1"):
    """Match a credit note to an invoice; gives its id."""
    body = {"document_number": number, "invoice_id": invoice_id, "credit_date": today(hub)}
    reply = hub.api.post(f"{ACME}/credit-notes", body | {"amount": money(amount)})
    assert reply.status == 201, reply.text
    return reply.body["credit_note_id"]


def unused(hub, credit_note_id):
    return hub.api.get(f"{ACME}/credit-notes/{credit_note_id}").body["surplus"]["amount"]


def take_back(hub, payment_id):
    assert hub.api.post(f"/v1/payments/{payment_id}/reverse", {"date": today(hub)}).status == 200


@pytest.fixture
def grouped(hub):
    """A case of two invoices, so that it stays open when one of them is settled."""
    invoices = [hub.world.invoice().invoice_id for _ in range(2)]
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_ids": invoices})
    assert reply.status == 202, reply.text
    hub.pump()
    hub.wait_for_news(hub.api)
    return invoices[0], reply.body["case_id"]


@pytest.mark.capability("VIS-12", "VIS-9")
@pytest.mark.parametrize("hub", AGENCIES, indirect=True)
def test_when_a_payment_at_the_creditor_bounces_the_agency_is_told_of_the_credit_that_is_used(hub, grouped):
    invoice_id, case_id = grouped
    paid = pay_creditor(hub, invoice_id, "1000.00")
    note = credit(hub, invoice_id, "1250.00")
    hub.advance(hub.api, days=1)
    assert (invoice_of(hub, invoice_id).status, unused(hub, note)) == ("paid", "1000.00")
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"

    take_back(hub, paid["payment_id"])
    hub.advance(hub.api, days=1)

    assert invoice_of(hub, invoice_id).balance.owed_to_creditor == 0
    assert unused(hub, note) == "0.00"
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"
    told = [(row.subject_id, row.principal, row.state) for row in lane(hub, case_id)][-2:]
    assert told == [(paid["payment_id"], -1000_00, "done"), (note, 1000_00, "done")]
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12", "VIS-9")
@pytest.mark.parametrize("hub", AGENCIES, indirect=True)
def test_when_a_payment_at_the_agency_bounces_it_is_told_of_the_credit_that_is_used(hub, grouped):
    _, case_id = grouped
    paid = pay_agency(hub, case_id, "1000.00")
    hub.advance(hub.api, days=1)
    (first,) = [
        each
        for each in hub.case(case_id).held
        if invoice_of(hub, each.invoice_id).balance.owed_to_creditor == 250_00
    ]
    note = credit(hub, first.invoice_id, "1250.00")
    hub.advance(hub.api, days=1)
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"

    hub.control("POST", f"{hub.agency}/payments/{paid}/reverse")
    hub.advance(hub.api, days=2)

    assert (invoice_of(hub, first.invoice_id).balance.owed_to_creditor, unused(hub, note)) == (0, "0.00")
    assert there(hub, case_id)["principal"]["remaining"] == "1250.00"
    assert [row.principal for row in lane(hub, case_id) if row.subject_id == note] == [250_00, 1000_00]
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12", "VIS-9")
def test_it_is_used_once_and_only_as_far_as_it_goes(hub, grouped):
    invoice_id, case_id = grouped
    first = pay_creditor(hub, invoice_id, "600.00")
    second = pay_creditor(hub, invoice_id, "400.00")
    note = credit(hub, invoice_id, "950.00")
    hub.advance(hub.api, days=1)
    assert unused(hub, note) == "700.00"
    take_back(hub, second["payment_id"])
    take_back(hub, first["payment_id"])
    hub.advance(hub.api, days=1)

    assert (invoice_of(hub, invoice_id).balance.owed_to_creditor, unused(hub, note)) == (300_00, "0.00")
    assert there(hub, case_id)["principal"]["remaining"] == "1550.00"
    ids = [each["body"]["CreditNoteId"] for each in sent(hub, "report_credit")]
    assert len(set(ids)) == 3
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12")
def test_on_a_case_that_has_ended_nothing_is_owed_again_and_nothing_told(hub):
    invoice_id, case_id = registered(hub)
    paid = pay_creditor(hub, invoice_id, "1000.00")
    note = credit(hub, invoice_id, "1250.00")
    hub.advance(hub.api, days=1)
    assert not hub.case(case_id).open
    before = len(lane(hub, case_id))
    take_back(hub, paid["payment_id"])
    hub.advance(hub.api, days=1)

    assert (invoice_of(hub, invoice_id).balance.owed_to_creditor, unused(hub, note)) == (0, "0.00")
    assert len(lane(hub, case_id)) == before
    assert invoice_of(hub, invoice_id).status == "credited"
    assert faults_of(hub) == []


@pytest.mark.capability("VIS-12", "ZIR-18")
def test_what_is_handed_over_later_is_less_by_it(hub):
    invoice_id = hub.world.invoice().invoice_id
    paid = pay_creditor(hub, invoice_id, "1250.00", origin=None)
    credit(hub, invoice_id, "1000.00")
    take_back(hub, paid["payment_id"])
    reply = hub.api.post(f"{ACME}/cases", {"agency": hub.agency, "invoice_id": invoice_id})
    case_id = reply.body["case_id"]
    hub.advance(hub.api, days=1)
    assert there(hub, case_id)["principal"]["remaining"] == "250.00"
    assert hub.world.get(things.CASE(case_id)).remaining == 250_00
    assert faults_of(hub) == []
