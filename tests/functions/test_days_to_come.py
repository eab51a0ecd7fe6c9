"""What is said to have happened is of a day that has come, whichever way the hub hears of it."""

import re
from datetime import date

import pytest

from fordring.domain.clock import utc
from fordring.domain.references import KidFormat
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.formats.payment_file import parse_payment_file
from fordring.usecases.banking import run_job
from tests.references import make_kid
from tests.unit.formats.camt_documents import Camt, transaction
from tests.unit.formats.ehf_documents import CREDIT_NOTE, changed
from tests.unit.formats.test_ocr_giro import File

AT = "/v1/creditors/acme"
TODAY = date(2026, 3, 2)
TOMORROW = "2026-03-03"
NOK = {"amount": "100.00", "currency": "NOK"}
KIDS = (make_kid("1234567", "mod10"), make_kid("7654321", "mod10"))


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()
    world.creditor(kid_formats=(KidFormat(8, "mod10"),))


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("invoices/{}/payments", {"amount": NOK, "paid_date": TOMORROW}, "/paid_date"),
        ("invoices/{}/disputes", {"reason": "wrong_goods", "opened_date": TOMORROW}, "/opened_date"),
        ("invoices/{}/write-off", {"date": TOMORROW, "reason": "settled"}, "/date"),
        (
            "invoices/{}/costs",
            {"component": "fee", "amount": NOK, "date": TOMORROW, "reason": "letter"},
            "/date",
        ),
        ("credit-notes", {"document_number": "C-1", "amount": NOK, "credit_date": TOMORROW}, "/credit_date"),
    ],
)
def test_a_day_to_come_is_refused_and_today_is_not(api, world, path, body, pointer):
    at = f"{AT}/{path.format(world.invoice().invoice_id)}"
    refused = api.post(at, body)
    assert (refused.status, [(each["pointer"], each["code"]) for each in refused.body["errors"]]) == (
        400,
        [(pointer, "in_future")],
    )
    today = {name: TODAY.isoformat() if value == TOMORROW else value for name, value in body.items()}
    taken = api.post(at, today)
    assert taken.status == 201, taken.text


def test_an_electronic_credit_note_of_a_day_to_come_is_refused_by_its_path(api, world):
    world.creditor(organisation_number="988077917")
    document = changed(
        CREDIT_NOTE,
        ("<cbc:IssueDate>2026-01-05</cbc:IssueDate>\n", f"<cbc:IssueDate>{TOMORROW}</cbc:IssueDate>\n"),
    )
    refused = api.post(f"{AT}/invoices", document, content_type="application/xml")
    assert [(each["pointer"], each["code"]) for each in refused.body["errors"]] == [
        ("/CreditNote/IssueDate", "in_future")
    ]


def test_it_is_the_creditors_day_that_counts(api, world, clock):
    clock.present = utc(2026, 3, 2, 23, 30)
    at = f"{AT}/invoices/{world.invoice().invoice_id}/payments"
    assert api.post(at, {"amount": NOK, "paid_date": TOMORROW}).status == 201


def test_a_payment_is_not_taken_back_on_a_day_to_come(api, world):
    at = f"{AT}/invoices/{world.invoice().invoice_id}/payments"
    payment_id = api.post(at, {"amount": NOK, "paid_date": TODAY.isoformat()}).body["payment_id"]
    refused = api.post(f"/v1/payments/{payment_id}/reverse", {"date": TOMORROW})
    assert (refused.status, refused.body["errors"][0]["code"]) == (400, "in_future")
    assert api.post(f"/v1/payments/{payment_id}/reverse", {"date": TODAY.isoformat()}).status == 200


@pytest.mark.parametrize("form", ["ocr_giro", "camt_054"])
def test_a_line_of_a_bank_file_may_be_of_the_next_bank_day_and_of_none_after_it(api, world, hub, clock, form):
    # Wednesday before Easter: banks are open again on Tuesday.
    clock.present = utc(2026, 4, 1, 12)
    for number, kid in enumerate(KIDS):
        register(api, f"F-{number}", kid)
    days = (date(2026, 4, 7), date(2026, 4, 8))
    first = job_of(api, hub, form, days)
    assert (first["state"], results(first)) == ("done", [("matched", "reference"), ("refused", "in_future")])
    assert first["results"][1]["payment_id"] is None
    assert first["outcomes"] == {"matched": 1, "refused": 1}
    assert paid(api) == ["2026-04-07"]

    clock.present = utc(2026, 4, 7, 12)
    again = job_of(api, hub, form, days)
    assert [outcome for outcome, _ in results(again)] == ["already_known", "matched"]
    assert paid(api) == ["2026-04-07", "2026-04-08"]


def register(api, number, kid):
    """Register an invoice with a KID."""
    body = {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": {"amount": "1250.00", "currency": "NOK"},
        "invoice_date": "2026-01-05",
        "due_date": "2026-01-19",
        "payment_reference": {"type": "kid", "value": kid},
    }
    assert api.post(f"{AT}/invoices", body).status == 201


def job_of(api, hub, form, days):
    """Hand a file in with a payment for each day, and let the job run."""
    if form == "camt_054":
        camt = Camt()
        for kid, day in zip(KIDS, days, strict=True):
            camt = camt.entry(
                "1250.00", transaction(reference=kid), reference=kid, valued=f"<Dt>{day.isoformat()}</Dt>"
            )
        content = camt.bytes()
    else:
        file = File().begin()
        for kid in KIDS:
            file = file.pay(kid, 125000)
        text = file.close().end().bytes().decode()
        for number, day in enumerate(days, 1):
            text = re.sub(rf"(NY09\d\d30{number:07d})200126", rf"\g<1>{day:%d%m%y}", text)
        content = text.encode()
    queued = api.post(f"{AT}/payment-files", content, content_type="text/plain")
    assert queued.status == 202, queued.text
    run_job(hub.desk, hub.files, parse_payment_file, HolidayCalendar(), queued.body["job_id"], "worker")
    return api.get(queued.headers["location"]).body


def results(job):
    return [(each["outcome"], each["reason"]) for each in job["results"]]


def paid(api):
    return sorted(each["paid_date"] for each in api.get("/v1/payments?creditor_id=acme").body["items"])
