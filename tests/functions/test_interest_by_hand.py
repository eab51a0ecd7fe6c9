"""Late interest worked out by hand, as payments, credit notes and what goes back change the balance.

Forsinkelsesrenteloven § 2 and § 3, räntelagen 6 §, korkolaki 4 §: simple, on what is owed on each day. The
claim in Norway is 10,000.00 due on 2026-01-14, told by 2026-03-01: 17 days of January and 28 of February at
12 per cent.
"""

from datetime import date

import pytest

CREDITOR = "/v1/creditors/acme"


def nok(amount):
    return {"amount": amount, "currency": "NOK"}


@pytest.fixture
def claim(api, world):
    """10,000 NOK, and what can be done about it."""
    world.creditor()
    world.debtor()
    invoice = world.invoice(amount="10000.00", invoice_date=date(2026, 1, 1), due_date=date(2026, 1, 14))
    return Claim(api, invoice.invoice_id)


class Claim:
    def __init__(self, api, invoice_id):
        self.api = api
        self.invoice_id = invoice_id
        self.path = f"{CREDITOR}/invoices/{invoice_id}"

    def paid(self, amount, on):
        made = self.api.post(f"{self.path}/payments", {"amount": nok(amount), "paid_date": on})
        assert made.status == 201
        return made.body["payment_id"]

    def credited(self, amount, on, matched=True):
        note = {"document_number": f"K-{on}", "amount": nok(amount), "credit_date": on}
        tied = {"invoice_id": self.invoice_id} if matched else {}
        made = self.api.post(f"{CREDITOR}/credit-notes", note | tied)
        assert made.status == 201
        return made.body["credit_note_id"]

    def told(self, until="2026-03-01"):
        told = self.api.get(f"{self.path}/late-interest?until={until}").body
        return told["amount"]["amount"], [
            (each["principal"]["amount"], each["days"]) for each in told["periods"]
        ]


def test_what_was_paid_before_the_due_date_bears_none(claim):
    """6,000 x 12 % x 45 / 365 = 88.767."""
    claim.paid("4000.00", "2026-01-05")
    assert claim.told() == ("88.77", [("6000.00", 45)])


def test_what_was_paid_on_the_due_date_bears_none(claim):
    claim.paid("10000.00", "2026-01-14")
    assert claim.told() == ("0.00", [])


def test_the_day_of_a_payment_is_not_counted_for_what_was_paid(claim):
    """15 January is the first day that is late: paid on it, nothing is owed; paid a day later, one day is."""
    claim.paid("5000.00", "2026-01-15")
    claim.paid("5000.00", "2026-01-16")
    # 5,000 x 12 % x 1 / 365 = 1.644.
    assert claim.told() == ("1.64", [("5000.00", 1)])


@pytest.mark.capability("BEY-4")
def test_too_much_paid_neither_earns_interest_nor_takes_any_away(claim):
    """10,000 x 12 % x 30 / 365 = 98.630; the 2,000 too much are a surplus, not a principal below nothing."""
    claim.paid("12000.00", "2026-02-14")
    assert claim.told() == ("98.63", [("10000.00", 30)])


def test_a_credit_note_counts_from_its_own_date(claim):
    """98.630 for 30 days of 10,000, and 36.986 for 15 of 7,500."""
    claim.credited("2500.00", "2026-02-14")
    assert claim.told() == ("135.62", [("10000.00", 30), ("7500.00", 15)])


def test_a_credit_note_of_before_the_due_date_leaves_only_the_rest_late(claim):
    claim.credited("4000.00", "2026-01-10")
    assert claim.told() == ("88.77", [("6000.00", 45)])


def test_a_credit_note_that_finds_its_invoice_later_counts_from_its_own_date(claim, clock):
    note = claim.credited("2500.00", "2026-02-14", matched=False)
    assert claim.told() == ("147.95", [("10000.00", 45)])
    clock.advance(days=9)
    matched = claim.api.post(f"{CREDITOR}/credit-notes/{note}/match", {"invoice_id": claim.invoice_id})
    assert matched.status == 200
    assert claim.told() == ("135.62", [("10000.00", 30), ("7500.00", 15)])


def test_a_payment_that_went_back_counts_until_it_did(claim):
    """20 days before it and 10 after it: 10,000 x 12 % x 30 / 365."""
    payment = claim.paid("10000.00", "2026-02-04")
    assert claim.told() == ("65.75", [("10000.00", 20)])
    claim.api.post(f"/v1/payments/{payment}/reverse", {"date": "2026-02-19"})
    assert claim.told() == ("98.63", [("10000.00", 20), ("10000.00", 10)])


def test_a_payment_that_never_was_is_taken_back_on_its_own_date(claim):
    payment = claim.paid("10000.00", "2026-02-04")
    claim.api.post(f"/v1/payments/{payment}/reverse", {"date": "2026-02-04"})
    assert claim.told() == ("147.95", [("10000.00", 45)])


def test_the_sum_is_rounded_once(api, world):
    """1.00 for 12 days at 12.00 and 12 at 12.25 per cent: 0.3945 and 0.4027 øre are 0.80, which is one."""
    world.creditor()
    world.debtor()
    invoice = world.invoice(amount="1.00", invoice_date=date(2026, 1, 1), due_date=date(2026, 6, 18))
    amount, periods = Claim(api, invoice.invoice_id).told("2026-07-13")
    assert (amount, periods) == ("0.01", [("1.00", 12), ("1.00", 12)])


def test_a_half_is_rounded_up(api, world):
    """10.00 for 73 days at 12.25 per cent are 24.5 øre exactly."""
    world.creditor()
    world.debtor()
    invoice = world.invoice(amount="10.00", invoice_date=date(2026, 1, 1), due_date=date(2026, 6, 30))
    assert Claim(api, invoice.invoice_id).told("2026-09-12") == ("0.25", [("10.00", 73)])


@pytest.mark.parametrize(
    ("due", "until", "amount", "periods"),
    [
        # Within a leap year: 1,000 x 11.5 % x 30 / 366 = 9.426 (30 / 365 would be 9.452).
        ("2024-01-31", "2024-03-02", "9.43", [("1000.00", 30)]),
        # Over its beginning: 5 days of 365 at 11.0 are 1.507, 5 of 366 at 11.5 are 1.571.
        ("2023-12-26", "2024-01-06", "3.08", [("1000.00", 5), ("1000.00", 5)]),
        # And over its end: 5 days of 366 at 11.5 are 1.571, 5 of 365 at 10.5 are 1.438.
        ("2024-12-26", "2025-01-06", "3.01", [("1000.00", 5), ("1000.00", 5)]),
    ],
)
def test_finland_counts_the_days_of_the_calendar_year(api, world, due, until, amount, periods):
    """Korkolaki 4 §: interest a year; 2024 has 366 days, 2025 has 365."""
    world.creditor(country="FI")
    world.debtor(country="FI")
    invoice = world.invoice(
        amount="1000.00", currency="EUR", invoice_date=date(2023, 12, 1), due_date=date.fromisoformat(due)
    )
    assert Claim(api, invoice.invoice_id).told(until) == (amount, periods)
