"""The checker complains of what the law forbids, and of nothing else: each rule broken once."""

from dataclasses import replace

import pytest

from tests.law_checker import Claim, HandedOver, Sent, interest, violations
from tests.unit.plans.unpaid import DUE, days

NO = Claim("NO", "consumer", DUE, 1_000_000)
SE, FI, DK = (replace(NO, country=country) for country in ("SE", "FI", "DK"))


def sent(after, kind="reminder", left=14, fee=0, compensation=0):
    return Sent(kind, DUE + days(after), DUE + days(after + left) if left else None, fee, compensation)


def over(after, level="reminder"):
    return HandedOver(DUE + days(after), level)


NOTICE = "notice_of_collection"

BROKEN = {
    "while nothing is overdue": (NO, [sent(0, left=None)], None),
    "two letters": (NO, [sent(3, left=None), sent(3, left=None)], None),
    "before the deadline": (NO, [sent(3), sent(17)], None),
    "no bank day": (NO, [sent(3, left=10)], None),
    "fewer than 14 days": (NO, [sent(3, NOTICE, left=11)], None),
    "costs 3900": (NO, [sent(14, fee=3900)], None),
    "before due date + 14 days": (NO, [sent(11, fee=3800)], None),
    "sets no deadline of 14 days": (NO, [sent(14, left=8, fee=3800)], None),
    "without a missed deadline": (NO, [sent(14, left=8, fee=3800), sent(25, fee=3800)], None),
    "a third fee-bearing": (NO, [sent(14, fee=3800), sent(29, fee=3800), sent(45, left=16, fee=3800)], None),
    "are summed": (
        replace(NO, debtor="business"),
        [sent(14, fee=3800), sent(29, compensation=46000)],
        None,
    ),
    "asks for compensation": (NO, [sent(14, compensation=46000)], None),
    "the agency's to send": (replace(NO, agency_notice_from=DUE), [sent(14, NOTICE)], None),
    "while the debtor objects": (replace(NO, objections=((DUE, None),)), [sent(3, left=None)], None),
    "handed over on 2026-03-02": (NO, [], over(0)),
    "had passed": (NO, [sent(3)], over(17)),
    "without a notice": (NO, [sent(3)], over(60, "collection")),
    "although the agency": (NO, [sent(3, left=None)], over(3)),
    "costs 6000": (SE, [sent(3, left=None, fee=6000)], None),
    "fewer than 8 days": (SE, [sent(3, NOTICE, left=7)], None),
    "previous reminder + 14 days": (FI, [sent(14, left=None, fee=500), sent(27, left=None, fee=500)], None),
    "more than two chargeable": (FI, [sent(at, left=None, fee=500) for at in (14, 28, 42)], None),
    "costs 1201": (replace(FI, debtor="business"), [sent(14, left=None, fee=1201)], None),
    "chargeable letters on": (
        replace(FI, debtor="business"),
        [sent(14, left=None, fee=1200), sent(23, left=None, fee=1200)],
        None,
    ),
    "less than 14 days after a reminder": (FI, [sent(3, left=None)], over(16, "collection")),
    "without a reminder whose": (replace(FI, debtor="business"), [sent(3)], over(17, "collection")),
    "fewer than 10 days apart": (DK, [sent(3, left=None, fee=10000), sent(12, left=None, fee=10000)], None),
    "more than three": (DK, [sent(at, left=None, fee=10000) for at in (1, 11, 21, 31)], None),
}


@pytest.mark.parametrize("complaint", BROKEN)
def test_it_complains(complaint):
    claim, letters, handed_over = BROKEN[complaint]
    assert any(complaint in found for found in violations(claim, letters, handed_over))


@pytest.mark.parametrize(
    ("claim", "letters", "handed_over"),
    [
        (
            NO,
            [sent(3, "free_notice", None), sent(14, fee=3800), sent(29, NOTICE, fee=3800)],
            over(44, "collection"),
        ),
        (NO, [sent(14, fee=3800), sent(29, fee=3800), sent(29 + 184, left=15, fee=3800)], None),
        (replace(NO, debtor="business"), [sent(14, compensation=46000)], over(29)),
        (replace(SE, fees_agreed=True), [sent(1, left=None, fee=6000), sent(10, NOTICE, 8, 18000)], over(19)),
        (FI, [sent(14, left=None, fee=500), sent(28, left=None, fee=500)], over(42, "collection")),
        (DK, [sent(at, left=None, fee=10000) for at in (1, 11, 21)], over(22)),
    ],
)
def test_it_lets_what_is_lawful_be(claim, letters, handed_over):
    assert violations(claim, letters, handed_over) == []


def test_its_interest_is_the_tables_own_example():
    """10,000 NOK due 2026-01-14 and paid 2026-08-15: 700.07."""
    due = DUE.replace(month=1, day=14)
    assert interest("NO", "consumer", due, [(due, 1_000_000)], DUE.replace(month=8, day=15)) == 70007
