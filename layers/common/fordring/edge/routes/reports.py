"""Reports: ageing and recovery; answered by ``poll_status``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from fordring.domain import things
from fordring.domain.calendar import local_date
from fordring.domain.creditor import Creditor, Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.reports import (
    AGEING_HEADER,
    RECOVERY_HEADER,
    AgeingQuery,
    RecoveryQuery,
    ReportQuery,
    ToldAgeing,
    ToldRecovery,
    ageing_rows,
    day_of,
    recovery_rows,
    tell_ageing,
    tell_recovery,
)
from fordring.formats.spreadsheet import MEDIA, write_csv
from fordring.usecases.reporting import ageing, recovery

_PATH = "/v1/creditors/{creditor_id}/reports"


def report_ageing(call: Call) -> Answer:
    """Tell what debtors owe, by age."""
    asked = call.asked(AgeingQuery)
    _, today = _creditor(call)
    on = day_of(asked, today)
    found = ageing(call.hub.desk, call.creditor_id, on, today, asked.due or "")
    if _wants_csv(call, asked):
        return _table("ageing", on, AGEING_HEADER, ageing_rows(found))
    return _told(call, on, {"due": asked.due}, tell_ageing(found))


def report_recovery(call: Call) -> Answer:
    """Tell what cases have brought."""
    asked = call.asked(RecoveryQuery)
    creditor, today = _creditor(call)
    on = day_of(asked, today)
    found = recovery(call.hub.desk, call.creditor_id, on, asked.opened or "", asked.agency, creditor.country)
    if _wants_csv(call, asked):
        return _table("recovery", on, RECOVERY_HEADER, recovery_rows(found))
    return _told(call, on, {"opened": asked.opened, "agency": asked.agency}, tell_recovery(found))


def _creditor(call: Call) -> tuple[Creditor, date]:
    ref = things.CREDITOR(call.creditor_id)
    work = call.read(ref)
    creditor = work.get(ref)
    return creditor, local_date(work.now, creditor.country)


def _wants_csv(call: Call, asked: ReportQuery) -> bool:
    if asked.format is not None:
        return asked.format == "csv"
    return call.headers.get("accept", "").partition(",")[0].partition(";")[0].strip().lower() == "text/csv"


def _table(name: str, on: date, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Answer:
    place = {"Content-Disposition": f'attachment; filename="{name}-{on.isoformat()}.csv"'}
    return Answer(200, write_csv(header, rows), MEDIA, place)


def _told(call: Call, on: date, chosen: Mapping[str, Any], currencies: Sequence[dict[str, Any]]) -> Answer:
    about = {"creditor_id": call.creditor_id, "on": on.isoformat(), **chosen}
    return Answer.of(200, {**about, "currencies": currencies})


REPORT_ROUTES = (
    Route(
        "GET",
        f"{_PATH}/ageing",
        report_ageing,
        "Report what is owed by age",
        "reports",
        Scope.READ,
        {200: ToldAgeing},
        query=AgeingQuery,
        description=(
            "What is owed to the creditor itself, for each debtor and in total, in each currency; costs of "
            "agencies and invoices that an agency has bought are not. As JSON, or as CSV (`format=csv`, or "
            "`Accept: text/csv`). Of an earlier day, by what is dated until then. More than 10,000 invoices "
            "are a 422 `report_too_large`: ask with `due`, for one year or month at a time."
        ),
    ),
    Route(
        "GET",
        f"{_PATH}/recovery",
        report_recovery,
        "Report what was recovered",
        "reports",
        Scope.READ,
        {200: ToldRecovery},
        query=RecoveryQuery,
        description=(
            "Of all cases, or of those opened in a year or month: what was handed over, which share of it "
            "was collected in which stage, how many days that took, and what it cost. As JSON, or as CSV "
            "(`format=csv`, or `Accept: text/csv`). More than 10,000 cases are a 422 `report_too_large`: ask "
            "with `opened`."
        ),
    ),
)
