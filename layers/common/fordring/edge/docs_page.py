"""The page at ``/docs``: the API's description to read and to try, in one file without any other."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

MEDIA: Final = "text/html; charset=utf-8"

_FILE: Final = Path(__file__).with_suffix(".html")


@cache
def page() -> str:
    """Give the page; it loads ``v1/openapi.json`` from where it came itself."""
    return _FILE.read_text(encoding="utf-8")


@cache
def headers() -> Mapping[str, str]:
    """Give the page's headers: nothing but its own style and script runs, and it talks to this API only."""
    allowed = {
        "default-src": "'none'",
        "style-src": _digest("style"),
        "script-src": _digest("script"),
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in allowed.items()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _digest(element: str) -> str:
    found = re.findall(rf"<{element}>(.*?)</{element}>", page(), re.DOTALL)
    digests = (b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
