"""Cloud Collect's API key and webhook signature, written from the interface and not shared with the hub."""

import base64
import hmac
from datetime import datetime
from hashlib import sha256


def claim(header: str) -> tuple[str, str] | None:
    """The key's id and its secret in ``X-Api-Key``, or ``None`` for anything else."""
    try:
        key_id, colon, secret = base64.b64decode(header, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (key_id, secret) if colon else None


def webhook_headers(delivery_id: str, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The three headers of a webhook, signed at an instant of real time."""
    timestamp = str(int(now.timestamp()))
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return {
        "X-Webhook-Id": delivery_id,
        "X-Webhook-Timestamp": timestamp,
        "X-Webhook-Signature": hmac.new(secret.encode(), signed, sha256).hexdigest(),
    }
