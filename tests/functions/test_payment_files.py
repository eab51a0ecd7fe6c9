"""OCR giro files: each payment booked once on its invoice, or put before a person."""

from datetime import date
from pathlib import Path

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.agreement_settings import Settings
from fordring.domain.matching import MOST_INVOICES
from fordring.domain.payment import Settlement
from fordring.domain.references import KidFormat, Reference
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.formats.ocr_giro import parse_ocr_giro
from fordring.usecases import banking
from fordring.usecases.banking import run_job
from fordring.usecases.lanes import lane_of
from fordring.usecases.recording import derived_id
from fordring.usecases.unmatched import attention_of_payment
from tests.references import make_kid
from tests.unit.formats.test_ocr_giro import File

AT = "/v1/creditors/acme/payment-files"
REAL = Path(__file__).parents[3] / "shared" / "data" / "ocr_giro_transactions.txt"
FORMATS = (KidFormat(13, "mod10"), KidFormat(8, "mod10"), KidFormat(6, "mod11"))
AGENCY_ACCOUNT = "86011117947"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()
    world.creditor(kid_formats=FORMATS, bank_account="1503 24 56789")
    world.agreement(settings=Settings(agency_bank_accounts=(AGENCY_ACCOUNT,)))


@pytest.fixture
def invoice(world, api):
    """Register an invoice with a KID; gives its id."""

    def make(kid: str, amount: str = "1250.00", currency: str = "NOK") -> str:
        body = {
            "debtor_id": "d-1",
            "document_number": f"F-{kid}-{api.made}",
            "principal": {"amount": amount, "currency": currency},
            "invoice_date": "2026-01-05",
            "due_date": "2026-01-19",
            "payment_reference": {"type": "kid", "value": kid},
        }
        reply = api.post("/v1/creditors/acme/invoices", body)
        assert reply.status == 201
        return reply.body["invoice_id"]

    return make


@pytest.fixture
def book(api, hub):
    """Hand a file in and let the job run; gives the job as it is told."""

    def send(content: bytes, **headers: str):
        queued = api.post(AT, content, content_type="text/plain", **headers)
        assert queued.status == 202
        assert queued.body["state"] in ("queued", "done")
        run_job(hub.desk, hub.files, parse_ocr_giro, HolidayCalendar(), queued.body["job_id"], "worker")
        told = api.get(queued.headers["location"])
        assert told.status == 200
        return told.body

    return send


def results(job) -> list[tuple[str, str]]:
    return [(each["outcome"], each["reason"]) for each in job["results"]]


def remaining(api, invoice_id: str) -> str:
    return api.get(f"/v1/creditors/acme/invoices/{invoice_id}").body["remaining"]["amount"]


def one(kid: str, ore: int = 125000, **options: str) -> bytes:
    return File().begin().pay(kid, ore, **options).close().end().bytes()


def test_a_file_is_a_job_that_tells_what_became_of_each_payment(api, invoice, book):
    first, second = invoice("12345674"), invoice("000558")
    file = File().begin().pay("12345674", 125000).pay("000558", 25000).pay("7654328", 100).pay("", 100)
    job = book(file.close().end().bytes())
    assert (job["state"], job["lines"], job["errors"]) == ("done", 4, [])
    assert results(job) == [
        ("matched", "reference"),
        ("matched", "reference"),
        ("unmatched", "unknown_reference"),
        ("unmatched", "no_reference"),
    ]
    assert [each["line"] for each in job["results"]] == [3, 5, 7, 9]
    assert job["outcomes"] == {"matched": 2, "unmatched": 2}
    assert (remaining(api, first), remaining(api, second)) == ("0.00", "1000.00")


@pytest.mark.capability("NET-24")
def test_a_payment_that_matches_by_itself_is_reported_to_the_agency(api, world, hub, invoice, book):
    transferred = invoice("12345674")
    case = world.case(invoice_id=transferred)
    assert results(book(one("12345674"))) == [("matched", "reference")]
    assert [row.kind for row in lane_of(hub.desk, case.case_id)][1:] == [CommandKind.REPORT_PAYMENT]
    assert world.get(things.CASE(case.case_id)).remaining == 0


def test_the_bank_tells_a_kid_in_its_full_length(api, invoice, book):
    short = invoice("12345674")
    assert results(book(one(make_kid("1234567", "mod10", 13)))) == [("matched", "reference")]
    assert remaining(api, short) == "0.00"


def test_a_reference_from_before_the_format_was_agreed_is_found_all_the_same(api, world, invoice, book):
    world.creditor(kid_formats=())
    early = invoice("12345674")
    world.creditor(kid_formats=FORMATS)
    assert results(book(one(make_kid("1234567", "mod10", 13)))) == [("matched", "reference")]
    assert remaining(api, early) == "0.00"


def test_a_kid_that_ends_in_a_dash(api, invoice, book):
    number = next(n for n in range(1000, 9999) if make_kid(str(n), "mod11").endswith("-"))
    dashed = invoice(make_kid(str(number), "mod11", 6))
    assert results(book(one(make_kid(str(number), "mod11", 6)))) == [("matched", "reference")]
    assert remaining(api, dashed) == "0.00"


def test_an_unmatched_payment_asks_for_attention_once(api, world, book):
    job = book(one("7654328"))
    payment = job["results"][0]["payment_id"]
    assert world.get(attention_of_payment(payment)).reason == "unknown_reference"
    assert world.get(things.PAYMENT(payment)).reference == "7654328"


def test_the_same_file_twice_books_nothing_twice(api, engine, invoice, book):
    paid = invoice("12345674", "2000.00")
    content = File().begin().pay("12345674", 125000).pay("", 100).close().end()
    book(content.bytes())
    payments = [item for item in engine.everything() if item.kind == "payment"]
    again = book(content.text("\r\n").encode())
    assert results(again) == [("already_known", "reference"), ("already_known", "no_reference")]
    assert [item for item in engine.everything() if item.kind == "payment"] == payments
    assert remaining(api, paid) == "750.00"


def test_the_same_request_twice_is_the_same_job(api, invoice, book):
    content = one("12345674")
    invoice("12345674")
    first = book(content, idempotency_key="f")
    second = api.post(AT, content, content_type="text/plain", idempotency_key="f")
    assert (second.status, second.body["job_id"]) == (202, first["job_id"])
    assert second.headers["idempotent-replayed"] == "true"
    other = api.post(AT, one("7654328"), content_type="text/plain", idempotency_key="f")
    assert (other.status, other.code) == (422, "idempotency_key_reused")


@pytest.mark.capability("BEY-2")
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"payer": AGENCY_ACCOUNT}, "agency_account"),
        ({"kind": "21", "text": "Utbetaling SET-7 Svea"}, "settlement_id"),
    ],
)
def test_what_the_agency_pays_out_is_never_a_payment_of_the_debtor(
    api, world, hub, invoice, book, options, reason
):
    settlement_id = derived_id("set", "svea", "acme", "SET-7")
    world.put(
        things.SETTLEMENT(settlement_id),
        Settlement(settlement_id, "acme", "svea", "SET-7", date(2026, 1, 20), "NOK", 1, (), hub.wall.now()),
    )
    transferred = invoice("12345674")
    case = world.case(invoice_id=transferred)
    assert results(book(one("12345674", **options))) == [("settlement", reason)]
    assert remaining(api, transferred) == "1250.00"
    assert len(lane_of(hub.desk, case.case_id)) == 1


def test_several_invoices_of_one_reference(api, world, invoice, book):
    old, new = invoice("12345674", "100.00"), invoice("12345674", "300.00")
    job = book(one("12345674", 25000))
    assert results(job) == [("unmatched", "ambiguous_reference")]
    (listed,) = api.get("/v1/payments?creditor_id=acme&match=unmatched").body["items"]
    assert {each["invoice_id"] for each in listed["suggestions"]} == {old, new}
    assert listed["rule"] == "ambiguous_reference"
    job = book(File().begin(number=2).pay("12345674", 30000).close().end().bytes())
    assert (results(job), job["results"][0]["rule"]) == ([("matched", "reference")], "reference_and_amount")
    assert (remaining(api, old), remaining(api, new)) == ("100.00", "0.00")


def test_one_payment_for_all_the_invoices_of_a_reference_and_back(api, world, hub, invoice, book):
    old, new = invoice("12345674", "100.00"), invoice("12345674", "300.00")
    job = book(one("12345674", 40000))
    assert job["results"][0]["rule"] == "one_payment_for_many"
    assert (remaining(api, old), remaining(api, new)) == ("0.00", "0.00")
    paid = api.get("/v1/payments?creditor_id=acme&match=matched").body["items"]
    assert sorted(each["amount"]["amount"] for each in paid) == ["100.00", "300.00"]
    back = File().begin(number=2).pay("12345674", 40000, kind="18", sign="-").close().end().bytes()
    assert results(book(back)) == [("reversed", "reversal")]
    assert (remaining(api, old), remaining(api, new)) == ("100.00", "300.00")


def test_one_payment_for_as_many_invoices_as_are_matched_at_once_each_in_a_case_of_its_own(
    api, world, invoice, book
):
    for _ in range(MOST_INVOICES):
        world.case(invoice_id=invoice("12345674", "10.00"))
    job = book(one("12345674", 1000 * MOST_INVOICES))
    assert job["results"][0]["rule"] == "one_payment_for_many"
    assert {each["status"] for each in api.get("/v1/creditors/acme/invoices").body["items"]} == {"paid"}
    invoice("12345674", "10.00")
    for _ in range(MOST_INVOICES):
        invoice("12345674", "10.00")
    many = File().begin(number=2).pay("12345674", 1000 * (MOST_INVOICES + 1)).close().end().bytes()
    assert book(many)["results"][0]["rule"] == "ambiguous_reference"


def test_what_was_registered_by_hand_and_comes_again_from_the_bank_is_put_before_a_person(
    api, world, invoice, book
):
    paid = invoice("12345674", "2000.00")
    by_hand = {"amount": {"amount": "1250.00", "currency": "NOK"}, "paid_date": "2026-01-19"}
    assert api.post(f"/v1/creditors/acme/invoices/{paid}/payments", by_hand).status == 201
    job = book(one("12345674", 125000))
    assert results(job) == [("unmatched", "probable_duplicate")]
    assert remaining(api, paid) == "750.00"


@pytest.mark.capability("NET-27")
def test_interest_or_costs_above_the_principal_stay_unmatched_and_point_to_the_invoice(
    api, world, hub, invoice, book
):
    transferred = invoice("12345674")
    case = world.case(invoice_id=transferred)
    job = book(one("12345674", 132000))
    assert results(job) == [("unmatched", "interest_or_costs_above_principal")]
    assert remaining(api, transferred) == "1250.00"
    assert len(lane_of(hub.desk, case.case_id)) == 1
    (listed,) = api.get("/v1/payments?creditor_id=acme&match=unmatched").body["items"]
    assert listed["suggestions"] == [{"invoice_id": transferred, "reasons": ["reference", "near_due_date"]}]


def test_each_payment_says_which_rule_decided(api, invoice, book):
    invoice("12345674")
    file = File().begin().pay("12345674", 25000).pay("12345674", 100000).pay("12345674", 500)
    job = book(file.close().end().bytes())
    assert [each["rule"] for each in job["results"]] == ["part_payment", "second_payment", "already_paid"]


def test_over_payment_and_a_second_payment_are_surplus(api, world, invoice, book):
    paid = invoice("12345674")
    job = book(File().begin().pay("12345674", 130000).pay("12345674", 1000).close().end().bytes())
    assert results(job) == [("matched", "reference")] * 2
    surplus = [world.get(things.PAYMENT(each["payment_id"])).surplus for each in job["results"]]
    assert (surplus, remaining(api, paid)) == ([5000, 1000], "0.00")


def test_an_invoice_in_another_currency_is_not_paid_in_kroner(api, invoice, book):
    foreign = invoice("12345674", currency="EUR")
    assert results(book(one("12345674"))) == [("unmatched", "wrong_currency")]
    assert remaining(api, foreign) == "1250.00"


def test_the_creditors_own_account_as_payer_is_worth_a_note(api, invoice, book):
    invoice("12345674")
    assert results(book(one("12345674", payer="15032456789"))) == [("matched", "reference_from_own_account")]


def test_money_that_went_back_reverses_the_payment_that_it_was(api, world, hub, invoice, book):
    transferred = invoice("12345674")
    case = world.case(invoice_id=transferred)
    file = File().begin().pay("12345674", 125000).pay("12345674", 125000, kind="18", sign="-")
    job = book(file.close().end().bytes())
    assert results(job) == [("matched", "reference"), ("reversed", "reversal")]
    assert remaining(api, transferred) == "1250.00"
    kinds = [row.kind for row in lane_of(hub.desk, case.case_id)][1:]
    assert kinds == [CommandKind.REPORT_PAYMENT, CommandKind.REVERSE_PAYMENT]


def test_money_that_went_back_without_a_payment_is_put_before_a_person(api, invoice, book):
    untouched = invoice("12345674")
    job = book(one("12345674", kind="18", sign="-"))
    assert results(job) == [("unmatched", "reversal_without_original")]
    payment = job["results"][0]["payment_id"]
    refused = api.post(f"/v1/payments/{payment}/match", {"invoice_id": untouched})
    assert (refused.status, refused.code) == (409, "payment_is_reversal")
    assert api.post(f"/v1/payments/{payment}/match", {"method": "ignore"}).status == 200


def test_a_line_without_money_is_skipped(book):
    assert results(book(one("12345674", 0))) == [("skipped", "nothing_was_paid")]


def test_a_broken_file_fails_the_job_with_every_fault(api, engine, book):
    job = book(one("12345674")[:-100])
    assert (job["state"], job["results"]) == ("failed", [])
    assert job["errors"]
    assert all(each["pointer"].startswith("/lines/") for each in job["errors"])
    assert not [item for item in engine.everything() if item.kind == "payment"]


def test_a_file_that_is_gone_fails_the_job(api, hub):
    queued = api.post(AT, one("12345674"), content_type="text/plain").body["job_id"]
    hub.files.kept.clear()
    run_job(hub.desk, hub.files, parse_ocr_giro, HolidayCalendar(), queued, "worker")
    assert [each["code"] for each in api.get(f"/v1/jobs/{queued}").body["errors"]] == ["file_missing"]


def test_too_many_payments_for_one_job(monkeypatch, book):
    monkeypatch.setattr(banking, "MOST_LINES", 1)
    job = book(File().begin().pay("12345674", 1).pay("12345674", 2).close().end().bytes())
    assert (job["state"], [each["code"] for each in job["errors"]]) == ("failed", ["too_many_lines"])


def test_what_is_no_file_is_refused_at_once(api, world, engine, hub):
    before = engine.everything()
    empty = api.post(AT, b" \n", content_type="text/plain")
    assert (empty.status, empty.faults) == (400, {"": "empty_file"})
    assert api.post(AT, {"lines": []}).status == 415
    assert world.client("read").post(AT, b"NY", content_type="text/plain").status == 403
    assert world.client(creditors=["other"]).post(AT, b"NY", content_type="text/plain").status == 404
    kept = {item.kind for item in engine.everything()} - {item.kind for item in before}
    assert (kept, hub.files.kept) == (set(), {})


def test_another_creditors_job_is_not_there(api, world):
    job = api.post(AT, one("12345674"), content_type="application/octet-stream").body["job_id"]
    stranger = world.client(creditors=["other"])
    hidden, missing = stranger.get(f"/v1/jobs/{job}"), stranger.get("/v1/jobs/job_NONE")
    assert (hidden.status, hidden.problem) == (404, missing.problem)


@pytest.mark.skipif(not REAL.is_file(), reason="the shared payment file is not here")
def test_the_shared_file_is_booked_whole(api, world, book):
    content = REAL.read_bytes()
    lines = parse_ocr_giro(content).lines
    world.creditor(bank_account=None, kid_formats=())
    references = dict.fromkeys(line.kid for line in lines if line.kid)
    from fordring.domain.invoice import Terms
    from fordring.domain.money import Money
    from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
    from fordring.usecases.work import transact

    for number, kid in enumerate(references):
        owed = sum(line.amount.minor for line in lines if line.kid == kid)
        terms = Terms(due_date=date(1992, 1, 1), payment_reference=Reference("kid", kid))
        new = NewInvoice("d-1", f"F-{number}", Money(owed, "NOK"), date(1992, 1, 1), terms)
        transact(
            world.hub.desk, refs_to_register("acme", new), lambda work, new=new: register(work, "acme", new)
        )
    job = book(content)
    assert (job["state"], job["lines"]) == ("done", 20)
    by_kid = {line.line_number: line.kid for line in lines}
    assert {each["line"] for each in job["results"] if each["outcome"] == "matched"} == {
        line for line, kid in by_kid.items() if kid
    }
    items = api.get("/v1/creditors/acme/invoices?limit=100").body["items"]
    assert {each["status"] for each in items} == {"paid"}
