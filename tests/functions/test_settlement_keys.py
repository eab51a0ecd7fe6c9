"""Settlement keys: what entries share that are settled together (ZIR-30)."""

import pytest

ACME = "/v1/creditors/acme"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def invoice(api, number, **more):
    reply = api.post(
        f"{ACME}/invoices",
        {
            "debtor_id": "d-1",
            "document_number": number,
            "principal": {"amount": "1250.00", "currency": "NOK"},
            "invoice_date": "2026-01-15",
            "due_date": "2026-01-29",
            **more,
        },
    )
    assert reply.status == 201, reply.text
    return reply.body


@pytest.mark.capability("ZIR-30")
def test_the_key_is_the_document_number_unless_another_is_given_and_may_be_shared(api):
    assert invoice(api, "1001")["settlement_key"] == "1001"
    shared = [invoice(api, number, settlement_key="ORDER 7")["invoice_id"] for number in ("1002", "1003")]

    everything = api.get(f"{ACME}/candidates?agency=svea").body["items"]
    assert {each["document_number"]: each["settlement_key"] for each in everything} == {
        "1001": "1001",
        "1002": "ORDER 7",
        "1003": "ORDER 7",
    }
    together = api.get(f"{ACME}/candidates?agency=svea&settlement_key=ORDER%207").body["items"]
    assert {each["invoice_id"] for each in together} == set(shared)


@pytest.mark.capability("ZIR-30")
def test_candidates_differ_by_level(api, world):
    invoice(api, "1001")
    by_level = {
        level: api.get(f"{ACME}/candidates?agency=svea&level={level}").body["items"][0]
        for level in ("reminder", "collection")
    }
    assert by_level["reminder"]["transferable"] is True
    assert {each["code"] for each in by_level["collection"]["reasons"]} == {
        "level_contradicts_agreement",
        "reminder_missing",
        "notice_of_collection_missing",
    }


@pytest.mark.parametrize("key", ["", " 7", "a#b", "x" * 41])
def test_a_key_is_a_short_text(api, key):
    reply = api.post(
        f"{ACME}/invoices",
        {
            "debtor_id": "d-1",
            "document_number": "1001",
            "principal": {"amount": "1.00", "currency": "NOK"},
            "invoice_date": "2026-01-15",
            "due_date": "2026-01-29",
            "settlement_key": key,
        },
    )
    assert reply.faults == {"/settlement_key": "malformed"}
