"""The job behind a payment file: killed at any line, it is finished by the next run."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.ledger import Balance
from fordring.domain.references import KidFormat
from fordring.domain.refs import Listing
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.formats.ocr_giro import parse_ocr_giro
from fordring.usecases.banking import MOST_ATTEMPTS, run_job
from tests.unit.formats.test_ocr_giro import File

AT = "/v1/creditors/acme/payment-files"


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()
    world.creditor(kid_formats=(KidFormat(8, "mod10"),))


class TestAJobThatDies:
    @pytest.fixture
    def content(self, api) -> bytes:
        """Sixty payments for one invoice."""
        body = {
            "debtor_id": "d-1",
            "document_number": "F-1",
            "principal": {"amount": "9999.00", "currency": "NOK"},
            "invoice_date": "2026-01-05",
            "due_date": "2026-01-19",
            "payment_reference": {"type": "kid", "value": "12345674"},
        }
        assert api.post("/v1/creditors/acme/invoices", body).status == 201
        file = File().begin()
        for number in range(60):
            file.pay("12345674", 100 + number)
        return file.close().end().bytes()

    @pytest.mark.parametrize("writes", [2, 3, 20, 27, 28, 29, 55, 62, 63])
    def test_at_any_line_it_is_finished_by_the_next_run(
        self, api, hub, world, engine, clock, store, monkeypatch, content, writes
    ):
        job_id = api.post(AT, content, content_type="text/plain").body["job_id"]
        write, made = engine.write, []

        def die(changes):
            if len(made) == writes:
                raise RuntimeError("killed")
            made.append(write(changes))

        monkeypatch.setattr(engine, "write", die)
        with pytest.raises(RuntimeError):
            run_job(hub.desk, hub.files, parse_ocr_giro, HolidayCalendar(), job_id, "first")
        monkeypatch.setattr(engine, "write", write)
        assert run_job(hub.desk, hub.files, parse_ocr_giro, HolidayCalendar(), job_id, "second") is None
        clock.advance(minutes=3)
        assert run_job(hub.desk, hub.files, parse_ocr_giro, HolidayCalendar(), job_id, "second") is not None

        job = api.get(f"/v1/jobs/{job_id}").body
        assert (job["state"], job["outcomes"]) == ("done", {"matched": 60})
        [invoice] = [each for _, each in store.page(Listing(things.INVOICE, "invoices_of", ("acme",))).items]
        listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
        entries = [entry for _, entry in store.page(listing, limit=100).items]
        assert len(entries) == 61
        assert Balance.of("NOK", entries) == invoice.balance
        assert invoice.balance.remaining == 999900 - sum(range(100, 160))

    def test_whoever_has_lost_the_job_stops(self, api, hub, world, clock, engine, monkeypatch, content):
        job_id = api.post(AT, content, content_type="text/plain").body["job_id"]
        ref = things.JOB(job_id)
        get, looked = engine.get, []

        def take_over(keys):
            looked.append(keys)
            if len(looked) == 12:
                world.put(ref, replace(world.get(ref), lease_owner="somebody else"))
            return get(keys)

        monkeypatch.setattr(engine, "get", take_over)
        assert run_job(hub.desk, hub.files, parse_ocr_giro, HolidayCalendar(), job_id, "first") is None
        assert world.get(ref).state == "running"

    def test_it_is_given_up_when_it_always_fails(self, api, hub, clock, content):
        job_id = api.post(AT, content, content_type="text/plain").body["job_id"]

        def fail(content):
            raise RuntimeError("a fault that no attempt mends")

        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(RuntimeError):
                run_job(hub.desk, hub.files, fail, HolidayCalendar(), job_id, "worker")
            clock.advance(minutes=3)
        assert api.get(f"/v1/jobs/{job_id}").body["state"] == "running"

        assert run_job(hub.desk, hub.files, fail, HolidayCalendar(), job_id, "worker") is None

        job = api.get(f"/v1/jobs/{job_id}").body
        assert job["state"] == "failed"
        assert [fault["code"] for fault in job["errors"]] == ["gave_up"]
        assert [ref for ref in hub.store.due(hub.wall.now()) if ref.kind is things.JOB] == []
