"""The text of an API key: ``fordring_<id>_<secret>``, shown once; only its digest is stored."""

import hashlib
from typing import Final

from fordring.domain.ids import ULID_LENGTH

KEY_PREFIX: Final = "fordring_"


def digest_of_key(text: str) -> str:
    """Digest an API key: all that is stored of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_id_of(text: str) -> str | None:
    """Read the id out of an API key's text; ``None`` when it has not the form of one."""
    identifier, _, secret = text.removeprefix(KEY_PREFIX).partition("_")
    if not text.startswith(KEY_PREFIX) or len(identifier) != ULID_LENGTH or not secret:
        return None
    return f"key_{identifier}" if identifier.isascii() and identifier.isalnum() else None
