"""Invoices listed page by page, and their ledgers."""

from datetime import date

import pytest

AT = "/v1/creditors/acme/invoices"
PAID = {"amount": {"amount": "1250.00", "currency": "NOK"}, "paid_date": "2026-02-01"}


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


@pytest.mark.capability("NET-16")
def test_invoices_are_listed_apart_by_whether_an_agency_has_them(api, world):
    kept = world.invoice()
    out = world.invoice(excluded_from_dunning=True)
    gone = world.case().members[0].invoice_id

    def listed(query: str) -> set[str]:
        return {each["invoice_id"] for each in api.get(f"{AT}?{query}").body["items"]}

    assert listed("transferred=true") == {gone}
    assert listed("transferred=false") == {kept.invoice_id, out.invoice_id}
    assert listed("excluded=true") == {out.invoice_id}
    assert listed("transferred=false&excluded=false") == {kept.invoice_id}
    assert listed("") == {kept.invoice_id, out.invoice_id, gone}
    assert api.get(f"{AT}?transferred=yes").faults == {"/query/transferred": "unknown_value"}


def test_a_list_is_read_page_by_page_to_its_end(api, world):
    made = {world.invoice(due_date=date(2026, 1, 15 + day)).invoice_id for day in range(5)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.get(f"{AT}?limit=2{cursor}").body
        seen += [each["invoice_id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert (len(seen), set(seen)) == (5, made)


def test_the_ledger_of_an_invoice_is_read(api, world):
    invoice = world.invoice()
    api.post(f"{AT}/{invoice.invoice_id}/payments", PAID)
    entries = api.get(f"{AT}/{invoice.invoice_id}/entries").body["items"]
    assert [(each["seq"], each["kind"]) for each in entries] == [(1, "charge"), (2, "payment")]
    assert entries[1]["amounts"] == {"principal": {"amount": "1250.00", "currency": "NOK"}}


def test_another_creditors_invoice_is_not_there(api, world):
    world.ready("other")
    invoice = world.invoice("other").invoice_id
    hidden = api.get(f"{AT}/{invoice}")
    missing = api.get(f"{AT}/inv_00000000000000000000000000")
    assert (hidden.status, hidden.problem) == (404, missing.problem)
    assert api.patch(f"{AT}/{invoice}", {"payment_terms": "x"}).status == 404
    assert api.get(f"{AT}/{invoice}/entries").status == 404
    payment = PAID
    assert api.post(f"{AT}/{invoice}/payments", payment).status == 404
