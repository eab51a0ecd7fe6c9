"""The hourly run of one agreement, for ever more payments: time per payment should not grow.

A table may itself grow slower with what it holds. So the floor of ten times the payments is the time before,
times what the same number of plain reads and writes took longer on tables of both sizes.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from bench.ground import CREDENTIALS, ground
from bench.table import Line, against
from fordring.domain import things
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes
from fordring.domain.agency_port import Agency
from fordring.domain.case import Case
from fordring.domain.facts import PaymentReceived
from fordring.domain.money import Money
from fordring.store.engine import Engine, Write
from fordring.store.items import Item
from fordring.store.keys import key_of
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.store.rows import Row, from_row, to_row
from fordring.usecases.synchronising import synchronise

AIM: Final = 1.1
PAGE: Final = 100
REPEATS: Final = 3
_KILOBYTE: Final = "x" * 1000

ENOUGH_SECONDS: Final = 5.0
"""Runs are repeated, and the fastest counts, until they have taken so long together."""


@dataclass
class Paying:
    """An agency at which every case was paid in part; it answers at once."""

    cases: list[Case]
    facts: list[PaymentReceived] = field(default_factory=list)

    def pay(self) -> None:
        """Let every debtor pay a hundred crowns."""
        for number, case in enumerate(self.cases):
            amount = Money(10_000, case.currency)
            zero = Money.zero(case.currency)
            self.facts.append(
                PaymentReceived(
                    case=CaseKey(case.external_id, case.case_number),
                    agency_payment_id=f"P{number}",
                    amount=amount,
                    principal=amount,
                    interest=zero,
                    agency_cost=zero,
                    paid_date=case.opened_at.date(),
                    occurred_at=case.opened_at,
                )
            )

    def changes_since(self, cursor: str | None, _: Any) -> Changes:
        """Give the next page."""
        start = int(cursor or 0)
        end = min(start + PAGE, len(self.facts))
        return Changes(tuple(self.facts[start:end]), str(end), end < len(self.facts))

    def open_cases(self, page: str | None, _: Any) -> BalancePage:
        """Give the balances of a page of cases."""
        start = int(page or 0)
        part = self.cases[start : start + PAGE]
        balances = tuple(
            AgencyBalance(
                case=CaseKey(case.external_id, case.case_number),
                agency_status="Open",
                stage=None,
                open=True,
                principal_remaining=Money(case.remaining - 10_000, case.currency),
                cost_remaining=Money.zero(case.currency),
                interest_remaining=Money.zero(case.currency),
                as_of=case.opened_at,
            )
            for case in part
        )
        end = start + len(part)
        return BalancePage(balances, str(end) if end < len(self.cases) else None)


def measure(
    sizes: tuple[int, ...],
    where: str,
    engine_of: Callable[[list[Row]], Engine],
    clock: Callable[[], float],
    tell: Callable[[str], None],
) -> list[Line]:
    """Run for each number of payments; each ten times as many as the one before."""
    lines: list[Line] = []
    before: tuple[float, float] | None = None
    for size in sizes:
        tell(f"hourly run, {where}: preparing {size} cases")
        memory = MemoryEngine()
        on = ground(memory)
        cases = []
        for number in range(size):
            case = on.case()
            numbered = replace(case.numbered(f"S{number}", case.opened_at), waiting=0)
            cases.append(on.world.put(things.CASE(case.case_id), numbered))
        agreement = on.world.get(things.AGREEMENT("acme", "svea"))
        rows = [to_row(item) for item in memory.everything()]
        runs: list[float] = []
        while len(runs) < REPEATS and sum(runs) < ENOUGH_SECONDS:
            desk = replace(on.hub.desk, store=Repository(engine_of(rows)))
            agency = Paying(cases)
            agency.pay()
            tell(f"hourly run, {where}: {size} payments")
            # The table itself is a heap of objects here; walking it again and again is no part of the run.
            gc.collect()
            gc.freeze()
            began = clock()
            report = synchronise(desk, cast("Agency", agency), CREDENTIALS, agreement, "bench")
            runs.append(clock() - began)
            gc.unfreeze()
            assert report is not None
            assert (report.applied, report.error, report.differences) == (size, None, 0), report
        tell(f"hourly run, {where}: {size} plain reads and writes")
        taken, plain = min(runs), _plain(engine_of(rows), cases, clock)
        what = f"{size} payments, {where}"
        if before is None:
            lines.append(Line(what, taken * 1000, "ms"))
        else:
            lines.append(against(what, taken * 1000, before[0] * plain / before[1] * 1000, "ms", AIM))
        before = taken, plain
    return lines


def _plain(engine: Engine, cases: list[Case], clock: Callable[[], float]) -> float:
    """Time a read and two writes, one of them in a list, for each case."""
    began = clock()
    for case in cases:
        key = key_of(things.CASE(case.case_id))
        engine.get([key])
        place = ("CRED#acme#plain", case.case_id)
        for sk, lists in (("PLAIN#1", place), ("PLAIN#2", None)):
            engine.write([Write("put", Item(key.pk, sk, "case", 1, {"said": _KILOBYTE}, lists=lists))])
    return clock() - began


def in_memory(rows: list[Row]) -> Engine:
    """Give a table in memory that holds rows."""
    engine = MemoryEngine()
    for row in rows:
        engine.write([Write("put", from_row(row))])
    return engine
