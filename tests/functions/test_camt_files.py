"""camt.054 files through the API: each payment booked once, whichever message tells of it."""

from datetime import date

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.agreement_settings import Settings
from fordring.domain.payment import Settlement
from fordring.domain.references import KidFormat
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.formats.payment_file import parse_payment_file
from fordring.usecases.banking import run_job
from fordring.usecases.lanes import lane_of
from fordring.usecases.recording import derived_id
from tests.unit.formats.camt_documents import Camt, share, transaction

AT = "/v1/creditors/acme/payment-files"
AGENCY_ACCOUNT = "86011117947"
DAY = date(2026, 1, 20)


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()
    world.creditor(kid_formats=(KidFormat(8, "mod10"),))
    world.agreement(settings=Settings(agency_bank_accounts=(AGENCY_ACCOUNT,)))


@pytest.fixture
def invoice(api):
    """Register an invoice with a KID; gives its id."""

    def make(kid: str, amount: str = "1250.00") -> str:
        body = {
            "debtor_id": "d-1",
            "document_number": f"F-{api.made}",
            "principal": {"amount": amount, "currency": "NOK"},
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
    """Hand a notification in and let the job run; gives the job as it is told."""

    def send(camt: Camt):
        queued = api.post(AT, camt.bytes(), content_type="application/xml")
        assert queued.status == 202
        run_job(hub.desk, hub.files, parse_payment_file, HolidayCalendar(), queued.body["job_id"], "worker")
        return api.get(queued.headers["location"]).body

    return send


def results(job) -> list[tuple[str, str]]:
    return [(each["outcome"], each["reason"]) for each in job["results"]]


def remaining(api, invoice_id: str) -> str:
    return api.get(f"/v1/creditors/acme/invoices/{invoice_id}").body["remaining"]["amount"]


@pytest.mark.capability("NET-24")
def test_a_batch_of_credits_pays_invoices_and_tells_the_agency(api, world, hub, invoice, book):
    first, second = invoice("12345674"), invoice("23456783", "300.00")
    case = world.case(invoice_id=first)
    parts = [transaction("1250.00", reference="12345674"), transaction("100.00", reference="23456783")]
    job = book(Camt().entry("1350.00", *parts, reference="E-1", stated=2))
    assert (job["state"], job["outcomes"]) == ("done", {"matched": 2})
    assert (remaining(api, first), remaining(api, second)) == ("0.00", "200.00")
    assert [row.kind for row in lane_of(hub.desk, case.case_id)][1:] == [CommandKind.REPORT_PAYMENT]


def test_the_bank_s_ids_are_on_the_payment_and_the_payer_is_nowhere(api, world, engine, invoice, book):
    invoice("12345674")
    job = book(
        Camt().pay(
            reference="12345674", bank_id="B-7", name="Kari Planted", account="98765432106", text="hei"
        )
    )
    payment = world.get(things.PAYMENT(job["results"][0]["payment_id"]))
    assert (payment.bank_transaction_id, payment.machine_readable) == ("B-7", True)
    told = api.get("/v1/payments?creditor_id=acme").body["items"][0]
    assert (told["bank_transaction_id"], told["machine_readable"]) == ("B-7", True)
    assert not any(word in world.everything for word in ("Planted", "98765432106"))


def test_one_transaction_for_several_references_is_booked_on_each(api, invoice, book):
    first, second = invoice("12345674"), invoice("23456783", "300.00")
    strd = share("12345674", "1250.00") + share("23456783", "300.00")
    job = book(Camt().pay("1550.00", strd=strd, bank_id="B-1"))
    assert results(job) == [("matched", "reference")] * 2
    assert (remaining(api, first), remaining(api, second)) == ("0.00", "0.00")


def test_the_same_payment_in_two_messages_is_booked_once(api, invoice, book):
    paid = invoice("12345674", "2000.00")
    book(Camt(message_id="M-1").pay(reference="12345674", bank_id="B-1"))
    again = book(Camt(message_id="M-2").pay("10.00").pay(reference="12345674", bank_id="B-1"))
    assert [each["outcome"] for each in again["results"]] == ["unmatched", "already_known"]
    assert remaining(api, paid) == "750.00"


def test_a_reversal_takes_the_payment_back(api, invoice, book):
    paid = invoice("12345674")
    book(Camt().pay(reference="12345674", bank_id="B-1"))
    assert remaining(api, paid) == "0.00"
    job = book(Camt().pay(reference="12345674", bank_id="B-1", entry={"direction": "DBIT", "reversal": True}))
    assert results(job) == [("reversed", "reversal")]
    assert remaining(api, paid) == "1250.00"


@pytest.mark.capability("BEY-2")
def test_what_the_agency_pays_out_is_no_payment_of_a_debtor(api, invoice, book):
    owed = invoice("12345674")
    job = book(Camt().pay(reference="12345674", account=AGENCY_ACCOUNT))
    assert results(job) == [("settlement", "agency_account")]
    assert remaining(api, owed) == "1250.00"


@pytest.mark.capability("BEY-2")
@pytest.mark.parametrize("spelt", ["NO9386011117947", "8601.11.17947"])
def test_a_payout_is_none_however_the_bank_writes_the_account(api, world, hub, invoice, book, spelt):
    case = world.case(invoice_id=invoice("12345674"))
    job = book(Camt().pay(reference="12345674", account=spelt))
    assert results(job) == [("settlement", "agency_account")]
    assert [row.kind for row in lane_of(hub.desk, case.case_id)] == [CommandKind.REGISTER_CASE]


@pytest.fixture
def settled(world, hub):
    """A settlement that the agency has told of before its money is on the account."""
    settlement_id = derived_id("set", "svea", "acme", "S300001")
    made = Settlement(settlement_id, "acme", "svea", "S300001", DAY, "NOK", 98000, (), hub.wall.now())
    world.put(things.SETTLEMENT(settlement_id), made)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "said",
    [{"text": "Oppgjør: S300001."}, {"reference": "S300001"}, {"end_to_end": "S300001"}],
    ids=["text", "reference", "end-to-end id"],
)
def test_a_payout_is_known_by_the_settlement_wherever_the_bank_names_it(book, said):
    assert results(book(Camt().pay("980.00", **said))) == [("settlement", "settlement_id")]


@pytest.mark.usefixtures("settled")
def test_a_reference_that_leads_to_an_invoice_names_no_settlement(world, hub, invoice, book):
    settlement_id = derived_id("set", "svea", "acme", "12345674")
    made = Settlement(settlement_id, "acme", "svea", "12345674", DAY, "NOK", 1, (), hub.wall.now())
    world.put(things.SETTLEMENT(settlement_id), made)
    invoice("12345674")
    assert results(book(Camt().pay(reference="12345674"))) == [("matched", "reference")]


def test_what_the_creditor_sent_itself_is_passed_over(book):
    job = book(Camt().pay(entry={"direction": "DBIT"}).pay(entry={"status": "PDNG"}))
    assert results(job) == [("skipped", "money_went_out"), ("skipped", "not_booked")]


def test_a_broken_notification_fails_the_job_with_the_places(book):
    job = book(Camt().pay("12,50", reference="12345674"))
    assert job["state"] == "failed"
    assert {each["code"] for each in job["errors"]} == {"malformed_amount"}
    assert all(each["pointer"].startswith("/Document/") for each in job["errors"])


def test_without_a_reference_it_suggests_and_never_books(api, world, engine, invoice, book):
    world.debtor(debtor_id="d-2", name="Nordmann, Ola")
    by_amount, other = invoice("12345674", "310.00"), invoice("23456783", "99.00")
    number = api.get(f"/v1/creditors/acme/invoices/{other}").body["document_number"]
    job = book(
        Camt()
        .pay("310.00", name="NORDMANN KARI", account="98765432106")
        .pay("50.00", text=f"gjelder faktura {number}.")
        .pay("77.00", text="KID 0023456783")
    )
    assert [each["rule"] for each in job["results"]] == ["no_reference"] * 3
    assert (remaining(api, by_amount), remaining(api, other)) == ("310.00", "99.00")
    items = api.get("/v1/payments?creditor_id=acme&match=unmatched").body["items"]
    found = {each["amount"]["amount"]: each["suggestions"] for each in items}
    assert found["310.00"] == [{"invoice_id": by_amount, "reasons": ["amount", "payer", "near_due_date"]}]
    assert (found["50.00"][0]["invoice_id"], found["50.00"][0]["reasons"][0]) == (other, "document_number")
    assert (found["77.00"][0]["invoice_id"], found["77.00"][0]["reasons"][0]) == (other, "reference")
    assert "NORDMANN" not in world.everything
    api.post(
        f"/v1/creditors/acme/invoices/{other}/payments",
        {"amount": {"amount": "99.00", "currency": "NOK"}, "paid_date": "2026-01-20"},
    )
    items = api.get("/v1/payments?creditor_id=acme&match=unmatched").body["items"]
    assert {each["amount"]["amount"]: len(each["suggestions"]) for each in items} == {
        "310.00": 1,
        "50.00": 0,
        "77.00": 0,
    }
