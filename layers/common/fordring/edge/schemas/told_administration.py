"""What is told of an invoice that an agency administers or has bought."""

from typing import Annotated, Any, Literal

from fordring.domain.bank_days import first_bank_day_after
from fordring.domain.invoice import Invoice
from fordring.domain.sale import SaleState
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.edge.schemas.told import About, Told, ToldMoney, day, money


class ToldDeliveryAttempt(Told):
    """One try of the agency to reach the recipient; ``reason`` of one that came back."""

    channel: str
    outcome: Literal["delivered", "failed"]
    date: str
    reason: str | None


class ToldInvoiceDelivery(Told):
    """How an administered invoice was sent to its recipient: at last, and every try."""

    channel: Annotated[str | None, About("By which it has arrived; `null`: by none so far.")]
    date: str | None
    attempts: list[ToldDeliveryAttempt]


class ToldSale(Told):
    """The latest offer of the invoice to the agency, and what came of it."""

    state: SaleState
    reason: str | None
    price: ToldMoney
    purchased_date: str | None
    payout_due_date: Annotated[str | None, About("The first bank day after the purchase.")]
    paid_out_date: str | None
    recoursed_date: str | None


class ToldRemainingByOwner(Told):
    """What the debtor still owes, by whose claim it is."""

    creditor: ToldMoney
    agency: ToldMoney


def tell_delivery(invoice: Invoice) -> dict[str, Any] | None:
    """Tell how an administered invoice was sent."""
    if not invoice.deliveries:
        return None
    last = invoice.deliveries[-1]
    return {
        "channel": last.channel if last.delivered else None,
        "date": day(last.attempted_date) if last.delivered else None,
        "attempts": [
            {
                "channel": each.channel,
                "outcome": "delivered" if each.delivered else "failed",
                "date": day(each.attempted_date),
                "reason": each.reason,
            }
            for each in invoice.deliveries
        ],
    }


def tell_sale(invoice: Invoice) -> dict[str, Any] | None:
    """Tell what became of the latest offer."""
    sale = invoice.sale
    if sale is None:
        return None
    due = None
    if sale.purchased_date is not None:
        due = first_bank_day_after(sale.purchased_date, invoice.country, HolidayCalendar())
    return {
        "state": sale.state.value,
        "reason": sale.reason,
        "price": money(sale.price, invoice.currency),
        "purchased_date": day(sale.purchased_date),
        "payout_due_date": day(due),
        "paid_out_date": day(sale.paid_out_date),
        "recoursed_date": day(sale.recoursed_date),
    }


def tell_by_owner(invoice: Invoice) -> dict[str, Any]:
    """Tell what the debtor still owes, by whose claim it is."""
    return {
        owner: money(invoice.balance.remaining if invoice.owner == owner else 0, invoice.currency)
        for owner in ("creditor", "agency")
    }
