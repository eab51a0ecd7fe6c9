"""Svea's signature: a fixed vector, tolerance, rotation, and headers that nobody should fall over."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import sha512

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordring.agencies.svea.signature import is_signed, signed_headers
from fordring.domain.agency import Credentials

NOW = datetime(2026, 3, 31, 7, 0, 0, tzinfo=UTC)
CURRENT = Credentials("79021", "fjordlys", "hemmelig ørd")
PREVIOUS = Credentials("79021", "fjordlys", "the one before")
BODY = '{"Name":"Bjørnøya"}'.encode()


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def test_the_scheme_is_the_documented_one() -> None:
    digest = sha512(BODY + "hemmelig ørd".encode() + b"2026-03-31 07:00:00").hexdigest()
    assert signed_headers(BODY, CURRENT, NOW) == {
        "Timestamp": "2026-03-31 07:00:00",
        "Authorization": "Svea " + base64.b64encode(f"fjordlys:{digest}".encode()).decode(),
    }


def test_the_timestamp_is_utc_whatever_the_clocks_zone() -> None:
    elsewhere = NOW.astimezone(tz=None)
    assert signed_headers(BODY, CURRENT, elsewhere) == signed_headers(BODY, CURRENT, NOW)


@pytest.mark.parametrize("secrets", [[CURRENT], [CURRENT, PREVIOUS], [PREVIOUS, CURRENT]])
def test_any_of_several_secrets_will_do(secrets: list[Credentials]) -> None:
    assert is_signed(lower(signed_headers(BODY, CURRENT, NOW)), BODY, secrets, NOW)


def test_another_secret_body_or_client_will_not() -> None:
    headers = lower(signed_headers(BODY, CURRENT, NOW))
    other = Credentials("79021", "somebody", "hemmelig ørd")
    assert not is_signed(headers, BODY, [PREVIOUS], NOW)
    assert not is_signed(headers, BODY + b" ", [CURRENT], NOW)
    assert not is_signed(headers, BODY, [other], NOW)
    assert not is_signed(headers, BODY, [], NOW)
    assert not is_signed(headers | {"timestamp": "2026-03-31 07:00:01"}, BODY, [CURRENT], NOW)


@pytest.mark.parametrize(("seconds", "good"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_the_tolerance_is_300_seconds_to_either_side(seconds: int, good: bool) -> None:
    headers = lower(signed_headers(BODY, CURRENT, NOW))
    assert is_signed(headers, BODY, [CURRENT], NOW + timedelta(seconds=seconds)) is good


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"timestamp": "2026-03-31 07:00:00"},
        {"timestamp": "2026-03-31 07:00:00", "authorization": ""},
        {"timestamp": "2026-03-31 07:00:00", "authorization": "Svea"},
        {"timestamp": "2026-03-31 07:00:00", "authorization": "Svea !!!"},
        {"timestamp": "2026-03-31 07:00:00", "authorization": "Svea YQ"},
        {"timestamp": "2026-03-31 07:00:00", "authorization": "Svea æøå="},
        {"timestamp": "2026-03-31 07:00:00", "authorization": "Bearer YWJj"},
        {"timestamp": "2026-03-31 07:00:00", "authorization": "Svea /////w=="},
        {"timestamp": "2026-13-31 07:00:00", "authorization": "Svea YWJj"},
        {"timestamp": "2026-3-31 7:00:00", "authorization": "Svea YWJj"},
        {"timestamp": "٢٠٢٦-03-31 07:00:00", "authorization": "Svea YWJj"},
    ],
)
def test_malformed_headers_are_just_false(headers: dict[str, str]) -> None:
    assert not is_signed(headers, BODY, [CURRENT], NOW)


@given(st.text(), st.text(), st.binary(max_size=50))
def test_no_header_makes_it_fail(timestamp: str, authorization: str, body: bytes) -> None:
    for value in (authorization, "Svea " + authorization):
        assert not is_signed({"timestamp": timestamp, "authorization": value}, body, [CURRENT], NOW)


def test_credentials_do_not_show_their_secret() -> None:
    assert "hemmelig" not in repr(CURRENT)
