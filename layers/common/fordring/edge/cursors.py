"""Cursors of lists: opaque to the caller, signed, good only for the key and the filter they were made for.

The key that signs follows from the API key's stored digest, which every request has read anyway. A cursor
therefore dies with its API key, and one that was made up or changed reads nothing.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from fordring.domain.creditor import ApiKey
from fordring.domain.errors import Fault, InvalidInput

_SIGNATURE: Final = 16
_LONGEST: Final = 4096


def write_cursor(
    key: ApiKey, listing: str, filters: Mapping[str, object], position: str | None
) -> str | None:
    """Make the cursor to what follows a position; ``None`` after the last page.

    Parameters
    ----------
    key
        Who reads the list.
    listing
        Which list, for example the route's key with the creditor.
    filters
        What narrows it: the query without ``cursor`` and ``limit``.
    position
        Where the store goes on.
    """
    if position is None:
        return None
    plain = position.encode()
    return urlsafe_b64encode(_signature(key, listing, filters, plain) + plain).decode().rstrip("=")


def read_cursor(key: ApiKey, listing: str, filters: Mapping[str, object], cursor: str | None) -> str | None:
    """Give the position that a cursor stands for; ``None`` for none, which is the first page.

    Raises
    ------
    InvalidInput
        ``wrong_cursor`` at ``/query/cursor``: not one of ours, or made for another key, list or filter.
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        signed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        given, plain = signed[:_SIGNATURE], signed[_SIGNATURE:]
        # Base64 has several spellings of the same bytes; ours is the only one that is taken.
        same = urlsafe_b64encode(signed).decode().rstrip("=") == cursor
        if not same or not hmac.compare_digest(given, _signature(key, listing, filters, plain)):
            raise ValueError
        return plain.decode()
    except ValueError:
        fault = Fault(
            "/query/cursor",
            "wrong_cursor",
            "give next_cursor as it came, with the same key, path and filters, or none to start again",
        )
        raise InvalidInput(faults=[fault]) from None


def _signature(key: ApiKey, listing: str, filters: Mapping[str, object], plain: bytes) -> bytes:
    secret = hashlib.sha256(f"{key.digest}cursor".encode()).digest()
    told = sorted((name, str(value)) for name, value in filters.items() if value is not None)
    message = repr((key.key_id, listing, told)).encode() + b"\0" + plain
    return hmac.digest(secret, message, "sha256")[:_SIGNATURE]
