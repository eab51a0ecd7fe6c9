"""The emulator dies and comes back as it was seconds before, while the agency keeps its ledger."""

import shutil
from pathlib import Path

import pytest

from fordring.domain.clock import utc
from fordring.edge import settings
from fordring.store.dynamo import DynamoEngine
from fordring.usecases.restoring import raise_epoch
from local.emulator import start_emulator
from tests.emulator import create_table
from tests.story.conftest import ENVIRONMENT
from tests.story.stage import onboard, stage
from tests.story.telling import faults_of
from tests.story.test_restore import Product, paid_at_agency


@pytest.mark.capability("BEY-10")
def test_a_crash_that_loses_seconds_leads_to_no_second_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    emulator = start_emulator(tmp_path / "emulator", enforce_iam=False)
    for name, value in (ENVIRONMENT | emulator.environment()).items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    create_table(emulator, "fordring")
    engine = DynamoEngine("fordring")
    try:
        with stage(tmp_path / "agency", engine) as hub:
            hub.api = hub.world.client()
            hub.advance_to(hub.api, utc(2026, 3, 2, 9))
            onboard(hub)
            product = Product(hub)
            known = {name: product.invoice(name) for name in ("A-1", "A-2")}
            for invoice_id in known.values():
                product.hand_over(invoice_id)
            hub.pump()
            hub.advance(hub.api, minutes=10)
            emulator.save()
            kept, keys = tmp_path / "kept", product.keys
            shutil.copytree(emulator.state, kept)

            def ask() -> None:
                product.paid(known["A-1"], "250.00")
                product.hand_over(product.invoice("B-1"))
                hub.pump()

            ask()
            paid_at_agency(hub, "A-2", "1250.00")
            hub.advance(hub.api, minutes=10)

            emulator.kill()
            shutil.rmtree(emulator.state)
            shutil.copytree(kept, emulator.state)
            engine.forget_connections()
            emulator = start_emulator(tmp_path / "emulator", port=emulator.port, enforce_iam=False)
            assert "B-1" not in [invoice["document_number"] for invoice in invoices(hub)]
            raise_epoch(hub.hub.desk)
            product.keys = keys
            ask()
            hub.advance(hub.api, days=2)

            theirs = hub.control("GET", "svea/cases")["items"]
            assert len(theirs) == 3
            assert [len(case["payments"]) for case in theirs] == [1, 1, 0]
            assert faults_of(hub) == []
    finally:
        engine.forget_connections()
        emulator.kill()
        settings.settings.cache_clear()


def invoices(hub):
    reply = hub.api.get("/v1/creditors/acme/invoices")
    assert reply.status == 200, reply.text
    return reply.body["items"]
