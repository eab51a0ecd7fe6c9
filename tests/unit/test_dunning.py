"""What may be done with an invoice, by how it stands."""

from dataclasses import replace
from datetime import date

from fordring.domain.clock import utc
from fordring.domain.dunning import available_actions
from fordring.domain.invoice import Dispute, Invoice, Release, Terms
from fordring.domain.ledger import Balance, Component, Part

TODAY = date(2026, 3, 2)


def invoice(paid: int = 0, **changes: object) -> Invoice:
    """Make an overdue invoice of 100.00."""
    made = Invoice(
        invoice_id="inv_1",
        creditor_id="acme",
        debtor_id="d-1",
        document_number="1",
        country="NO",
        currency="NOK",
        principal=10_000,
        invoice_date=date(2026, 1, 15),
        terms=Terms(date(2026, 1, 29)),
        content_digest="x",
        balance=Balance("NOK", {Component.PRINCIPAL: Part(10_000, paid)}),
        created_at=utc(2026, 1, 15),
        updated_at=utc(2026, 1, 15),
    )
    return replace(made, **changes)


def test_an_overdue_invoice_can_be_handed_over():
    assert "submit" in available_actions(invoice(), TODAY)


def test_on_a_settled_invoice_little_is_left_to_do():
    assert available_actions(invoice(paid=10_000), TODAY) == ("register_payment",)


def test_an_open_objection_can_be_resolved_also_when_nothing_is_owed():
    disputed = invoice(paid=10_000, disputes=(Dispute("dis_1", "goods_missing", TODAY),))

    assert available_actions(disputed, TODAY) == ("register_payment", "resolve_dispute")


def test_an_invoice_at_an_agency_can_be_taken_back_and_not_be_changed():
    actions = available_actions(invoice(release=Release.REGISTERED), TODAY, leaves=True)

    assert "withdraw" in actions
    assert "change_terms" not in actions
    assert "submit" not in actions
