"""A debtor's statement: every invoice with its ledger and its cases, page by page."""

import pytest

AT = "/v1/creditors/acme/debtors/d-1/statement"
PAID = {"amount": {"amount": "250.00", "currency": "NOK"}, "paid_date": "2026-02-01"}


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def test_a_statement_tells_each_invoice_as_the_other_reads_do(api, world):
    case = world.case()
    handed_over = case.members[0].invoice_id
    kept = world.invoice().invoice_id
    api.post(f"/v1/creditors/acme/invoices/{kept}/payments", PAID)

    statement = api.get(AT)

    assert statement.status == 200
    assert (statement.body["debtor_id"], statement.body["as_of"]) == ("d-1", "2026-03-02T09:00:00Z")
    assert statement.body["next_cursor"] is None
    items = {each["invoice"]["invoice_id"]: each for each in statement.body["items"]}
    assert set(items) == {handed_over, kept}
    for invoice_id, item in items.items():
        path = f"/v1/creditors/acme/invoices/{invoice_id}"
        assert item["invoice"] == api.get(path).body
        assert item["entries"] == api.get(f"{path}/entries").body["items"]
    assert items[kept]["cases"] == []
    assert [each["kind"] for each in items[kept]["entries"]] == ["charge", "payment"]
    told = api.get(f"/v1/cases/{case.case_id}").body
    [brief] = items[handed_over]["cases"]
    assert brief == {name: told[name] for name in brief}
    assert list(brief) == [
        "case_id",
        "agency",
        "case_number",
        "level",
        "stage",
        "processing",
        "payment",
        "closed_reason",
        "grouped",
        "remaining",
        "agency_cost",
        "opened_at",
        "closed_at",
    ]


def test_every_case_of_an_invoice_is_told(api, world):
    first = world.case()
    invoice_id = first.members[0].invoice_id
    api.post(f"/v1/cases/{first.case_id}/withdraw", {})
    second = world.case(invoice_id=invoice_id)

    cases = api.get(AT).only["cases"]

    assert [each["case_id"] for each in cases] == [first.case_id, second.case_id]
    assert [each["processing"] for each in cases] == ["closed", "open"]
    assert cases[0]["closed_reason"] == "withdrawn"


def test_a_long_ledger_is_told_whole(api, world):
    invoice = world.invoice(amount="5000.00").invoice_id
    small = {"amount": {"amount": "1.00", "currency": "NOK"}, "paid_date": "2026-02-01"}
    for _ in range(101):
        assert api.post(f"/v1/creditors/acme/invoices/{invoice}/payments", small).status == 201
    assert [each["seq"] for each in api.get(AT).only["entries"]] == list(range(1, 103))


def test_a_statement_is_read_page_by_page_oldest_first(api, world, clock):
    made = []
    for _ in range(12):
        made.append(world.invoice().invoice_id)
        clock.advance(seconds=1)

    def ids(page):
        return [each["invoice"]["invoice_id"] for each in page.body["items"]]

    first = api.get(AT)
    assert ids(first) == made[:10]
    rest = api.get(f"{AT}?cursor={first.body['next_cursor']}")
    assert (ids(rest), rest.body["next_cursor"]) == (made[10:], None)
    assert ids(api.get(f"{AT}?limit=25")) == made
    elsewhere = f"/v1/creditors/acme/debtors/d-2/statement?cursor={first.body['next_cursor']}"
    world.debtor(debtor_id="d-2")
    assert api.get(elsewhere).faults == {"/query/cursor": "wrong_cursor"}


@pytest.mark.parametrize("limit", ["0", "26", "100", "x"])
def test_a_page_holds_at_most_twenty_five(api, limit):
    assert api.get(f"{AT}?limit={limit}").faults == {"/query/limit": "malformed"}


def test_debtors_whose_ids_begin_alike_are_kept_apart(api, world):
    world.debtor(debtor_id="d-12")
    world.creditor("other")
    world.debtor("other")
    world.invoice(debtor_id="d-12")
    world.invoice("other")
    assert api.get(AT).body["items"] == []


def test_a_debtor_who_owes_nothing_has_an_empty_statement(api):
    statement = api.get(AT)
    assert (statement.status, statement.body["items"], statement.body["next_cursor"]) == (200, [], None)


def test_another_creditors_and_unknown_debtors_are_not_there(api, world):
    world.ready("other", "d-9")
    world.invoice("other", "d-9")
    missing = api.get("/v1/creditors/acme/debtors/nobody/statement")
    of_other = api.get("/v1/creditors/acme/debtors/d-9/statement")
    stranger = world.client(creditors=["acme"])
    hidden = stranger.get("/v1/creditors/other/debtors/d-9/statement")
    assert (missing.status, of_other.status, hidden.status) == (404, 404, 404)
    assert missing.problem == of_other.problem == hidden.problem
    assert world.client("read").get(AT).status == 200


def test_a_page_costs_one_read_for_its_invoices_and_one_for_their_cases(api, world, meter):
    for _ in range(3):
        world.case()
    start = len(meter.calls)
    api.get(AT)
    reads = [call.operation for call in meter.calls[start:]]
    assert reads.count("BatchGetItem") == 3
    # The list itself, and for each invoice its ledger, its events and those of its case.
    assert reads.count("Query") == 1 + 3 * 3
