"""Signatures of the webhooks that go out: Standard Webhooks 1.0, symmetric.

The signed text is ``{id}.{timestamp}.{body}``, the key the decoded part of the secret after ``whsec_``,
the signature ``v1,`` and base64 of HMAC-SHA256. While a secret is being replaced, a webhook carries one
signature for each secret, with spaces between.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)
"""How far a webhook's timestamp may be from the receiver's clock."""

SECRET_BYTES: Final = 32

_PREFIX: Final = "whsec_"


class NotVerified(Exception):
    """A webhook that must not be believed. ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def new_secret(random: bytes) -> str:
    """Spell a new secret, of ``SECRET_BYTES`` from a source fit for keys.

    Raises
    ------
    ValueError
        When there are fewer than 24 or more than 64 bytes (specification, "Signature scheme").
    """
    if not 24 <= len(random) <= 64:
        raise ValueError("a secret has 24 to 64 bytes")
    return _PREFIX + b64encode(random).decode()


def sign(webhook_id: str, timestamp: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Give the headers of a webhook.

    Parameters
    ----------
    webhook_id
        The same for every attempt, without a dot.
    timestamp
        When this attempt is made: aware and in UTC.
    body
        The exact bytes that are sent.
    secrets
        Every secret that is still valid, the newest first.

    Raises
    ------
    ValueError
        When the id has a dot, the timestamp is not in UTC, or there is no secret or a malformed one.
    """
    if not webhook_id or "." in webhook_id:
        raise ValueError("a webhook's id is not empty and has no dot")
    if timestamp.utcoffset() != timedelta():
        raise ValueError("a webhook's timestamp is aware and in UTC")
    if not secrets:
        raise ValueError("a webhook is signed with at least one secret")
    seconds = str(int(timestamp.timestamp()))
    signatures = [_signature(webhook_id, seconds, body, _key(secret)) for secret in secrets]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> None:
    """Check a webhook as its receiver does.

    Parameters
    ----------
    headers
        Names in lower case.
    body
        The bytes as they arrived.
    secret
        The endpoint's secret.
    now
        The receiver's time, aware.

    Raises
    ------
    NotVerified
        With reason ``missing_header``, ``malformed_timestamp``, ``too_old``, ``too_new`` or
        ``wrong_signature``.
    """
    try:
        webhook_id, seconds, signatures = (
            headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")
        )
    except KeyError:
        raise NotVerified("missing_header") from None
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise NotVerified("malformed_timestamp")
    age = now - datetime.fromtimestamp(int(seconds), UTC)
    if abs(age) > TOLERANCE:
        raise NotVerified("too_old" if age > TOLERANCE else "too_new")
    expected = _signature(webhook_id, seconds, body, _key(secret)).encode()
    # Bytes, and every one of them: compare_digest refuses text that is not ASCII, and stops for nothing.
    matches = [hmac.compare_digest(expected, given.encode()) for given in signatures.split(" ")]
    if not any(matches):
        raise NotVerified("wrong_signature")


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        raise ValueError("a secret begins with whsec_")
    try:
        return b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a secret is base64 after whsec_") from None


def _signature(webhook_id: str, seconds: str, body: bytes, key: bytes) -> str:
    signed = f"{webhook_id}.{seconds}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
