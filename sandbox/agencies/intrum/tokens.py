"""Bearer tokens: OAuth 2.0 client credentials, written from RFC 6749 and not shared with the hub.

Tokens live in real time, also while the agency's business clock is a simulated one.
"""

import base64
import secrets
from datetime import datetime, timedelta
from sqlite3 import Connection, Row
from typing import Final
from urllib.parse import parse_qs, unquote_plus

from sandbox.agencies.intrum import shapes
from sandbox.clock import real_now
from sandbox.desk import Desk
from sandbox.instants import text_of
from sandbox.wire import WireAnswer, WireRequest

LIFE_SECONDS: Final = 3600


def who_asks(db: Connection, request: WireRequest) -> Row | None:
    """The client whose id and secret ask for a token."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    row: Row | None = db.execute(
        "select * from clients where agency = 'intrum' and client_id = ?", (unquote_plus(client_id),)
    ).fetchone()
    if row is None or not colon:
        return None
    good = secrets.compare_digest(unquote_plus(secret).encode(), row["secret"].encode())
    return row if good else None


def who_bears(db: Connection, request: WireRequest, now: datetime) -> Row | None:
    """The client to whom the token of a request was given."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    row: Row | None = db.execute(
        "select clients.* from tokens join clients on clients.agency = tokens.agency and number = client"
        " where tokens.agency = 'intrum' and token = ? and expires_at > ?",
        (token, text_of(now)),
    ).fetchone()
    return row


def give(desk: Desk, client: str, request: WireRequest) -> WireAnswer:
    """Give a token to a client that has proved who it is."""
    if parse_qs(request.body.decode("utf-8", "replace")).get("grant_type") != ["client_credentials"]:
        return shapes.answer(400, "unsupported_grant_type", error="unsupported_grant_type")
    now = real_now()
    token = secrets.token_urlsafe(32)
    desk.db.execute("delete from tokens where agency = ? and expires_at <= ?", (desk.agency, text_of(now)))
    desk.db.execute(
        "insert into tokens (agency, token, client, expires_at) values (?, ?, ?, ?)",
        (desk.agency, token, client, text_of(now + timedelta(seconds=LIFE_SECONDS))),
    )
    made = {"access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS}
    return shapes.answer(200, "token", **made)


def revoke(desk: Desk) -> int:
    """Take all tokens back before their time; how many there were."""
    return desk.db.execute("delete from tokens where agency = ?", (desk.agency,)).rowcount
