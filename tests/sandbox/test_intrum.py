"""The simulated Intrum on the wire: tokens, repetitions, what is refused, and the only call that it makes."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fordring.agencies.intrum.commands import body_of
from fordring.domain.agency import Credentials
from fordring.domain.transport import Request, Response
from sandbox.server import Sandbox
from tests.contract.stage import (
    ControlFailed,
    Controls,
    PlainHttp,
    invoice,
    payment,
    receiving,
    registration,
)
from tests.sandbox.ground import BEGINNING, CLIENT, onboard

type Ask = Callable[..., Response]


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Controls]:
    """Intrum's controls; its clock stands, and one client is known."""
    with Sandbox(tmp_path).running() as sandbox:
        control = Controls(sandbox.url, "intrum")
        control.clock(BEGINNING)
        onboard(control)
        yield control


def token(
    control: Controls, client: Credentials = CLIENT, body: bytes = b"grant_type=client_credentials"
) -> Response:
    pair = base64.b64encode(f"{client.user_name}:{client.password}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}"}
    return PlainHttp().exchange(Request("POST", f"{control.url}/intrum/oauth2/token", headers, body))


@pytest.fixture
def ask(control: Controls) -> Ask:
    """Ask something with a good token."""
    bearer = json.loads(token(control).body)["access_token"]

    def asking(method: str, path: str, body: bytes = b"", given: str = bearer) -> Response:
        headers = {"Authorization": f"Bearer {given}"}
        return PlainHttp().exchange(Request(method, f"{control.url}/intrum{path}", headers, body))

    return asking


def codes(answer: Response) -> tuple[int, set[Any]]:
    return answer.status, {error["code"] for error in json.loads(answer.body)["errors"]}


def test_only_who_has_the_secret_gets_a_token(control: Controls) -> None:
    good = json.loads(token(control).body)
    assert (good["token_type"], good["expires_in"]) == ("Bearer", 3600)
    assert token(control, replace(CLIENT, password="wrong")).status == 401
    assert token(control, replace(CLIENT, user_name="nobody")).status == 401
    assert token(control, body=b"grant_type=password").status == 400
    requests = control.get("requests")["items"]
    assert {each["operation"] for each in requests} == {"token"}
    assert CLIENT.password not in json.dumps(requests)
    assert good["access_token"] not in json.dumps(requests)


def test_a_token_is_good_until_it_is_taken_back_or_runs_out(control: Controls, ask: Ask) -> None:
    assert ask("GET", "/collection/v1/cases/open").status == 200
    assert ask("GET", "/collection/v1/cases/open", given="guessed").status == 401
    assert control.post("revoke-tokens") == {"revoked": 1}
    assert ask("GET", "/collection/v1/cases/open").status == 401


def test_the_same_id_and_body_is_a_repetition_and_another_body_a_conflict(
    control: Controls, ask: Ask
) -> None:
    command = registration()
    body = body_of(command, CLIENT)
    first, second = (ask("POST", "/collection/v1/cases", body) for _ in range(2))
    assert (first.status, json.loads(first.body)) == (202, {"result": "created"})
    assert (second.status, json.loads(second.body)) == (200, {"result": "unchanged"})
    moved = replace(command, debtor=replace(command.debtor, email="new@debtor.example"))
    assert codes(ask("POST", "/collection/v1/cases", body_of(moved, CLIENT))) == (409, {"conflict"})
    other = registration(replace(invoice(), external_id="inv_0002-1"))
    again = ask("POST", "/collection/v1/cases", body_of(other, CLIENT))
    assert codes(again) == (409, {"invoiceAlreadyRegistered"})
    held = {"externalId": "inv_0001-1", "caseNumber": None, "open": True}
    assert json.loads(again.body)["existing"] == held
    assert len(control.get("cases")["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/collection/v1/cases", b"{", 400),
        ("POST", "/collection/v1/cases", b"[" * 100_000, 400),
        ("POST", "/collection/v1/cases", b'{"contractNumber": "\\ud800"}', 400),
        ("POST", "/collection/v1/cases", b'{"contractNumber": "1"}', 400),
        ("POST", "/collection/v1/messages", b'{"contractNumber": "79021", "case": 7}', 400),
        ("GET", "/collection/v1/cases", b"", 400),
        ("GET", "/collection/v1/cases?name=Nordre", b"", 400),
        ("GET", "/collection/v1/cases?externalId=1&caseNumber=2", b"", 400),
        ("GET", "/collection/v1/cases/open?limit=0", b"", 400),
        ("GET", "/collection/v1/cases/open?page=x", b"", 400),
        ("GET", "/collection/v1/events?since=yesterday", b"", 400),
        ("GET", "/collection/v1/events?after=99999999999999999999", b"", 400),
        ("GET", "/collection/v2/events", b"", 404),
    ],
    ids=lambda value: None,
)
def test_what_is_off_the_interface_is_refused(
    ask: Ask, method: str, path: str, body: bytes, status: int
) -> None:
    assert ask(method, path, body).status == status


@pytest.mark.parametrize("amount", ["100.00", 1.5, True, -1, 10**13, None])
def test_an_amount_is_a_whole_number_of_cents(ask: Ask, amount: object) -> None:
    command = registration()
    ask("POST", "/collection/v1/cases", body_of(command, CLIENT))
    body = json.loads(body_of(payment(command, "1.00"), CLIENT)) | {"amount": amount}
    assert ask("POST", "/collection/v1/payments", json.dumps(body).encode()).status == 400


def test_the_contract_is_activated_by_a_call_that_is_repeated_until_it_is_taken(control: Controls) -> None:
    with pytest.raises(ControlFailed, match="no address"):
        control.post("activate", client_number="79021")
    with receiving() as receiver:
        onboard(control, receiver.url)
        receiver.answers = [503]
        control.post("activate", client_number="79021")
        control.advance(minutes=1)
        first, second = receiver.bodies()
        assert first == second
        assert (first["contractNumber"], first["activatedAt"]) == ("79021", "2012-01-01T08:00:00.000Z")
        assert all("authorization" not in each.headers for each in receiver.received)


def test_no_event_tells_of_the_activation_or_of_an_end(control: Controls, ask: Ask) -> None:
    with receiving() as receiver:
        onboard(control, receiver.url)
        ask("POST", "/collection/v1/cases", body_of(registration(), CLIENT))
        control.advance(minutes=5)
        control.post("activate", client_number="79021")
        number = control.get("cases")["items"][0]["case_number"]
        control.post("close", case_number=number, reason="paid")
        assert len(receiver.received) == 1
    events = json.loads(ask("GET", "/collection/v1/events").body)["events"]
    assert [each["type"] for each in events] == ["registered", "status"]
    assert json.loads(ask("GET", "/collection/v1/cases/open").body)["cases"] == []
    (case,) = json.loads(ask("GET", f"/collection/v1/cases?caseNumber={number}").body)["cases"]
    assert (case["open"], case["status"]) == (False, "Avslutad")
