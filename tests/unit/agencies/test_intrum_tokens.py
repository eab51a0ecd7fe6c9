"""Bearer tokens: one per client, kept until a minute before its end, asked for again when refused."""

import base64
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from fordring.domain.agency import Accepted, TryLater
from fordring.domain.transport import TransportFailed
from tests.contract.stage import message, registration
from tests.unit.agencies.intrum_answers import (
    CASES,
    CLIENT,
    Answer,
    Clock,
    Endpoint,
    answer,
    page,
    speaking,
    token,
)

DONE = answer({"result": "created"}, 201)
REFUSED = answer({"error": "invalid_token"}, 401)
COMMAND = message(registration())


def test_a_token_is_asked_for_with_id_and_secret_and_sent_with_every_request() -> None:
    http = Endpoint([DONE])
    odd = replace(CLIENT, user_name="fjord:lys", password="sec ret/å")
    assert speaking(http).send(COMMAND, odd) == Accepted()
    asked, sent = http.requests
    assert (asked.method, asked.body) == ("POST", b"grant_type=client_credentials")
    scheme, encoded = asked.headers["Authorization"].split(" ")
    assert (scheme, base64.b64decode(encoded)) == ("Basic", b"fjord%3Alys:sec+ret%2F%C3%A5")
    assert sent.headers["Authorization"] == "Bearer t1"
    assert b"sec ret" not in sent.body


def test_a_token_is_used_until_a_minute_before_its_end() -> None:
    http, clock = Endpoint([DONE], [token("t1"), token("t2")]), Clock()
    agency = speaking(http, clock.now)
    agency.send(COMMAND, CLIENT)
    clock.pass_by(seconds=3539)
    agency.send(COMMAND, CLIENT)
    assert http.asked_for_tokens == 1
    clock.pass_by(seconds=1)
    agency.send(COMMAND, CLIENT)
    assert http.asked_for_tokens == 2
    assert http.requests[-1].headers["Authorization"] == "Bearer t2"


def test_a_token_that_lives_shortly_is_used_for_half_of_its_life() -> None:
    http, clock = Endpoint([DONE], [token(expires_in=30)]), Clock()
    agency = speaking(http, clock.now)
    for seconds, asked in ((0, 1), (14, 1), (1, 2)):
        clock.pass_by(seconds=seconds)
        agency.send(COMMAND, CLIENT)
        assert http.asked_for_tokens == asked


def test_each_client_and_each_secret_has_a_token_of_its_own() -> None:
    http = Endpoint([DONE], [token("t1"), token("t2"), token("t3")])
    agency = speaking(http)
    for client in (
        CLIENT,
        replace(CLIENT, customer_number="79022"),
        replace(CLIENT, password="rotated"),
        CLIENT,
    ):
        agency.send(COMMAND, client)
    sent = [one.headers["Authorization"] for one in http.requests if one.url.endswith("/messages")]
    assert sent == ["Bearer t1", "Bearer t2", "Bearer t3", "Bearer t1"]


def test_a_kept_token_that_is_refused_is_replaced_once() -> None:
    http = Endpoint([DONE, REFUSED, DONE], [token("t1"), token("t2")])
    agency = speaking(http)
    agency.send(COMMAND, CLIENT)
    assert agency.send(COMMAND, CLIENT) == Accepted()
    sent = [one.headers["Authorization"] for one in http.requests if one.url.endswith("/messages")]
    assert sent == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_a_new_token_that_is_refused_is_not_tried_again() -> None:
    http = Endpoint([REFUSED])
    agency = speaking(http)
    assert agency.send(COMMAND, CLIENT) == TryLater("unauthorized")
    assert len(http.requests) == 2
    # and is not kept, either
    assert agency.send(COMMAND, CLIENT) == TryLater("unauthorized")
    assert http.asked_for_tokens == 2


def test_a_run_whose_token_is_taken_back_in_the_middle_goes_on() -> None:
    listing = answer(CASES)
    http = Endpoint([answer(page()), REFUSED, listing], [token("t1"), token("t2")])
    agency = speaking(http)
    agency.changes_since(None, CLIENT)
    assert len(agency.open_cases(None, CLIENT).cases) == 1


@pytest.mark.parametrize(
    ("fault", "reason", "after"),
    [
        (TransportFailed("maybe", "read_timeout"), "read_timeout", None),
        (TransportFailed("no", "connect_timeout"), "connect_timeout", None),
        (answer({}, 401), "unauthorized", None),
        (answer({"error": "invalid_client"}, 400), "unauthorized", None),
        (answer({}, 403), "unauthorized", None),
        (answer({}, 429, {"retry-after": "90"}), "too_many_requests", timedelta(seconds=90)),
        (answer({}, 429), "too_many_requests", None),
        (answer({}, 500), "status_500", None),
        (answer({}, 302), "status_302", None),
        (answer(b"<html>"), "malformed_answer", None),
        (answer(b"[" * 100_000), "malformed_answer", None),
        (token(access_token=7), "malformed_answer", None),
        (token(""), "malformed_answer", None),
        (token("a b"), "malformed_answer", None),
        (token("a\r\nX: y"), "malformed_answer", None),
        (token("x" * 4097), "malformed_answer", None),
        (token(token_type="mac"), "malformed_answer", None),
        (token(expires_in=0), "malformed_answer", None),
        (token(expires_in=-1), "malformed_answer", None),
        (token(expires_in="3600"), "malformed_answer", None),
        (token(expires_in=10**30), "malformed_answer", None),
    ],
    ids=lambda value: None,
)
def test_whatever_goes_wrong_with_a_token_nothing_was_sent(
    fault: Answer, reason: str, after: timedelta | None
) -> None:
    http = Endpoint([DONE], [fault])
    agency = speaking(http)
    assert agency.send(COMMAND, CLIENT) == TryLater(reason, after)
    with pytest.raises(TransportFailed) as failed:
        agency.changes_since(None, CLIENT)
    assert (failed.value.sent, failed.value.reason) == ("no", reason)
    assert all(one.url.endswith("/oauth2/token") for one in http.requests)


def test_a_token_that_is_lost_in_the_middle_of_a_command_was_no_command() -> None:
    http = Endpoint([DONE, REFUSED, DONE], [token("t1"), answer({}, 503), token("t2")])
    agency = speaking(http)
    agency.send(COMMAND, CLIENT)
    assert agency.send(COMMAND, CLIENT) == TryLater("status_503")
    assert agency.send(COMMAND, CLIENT) == Accepted()


def test_many_at_once_ask_for_one_token() -> None:
    http = Endpoint([DONE])
    agency, start = speaking(http), Barrier(8)
    outcomes: list[object] = []

    def work() -> None:
        start.wait()
        outcomes.append(agency.send(COMMAND, CLIENT))

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [Accepted()] * 8
    assert http.asked_for_tokens == 1


def test_no_token_and_no_secret_is_seen_when_an_adapter_is_shown() -> None:
    http = Endpoint([DONE], [token("tell-nobody")])
    agency = speaking(http)
    agency.send(COMMAND, CLIENT)
    kept = agency._tokens._kept
    assert len(kept) == 1
    assert "tell-nobody" not in repr(agency) + repr(kept)
    assert CLIENT.password not in repr(kept)
