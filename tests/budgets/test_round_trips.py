"""How often a request goes to the table: counted, in memory and on the emulator's DynamoDB alike."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bench.ground import Ground
from fordring.domain import things
from fordring.domain.agency import Level, Service
from fordring.domain.reminder_plan import PlanName, ReminderPlan, named_steps
from fordring.store.engine import Engine
from fordring.store.metering import Meter
from tests.budgets.conftest import handle

ONE_AND_ONE = {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_handing_over_reads_once_and_writes_once(on: Ground, meter: Meter) -> None:
    asked = on.submission(on.invoice())
    meter.clear()
    assert handle(on, asked)["statusCode"] == 202
    assert meter.operations == ONE_AND_ONE


def test_the_same_request_again_only_reads(on: Ground, meter: Meter) -> None:
    asked = on.submission(on.invoice())
    first = handle(on, asked)
    meter.clear()
    again = handle(on, asked)
    assert (again["statusCode"], again["body"]) == (first["statusCode"], first["body"])
    assert again["headers"]["Idempotent-Replayed"] == "true"
    assert meter.operations == {"BatchGetItem": 1}


@pytest.mark.parametrize("service", Service)
def test_registering_reads_once_and_writes_once_whoever_administers(
    on: Ground, meter: Meter, service: Service
) -> None:
    ref = things.AGREEMENT("acme", "svea")
    agreement = on.world.get(ref)
    on.world.put(ref, replace(agreement, settings=replace(agreement.settings, service=service)))
    asked = on.new_invoice()
    meter.clear()
    assert handle(on, asked)["statusCode"] == 201
    assert meter.operations == ONE_AND_ONE


def test_registering_under_a_reminder_plan_reads_once_and_writes_once(on: Ground, meter: Meter) -> None:
    plan = ReminderPlan(
        creditor_id="acme",
        number=1,
        name=PlanName.TIGHT,
        steps=named_steps(PlanName.TIGHT, Level.REMINDER),
        agency="svea",
        level=Level.REMINDER,
        created_at=datetime(2020, 1, 1, tzinfo=UTC),
        active_from=date(2020, 1, 1),
    )
    on.world.put(things.REMINDER_PLAN("acme"), plan)
    asked = on.new_invoice()
    meter.clear()
    answer = handle(on, asked)
    assert answer["statusCode"] == 201
    assert '"follow_up":{"plan_number":1,' in answer["body"]
    assert meter.operations == ONE_AND_ONE


def test_a_payment_callback_reads_once_and_writes_once(on: Ground, meter: Meter) -> None:
    told = on.payment(on.case())
    meter.clear()
    answer = handle(on, told)
    assert (answer["statusCode"], answer["body"]) == (200, '{"outcome":"applied"}')
    assert meter.operations == ONE_AND_ONE


def test_a_callback_that_meets_another_writer_takes_one_more_of_each(
    on: Ground, engine: Engine, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = on.case()
    told = on.payment(case)
    write = engine.write
    others: list[Any] = [case]

    def meanwhile(writes: Any) -> None:
        if others:
            before = on.world.get(things.CASE(others.pop().case_id))
            on.world.put(things.CASE(case.case_id), replace(before, agency_status="meanwhile"))
            meter.clear()
            meter.calls.append(first_read)
        write(writes)

    meter.clear()
    reading = engine.get

    def noting(keys: Any) -> Any:
        found = list(reading(keys))
        nonlocal first_read
        first_read = meter.calls[-1]
        return found

    first_read: Any = None
    monkeypatch.setattr(engine, "get", noting)
    monkeypatch.setattr(engine, "write", meanwhile)
    answer = handle(on, told)
    assert answer["body"] == '{"outcome":"applied"}'
    assert meter.operations == {"BatchGetItem": 2, "TransactWriteItems": 2}
    assert [call.failed for call in meter.calls] == [False, True, False, False]
    assert on.world.get(things.CASE(case.case_id)).agency_status == "meanwhile"


def test_the_same_callback_again_only_reads(on: Ground, meter: Meter) -> None:
    told = on.payment(on.case())
    handle(on, told)
    meter.clear()
    assert handle(on, told)["body"] == '{"outcome":"duplicate"}'
    assert meter.operations == {"BatchGetItem": 1}


def test_a_callback_that_nobody_signed_only_reads(on: Ground, meter: Meter) -> None:
    told = on.payment(on.case())
    told["headers"]["authorization"] = "Svea bm90aGluZw=="
    meter.clear()
    assert handle(on, told)["statusCode"] == 401
    assert meter.operations == {"BatchGetItem": 1}


def test_a_status_read_reads_once(on: Ground, meter: Meter) -> None:
    asked = on.status_read(on.case().case_id)
    meter.clear()
    assert handle(on, asked)["statusCode"] == 200
    assert meter.operations == {"BatchGetItem": 1}


def test_without_a_key_nothing_is_read(on: Ground, meter: Meter) -> None:
    asked = on.status_read(on.case().case_id)
    del asked["headers"]["authorization"]
    meter.clear()
    assert handle(on, asked)["statusCode"] == 401
    assert meter.operations == {}
