"""Cloud Collect's API key, and the signature of its webhooks.

``X-Api-Key: base64(<key id>:<key secret>)`` with every request. A webhook carries ``X-Webhook-Id``,
``X-Webhook-Timestamp`` (unix seconds) and ``X-Webhook-Signature``: the HMAC-SHA256 in hex, with the key's
secret, of ``<id>.<timestamp>.<raw body>``.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from fordring.domain.agency import Credentials

TOLERANCE: Final = timedelta(seconds=300)
_LONGEST_HEADER: Final = 140


def key_header(credentials: Credentials) -> dict[str, str]:
    """The header that says who asks."""
    key = f"{credentials.user_name}:{credentials.password}".encode()
    return {"X-Api-Key": base64.b64encode(key).decode("ascii")}


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime) -> bool:
    """Whether one of the secrets signed these bytes, under this id, within the tolerance.

    Every secret is tried and every comparison takes constant time. Malformed headers are just false.
    """
    names = ("x-webhook-id", "x-webhook-timestamp", "x-webhook-signature")
    delivery_id, timestamp, claimed = (headers.get(name, "") for name in names)
    if max(len(delivery_id), len(timestamp), len(claimed)) > _LONGEST_HEADER or not claimed.isascii():
        return False
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    signed = f"{delivery_id}.{timestamp}.".encode(errors="replace") + body
    good = False
    for one in secrets:
        expected = hmac.new(one.password.encode(), signed, sha256).hexdigest()
        good |= hmac.compare_digest(expected, claimed)
    return good
