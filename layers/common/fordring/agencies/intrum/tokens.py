"""Bearer tokens of Intrum's OAuth 2.0 client credentials grant (RFC 6749, section 4.4): in memory only."""

import base64
import re
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final
from urllib.parse import quote_plus

from fordring.agencies.reading import read
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.transport import Http, Request, Response, TransportFailed
from fordring.domain.values import dataclass

_EARLY: Final = timedelta(seconds=60)
"""How long before its end a token is no longer used."""

_LONGEST_LIFE: Final = 24 * 60 * 60
_MOST: Final = 1000
"""For how many clients tokens are kept at the same time."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}", re.ASCII)
_TIMEOUT_SECONDS: Final = 10.0


class NoToken(Exception):
    """No token was had, so nothing was sent.

    Parameters
    ----------
    reason
        A short code.
    answer
        What the token endpoint answered, for a ``Retry-After``; ``None`` when it did not.
    """

    def __init__(self, reason: str, answer: Response | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str = field(repr=False)
    use_until: datetime


class Tokens:
    """A token for each client, asked for when it is needed and kept until a minute before its end.

    Parameters
    ----------
    http, url
        How and where tokens are given out.
    now
        Real time, aware.
    """

    def __init__(self, http: Http, url: str, now: Callable[[], datetime]) -> None:
        self._http = http
        self._url = url
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._turn = Lock()

    def token(self, credentials: Credentials) -> tuple[str, bool]:
        """Give a token, and whether it was kept from before.

        Raises
        ------
        NoToken
            When there is none to be had now.
        """
        name = _name(credentials)
        with self._turn:
            kept = self._kept.get(name)
            if kept is not None and self._now() < kept.use_until:
                return kept.token, True
            made = self._ask(credentials)
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[name] = made
            return made.token, False

    def forget(self, credentials: Credentials, token: str) -> None:
        """Drop a token that the agency does not take any more, unless there is another one already."""
        name = _name(credentials)
        with self._turn:
            kept = self._kept.get(name)
            if kept is not None and kept.token == token:
                del self._kept[name]

    def _ask(self, credentials: Credentials) -> _Kept:
        asked_at = self._now()
        pair = f"{quote_plus(credentials.user_name)}:{quote_plus(credentials.password)}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii"),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        body = b"grant_type=client_credentials"
        try:
            answer = self._http.exchange(
                Request("POST", self._url, headers, body, timeout_seconds=_TIMEOUT_SECONDS)
            )
        except TransportFailed as failure:
            raise NoToken(failure.reason) from failure
        if answer.status == 429:
            raise NoToken("too_many_requests", answer)
        if answer.status in {400, 401, 403}:
            raise NoToken("unauthorized")
        if answer.status != 200:
            raise NoToken(f"status_{answer.status}")
        try:
            return _read(answer, asked_at)
        except MalformedAnswer:
            raise NoToken("malformed_answer") from None


def _read(answer: Response, asked_at: datetime) -> _Kept:
    members = read(answer.body)
    token, life = members.text("access_token"), members.number("expires_in")
    if members.text("token_type").lower() != "bearer" or not _TOKEN.fullmatch(token):
        raise MalformedAnswer("the token is not one that can be sent")
    if not 0 < life <= _LONGEST_LIFE:
        raise MalformedAnswer("the life of the token is not as the interface says")
    # one that lives shorter than two minutes is used for half of its life
    use_for = max(timedelta(seconds=life) - _EARLY, timedelta(seconds=life) / 2)
    return _Kept(token, asked_at + use_for)


def _name(credentials: Credentials) -> str:
    """What a client's token is kept under: no secret, and another one when the secret has changed."""
    parts = (credentials.customer_number, credentials.user_name, credentials.password)
    return sha256("\x1f".join(parts).encode()).hexdigest()
