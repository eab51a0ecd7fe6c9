"""The agencies' clock: what is due is done in order, and told before the clock answers."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from fordring.domain.agency import Accepted
from sandbox.instants import text_of
from sandbox.server import Sandbox
from tests.contract.stage import (
    Controls,
    invoice,
    real_now,
    receiving,
    registration,
)
from tests.sandbox.ground import BEGINNING, CLIENT, onboard, svea


@pytest.mark.capability("BEY-13")
def test_the_clock_is_real_until_it_is_set_and_then_never_goes_back(control: Controls) -> None:
    assert abs(control.now() - datetime.now(UTC)) < timedelta(seconds=5)
    first = control.clock(BEGINNING)
    assert (first["now"], first["moved"], first["real"]) == ("2012-01-01T08:00:00.000Z", True, False)
    control.advance(days=1)
    back = control.clock(BEGINNING)
    assert (back["now"], back["moved"]) == ("2012-01-02T08:00:00.000Z", False)


def test_in_real_time_nothing_has_to_be_moved(sandbox: Sandbox, control: Controls) -> None:
    with receiving() as receiver:
        onboard(control, receiver.url)
        today = control.now().date()
        svea(sandbox).send(registration(invoice(due=today - timedelta(days=1))), CLIENT)
        with sandbox.bureau.store.transaction() as db:
            # five minutes pass
            db.execute("update agenda set due_at = ? where kind = 'examine'", (text_of(real_now()),))
        sandbox.bureau.wake()
        until = time.monotonic() + 5
        while not receiver.received and time.monotonic() < until:
            control.get("pending")
        assert len(receiver.received) == 1


@pytest.mark.capability("BEY-13")
def test_effects_are_done_in_the_order_of_time_however_far_the_clock_jumps(
    sandbox: Sandbox, control: Controls
) -> None:
    control.clock(BEGINNING)
    onboard(control)
    for number in (1, 2):
        svea(sandbox).send(registration(invoice(number, due=date(2011, 12, 31 - number))), CLIENT)
    moved = control.advance(days=100)
    assert moved["effects"] == 8
    assert moved["next_due_at"] is None
    with sandbox.bureau.store.reading() as db:
        told = [row["at"] for row in db.execute("select at from changes order by sequence")]
    assert told == sorted(set(told))
    letters = [one["letters"] for one in control.get("cases")["items"]]
    assert [[letter["sent_date"] for letter in of_case] for of_case in letters] == [
        ["2012-01-02", "2012-01-17", "2012-02-01"]
    ] * 2
    # no row of the law says what a letter cost in 2012, so that nothing is charged
    assert {letter["fee"] for of_case in letters for letter in of_case} == {None}


def test_the_clock_answers_when_the_callbacks_have_been_attempted(
    sandbox: Sandbox, control: Controls
) -> None:
    with receiving() as receiver:
        control.clock(BEGINNING)
        onboard(control, receiver.url)
        for number in range(1, 21):
            svea(sandbox).send(registration(invoice(number, due=date(2011, 12, 30))), CLIENT)
        receiver.answers = [500] * 3
        moved = control.advance(minutes=5)
        assert (moved["effects"], moved["delivered"], moved["failed"]) == (20, 17, 3)
        assert len(receiver.received) == 20
        pending = control.get("pending")
        assert (pending["due"], pending["scheduled"]) == (0, 3)
        assert pending["next_attempt_at"] == "2012-01-01T08:06:00.000Z"
        assert control.advance(minutes=1)["delivered"] == 3


def test_callbacks_of_a_case_come_in_order(sandbox: Sandbox, control: Controls) -> None:
    with receiving() as receiver:
        control.clock(BEGINNING)
        onboard(control, receiver.url)
        for number in range(1, 6):
            svea(sandbox).send(registration(invoice(number, due=date(2011, 12, 30))), CLIENT)
        control.advance(days=60)
        by_case: dict[str, list[int]] = {}
        for body in receiver.bodies():
            for change in body["Changes"]:
                by_case.setdefault(change["ClientOrderId"], []).append(change["Sequence"])
        assert len(by_case) == 5
        assert all(sequences == sorted(sequences) for sequences in by_case.values())


def test_a_year_of_days_with_many_open_cases_is_walked_quickly(sandbox: Sandbox, control: Controls) -> None:
    control.clock(BEGINNING)
    onboard(control)
    agency = svea(sandbox)
    for number in range(300):
        agency.send(registration(invoice(number, due=date(2011, 12, 30))), CLIENT)
    control.advance(days=90)
    began = time.process_time()
    for _ in range(365):
        control.advance(days=1)
    # of client and sandbox together; a walk through all open cases each day would take many times this
    assert (time.process_time() - began) / 365 < 0.02


def test_many_requests_at_once_are_each_carried_out_once(sandbox: Sandbox, control: Controls) -> None:
    control.clock(BEGINNING)
    onboard(control)
    agency = svea(sandbox)

    def register(number: int) -> object:
        return agency.send(registration(invoice(number, due=date(2011, 12, 30))), CLIENT)

    with ThreadPoolExecutor(8) as pool:
        outcomes = [pool.submit(register, number) for number in range(100)]
        for _ in range(20):
            control.advance(minutes=1)
    assert {outcome.result() for outcome in outcomes} == {Accepted()}
    control.advance(minutes=5)
    found = control.get("cases")["items"]
    assert {one["external_id"] for one in found} == {f"inv_{number:04d}-1" for number in range(100)}
    assert len({one["case_number"] for one in found}) == len(found) == 100
