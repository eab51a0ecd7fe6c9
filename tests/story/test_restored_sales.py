"""The table goes back in time while invoices are being sold: each is sold, paid and taken back once."""

import pytest

from fordring.domain import things
from fordring.domain.ledger import Balance
from fordring.domain.refs import Listing
from fordring.usecases.restoring import raise_epoch
from tests.story.administering import agreed, new_invoice, shown
from tests.story.evenness import everything_of
from tests.story.stage import refill
from tests.story.telling import ACME, faults_of

STAGES = ("nothing", "registered", "sent", "bought", "paid_out", "recoursed")


def register(hub):
    """Register the invoice; the billing product repeats itself with the same key."""
    reply = hub.api.post(f"{ACME}/invoices", new_invoice(), idempotency_key="the-same")
    assert reply.status == 201, reply.text
    return reply.body["invoice_id"]


@pytest.mark.capability("SAN-14", "SAN-16")
@pytest.mark.parametrize(
    ("back_to", "recourse"),
    [*((stage, False) for stage in STAGES[:-1]), *((stage, True) for stage in STAGES)],
)
def test_a_sale_survives_that_the_table_goes_back(hub, back_to, recourse):
    agreed(hub, "purchase")
    hub.world.debtor(
        kind="business", name="Acme Kunde AS", organisation_number="974760673", credit_check=True
    )
    kept = {"nothing": hub.engine.everything()}
    register(hub)
    kept["registered"] = hub.engine.everything()
    hub.pump()
    kept["sent"] = hub.engine.everything()
    hub.advance(hub.api, minutes=10)
    kept["bought"] = hub.engine.everything()
    hub.advance(hub.api, days=2)
    kept["paid_out"] = hub.engine.everything()
    if recourse:
        (there,) = hub.control("GET", "svea/cases")["items"]
        hub.control("POST", "svea/recourses", {"case_number": there["case_number"], "fee": "50.00"})
        hub.pump()
        kept["recoursed"] = hub.engine.everything()
    hub.advance(hub.api, hours=3)

    refill(hub.engine, kept[back_to])
    raise_epoch(hub.hub.desk)
    invoice_id = register(hub)
    hub.pump()
    hub.advance(hub.api, days=8)

    assert len(hub.control("GET", "svea/cases")["items"]) == 1
    invoice = hub.world.get(things.INVOICE(invoice_id))
    entries = everything_of(hub.hub.store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,)))
    kinds = sorted(str(entry.kind) for entry in entries)
    assert kinds == sorted(["charge", "purchase", "payout"] + ["recourse", "payback"] * recourse)
    assert Balance.of("NOK", entries) == invoice.balance
    assert invoice.balance.agency_account == 0
    assert shown(hub, invoice_id)["owner"] == ("creditor" if recourse else "agency")
    assert [each for each in faults_of(hub) if "callback_parked" not in each] == []
