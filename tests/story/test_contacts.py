"""The debtor's contact person: who it is by default, and when the agency hears of it."""

from dataclasses import replace

import pytest

from fordring.domain import things
from tests.story.telling import ACME, faults_of, registered, there

KARI = {"name": "Kari Nordmann", "email": "kari@brygge.example", "phone": "+4722334455"}
OLA = {"name": "Ola Nordmann", "email": "ola@brygge.example", "phone": None}


def with_contacts(hub, *contacts):
    body = {
        "kind": "business",
        "country": "NO",
        "name": "Nordre Brygge AS",
        "organisation_number": "974760673",
        "address": {"lines": ["Bryggen 1"], "postal_code": "5003", "city": "Bergen", "country": "NO"},
        "email": "post@brygge.example",
        "contacts": list(contacts),
    }
    reply = hub.api.put(f"{ACME}/debtors/d-1", body)
    assert reply.status == 200, reply.text
    return reply.body


def travelling(hub, on):
    agreement = hub.world.get(things.AGREEMENT("acme", hub.agency))
    settings = replace(agreement.settings, contact_travels=on)
    hub.world.put(things.AGREEMENT("acme", hub.agency), replace(agreement, settings=settings))


@pytest.mark.capability("NET-19", "NET-20")
def test_the_first_contact_person_is_the_default_with_phone_and_e_mail(hub):
    assert with_contacts(hub)["default_contact"] is None
    assert with_contacts(hub, KARI)["default_contact"] == KARI
    assert with_contacts(hub, KARI, OLA)["default_contact"] == KARI
    assert with_contacts(hub, OLA, KARI)["default_contact"] == OLA
    assert hub.api.get(f"{ACME}/debtors/d-1").body["default_contact"] == OLA


@pytest.mark.capability("NET-21", "NET-22")
@pytest.mark.parametrize("hub", ["svea", "intrum"], indirect=True)
def test_the_contact_persons_details_travel_with_the_invoice_when_that_is_chosen(hub):
    with_contacts(hub, KARI, OLA)
    travelling(hub, True)
    _, case_id = registered(hub)

    debtor = there(hub, case_id)["debtor"]
    assert debtor["contact"] == KARI
    assert (debtor["email"], debtor["phone"]) == (KARI["email"], KARI["phone"])
    assert faults_of(hub) == []


@pytest.mark.capability("NET-21")
@pytest.mark.parametrize("hub", ["cloud_collect"], indirect=True)
def test_an_agency_without_a_place_for_people_reaches_the_right_one(hub):
    with_contacts(hub, KARI, OLA)
    travelling(hub, True)
    _, case_id = registered(hub)

    debtor = there(hub, case_id)["debtor"]
    assert "contact" not in debtor
    assert (debtor["email"], debtor["phone"]) == (KARI["email"], KARI["phone"])


@pytest.mark.capability("NET-22")
@pytest.mark.parametrize("hub", ["svea", "intrum"], indirect=True)
def test_nothing_of_a_contact_person_travels_unless_that_is_chosen(hub):
    with_contacts(hub, KARI)
    travelling(hub, False)
    _, case_id = registered(hub)

    debtor = there(hub, case_id)["debtor"]
    assert (debtor["contact"], debtor["email"], debtor["phone"]) == (None, "post@brygge.example", None)
    (request,) = hub.control("GET", f"{hub.agency}/requests?operation=register_case")["items"]
    assert "Kari" not in str(request["body"])


@pytest.mark.capability("NET-21")
def test_a_contact_person_without_e_mail_leaves_the_debtors_own(hub):
    with_contacts(hub, KARI | {"email": None})
    travelling(hub, True)
    _, case_id = registered(hub)

    debtor = there(hub, case_id)["debtor"]
    assert debtor["contact"] == KARI | {"email": None}
    assert debtor["email"] == "post@brygge.example"
