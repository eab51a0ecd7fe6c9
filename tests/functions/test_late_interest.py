"""The late interest on an invoice, as the API works it out."""

from datetime import date

import pytest

from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.usecases.paying import NewPayment, Target, pay
from fordring.usecases.work import transact

UNTIL = "until=2026-08-15"


def path(invoice, query=UNTIL, creditor="acme"):
    return f"/v1/creditors/{creditor}/invoices/{invoice.invoice_id}/late-interest?{query}"


def overdue(world, **more):
    given = {"amount": "10000.00", "invoice_date": date(2026, 1, 1), "due_date": date(2026, 1, 14)}
    return world.invoice(**given | more)


def paid(hub, invoice, amount, on):
    target = Target(hub.desk, "acme", invoice.invoice_id)
    new = NewPayment(Money.parse(amount, "NOK"), date.fromisoformat(on), Origin.DEBTOR)
    transact(hub.desk, target.refs, lambda work: pay(work, target.invoice(work), new))


def test_it_is_told_period_by_period(api, world):
    """10,000 NOK due 2026-01-14 and paid 2026-08-15 is 700.07."""
    world.creditor()
    world.debtor()
    invoice = overdue(world)

    told = api.get(path(invoice)).body

    assert told["amount"] == {"amount": "700.07", "currency": "NOK"}
    assert [(each["since"], each["until"], each["days"], each["per_cent"]) for each in told["periods"]] == [
        ("2026-01-15", "2026-07-01", 167, "12.00"),
        ("2026-07-01", "2026-08-15", 45, "12.25"),
    ]
    assert [each["interest"]["amount"] for each in told["periods"]] == ["549.04", "151.03"]
    assert told["periods"][1]["source"].startswith("FOR-2026-06-25-1372")
    # By the second of March, when nothing else is said, 46 days are late.
    assert sum(each["days"] for each in api.get(path(invoice, "")).body["periods"]) == 46


@pytest.mark.capability("BEY-4")
def test_it_follows_the_balance_and_is_owed_when_the_principal_is_paid(api, world, hub, clock):
    world.creditor()
    world.debtor()
    invoice = overdue(world)
    clock.advance(days=30)
    paid(hub, invoice, "5000.00", "2026-02-14")
    paid(hub, invoice, "5000.00", "2026-03-16")

    told = api.get(path(invoice)).body

    assert [(each["principal"]["amount"], each["days"]) for each in told["periods"]] == [
        ("10000.00", 30),
        ("5000.00", 30),
    ]
    # 12 per cent a year: nothing more accrues, and nothing of it is gone.
    assert told["amount"]["amount"] == "147.95"
    assert api.get(path(invoice, "until=2026-12-31")).body["amount"]["amount"] == "147.95"


def test_a_time_without_a_rate_is_refused_by_name(api, world):
    world.creditor()
    world.debtor()
    refused = api.get(path(overdue(world), "until=2027-02-01"))

    assert (refused.status, refused.code) == (409, "law_row_missing")
    assert refused.body["rule"] == "late_interest"
    assert refused.body["on"] == "2027-01-01"


def test_nobody_elses_invoice_is_told(api, world):
    world.creditor()
    world.debtor()
    world.creditor("globex")
    world.debtor("globex")
    invoice = overdue(world)

    assert api.get(path(invoice, creditor="globex")).status == 404
    assert api.get(path(invoice, "until=yesterday")).faults == {"/query/until": "malformed_date"}
