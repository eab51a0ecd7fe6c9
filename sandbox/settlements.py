"""The agency pays out what debtors have paid to it."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from sqlite3 import Row
from typing import Final, TypedDict

from sandbox import sales
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.store import next_number

_VAT_PERCENT: Final = Decimal(25)


class Line(TypedDict):
    """What a settlement says of one case; amounts in øre."""

    external_id: str
    number: str | None
    principal: int
    cost: int
    interest: int
    commission: int
    vat: int
    payout: int


def settle(desk: Desk, client: str) -> None:
    """Make a settlement for each currency of what has come in since the last one."""
    entries = desk.db.execute(
        "select entries.*, cases.currency, cases.external_id, cases.number from entries"
        " join cases on cases.id = entries.case_id"
        " where entries.agency = ? and entries.client = ? and entries.settlement is null"
        " and entries.kind in ('payment', 'payment_reversal') and entries.case_id is not null"
        " order by entries.id",
        (desk.agency, client),
    ).fetchall()
    # what came for an invoice that the agency has bought is its own
    entries = [entry for entry in entries if not sales.keeps(desk, entry)]
    percent = Decimal(
        desk.db.execute(
            "select commission_percent from clients where agency = ? and number = ?", (desk.agency, client)
        ).fetchone()[0]
    )
    by_currency: defaultdict[str, list[Row]] = defaultdict(list)
    for entry in entries:
        by_currency[entry["currency"]].append(entry)
    for currency, rows in by_currency.items():
        settlement_id = f"S{next_number(desk.db, f'{desk.agency}/settlement', 300001)}"
        lines = _lines(rows, percent)
        desk.db.executemany(
            "update entries set settlement = ? where id = ?", [(settlement_id, row["id"]) for row in rows]
        )
        say(
            desk,
            "PaidToClient",
            client,
            settlement_id=settlement_id,
            day=desk.now.date().isoformat(),
            amount=sum(line["payout"] for line in lines),
            currency=currency,
            lines=lines,
        )


def _lines(rows: list[Row], percent: Decimal) -> list[Line]:
    by_case: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_case[row["case_id"]].append(row)
    lines: list[Line] = []
    for of_case in by_case.values():
        principal = -sum(row["principal"] for row in of_case)
        interest = -sum(row["interest"] for row in of_case)
        commission = _share(principal + interest, percent)
        vat = _share(commission, _VAT_PERCENT)
        lines.append(
            {
                "external_id": of_case[0]["external_id"],
                "number": of_case[0]["number"],
                "principal": principal,
                "cost": -sum(row["cost"] for row in of_case),
                "interest": interest,
                "commission": commission,
                "vat": vat,
                "payout": principal + interest - commission - vat,
            }
        )
    return lines


def _share(amount: int, percent: Decimal) -> int:
    return int((amount * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
