"""The control interface: clients, what people do, what is shown, what is refused."""

import json
import time
from datetime import date
from pathlib import Path

import pytest

from fordring.agencies.svea.adapter import Svea
from fordring.agencies.svea.signature import signed_headers
from fordring.domain.agency import Accepted, Credentials, InDoubt, TryLater
from fordring.domain.transport import Request
from fordring.edge.addresses import public_or_loopback
from fordring.edge.http import HttpClient
from sandbox.agencies import SIMULATORS
from sandbox.server import Sandbox
from tests.contract.stage import (
    ControlFailed,
    Controls,
    PlainHttp,
    invoice,
    payment,
    real_now,
    registration,
)
from tests.sandbox.ground import BEGINNING, CLIENT, onboard, svea

NEWCOMER = {"client_number": "1", "client_id": "a", "secret": "b"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/cases", b"{"),
        ("POST", "/api/v1/cases", b"[" * 100_000),
        ("POST", "/api/v1/cases", b'{"ClientId": "\\ud800"}'),
        ("POST", "/api/v1/messages", b'{"ClientOrderId": "x", "CaseNumber": 7}'),
        ("POST", "/api/v1/payments", b'{"ClientOrderId": ["x"]}'),
        ("GET", "/api/v1/cases", b""),
        ("GET", "/api/v1/cases?documentNumber=1&caseNumber=2", b""),
        ("GET", "/api/v1/cases?name=Nordre", b""),
        ("GET", "/api/v1/cases/open?limit=0", b""),
        ("GET", "/api/v1/cases/open?page=x", b""),
        ("GET", "/api/v1/changes?after=99999999999999999999", b""),
        ("GET", "/api/v1/changes?since=yesterday", b""),
    ],
)
def test_what_is_off_the_interface_is_refused_and_logged(
    sandbox: Sandbox, control: Controls, method: str, path: str, body: bytes
) -> None:
    onboard(control)
    headers = signed_headers(body, CLIENT, real_now())
    answer = PlainHttp().exchange(Request(method, f"{sandbox.url}/svea{path}", headers, body))
    assert (answer.status, json.loads(answer.body)["ResultCode"]) == (400, "Rejected")
    (logged,) = control.get("requests")["items"]
    assert logged["status"] == 400


def test_the_hubs_own_client_speaks_to_it_over_connections_that_are_kept(
    sandbox: Sandbox, control: Controls
) -> None:
    control.clock(BEGINNING)
    onboard(control)
    client = HttpClient(public_or_loopback)
    agency = Svea(client, f"{sandbox.url}/svea", real_now)
    for number in range(5):
        assert agency.send(registration(invoice(number, due=date(2011, 12, 30))), CLIENT) == Accepted()
    for kind, outcome in (("timeout_before", InDoubt), ("error_429", TryLater), ("timeout_after", InDoubt)):
        control.post("faults", kind=kind, count=1)
        assert isinstance(agency.send(registration(invoice(9, due=date(2011, 12, 30))), CLIENT), outcome)
    control.advance(minutes=5)
    assert len(agency.open_cases(None, CLIENT).cases) == 6
    client.renew()


def test_a_client_is_changed_and_its_secret_never_shown(sandbox: Sandbox, control: Controls) -> None:
    onboard(control)
    onboard(control, "http://127.0.0.1:9/elsewhere")
    assert control.get("clients")["items"] == [
        {
            "client_number": "79021",
            "client_id": "fjordlys",
            "callback_url": "http://127.0.0.1:9/elsewhere",
            "commission_percent": "0",
        }
    ]
    with pytest.raises(ControlFailed) as failed:
        onboard(control, client=Credentials("79022", "fjordlys", "x"))
    assert failed.value.status == 409


def test_requests_are_listed_from_an_id_and_by_operation(sandbox: Sandbox, control: Controls) -> None:
    control.clock(BEGINNING)
    onboard(control)
    agency, command = svea(sandbox), registration()
    agency.send(command, CLIENT)
    agency.changes_since(None, CLIENT)
    control.post("faults", kind="timeout_before", count=1)
    assert isinstance(agency.send(payment(command, "1.00"), CLIENT), InDoubt)
    page = control.get("requests?limit=2")
    assert [one["operation"] for one in page["items"]] == ["register_case", "list_changes"]
    assert page["more"]
    assert page["items"][0]["body"]["ClientOrderId"] == command.external_id
    assert page["items"][0]["agency_time"] == "2012-01-01T08:00:00.000Z"
    rest = control.get(f"requests?since={page['last_id']}")
    (lost,) = rest["items"]
    assert (lost["fault"], lost["status"], lost["client_number"]) == ("timeout_before", None, None)
    assert rest["counts"] == {"list_changes": 1, "register_case": 1, "report_payment": 1}
    assert len(control.get("requests?operation=register_case")["items"]) == 1


def test_tens_of_thousands_of_requests_do_not_slow_the_list(sandbox: Sandbox, control: Controls) -> None:
    with sandbox.bureau.store.transaction() as db:
        db.executemany(
            "insert into requests (agency, at, agency_time, method, path, operation, headers, body)"
            " values ('svea', '', '', 'GET', '/', 'list_changes', '{}', '')",
            [()] * 50_000,
        )
    began = time.process_time()
    assert len(control.get("requests?since=49990")["items"]) == 10
    assert time.process_time() - began < 0.1


def test_faults_are_counted_and_can_be_ended(sandbox: Sandbox, control: Controls) -> None:
    onboard(control)
    control.post("faults", kind="error_429", count=3, operation="list_changes", retry_after=5)
    agency = svea(sandbox)
    agency.open_cases(None, CLIENT)
    with pytest.raises(Exception, match="too_many_requests"):
        agency.changes_since(None, CLIENT)
    (fault,) = control.get("faults")["items"]
    assert (fault["remaining"], fault["used"], fault["retry_after"]) == (2, 1, 5)
    PlainHttp().exchange(Request("DELETE", f"{control.url}/control/svea/faults"))
    assert agency.changes_since(None, CLIENT).facts == ()


def test_a_reset_forgets_the_ledger_but_no_number(sandbox: Sandbox, control: Controls) -> None:
    control.clock(BEGINNING)
    onboard(control)
    agency = svea(sandbox)
    agency.send(registration(), CLIENT)
    control.advance(days=5)
    cursor = agency.changes_since(None, CLIENT).cursor
    control.post("faults", kind="error_429", count=1, operation="register_case")
    control.post("reset")
    assert control.get("cases")["items"] == []
    assert control.get("faults")["items"] == []
    assert agency.changes_since(None, CLIENT).facts == ()
    agency.send(registration(), CLIENT)
    control.advance(minutes=5)
    assert [one["case_number"] for one in control.get("cases")["items"]] == ["SV700002"]
    assert agency.changes_since(cursor, CLIENT).facts
    control.post("reset", clients=True)
    assert control.get("clients")["items"] == []


def test_a_reference_of_several_clients_needs_to_be_told_apart(sandbox: Sandbox, control: Controls) -> None:
    control.clock(BEGINNING)
    other = Credentials("79022", "nordlys", "another")
    onboard(control)
    onboard(control, client=other)
    for client in (CLIENT, other):
        svea(sandbox).send(registration(), client)
    control.advance(minutes=5)
    pay = {"reference": "0000000001", "amount": "5.00", "currency": "NOK"}
    with pytest.raises(ControlFailed, match="client_number"):
        control.post("payments", **pay)
    with pytest.raises(ControlFailed, match="client_number"):
        control.post("payments", **pay | {"reference": "404"})
    assert control.post("payments", **pay, client_number="79022")["case_number"] == "SV700002"


@pytest.mark.parametrize(
    ("what", "members", "status"),
    [
        ("payments", {"case_number": "SV1", "amount": "1.00", "currency": "NOK"}, 404),
        ("payments", {"reference": "1", "amount": "1,00", "currency": "NOK"}, 400),
        ("payments", {"reference": "1", "amount": 1.0, "currency": "NOK"}, 400),
        ("payments", {"reference": "1", "amount": "0.00", "currency": "NOK"}, 400),
        ("payments", {"reference": "1", "amount": "1.00", "currency": "XXX"}, 400),
        ("payments", {"reference": "1", "amount": "1.00", "currency": "NOK", "date": "1/2/2026"}, 400),
        ("payments/P1/reverse", {}, 409),
        ("status", {"case_number": "SV1", "status": "Paid"}, 404),
        ("faults", {"kind": "earthquake", "count": 1}, 400),
        ("faults", {"kind": "error_500", "count": 0}, 400),
        ("faults", {"kind": "error_500", "count": 1, "operation": "dance"}, 400),
        ("clients", {"client_number": "1"}, 400),
        ("clients", {"client_number": "1", "client_id": "a", "secret": "b", "callback_url": "ftp://x"}, 400),
        (
            "clients",
            {"client_number": "1", "client_id": "a", "secret": "b", "callback_url": "http://x:y"},
            400,
        ),
        (
            "clients",
            {"client_number": "1", "client_id": "a", "secret": "b", "callback_url": "http:///x"},
            400,
        ),
        ("dance", {}, 404),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    control: Controls, what: str, members: dict[str, object], status: int
) -> None:
    with pytest.raises(ControlFailed) as failed:
        control.post(what, **members)
    assert failed.value.status == status


def test_no_agency_by_that_name(sandbox: Sandbox) -> None:
    for path in ("/control/nobody/cases", "/nobody/api/v1/cases"):
        assert PlainHttp().exchange(Request("GET", sandbox.url + path)).status == 404


def test_each_agency_starts_from_its_own_door(sandbox: Sandbox) -> None:
    answer = PlainHttp().exchange(Request("GET", sandbox.url + "/"))
    assert (answer.status, answer.body) == (200, json.dumps({"agencies": sorted(SIMULATORS)}).encode())


def test_two_sandboxes_cannot_share_a_ledger(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="another sandbox"):
        Sandbox(tmp_path)


def test_a_held_connection_ends_when_the_sandbox_does(tmp_path: Path) -> None:
    with Sandbox(tmp_path).running() as running:
        control = Controls(running.url, "svea")
        onboard(control)
        control.post("faults", kind="timeout_after", count=1, hold_seconds=1)
        began = time.monotonic()
        assert isinstance(svea(running).send(registration(), CLIENT), InDoubt)
        assert time.monotonic() - began >= 1
