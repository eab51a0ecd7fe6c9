"""Secrets that are shown once: in the first answer, and in no stored one.

The claim of an Idempotency-Key keeps the answer without the secret. Whoever repeats the request gets that
one, with ``null`` where the secret was: if the first answer was lost, what it made is replaced by a new one.
"""

import json
from base64 import urlsafe_b64encode
from typing import Final

from fordring.edge.call import REPLAYED
from fordring.edge.key_text import KEY_PREFIX
from fordring.edge.problem import Answer, dump
from fordring.usecases.work import Desk

SECRET_BITS: Final = 256
TOKEN_BITS: Final = 128


def show_once(answer: Answer, **secrets: str) -> Answer:
    """Put secrets into the answer to a request that was just carried out; a repeated one stays without."""
    if answer.status >= 400 or REPLAYED in answer.headers:
        return answer
    told = json.loads(answer.body) | secrets
    return Answer(answer.status, dump(told), answer.media, answer.headers)


def new_key(desk: Desk) -> tuple[str, str]:
    """Make a new API key; gives its id and its text."""
    key_id = desk.ids.new("key", desk.wall.now())
    return key_id, f"{KEY_PREFIX}{key_id.removeprefix('key_')}_{random_text(desk, SECRET_BITS)}"


def new_token(desk: Desk) -> str:
    """Make a token for the address at which an agency calls back."""
    return random_text(desk, TOKEN_BITS)


def random_text(desk: Desk, bits: int) -> str:
    """Spell random bits so that they can stand in a header or a URL."""
    return urlsafe_b64encode(random_bytes(desk, bits // 8)).decode().rstrip("=")


def random_bytes(desk: Desk, count: int) -> bytes:
    """Take random bytes from the hub's source, which is fit for keys."""
    return desk.randbits(count * 8).to_bytes(count)
