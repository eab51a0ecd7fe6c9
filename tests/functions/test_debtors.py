"""Debtors: what a billing product may say of them, what is refused, and what then blocks a transfer."""

from dataclasses import replace

import pytest

from fordring.domain import things

AT = "/v1/creditors/acme/debtors/c-17"
BUSINESS = {
    "kind": "business",
    "country": "NO",
    "name": "Kunde AS",
    "organisation_number": "987654325",
    "address": {"lines": ["Gate 1"], "postal_code": "0456", "city": "Oslo", "country": "NO"},
    "email": "post@kunde.example",
    "phone": "+47 22 00 00 00",
    "language": "nb",
    "channel": "ehf",
    "contacts": [
        {"name": "Kari Nordmann", "email": "kari@kunde.example", "phone": "99887766"},
        {"name": "Ola Nordmann"},
    ],
    "metadata": {"segment": "b2b"},
}


@pytest.fixture(autouse=True)
def acme(world):
    world.creditor()


@pytest.mark.capability("SAN-4", "NET-20")
def test_a_debtor_is_registered_whole_and_read_back(api):
    written = api.put(AT, BUSINESS)
    read = api.get(AT)

    assert (written.status, read.status) == (200, 200)
    assert read.body == written.body
    assert {name: read.body[name] for name in BUSINESS if name != "contacts"} == {
        name: BUSINESS[name] for name in BUSINESS if name != "contacts"
    }
    assert read.body["channel"] == "ehf"
    assert read.body["default_contact"] == {
        "name": "Kari Nordmann",
        "email": "kari@kunde.example",
        "phone": "99887766",
    }
    assert read.body["blocking_reasons"] == []
    assert read.headers["etag"] == '"1"'


def test_the_same_details_again_change_nothing(api, engine):
    api.put(AT, BUSINESS)
    before = engine.everything()
    assert api.put(AT, BUSINESS).headers["etag"] == '"1"'
    assert engine.everything() == before


@pytest.mark.capability("NET-12", "NET-13")
def test_invoices_of_business_private_and_foreign_debtors_are_transferred(api, world):
    world.agreement()
    address = BUSINESS["address"]
    debtors = {
        "business": BUSINESS,
        "private": {"kind": "private", "country": "NO", "name": "Kari Nordmann", "address": address},
        "foreign": {
            "kind": "business",
            "country": "DE",
            "name": "Kunde GmbH",
            "organisation_number": "HRB 12345",
            "address": {"lines": ["Weg 1"], "postal_code": "10115", "city": "Berlin", "country": "DE"},
        },
    }
    for debtor_id, details in debtors.items():
        assert api.put(f"/v1/creditors/acme/debtors/{debtor_id}", details).status == 200
        invoice = world.invoice(debtor_id=debtor_id).invoice_id
        wanted = {"agency": "svea", "invoice_id": invoice}
        assert api.post("/v1/creditors/acme/cases", wanted).status == 202


def test_what_blocks_a_transfer_is_told_at_once(api):
    reply = api.put(AT, {"kind": "business", "country": "NO", "name": "Kunde AS", "collection_ban": True})
    assert reply.body["blocking_reasons"] == [
        "collection_ban",
        "billing_address_incomplete",
        "organisation_number_missing",
    ]


def test_every_fault_is_named_and_nothing_is_written(api, engine):
    before = engine.everything()
    reply = api.put(
        AT,
        {
            "kind": "business",
            "country": "NO",
            "name": "",
            "organisation_number": "987654321",
            "language": "de",
            "channel": "fax",
            "email": "nobody",
            "shoe_size": 42,
            "contacts": [{"email": "a@b.example"}],
        },
    )
    assert reply.status == 400
    assert reply.faults == {
        "/name": "too_short",
        "/organisation_number": "wrong_check_digit",
        "/language": "unknown_value",
        "/channel": "unknown_value",
        "/email": "malformed",
        "/contacts/0/name": "missing",
        "/shoe_size": "unknown_field",
    }
    assert engine.everything() == before


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example,c@d.example",
        "a,c@b.example",
        "a;c@b.example",
        "Kari<a@b.example>",
        '"a"@b.example',
        "a:b@c.example",
        "a(b)@c.example",
        "a@b.example\r\nBcc:c@d.example",
        "a b@c.example",
        "a@[127.0.0.1]",
    ],
)
def test_an_email_address_is_one_address(api, address):
    for body, pointer in (
        (BUSINESS | {"email": address}, "/email"),
        (BUSINESS | {"contacts": [{"name": "Kari", "email": address}]}, "/contacts/0/email"),
    ):
        reply = api.put(AT, body)
        assert (reply.status, reply.faults) == (400, {pointer: "malformed"})


@pytest.mark.parametrize(
    ("country", "number", "code"),
    [
        ("NO", "12345678", "malformed_organisation_number"),
        ("SE", "5560360794", "wrong_check_digit"),
        ("FI", "2077474-1", "wrong_check_digit"),
        ("DK", "13585629", "wrong_check_digit"),
    ],
)
def test_a_wrong_organisation_number_is_refused(api, country, number, code):
    reply = api.put(AT, BUSINESS | {"country": country, "organisation_number": number})
    assert reply.faults == {"/organisation_number": code}


def test_a_national_identity_number_is_never_stored(api, world):
    number = "01017010170"
    private = {"kind": "private", "country": "NO", "name": "Kari Nordmann"}
    as_id = api.put(f"/v1/creditors/acme/debtors/{number}", private)
    as_number = api.put(AT, BUSINESS | {"country": "DE", "organisation_number": number})
    assert as_id.faults == {"/path/debtor_id": "national_identity_number"}
    assert as_number.faults == {"/organisation_number": "national_identity_number"}
    assert number not in world.everything


def test_nobody_overwrites_what_somebody_else_has_changed(api, world):
    api.put(AT, BUSINESS)
    assert api.put(AT, BUSINESS | {"name": "Kunde 2 AS"}, if_match='"1"').headers["etag"] == '"2"'
    late = api.put(AT, BUSINESS | {"name": "Kunde 3 AS"}, if_match='"1"')
    assert (late.status, late.body["revision"]) == (412, 2)
    assert world.get(things.DEBTOR("acme", "c-17")).name == "Kunde 2 AS"


def test_debtors_are_listed_page_by_page(api):
    for number in range(3):
        api.put(f"/v1/creditors/acme/debtors/c-{number}", BUSINESS)
    first = api.get("/v1/creditors/acme/debtors?limit=2")
    rest = api.get(f"/v1/creditors/acme/debtors?limit=2&cursor={first.body['next_cursor']}")
    assert [each["debtor_id"] for each in first.body["items"] + rest.body["items"]] == ["c-0", "c-1", "c-2"]
    assert rest.body["next_cursor"] is None


def test_another_creditors_debtor_is_not_there(api, world):
    world.creditor("other")
    world.debtor("other")
    stranger = world.client(creditors=["acme"])
    hidden = stranger.get("/v1/creditors/other/debtors/d-1")
    missing = stranger.get("/v1/creditors/none/debtors/d-1")
    assert (hidden.status, hidden.problem) == (404, missing.problem)
    assert stranger.put("/v1/creditors/other/debtors/d-1", BUSINESS).status == 404
    assert api.put("/v1/creditors/none/debtors/d-1", BUSINESS).status == 404
    assert world.client("read").put(AT, BUSINESS).status == 403


@pytest.mark.capability("NET-9", "NET-10")
def test_what_blocks_a_debtor_stops_a_transfer_until_it_is_mended(api, world):
    world.agreement()
    api.put(AT, BUSINESS | {"collection_ban": True, "address": None})
    invoice = world.invoice(debtor_id="c-17").invoice_id
    wanted = {"agency": "svea", "invoice_id": invoice}
    refused = api.post("/v1/creditors/acme/cases", wanted)
    assert refused.status == 422
    assert [each["code"] for each in refused.body["errors"]] == [
        "collection_ban",
        "billing_address_incomplete",
    ]
    api.put(AT, BUSINESS | {"address": {"lines": ["Gate 1"], "country": "NO"}})
    still = api.post("/v1/creditors/acme/cases", wanted)
    assert [each["code"] for each in still.body["errors"]] == ["billing_address_incomplete"]
    api.put(AT, BUSINESS)
    assert api.post("/v1/creditors/acme/cases", wanted).status == 202


def test_handing_over_looks_at_the_debtor_only_when_it_blocks(api, world, meter):
    world.ready()
    invoice = world.invoice().invoice_id
    start = len(meter.calls)
    api.post("/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": invoice})
    assert [call.operation for call in meter.calls[start:]] == ["BatchGetItem", "TransactWriteItems"]


@pytest.mark.parametrize("path", ["debtors/a%23b", "invoices/a%23b", "credit-notes/%23", "invoices/%20%23"])
def test_what_no_id_can_be_is_not_found(api, path):
    assert api.get(f"/v1/creditors/acme/{path}").status == 404
    assert api.get("/v1/creditors/a%23b/debtors").status == 404


@pytest.mark.capability("NET-10")
@pytest.mark.parametrize("part", ["postal_code", "city"])
def test_white_space_is_no_address(api, part):
    address = {"lines": ["Lillegata 2"], "postal_code": "0456", "city": "Oslo", "country": "NO"}
    debtor = {"kind": "private", "country": "NO", "name": "Kari Nordmann", "address": address | {part: "  "}}
    reply = api.put(AT, debtor)
    assert (reply.status, reply.body["blocking_reasons"]) == (200, ["billing_address_incomplete"])


def test_an_address_counts_as_accepted_from_the_day_that_is_said(api):
    written = api.put(AT, BUSINESS | {"email_accepted_date": "2026-02-14"})
    assert (written.status, written.body["email_accepted_date"]) == (200, "2026-02-14")

    # A PUT says everything anew: another address has to be accepted for itself.
    other = api.put(AT, BUSINESS | {"email": "faktura@kunde.example"})
    assert other.body["email_accepted_date"] is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"email_accepted_date": "2026-03-03"}, "in_future"),
        ({"email_accepted_date": "2026-02-14", "email": None}, "email_missing"),
    ],
)
def test_nothing_is_accepted_on_a_day_to_come_or_without_an_address(api, said, code):
    refused = api.put(AT, BUSINESS | said)
    assert refused.status == 400
    assert [(each["pointer"], each["code"]) for each in refused.body["errors"]] == [
        ("/email_accepted_date", code)
    ]


def test_an_address_from_which_letters_came_back_is_told_until_there_is_another(api, world, clock):
    api.put(AT, BUSINESS)
    debtor = things.DEBTOR("acme", "c-17")
    world.put(debtor, replace(world.get(debtor), email_bounced_at=clock.now()))

    assert api.put(AT, BUSINESS | {"name": "Kunde ASA"}).body["email_bounced_at"] == "2026-03-02T09:00:00Z"
    assert api.put(AT, BUSINESS | {"email": "faktura@kunde.example"}).body["email_bounced_at"] is None
