"""The late interest on an invoice, period by period: what is asked and told."""

from datetime import date
from typing import Any, Literal

from fordring.domain.invoice import Invoice
from fordring.domain.late_interest import LateInterest
from fordring.edge.schemas.common import BusinessDate, Given
from fordring.edge.schemas.told import Told, ToldMoney, day, money
from fordring.usecases.telling_interest import periods_of


class LateInterestQuery(Given):
    """For the days before which one, at most ten years ahead; today where not said."""

    until: BusinessDate | None = None


class ToldInterestPeriod(Told):
    """Interest for the days from `since` on and before `until`, on one balance, at one rate.

    `interest` is what the period contributes to the sum, which is rounded once: the periods add up to it.
    `basis` says why it is this rate: `agreed` with a business, or the `law`'s, whose provision is `source`.
    """

    since: date
    until: date
    days: int
    principal: ToldMoney
    per_cent: str
    basis: Literal["law", "agreed"]
    interest: ToldMoney
    source: str | None


class ToldLateInterest(Told):
    """The late interest, from the day after the due date on, at the rate that was agreed or else the law's.

    It is worked out, not booked: what was paid or charged of interest stands in the invoice's balance.
    """

    invoice_id: str
    debtor_kind: Literal["consumer", "business"]
    due_date: date
    until: date
    amount: ToldMoney
    periods: list[ToldInterestPeriod]


def tell_late_interest(
    invoice: Invoice, debtor_kind: str, until: date, interest: LateInterest
) -> dict[str, Any]:
    """Tell the interest on an invoice."""
    return {
        "invoice_id": invoice.invoice_id,
        "debtor_kind": debtor_kind,
        "due_date": day(invoice.terms.due_date),
        "until": day(until),
        "amount": money(interest.amount, invoice.currency),
        "periods": periods_of(interest, invoice.currency),
    }
