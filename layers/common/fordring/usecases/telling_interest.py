"""Telling late interest: for which days, on what, at which rate and why, wherever it is told."""

from typing import Any

from fordring.domain.late_interest import InterestPeriod, LateInterest
from fordring.domain.money import Money, round_half_up
from fordring.usecases.unmatched import said


def periods_of(late: LateInterest | None, currency: str) -> list[dict[str, Any]]:
    """Tell interest period by period; what they contribute adds up to the sum, which is rounded once."""
    if late is None:
        return []
    return [
        {
            "since": period.since.isoformat(),
            "until": period.until.isoformat(),
            "days": period.days,
            "principal": said(Money(period.principal, currency)),
            "per_cent": per_cent_of(period),
            "basis": "agreed" if period.row is None else "law",
            "interest": said(Money(share, currency)),
            "source": period.row.source if period.row else None,
        }
        for period, share in zip(late.periods, late.shares, strict=True)
    ]


def per_cent_of(period: InterestPeriod) -> str:
    """Spell a rate with two decimals."""
    hundredths = round_half_up(period.per_cent * 100)
    return f"{hundredths // 100}.{hundredths % 100:02}"
