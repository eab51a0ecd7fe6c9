"""A rate of late interest that was agreed with a business: how it is given, and what it does."""

import pytest

from tests.unit.formats.ehf_documents import CREDIT_NOTE, INVOICE

AT = "/v1/creditors/acme/invoices"
NAME = "agreed_interest_percent"
NEW = {
    "debtor_id": "d-1",
    "document_number": "F-1",
    "principal": {"amount": "10000.00", "currency": "NOK"},
    "invoice_date": "2026-01-01",
    "due_date": "2026-01-14",
}


@pytest.fixture(autouse=True)
def acme(world):
    world.creditor()
    world.debtor(kind="business", organisation_number="914778271")
    world.debtor(debtor_id="d-2")


def interest(api, invoice_id, until="2026-08-15"):
    return api.get(f"{AT}/{invoice_id}/late-interest?until={until}")


def basis(told):
    return [(each["per_cent"], each["days"], each["basis"]) for each in told["periods"]]


def test_it_is_given_with_the_invoice_and_used_from_the_day_after_the_due_date(api):
    """10,000.00 at 18 per cent for the 212 days from 15 January to 14 August: 1,045.48."""
    made = api.post(AT, NEW | {NAME: "18"})

    assert (made.status, made.body[NAME]) == (201, "18.00")
    told = interest(api, made.body["invoice_id"]).body
    assert told["amount"] == {"amount": "1045.48", "currency": "NOK"}
    assert basis(told) == [("18.00", 212, "agreed")]
    assert told["periods"][0]["source"] is None


def test_without_one_the_law_gives_the_rate(api):
    made = api.post(AT, NEW)

    assert made.body[NAME] is None
    told = interest(api, made.body["invoice_id"]).body
    assert basis(told) == [("12.00", 167, "law"), ("12.25", 45, "law")]


def test_an_agreed_rate_needs_no_row_for_its_time(api):
    """No rate is published of 2027 and after; what was agreed goes on."""
    agreed = api.post(AT, NEW | {NAME: "7.35"}).body["invoice_id"]
    other = api.post(AT, NEW | {"document_number": "F-2"}).body["invoice_id"]

    assert basis(interest(api, agreed, "2027-02-01").body) == [
        ("7.35", 351, "agreed"),
        ("7.35", 31, "agreed"),
    ]
    refused = interest(api, other, "2027-02-01")
    assert (refused.status, refused.code) == (409, "law_row_missing")


def test_it_is_told_for_ten_years_at_most(api):
    """A rate of law ends with its row; one that was agreed would go on for ever."""
    agreed = api.post(AT, NEW | {NAME: "18"}).body["invoice_id"]

    assert interest(api, agreed, "2036-03-02").status == 200
    refused = interest(api, agreed, "2036-03-03")
    assert (refused.status, refused.faults) == (400, {"/query/until": "too_far_ahead"})


def test_it_may_be_agreed_changed_and_taken_away_later(api):
    invoice_id = api.post(AT, NEW).body["invoice_id"]

    given = api.patch(f"{AT}/{invoice_id}", {NAME: "9.5"})
    assert (given.status, given.body[NAME], given.body["revision"]) == (200, "9.50", 2)
    assert api.get(f"{AT}/{invoice_id}").body[NAME] == "9.50"
    again = api.patch(f"{AT}/{invoice_id}", {NAME: "9.50"})
    assert again.body["revision"] == 2
    other = api.patch(f"{AT}/{invoice_id}", {"metadata": {"a": "b"}})
    assert other.body[NAME] == "9.50"
    assert basis(interest(api, invoice_id, "2026-01-20").body) == [("9.50", 5, "agreed")]
    taken = api.patch(f"{AT}/{invoice_id}", {NAME: None})
    assert taken.body[NAME] is None
    assert basis(interest(api, invoice_id, "2026-01-20").body) == [("12.00", 5, "law")]


def test_no_interest_at_all_can_be_agreed(api):
    invoice_id = api.post(AT, NEW | {NAME: "0"}).body["invoice_id"]
    told = interest(api, invoice_id).body
    assert (told["amount"]["amount"], basis(told)) == ("0.00", [("0.00", 212, "agreed")])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (18, "wrong_type"),
        (18.5, "wrong_type"),
        (True, "wrong_type"),
        ("18,5", "malformed"),
        ("-1", "malformed"),
        ("+1", "malformed"),
        ("100.01", "malformed"),
        ("101", "malformed"),
        ("018", "malformed"),
        ("1e1", "malformed"),
        ("12.345", "malformed"),
        ("12.", "malformed"),
        ("", "malformed"),
        ("\u0661\u0662", "malformed"),
        ("18\n", "malformed"),
    ],
)
def test_it_is_a_decimal_text_from_0_to_100(api, engine, value, code):
    known = api.post(AT, NEW | {"document_number": "F-0"}).body["invoice_id"]
    before = engine.everything()
    assert api.post(AT, NEW | {NAME: value}).faults == {f"/{NAME}": code}
    assert api.patch(f"{AT}/{known}", {NAME: value}).faults == {f"/{NAME}": code}
    assert engine.everything() == before


def test_nothing_can_be_agreed_with_a_consumer(api, engine):
    consumers = NEW | {"debtor_id": "d-2"}
    known = api.post(AT, consumers).body["invoice_id"]
    before = engine.everything()
    replies = (
        api.post(AT, consumers | {"document_number": "F-2", NAME: "18"}),
        api.patch(f"{AT}/{known}", {NAME: "18", "metadata": {"a": "b"}}),
    )
    for reply in replies:
        assert (reply.status, reply.code) == (422, "consumer_debtor")
        assert reply.faults == {f"/{NAME}": "consumer_debtor"}
    assert api.patch(f"{AT}/{known}", {NAME: None}).status == 200
    assert [item for item in engine.everything() if item.kind == "invoice"] == [
        item for item in before if item.kind == "invoice"
    ]


def test_each_of_a_batch_is_looked_at_by_itself(api):
    batch = [
        NEW | {NAME: "18"},
        NEW | {"document_number": "F-2", "debtor_id": "d-2", NAME: "18"},
        NEW | {"document_number": "F-3", NAME: 18},
    ]
    reply = api.post(f"{AT}/batch", {"invoices": batch})
    first, second, third = reply.body["items"]
    assert (first["status"], first["body"][NAME]) == (201, "18.00")
    assert (second["status"], second["body"]["code"]) == (422, "consumer_debtor")
    assert (third["status"], third["body"]["errors"][0]["pointer"]) == (400, f"/{NAME}")


def test_with_an_electronic_invoice_it_is_said_in_the_query(api, world):
    """No format has a field for it: the document only says so in words."""
    world.creditor("supplier", organisation_number="988077917")
    at, xml = "/v1/creditors/supplier/invoices", {"content_type": "application/xml"}
    made = api.post(f"{at}?{NAME}=18", INVOICE.encode(), **xml)
    assert (made.status, made.body[NAME]) == (201, "18.00")
    wrong = api.post(f"{at}?{NAME}=18,5", INVOICE.encode(), **xml)
    assert wrong.faults == {f"/query/{NAME}": "malformed"}
    # A credit note owes no interest.
    assert api.post(f"{at}?{NAME}=18", CREDIT_NOTE.encode(), **xml).status == 201


def test_a_debtor_that_turns_out_to_be_a_consumer_owes_the_laws_rate(api, world):
    invoice_id = api.post(AT, NEW | {NAME: "18"}).body["invoice_id"]
    world.debtor(kind="private")

    told = interest(api, invoice_id).body

    assert (told["debtor_kind"], told["amount"]["amount"]) == ("consumer", "700.07")
    assert [each["basis"] for each in told["periods"]] == ["law", "law"]


def test_a_change_is_no_other_document(api):
    """It is said beside the document: the same invoice with another rate is the same document."""
    api.post(AT, NEW)
    again = api.post(AT, NEW | {NAME: "18"})
    assert (again.status, again.code, again.body["same_content"]) == (409, "document_number_taken", True)


def test_a_preview_tells_it_and_how_the_interest_is_worked_out(api):
    new = NEW | {"invoice_date": "2026-03-02", "due_date": "2026-03-16", NAME: "18"}
    invoice_id = api.post(AT, new).body["invoice_id"]
    plan = {"plan": "custom", "steps": [{"kind": "reminder", "days": 14, "fee": True}]}
    asked = {"invoice_id": invoice_id, "plan": plan}
    (item,) = api.post("/v1/creditors/acme/reminder-plan/preview", asked).body["items"]
    (step,) = item["steps"]
    # 13 days, from 17 to 29 March.
    assert step["interest"]["amount"] == "64.11"
    assert basis({"periods": step["interest_periods"]}) == [("18.00", 13, "agreed")]
    assert step["interest_periods"][0]["since"] == "2026-03-17"
