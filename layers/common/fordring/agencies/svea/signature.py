"""Svea's signature, the same for requests and callbacks.

``Timestamp: yyyy-MM-dd HH:mm:ss`` in UTC, and
``Authorization: Svea base64(clientId ":" hex(SHA512(body + secret + timestamp)))``.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from typing import Final

from fordring.domain.agency import Credentials

TOLERANCE: Final = timedelta(seconds=300)
_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
_SCHEME: Final = "Svea "
_LONGEST_HEADER: Final = 1024


def signed_headers(body: bytes, credentials: Credentials, now: datetime) -> dict[str, str]:
    """Sign a body with the real time."""
    timestamp = now.astimezone(UTC).strftime(_FORMAT)
    token = f"{credentials.user_name}:{_digest(body, credentials.password, timestamp)}"
    return {
        "Timestamp": timestamp,
        "Authorization": _SCHEME + base64.b64encode(token.encode()).decode("ascii"),
    }


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime) -> bool:
    """Whether one of the secrets signed these bytes within the tolerance.

    Every secret is tried and every comparison takes constant time. Malformed headers are just false.
    """
    timestamp = headers.get("timestamp", "")
    signed_at = _instant(timestamp)
    claimed = _token(headers.get("authorization", ""))
    if signed_at is None or claimed is None or abs(now - signed_at) > TOLERANCE:
        return False
    good = False
    for one in secrets:
        expected = f"{one.user_name}:{_digest(body, one.password, timestamp)}".encode()
        good |= hmac.compare_digest(expected, claimed)
    return good


def _digest(body: bytes, secret: str, timestamp: str) -> str:
    return sha512(body + secret.encode() + timestamp.encode()).hexdigest()


def _instant(timestamp: str) -> datetime | None:
    # strptime alone is lenient ("2026-3-1 7:0:0"), and the digest covers the text as it stands
    if len(timestamp) != 19 or not timestamp.isascii():
        return None
    try:
        return datetime.strptime(timestamp, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _token(authorization: str) -> bytes | None:
    if not authorization.startswith(_SCHEME) or len(authorization) > _LONGEST_HEADER:
        return None
    try:
        return base64.b64decode(authorization.removeprefix(_SCHEME), validate=True)
    except (binascii.Error, ValueError):
        return None
