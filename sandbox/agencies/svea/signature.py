"""Svea's signature, written from the specification and not shared with the hub."""

import base64
import hmac
from datetime import UTC, datetime
from hashlib import sha512
from typing import Final

TOLERANCE_SECONDS: Final = 300


def headers(body: bytes, client_id: str, secret: str, now: datetime) -> dict[str, str]:
    """The two headers of a signed message."""
    timestamp = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    token = f"{client_id}:{digest(body, secret, timestamp)}".encode()
    return {"Timestamp": timestamp, "Authorization": "Svea " + base64.b64encode(token).decode()}


def digest(body: bytes, secret: str, timestamp: str) -> str:
    """``hex(SHA512(body + secret + timestamp))``."""
    return sha512(body + secret.encode() + timestamp.encode()).hexdigest()


def claim(authorization: str) -> tuple[str, str] | None:
    """The client id and the digest in a header, or ``None`` for anything else."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme != "Svea":
        return None
    try:
        client_id, colon, claimed = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (client_id, claimed) if colon else None


def holds(body: bytes, claimed: str, secret: str, timestamp: str, now: datetime) -> bool:
    """Whether a digest is right and recent."""
    try:
        signed_at = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    recent = abs((now - signed_at).total_seconds()) <= TOLERANCE_SECONDS
    return recent and hmac.compare_digest(claimed.encode(), digest(body, secret, timestamp).encode())
