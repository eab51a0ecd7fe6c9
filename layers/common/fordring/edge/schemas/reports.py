"""Reports: what is asked and told, as JSON and as tables."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.ageing import BUCKETS, Ages
from fordring.domain.agency import Stage
from fordring.domain.money import Money
from fordring.edge.schemas.common import AgencyName, BusinessDate, Given
from fordring.edge.schemas.told import About, Told
from fordring.formats.spreadsheet import Figure
from fordring.usecases.reporting import Recovered

Period = Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$", examples=["2026", "2026-03"])]
Amount = Annotated[str, About("A decimal string in the currency above.", ("1250.00",))]


class ReportQuery(Given):
    """Of which day, and in which form."""

    on: Annotated[
        BusinessDate | None, Field(description="The day, local to the creditor; today when left out.")
    ] = None
    format: Annotated[
        Literal["json", "csv"] | None,
        Field(description="`csv` is what `Accept: text/csv` asks for, too."),
    ] = None


class AgeingQuery(ReportQuery):
    """Which part of the debt."""

    due: Annotated[Period | None, Field(description="Only invoices that fell due in this year or month.")] = (
        None
    )


class RecoveryQuery(ReportQuery):
    """Which cases."""

    opened: Annotated[Period | None, Field(description="Only cases opened in this year or month, UTC.")] = (
        None
    )
    agency: AgencyName | None = None


class ToldAges(Told):
    """Amounts by age: days past the due date."""

    not_due: Amount
    days_1_30: Amount
    days_31_60: Amount
    days_61_90: Amount
    over_90: Amount
    total: Amount
    invoices: int


class ToldDebtorAges(ToldAges):
    """One debtor's."""

    debtor_id: str


class ToldCurrencyAges(Told):
    """What is owed in one currency; debtors who owe nothing are left out."""

    currency: str
    total: ToldAges
    debtors: list[ToldDebtorAges]


class ToldAgeing(Told):
    """What debtors owe the creditor, by age."""

    creditor_id: str
    on: str
    due: str | None
    currencies: list[ToldCurrencyAges]


class ToldStageShare(Told):
    """What was collected in one stage, and its share of what was handed over."""

    stage: Stage
    collected: Amount
    share: Annotated[str, About("Four decimals.", ("0.8125",))]


class ToldAgencyCost(Told):
    """What the agency added to the debt: charged to debtors, paid by them, given up, and open."""

    charged: Amount
    paid: Amount
    given_up: Amount
    open: Amount


class ToldKept(Told):
    """What the agency kept of its payouts, by its settlements of these cases."""

    commission: Amount
    vat: Amount


class ToldRecovered(Told):
    """What cases in one currency have brought."""

    currency: str
    cases: int
    handed_over: Amount
    collected: Amount
    share: Annotated[str | None, About("Collected of handed over, four decimals.", ("0.8125",))]
    days_to_payment: Annotated[
        str | None,
        About("From the opening of a case to a payment, on average by amount, one decimal.", ("23.4",)),
    ]
    stages: list[ToldStageShare]
    agency_cost: ToldAgencyCost
    kept_by_agency: ToldKept


class ToldRecovery(Told):
    """What was recovered."""

    creditor_id: str
    on: str
    opened: str | None
    agency: str | None
    currencies: list[ToldRecovered]


AGEING_HEADER = ("currency", "row", "debtor_id", *BUCKETS, "total", "invoices")
RECOVERY_HEADER = (
    "currency",
    "stage",
    "cases",
    "handed_over",
    "collected",
    "share",
    "days_to_payment",
    "cost_charged",
    "cost_paid",
    "cost_given_up",
    "cost_open",
    "commission",
    "vat",
)


def tell_ageing(found: Mapping[str, Mapping[str, Ages]]) -> list[dict[str, Any]]:
    """Tell the ages of each currency."""
    return [
        {
            "currency": currency,
            "total": _tell_ages(_sum(ages.values()), currency),
            "debtors": [
                {"debtor_id": debtor_id, **_tell_ages(ages[debtor_id], currency)}
                for debtor_id in sorted(ages)
            ],
        }
        for currency, ages in found.items()
    ]


def ageing_rows(found: Mapping[str, Mapping[str, Ages]]) -> Iterator[tuple[str | int, ...]]:
    """Give the rows of the table: each debtor's, and the total of each currency after them."""
    for told in tell_ageing(found):
        for row in (*told["debtors"], told["total"]):
            kind = "debtor" if "debtor_id" in row else "total"
            figures = (Figure(row[name]) for name in (*BUCKETS, "total"))
            yield told["currency"], kind, row.get("debtor_id", ""), *figures, row["invoices"]


def _sum(several: Any) -> Ages:
    amounts: dict[str, int] = {}
    invoices = 0
    for ages in several:
        invoices += ages.invoices
        for bucket, amount in ages.amounts.items():
            amounts[bucket] = amounts.get(bucket, 0) + amount
    return Ages(amounts, invoices)


def _tell_ages(ages: Ages, currency: str) -> dict[str, Any]:
    spelt = {bucket: Money(ages.amounts.get(bucket, 0), currency).text for bucket in BUCKETS}
    return {**spelt, "total": Money(ages.total, currency).text, "invoices": ages.invoices}


def tell_recovery(found: Mapping[str, Recovered]) -> list[dict[str, Any]]:
    """Tell what was recovered in each currency."""
    return [_tell_recovered(currency, sums) for currency, sums in found.items()]


def _tell_recovered(currency: str, sums: Recovered) -> dict[str, Any]:
    def amount(minor: int) -> str:
        return Money(minor, currency).text

    return {
        "currency": currency,
        "cases": sums.cases,
        "handed_over": amount(sums.handed_over),
        "collected": amount(sums.total),
        "share": _share(sums.total, sums.handed_over),
        "days_to_payment": _ratio(sums.weighted_days, sums.total, "0.1"),
        "stages": [
            {
                "stage": stage.value,
                "collected": amount(sums.collected[stage]),
                "share": _share(sums.collected[stage], sums.handed_over),
            }
            for stage in Stage
            if stage in sums.collected
        ],
        "agency_cost": {
            "charged": amount(sums.charged),
            "paid": amount(sums.paid),
            "given_up": amount(sums.given_up),
            "open": amount(sums.charged - sums.paid - sums.given_up),
        },
        "kept_by_agency": {"commission": amount(sums.commission), "vat": amount(sums.vat)},
    }


def recovery_rows(found: Mapping[str, Recovered]) -> Iterator[tuple[str | int, ...]]:
    """Give the rows of the table: the stages of each currency, then ``all``, with what is of no stage."""
    for told in tell_recovery(found):
        currency = told["currency"]
        for each in told["stages"]:
            figures = Figure(each["collected"]), Figure(each["share"] or "")
            yield currency, each["stage"], "", "", *figures, *[""] * 7
        yield (
            currency,
            "all",
            told["cases"],
            Figure(told["handed_over"]),
            Figure(told["collected"]),
            Figure(told["share"] or ""),
            Figure(told["days_to_payment"] or ""),
            *(Figure(figure) for figure in told["agency_cost"].values()),
            *(Figure(figure) for figure in told["kept_by_agency"].values()),
        )


def _share(part: int, whole: int) -> str | None:
    return _ratio(part, whole, "0.0001")


def _ratio(part: int, whole: int, step: str) -> str | None:
    if whole == 0:
        return None
    return str((Decimal(part) / Decimal(whole)).quantize(Decimal(step), ROUND_HALF_UP))


def day_of(asked: ReportQuery, today: date) -> date:
    """Give the day that a report is of."""
    return asked.on or today
