"""How old the debt on an invoice is (BEY-12)."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from typing import Final

from fordring.domain.invoice import Invoice
from fordring.domain.values import dataclass

BUCKETS: Final = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")
"""By days past the due date, both ends included; on its due date an invoice is not past it."""

_UPPER: Final = (0, 30, 60, 90)


def bucket_of(due_date: date, on: date) -> str:
    """Tell in which bucket a debt is on a day."""
    past = (on - due_date).days
    return next((name for name, most in zip(BUCKETS, _UPPER, strict=False) if past <= most), BUCKETS[-1])


def owed_on(invoice: Invoice, on: date, today: date) -> int:
    """Tell what was owed to the creditor at the end of a day, minor units.

    Of an earlier day, by what is dated until then; today and later, by everything that is booked.
    """
    if on >= today:
        return invoice.balance.owed_to_creditor
    return sum(step.owed for step in invoice.course if step.on <= on)


@dataclass(frozen=True, slots=True)
class Ages:
    """Amounts by bucket, minor units, and from how many invoices."""

    amounts: Mapping[str, int] = field(default_factory=dict)
    invoices: int = 0

    def plus(self, bucket: str, amount: int) -> "Ages":
        """Give the ages with one more invoice."""
        amounts = {**self.amounts, bucket: self.amounts.get(bucket, 0) + amount}
        return replace(self, amounts=amounts, invoices=self.invoices + 1)

    @property
    def total(self) -> int:
        """The sum over the buckets."""
        return sum(self.amounts.values())
