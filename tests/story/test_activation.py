"""Intrum activates a contract: the simulated agency calls the address of the order, until it is answered."""

import pytest

from tests.story.telling import told

SETTINGS = "/v1/creditors/acme/agreements/intrum"


@pytest.mark.capability("NET-1")
def test_the_service_is_active_after_the_agencys_call(hub):
    hub.api.put(SETTINGS, {})
    order = {
        "contact": {"name": "Ola Nordmann", "email": "ola@acme.example"},
        "consent": {
            "given_by": "Ola Nordmann",
            "terms_version": hub.api.get("/v1/agencies/intrum/terms").body["version"],
        },
    }
    path = hub.api.post(f"{SETTINGS}/orders", order).body["callback_url"].removeprefix("https://api.test")
    client = {"client_number": "79021", "client_id": "acme-client", "secret": "hemmelig-9f2c"}
    hub.control("POST", "intrum/clients", {**client, "callback_url": f"{hub.url}{path}"})
    written = {"user_name": "acme-client", "password": "hemmelig-9f2c"}
    assert hub.api.put(f"{SETTINGS}/credentials", written).body["state"] == "ordered"

    hub.control("POST", "intrum/activate", {"client_number": "79021"})
    hub.advance(hub.api, minutes=10)

    assert hub.api.get(SETTINGS).body["state"] == "active"
    assert [event["by"] for event in told(hub, "agreement.activated")] == ["agency"]
    # The number that came with the call is what the hub proves itself by from now on.
    handed = hub.api.post(
        "/v1/creditors/acme/cases", {"agency": "intrum", "invoice_id": hub.world.invoice().invoice_id}
    )
    hub.pump()
    hub.advance(hub.api, minutes=10)
    assert hub.api.post("/v1/creditors/acme/sync").status == 202
    hub.pump()
    assert hub.case(handed.body["case_id"]).case_number
